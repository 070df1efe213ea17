"""A list that comes in pages: where it ends, whatever a server says of that, and whether it fits together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from batch_update.model.sheets import Json
from batch_update.text import counted

PER_PAGE = 100
"""Entries that one request asks for."""
MOST_ENTRIES = 200_000
"""Entries of a list, whatever it says of its end; each is remembered."""
MOST_PAGES = 1_000
"""Pages of a list that says nothing of its end, and always has something new."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, without what came before on this or another page."""

    number: int
    entries: tuple[Json, ...]
    doubt: str = ""
    """why something may be missing in what was read so far; "" while all reads like one list"""


@dataclass(frozen=True, slots=True)
class _Claims:
    """The claims of an answer about itself and of the whole list; None where it says nothing, or nonsense."""

    total: int | None = None
    last_page: int | None = None
    per_page: int | None = None
    current_page: int | None = None
    here: int | None = None
    """entries of this page, by the numbers of its first and last one"""
    names_next: bool = False
    """whether it names a page that follows"""

    @property
    def tell_the_end(self) -> bool:
        return self.total is not None or self.last_page is not None


class Paging:
    """Reads a list page by page: ask for page `next` until that is None, and hand each answer to `take`.

    The list is over where everything that the answer says of its end (`total`, `last_page`) agrees; where they do not,
    or nothing is said, at the first empty page, since a server may give fewer entries a page than were asked for. It
    is over, too, where more came than there should be, and at a page that brings nothing new: such a list has no end.
    One that says nothing and gives what it gave before does not know pages. Whatever does not fit together is a doubt.
    """

    def __init__(self) -> None:
        self.next: int | None = 1
        self._rows = 0
        self._seen: set[str] = set()
        self._first = _Claims()
        """what the first page said"""
        self._short = ""
        """that the page before was not full, where it was not"""
        self._doubt = ""

    def take(self, answer: Json) -> Page:
        """Return an answer's page. Raises ValueError where it is no list, or one that cannot come to an end."""
        number = self.next
        assert number is not None, "the list is over"
        entries = entries_of(answer)
        claims = self._trusted(_claims(answer), number, len(entries))
        fresh = tuple(self._fresh(entries, is_told=claims.tell_the_end))
        self._rows += len(entries)
        self._hold_against(claims, number, len(entries))
        is_over = not fresh or self._is_over(claims, number)
        self._refuse_endless(number, is_over=is_over)
        if is_over:
            self._close(claims, number, is_repeated=bool(entries) and not fresh)
        self.next = None if is_over else number + 1
        return Page(number, fresh, self._doubt)

    def _refuse_endless(self, number: int, *, is_over: bool) -> None:
        """Raises ValueError where so much came that the list has no end."""
        if self._rows > MOST_ENTRIES:
            raise ValueError(f"a list does not end after {MOST_ENTRIES:,} entries")
        if not is_over and number == MOST_PAGES and self._first.total is None:
            raise ValueError(f"a list does not end after {MOST_PAGES:,} pages")

    def _trusted(self, claims: _Claims, number: int, here: int) -> _Claims:
        """The claims, without a total that counts something else from the first page on: the end has to be found."""
        if number == 1 and claims.total is not None and claims.total < here:
            self._suspect(f"{here:,} came of {claims.total:,}")
        elif number == 1 or self._first.total is not None:
            return claims
        return replace(claims, total=None)

    def _is_over(self, claims: _Claims, number: int) -> bool:
        """Whether all that it says of its end is reached, or the number that it began with has been passed."""
        if not claims.tell_the_end:
            return False
        is_last = claims.last_page is None or number >= claims.last_page
        if (first := self._first.total) is None:
            return is_last
        total = first if claims.total is None else claims.total
        return self._rows > first or (is_last and self._rows >= total)

    def _fresh(self, entries: list[Json], *, is_told: bool) -> Iterator[Json]:
        """Yield the entries that did not come before.

        A server that does not know pages gives all of it again, which is no doubt.
        """
        keys = list(map(_key, entries))
        if not is_told and self._seen.issuperset(keys):
            return
        for entry, key in zip(entries, keys, strict=True):
            if key in self._seen:
                self._suspect(f"{key} came twice")
                continue
            self._seen.add(key)
            yield entry

    # ------------------------------------------------------------ what does not fit together

    def _suspect(self, doubt: str) -> None:
        self._doubt = self._doubt or doubt

    def _hold_against(self, claims: _Claims, number: int, here: int) -> None:
        """Hold what a page says against the pages before it, and against what it holds."""
        if number == 1:
            self._first = claims
        self._hold_against_first(claims)
        if here and self._short:
            self._suspect(f"{self._short}, and more follow")
        self._hold_against_itself(claims, number, here)
        self._measure(claims.per_page, number, here)

    def _hold_against_first(self, claims: _Claims) -> None:
        """Suspect a list that is said to be another one than its first page said."""
        first = self._first
        if first.total is not None and claims.total not in (None, first.total):
            self._suspect(f"their number went from {first.total:,} to {claims.total:,} meanwhile")
        if first.last_page is not None and claims.last_page not in (None, first.last_page):
            self._suspect(f"the last page was {first.last_page:,} and then {claims.last_page:,}")

    def _hold_against_itself(self, claims: _Claims, number: int, here: int) -> None:
        """Suspect a page that says something else of itself than what it is."""
        if claims.current_page not in (None, number):
            self._suspect(f"page {number:,} says that it is page {claims.current_page:,}")
        if here and claims.last_page is not None and number > claims.last_page:
            self._suspect(f"page {number:,} of {claims.last_page:,} holds entries")
        if claims.here is not None and here < claims.here:
            self._suspect(f"page {number:,} holds {here:,} entries, and says that it holds {claims.here:,}")

    def _measure(self, size: int | None, number: int, here: int) -> None:
        """Hold what a page holds against what it says that one holds: only the last may hold less."""
        self._short = ""
        if size is not None and here > size:
            self._suspect(f"page {number:,} holds {here:,} entries, and says that it holds {size:,}")
        elif size is not None and here < size:
            self._short = f"page {number:,} holds {here:,} of {size:,} entries"

    def _close(self, claims: _Claims, number: int, *, is_repeated: bool) -> None:
        """Say, the list being over, what is missing of what it said."""
        seen, total = len(self._seen), claims.total
        if is_repeated and claims.tell_the_end:
            self._doubt = f"page {number:,} of a list is one that came before, after {self._progress(total)}"
        if total is not None and seen < total:
            self._suspect(f"only {self._progress(total)} came")
        if total is not None and seen > total:
            self._suspect(f"{seen:,} came of {total:,}")
        if claims.last_page is not None and number < claims.last_page:
            self._suspect(f"page {number:,} of {claims.last_page:,} is the last that came")
        if claims.names_next and claims.total is None:
            self._suspect(f"page {number:,} is the last that came, and names one that follows")

    def _progress(self, total: int | None) -> str:
        seen = len(self._seen)
        return f"{seen:,} of {total:,}" if total is not None else counted(seen, "entry")


