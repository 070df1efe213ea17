"""The assistants as they are now: the account's list, page by page until all that matter have been seen."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from batch_update.api.answers.paging import PER_PAGE, Page, count
from batch_update.codes import remedy_of
from batch_update.errors import ApiError
from batch_update.fields.tools import shown
from batch_update.fields.values.normalized import normalize_assistant
from batch_update.model.plans import Present
from batch_update.model.sheets import Json
from batch_update.text import counted, named

MOST_KEPT = 128 << 20
"""Letters of what is there that are held at once; all of a list in JSON, where all of it is wanted."""
MOST_PLACES = 10
"""Pages of a list that a message names."""


class Lister(Protocol):
    """A client as far as the list is asked for; `api.client.Client` is one."""

    server: str

    def assistant_pages(self, per_page: int = PER_PAGE) -> AsyncGenerator[Page, None]: ...

    def note(self, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """The assistants that were seen, as an update would send them; one that was wanted and is not here is gone."""

    present: dict[int, Present]
    account: str
    """whose they are and where: `user 501 at app.famulor.de`; "" where there are none"""
    pages: int
    """requests that it took"""
    total: int | None
    """assistants of the account; None where the list was not read to its end"""


async def fetch_present(
    client: Lister,
    wanted: Collection[int] | None = None,
    *,
    fields: Collection[str] | None = None,
    per_page: int = PER_PAGE,
    to_end: bool = False,
) -> Fetched:
    """Read the list until every id in `wanted` has been seen, or all of it.

    `fields`: of each assistant these alone are kept; None for all of them. `to_end`: all of it in any case, so that
    the number of assistants is known; only those wanted are kept.

    That one is missing, or that these are all, is said only of a list that was read to its end and held together: one
    that changed meanwhile, or contradicts itself, is read again, once. That it contradicts itself in the same way then
    makes nothing certain. Raises ApiError A201 where it cannot be told, and what the client raises.
    """
    if wanted is not None and not wanted and not to_end:
        return Fetched({}, "", 0, None)
    kept = _Kept(wanted, None if fields is None else frozenset(fields))
    reading = await _read_list(client, kept, per_page, to_end)
    if reading.leaves_open(to_end):
        again = await _read_list(client, kept, per_page, to_end)
        again.follow(reading)
        if again.leaves_open(to_end):
            is_steady = (again.ids, again.doubt) == (reading.ids, reading.doubt)
            raise _undecided(again, is_steady=is_steady, to_end=to_end)
        reading = again
    if reading.nameless and (wanted is None or reading.missing):
        raise _nameless(reading, to_end=to_end)
    total = reading.seen if reading.ended else None
    return Fetched(reading.present, reading.account, reading.pages, total)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The assistants of a list, and their fields, that are kept as it is read; None for all of them."""

    ids: Collection[int] | None
    fields: frozenset[str] | None

    def of(self, entry: dict[str, Json]) -> tuple[Present, int]:
        """Return what is kept of an assistant, and how many letters that is as JSON."""
        present = normalize_assistant(entry, self.fields)
        return present, len(json.dumps(entry if self.fields is None else present))


@dataclass(slots=True)
class _Reading:
    """One time that the list was read."""

    missing: set[int] | None
    """wanted and not seen; None: all are wanted"""
    present: dict[int, Present] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    letters: int = 0
    """of what is kept, as JSON"""
    nameless: list[str] = field(default_factory=list)
    """places of entries without a usable id"""
    account: str = ""
    pages: int = 0
    seen: int = 0
    ended: bool = False
    doubt: str = ""

    def leaves_open(self, to_end: bool) -> bool:
        """Whether it is not certain that what was not seen is not there, and that matters."""
        return bool(self.doubt) and (to_end or self.missing is None or bool(self.missing))

    def follow(self, first: _Reading) -> None:
        """This is the second time: what it makes certain, alone or together with the first."""
        self.pages += first.pages
        if self.doubt and self.missing is not None and first.missing is not None:
            self.present = first.present | self.present
            self.missing &= first.missing


async def _read_list(client: Lister, kept: _Kept, per_page: int, to_end: bool) -> _Reading:
    found = _Reading(None if kept.ids is None else set(kept.ids))
    async with aclosing(client.assistant_pages(per_page)) as pages:
        async for page in pages:
            found.pages += 1
            found.doubt = page.doubt
            _take(page, found, kept, client)
            if found.missing is not None and not found.missing and not to_end:
                return found
    found.ended = True
    return found


def _take(page: Page, found: _Reading, kept: _Kept, client: Lister) -> None:
    nameless = []
    for place, entry in enumerate(page.entries, 1):
        found.seen += 1
        found.account = found.account or owner_of(entry, client.server)
        number = count(entry.get("id")) or None
        if number is None:
            nameless.append(f"{place} (id {shown(repr(entry['id'])) if 'id' in entry else 'missing'})")
            continue
        found.ids.add(number)
        if kept.ids is None or number in kept.ids:
            present, letters = kept.of(entry)
            found.letters += letters
            if found.letters > MOST_KEPT:
                raise _too_large(len(found.present))
            found.present[number] = present
        if found.missing is not None:
            found.missing.discard(number)
    if nameless:
        places = f"page {page.number}, {named('entry', nameless)}"
        client.note(f"the list of assistants, {places}: no usable id, left out")
        found.nameless.append(places)


def owner_of(entry: dict[str, Json], server: str) -> str:
    """Whose an assistant is, and where: `user 501 at app.famulor.de`.

    The list names the owner of each assistant; that saves asking for it.
    """
    owner = entry.get("user_id")
    return f"user {owner} at {server}" if owner is not None else server


# ---------------------------------------------------------------- when it cannot be told


def _too_large(kept: int) -> ApiError:
    return ApiError(
        f"the first {counted(kept, 'assistant')} of the list come to more than {MOST_KEPT >> 20} MiB",
        code="A203",
    )


def _undecided(reading: _Reading, *, is_steady: bool, to_end: bool) -> ApiError:
    fault = "contradicts itself, twice alike" if is_steady else "did not hold still, twice"
    return ApiError(
        f"the list of assistants {fault} ({reading.doubt}): {_question(reading)} cannot be told",
        code="A201",
        remedy=remedy_of("A201").rstrip(".") + _meanwhile(reading, to_end),
    )


def _nameless(reading: _Reading, *, to_end: bool) -> ApiError:
    return ApiError(
        f"{_question(reading)} cannot be told: in the list of assistants, "
        f"{'; '.join(reading.nameless[:MOST_PLACES])} has no usable id",
        code="A201",
        remedy="tell the vendor" + _meanwhile(reading, to_end),
    )


def _question(reading: _Reading) -> str:
    if not reading.missing:
        return "how many there are"
    return f"whether {named('assistant', sorted(reading.missing))} {'is' if len(reading.missing) == 1 else 'are'} there"


def _meanwhile(reading: _Reading, to_end: bool) -> str:
    """Return what can be done while a list proves nothing: those that were seen are there all the same."""
    if to_end or not reading.present:
        return ""
    return "; the setting only names those that can be worked on meanwhile"
