"""The story of `choices`: what may be chosen on an account, as far as it is asked for, shown or written into a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batch_update.account.account import Account, server_name
from batch_update.account.known.of_settings import at_account
from batch_update.errors import ApiError, UsageError
from batch_update.fields.assistant import MODES
from batch_update.fields.names import normalize
from batch_update.fields.references import MODELS_OF_MODES
from batch_update.model.choices import OF_LANGUAGES, Catalog, Choice, Choices
from batch_update.plan.naming.languages import names_of_language
from batch_update.report.files.writable import unwritable
from batch_update.report.listings import choices_table
from batch_update.run.exporting import check_target
from batch_update.run.steps.desk import Desk, desk_of
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.send.progress import Stage
from batch_update.settings.locales import signs_wanted
from batch_update.settings.tunables import Settings
from batch_update.sheet.writing.formats import write_listing
from batch_update.text import did_you_mean, either, excerpt, listed

MODELS = "models"
"""stands for the models of all modes"""
WORDS: Mapping[str, tuple[Catalog, ...]] = {
    **{catalog.value: (catalog,) for catalog in Catalog},
    MODELS: tuple(MODELS_OF_MODES.values()),
}
"""How lists are asked for -> the lists."""
_WITH_MODES = (Catalog.VOICES, *MODELS_OF_MODES.values(), Catalog.ASSISTANTS)
_WITH_LANGUAGES = (Catalog.VOICES, *OF_LANGUAGES, Catalog.ASSISTANTS)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which entries of which lists are wanted; what is empty leaves nothing out."""

    catalogs: tuple[Catalog, ...] = ()
    mode: str = ""
    language: str = ""
    """its id, code or name, in English or German"""
    search: str = ""
    """words that all have to stand in an entry, without regard to case, spaces and spelling of umlauts"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The entries that were wanted, with what it takes to show them."""

    wish: Wish
    choices: Choices
    """only what was wanted"""
    sizes: Mapping[Catalog, int]
    """how many entries each list has in all"""
    languages: Mapping[int, Choice]
    """language by id, as far as that was looked up"""
    path: Path | None = None
    """where they were written"""


def wish_of(
    words: Iterable[str], *, mode: str | None = None, language: str | None = None, search: str | None = None
) -> Wish:
    """Return what is wanted, from the words of a user. Raises UsageError (U101) for what makes no sense."""
    catalogs = tuple(dict.fromkeys(catalog for word in words for catalog in _lists_called(word)))
    wish = Wish(catalogs, (mode or "").strip().lower(), (language or "").strip(), (search or "").strip())
    if wish.mode and wish.mode not in MODES.values():
        modes = tuple(MODES.values())
        raise UsageError(
            f"the option mode: {excerpt(wish.mode)!r} is no mode",
            code="U101",
            remedy=did_you_mean(wish.mode, modes) or f"there are {either(modes)}",
        )
    _refuse_senseless("mode", wish.mode, catalogs, _WITH_MODES)
    _refuse_senseless("language", wish.language, catalogs, _WITH_LANGUAGES)
    return wish


def _lists_called(word: str) -> tuple[Catalog, ...]:
    names = {normalize(name): name for name in WORDS} | {normalize(c.noun): c.value for c in Catalog}
    if (name := names.get(normalize(word))) is not None:
        return WORDS[name]
    raise UsageError(
        f"there is no list {excerpt(word)!r}",
        code="U101",
        remedy=did_you_mean(word, [*WORDS]) or f"there are {listed([*WORDS], len(WORDS))}",
    )


def _refuse_senseless(
    option: str, given: str, catalogs: Collection[Catalog], sensible: Collection[Catalog]
) -> None:
    if given and catalogs and set(catalogs).isdisjoint(sensible):
        names = listed([catalog.value for catalog in catalogs])
        raise UsageError(f"the option {option} means nothing to {names}", code="U101", remedy="leave it out")


def begin_choices(
    wish: Wish, settings: Settings, means: Means, *, to: Path | None = None, force: bool = False
) -> Sequel[Chosen]:
    """Find out whose lists are asked for; the sequel looks them up, and writes them where `to` says.

    `to`: a .csv, .tsv, .xlsx or .jsonl, which `force` lets it write over. Raises UsageError where that makes no sense,
    AccessError, RunStopped, and ApiError where none of the lists can be had.
    """
    if to is not None:
        check_target(to, force=force)
    settings = at_account(settings)
    tell_way(settings, means)
    means.watcher.stage(Stage.LOOKING, server_name(settings))
    return partial(_choose, wish, to, force, means.account(settings), settings, means)