def entries_of(answer: Json) -> list[Json]:
    """Lists come bare in some places and as `{"data": [...]}` in others. Raises ValueError."""
    entries = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        raise ValueError("it is no list")
    return entries


def _key(entry: Json) -> str:
    number = entry.get("id") if isinstance(entry, dict) else None
    return f"id {number}" if isinstance(number, (int, str)) else repr(entry)


def _claims(answer: Json) -> _Claims:
    if not isinstance(answer, dict):
        return _Claims()
    said = _objects(answer, "meta", "pagination")
    names = ("total", "last_page", "per_page", "current_page", "from", "to")
    total, last, size, page, first, to = (_first_count(said, name) for name in names)
    here = to - first + 1 if to and first and to >= first else None
    following = [answer.get("next_page_url"), *(links.get("next") for links in _objects(answer, "links")[1:])]
    return _Claims(total, last or None, size or None, page or None, here, any(following))


def _objects(answer: dict[str, Json], *names: str) -> list[dict[str, Json]]:
    """Return an answer, and the objects in it by these names: some servers say there what they say of a list."""
    return [answer, *(part for part in map(answer.get, names) if isinstance(part, dict))]


def _first_count(said: list[dict[str, Json]], name: str) -> int | None:
    return next((found for part in said if (found := count(part.get(name))) is not None), None)


def count(value: Json) -> int | None:
    """Return a count, or an id: either may come as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return value if type(value) is int and value >= 0 else None
