"""The lists of an account to choose from: those that are asked for, looked up once and kept for a while.

A list that cannot be had is a reason, and not the end: without it ids are sent as they stand. A key that is refused is
the end, as everywhere, and so is a server that is down.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from batch_update.account.kept import Kept, List
from batch_update.api.answers.paging import PER_PAGE, count
from batch_update.api.lookups import (
    CustomTool,
    Group,
    Knowledgebase,
    Language,
    Model,
    PhoneNumber,
    Provider,
    Voice,
)
from batch_update.errors import ApiError
from batch_update.fields.rules import MODE_MODELS
from batch_update.model.choices import OF_LANGUAGES, Catalog, Choice, Choices
from batch_update.model.reports import Stats
from batch_update.model.sheets import Json

_IN_ORDER = tuple(MODE_MODELS)
"""The modes, as they are told."""


class Chooser(Protocol):
    """A client as far as it looks up what may be chosen; `api.client.Client` is one."""

    async def voices(self, mode: str | None = None, language_id: int | None = None) -> list[Voice]: ...
    async def languages(self) -> list[Language]: ...
    async def models(self, type: str = "llm") -> list[Model]: ...
    async def phone_numbers(self, type: str | None = None) -> list[PhoneNumber]: ...
    async def synthesizer_providers(self, language_id: int | None = None) -> list[Provider]: ...
    async def transcriber_providers(self, language_id: int | None = None) -> list[Provider]: ...
    async def knowledgebases(self) -> list[Knowledgebase]: ...
    async def tools(self) -> list[CustomTool]: ...
    async def folders(self) -> list[Group]: ...
    async def labels(self) -> list[Group]: ...
    def assistants(self, per_page: int = PER_PAGE) -> AsyncGenerator[dict[str, Json], None]: ...

    @property
    def stats(self) -> Stats: ...


async def look_up(
    client: Chooser,
    catalogs: Iterable[Catalog],
    *,
    languages: Collection[int] = (),
    kept: Kept | None = None,
    refresh: bool = False,
) -> Choices:
    """Return these lists: those that are kept and young enough, or else looked up and kept from now on.

    `languages`: for providers, the languages of which it is wanted who speaks them. `kept`: where lists are kept;
    None: nowhere. `refresh`: none that is kept is taken. Assistants come and go, and one's name may be given to
    another: their list is never kept. Raises KeyRefused and RunStopped.
    """
    wanted = list(dict.fromkeys(catalogs))
    known = {} if kept is None or refresh else kept.read()
    search, before = _Search(client, known, {}, {}), client.stats.requests
    lists: dict[Catalog, tuple[Choice, ...]] = {}
    in_language: dict[tuple[Catalog, int], frozenset[int]] = {}
    for catalog in wanted:
        found = await search.list_of(catalog)
        if found is None:
            continue
        lists[catalog] = found
        for language in sorted(languages) if catalog in OF_LANGUAGES else ():
            speaking = await search.list_of(catalog, language)
            if speaking is not None:
                in_language[catalog, language] = frozenset(choice.id for choice in speaking)
    to_keep = {name: found for name, found in search.fresh.items() if name != Catalog.ASSISTANTS}
    if kept is not None and to_keep:
        kept.add(to_keep)
    stored = frozenset(catalog for catalog in lists if catalog in known)
    return Choices(lists, search.unknown, in_language, stored, client.stats.requests - before)


@dataclass(slots=True)
class _Search:
    """Lists on their way: what was kept, what was looked up, and what could not be."""

    client: Chooser
    known: Mapping[str, List]
    fresh: dict[str, tuple[Choice, ...]]
    unknown: dict[Catalog, str]

    async def list_of(self, catalog: Catalog, language: int | None = None) -> tuple[Choice, ...] | None:
        """Return a list, or the part of it that is for a language; None, and a reason, where it cannot be had."""
        name = str(catalog) if language is None else f"{catalog} {language}"
        if name in self.known:
            return self.known[name].choices
        try:
            found = tuple(await self._look(catalog, language))
        except ApiError as error:
            if language is None:
                self.unknown[catalog] = error.message
            return None
        self.fresh[name] = found
        return found

    async def _look(self, catalog: Catalog, language: int | None) -> Iterable[Choice]:
        client = self.client
        match catalog:
            case Catalog.VOICES:
                return await self._voices()
            case Catalog.PHONE_NUMBERS:
                return await self._numbers()
            case Catalog.ASSISTANTS:
                return await self._assistants()
            case Catalog.LANGUAGES:
                return [Choice(one.id, one.name, one.iso_2) for one in await client.languages()]
            case Catalog.SYNTHESIZERS:
                return map(_plain, await client.synthesizer_providers(language))
            case Catalog.TRANSCRIBERS:
                return map(_plain, await client.transcriber_providers(language))
            case Catalog.KNOWLEDGEBASES:
                return [Choice(one.id, one.name, about=one.status) for one in await client.knowledgebases()]
            case Catalog.TOOLS:
                return [Choice(one.id, one.name, about=one.description) for one in await client.tools()]
            case Catalog.FOLDERS:
                return map(_group, await client.folders())
            case Catalog.LABELS:
                return map(_group, await client.labels())
        return map(_plain, await client.models(catalog.removesuffix("-models")))

    async def _voices(self) -> Iterable[Choice]:
        """Return the voices with the modes that they fit: one request for each mode, since an entry does not tell."""
        found: dict[int, Choice] = {}
        for mode in _IN_ORDER:
            for one in await self.client.voices(mode):
                found[one.id] = _voice_also(one, mode, found.get(one.id))
        return sorted(found.values(), key=lambda choice: choice.id)

    async def _numbers(self) -> Iterable[Choice]:
        """Return all phone numbers; those that an inbound assistant could take now are a list of their own."""
        every = await self.client.phone_numbers()
        free = {one.id for one in await self.client.phone_numbers("inbound")}
        return [_number(one, is_free=one.id in free) for one in every]

    async def _assistants(self) -> Iterable[Choice]:
        async with aclosing(self.client.assistants()) as entries:
            return [choice async for entry in entries if (choice := _listed_assistant(entry))]


def _plain(one: Model | Provider) -> Choice:
    return Choice(one.id, one.name, one.code)


def _group(one: Group) -> Choice:
    return Choice(one.id, one.name, about=one.color)


def _voice_also(one: Voice, mode: str, before: Choice | None) -> Choice:
    """Return a voice that fits this mode, and those that it was found in `before`; in several languages: for all."""
    modes = before.modes if before else ()
    language = one.language_id if before is None or before.language_id == one.language_id else None
    return Choice(
        one.id,
        one.name,
        language_id=language,
        modes=modes if mode in modes else (*modes, mode),
        about=", ".join(filter(None, (one.gender, one.accent, one.age))),
        preview_url=one.preview_url,
        synthesizer_id=one.synthesizer_provider_id,
    )


def _number(one: PhoneNumber, *, is_free: bool) -> Choice:
    """Return a phone number. One that nobody has and that is not offered for inbound can only be shown."""
    is_caller_id = "caller" in one.type_label.casefold() or (not is_free and one.is_available is True)
    return Choice(
        one.id,
        one.phone_number,
        one.country_code,
        about=one.type_label,
        is_free=is_free,
        is_caller_id=is_caller_id,
    )


def _listed_assistant(entry: Json) -> Choice | None:
    """Return an assistant of the list; None where it has no usable id."""
    number = count(entry.get("id"))
    if not number:
        return None
    mode = entry.get("mode")
    return Choice(
        number,
        str(entry.get("name") or ""),
        language_id=count(entry.get("language_id")),
        modes=(str(mode),) if mode else (),
        about=str(entry.get("status") or ""),
        type=str(entry.get("type") or ""),
    )
