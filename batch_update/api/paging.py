"""A list that comes in pages: where it ends, whatever a server says of that, and whether it held still. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batch_update.model import Json
from batch_update.text import counted

MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, without what came before on this or another page."""

    number: int
    entries: tuple[Json, ...]
    doubt: str = ""
    """why something may be missing in what was read so far; "" while all reads like one list"""


class Paging:
    """Reads a list page by page: ask for page `next` until that is None, and hand each answer to `take`.

    The list is over where everything that the answer says of its end (`total`, `last_page`) agrees; where they do not,
    or nothing is said, at the first empty page, since a server may give fewer entries a page than were asked for. One
    that says nothing and gives what it gave before does not know pages.
    """

    def __init__(self) -> None:
        self.next: int | None = 1
        self._rows = 0
        self._seen: set[str] = set()
        self._pages: set[int] = set()
        self._total: int | None = None
        self._doubt = ""

    def take(self, answer: Json) -> Page:
        """The page behind an answer. Raises ValueError where it is no list, or one that cannot come to an end."""
        number = self.next
        assert number is not None, "the list is over"
        entries = entries_of(answer)
        total, last_page = _claims(answer, len(entries))
        keys = [_key(entry) for entry in entries]
        known = bool(keys) and self._seen.issuperset(keys)
        is_repeated = known and hash(tuple(keys)) in self._pages
        speaks = total is not None or last_page is not None
        if is_repeated and speaks:
            raise ValueError(
                f"page {number} of a list is one that came before, after {self._progress(total)}"
            )
        if number == MOST_PAGES:
            raise ValueError(f"a list does not end after {MOST_PAGES:,} pages")
        self._pages.add(hash(tuple(keys)))
        self._rows += len(entries)
        self._watch(total)
        fresh = () if is_repeated else tuple(self._fresh(entries, keys))
        is_over = not entries or (known and not speaks)
        if speaks and not is_over:
            is_over = (last_page is None or number >= last_page) and (total is None or self._rows >= total)
        self.next = None if is_over else number + 1
        if is_over and total is not None and len(self._seen) < total:
            self._doubt = self._doubt or f"only {self._progress(total)} came"
        return Page(number, fresh, self._doubt)

    def _watch(self, total: int | None) -> None:
        if self._total is not None and total is not None and total != self._total:
            self._doubt = self._doubt or f"their number went from {self._total:,} to {total:,} meanwhile"
        self._total = total if total is not None else self._total

    def _fresh(self, entries: list[Json], keys: list[str]) -> Iterator[Json]:
        for entry, key in zip(entries, keys, strict=True):
            if key in self._seen:
                self._doubt = self._doubt or f"{key} came twice"
                continue
            self._seen.add(key)
            yield entry

    def _progress(self, total: int | None) -> str:
        return f"{len(self._seen):,} of {total:,}" if total is not None else counted(len(self._seen), "entry")


def entries_of(answer: Json) -> list[Json]:
    """Lists come bare in some places and as `{"data": [...]}` in others. Raises ValueError."""
    entries = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        raise ValueError("it is no list")
    return entries


def _key(entry: Json) -> str:
    number = entry.get("id") if isinstance(entry, dict) else None
    return f"id {number}" if isinstance(number, (int, str)) else repr(entry)


def _claims(answer: Json, here: int) -> tuple[int | None, int | None]:
    """How many entries and pages there are in all, where the answer says so and that can be true."""
    if not isinstance(answer, dict):
        return None, None
    total, last_page = (count(answer.get(name)) for name in ("total", "last_page"))
    return total if total is not None and total >= here else None, last_page or None


def count(value: Json) -> int | None:
    """A count, or an id: either may come as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return value if type(value) is int and value >= 0 else None