async def _choose(
    wish: Wish, to: Path | None, force: bool, account: Account, settings: Settings, means: Means
) -> Chosen:
    async with speaking(settings, account, means, means.watcher.event) as client:
        found = await _found(wish, desk_of(client, account, settings, means))
    if to is None:
        return found
    check_target(to, force=force)  # looking up took its time
    try:
        signs = signs_wanted(settings.delimiter, means.environ)
        header, rows = choices_table(found.choices, found.languages)
        return replace(found, path=write_listing(to, header, rows, title="Choices", signs=signs))
    except OSError as error:
        raise unwritable(to, error.strerror or str(error)) from None


async def _found(wish: Wish, desk: Desk) -> Chosen:
    wanted = _wanted(wish)
    naming = (
        {Catalog.LANGUAGES} if wish.language or {Catalog.VOICES, Catalog.ASSISTANTS} & set(wanted) else ()
    )
    known = await desk.lists(naming)
    language = _language_called(wish.language, known) if wish.language else None
    others = [catalog for catalog in wanted if catalog not in known]
    found = known.with_others(await desk.lists(others, [] if language is None else [language]))
    if found.unknown and not any(catalog in found for catalog in wanted):
        raise ApiError(next(iter(found.unknown.values())), code="A204")
    lists = {catalog: found[catalog] for catalog in wanted if catalog in found}
    languages = known.by_id(Catalog.LANGUAGES)
    kept = {
        catalog: tuple(c for c in every if _is_wanted(c, catalog, wish, language, found, languages))
        for catalog, every in lists.items()
    }
    unknown = {catalog: why for catalog, why in found.unknown.items() if catalog in wanted}
    sizes = {catalog: len(every) for catalog, every in lists.items()}
    return Chosen(wish, replace(found, lists=kept, unknown=unknown), sizes, languages)


def _wanted(wish: Wish) -> list[Catalog]:
    """Return the lists to look up: of the models, those alone of the mode that is asked for."""
    not_of_mode = set(MODELS_OF_MODES.values()) - {MODELS_OF_MODES[wish.mode]} if wish.mode else set()
    return [catalog for catalog in wish.catalogs or Catalog if catalog not in not_of_mode]


def _language_called(text: str, known: Choices) -> int | None:
    """Return the id of a language by its id, code or name. Raises UsageError (U101), ApiError where none is known."""
    if Catalog.LANGUAGES not in known:
        raise ApiError(known.unknown[Catalog.LANGUAGES], code="A204")
    names = {
        normalize(name): choice
        for choice in known[Catalog.LANGUAGES]
        for name in (str(choice.id), *names_of_language(choice))
    }
    if (found := names.get(normalize(text))) is not None:
        return found.id
    codes = [f"{choice.code} ({choice.name})" for choice in known[Catalog.LANGUAGES]]
    meant = {name: choice.code for name, choice in names.items()}
    raise UsageError(
        f"the option language: the account has no language {excerpt(text)!r}",
        code="U101",
        remedy=did_you_mean(text, meant) or f"there are {listed(codes, 20)}",
    )


# ---------------------------------------------------------------- which entries


def _is_wanted(
    choice: Choice,
    catalog: Catalog,
    wish: Wish,
    language: int | None,
    found: Choices,
    languages: Mapping[int, Choice],
) -> bool:
    if wish.mode and catalog in _WITH_MODES and not choice.fits(wish.mode):
        return False
    if language is not None and not _is_for_language(choice, catalog, language, found):
        return False
    spoken = languages.get(choice.language_id or 0)
    return not wish.search or _holds(choice, catalog, spoken, wish.search)


def _is_for_language(choice: Choice, catalog: Catalog, language: int, found: Choices) -> bool:
    if catalog in OF_LANGUAGES:
        return choice.id in found.in_language.get((catalog, language), {choice.id})
    return catalog not in _WITH_LANGUAGES or choice.language_id in (None, language)


def _holds(choice: Choice, catalog: Catalog, spoken: Choice | None, search: str) -> bool:
    """Whether all words of a search stand in an entry; a number is searched by its digits, as people write it."""
    digits = "".join(filter(str.isdigit, search))
    if catalog is Catalog.PHONE_NUMBERS and digits and not any(map(str.isalpha, search)):
        if search.startswith("+"):
            return choice.name.startswith(f"+{digits}")
        return digits.lstrip("0") in choice.name or search == str(choice.id)
    language = names_of_language(spoken) if spoken else ()
    texts = [normalize(t) for t in (str(choice.id), choice.name, choice.code, choice.about, *language)]
    return all(any(normalize(word) in text for text in texts) for word in search.split())
