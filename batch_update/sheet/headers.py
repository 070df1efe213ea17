"""Owns what the headers of a sheet mean: which column is for which field, by its name and by the user's word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce

from batch_update.fields.facts import Kind
from batch_update.fields.names import (
    Heading,
    base_of,
    key_of,
    known_names,
    may_stand_for_id,
    meaning,
    normalize,
)
from batch_update.model.sheets import Column, Role
from batch_update.sheet.manner import Reading
from batch_update.text import column_letters, printable

ACCOUNT = "account"
"""stands for the column of accounts, as in the setting map='Kunde=account'"""
ACCOUNT_NAMES = frozenset(
    (
        *(
            ACCOUNT,
            "accountname",
            "nameofaccount",
            "subaccount",
            "customeraccount",
            "clientaccount",
            "tenant",
        ),
        *("konto", "kontoname", "unterkonto", "kundenkonto", "mandant", "mandantenname", "mandantname"),
    )
)
"""Normalized headers of columns that say which account a row belongs to."""
OF_ACCOUNTS = "H106"
"""a sheet for several accounts, and nobody who takes the rows of one"""
LONGEST_SHOWN = 40
"""Characters of a header in a command."""
_LETTERS = re.compile(r"column:\s*([A-Za-z]{1,3})", re.IGNORECASE).fullmatch


@dataclass(frozen=True, slots=True)
class Said:
    """One word of the user about columns, by `map` or `ignore`, and the columns that it is about."""

    setting: str
    """map or ignore"""
    name: str
    """of the columns, as the user writes it"""
    target: str
    """the field that they are to set; "" for ignore"""
    heading: Heading | None
    """what they are for; None where there is no such field"""
    columns: tuple[int, ...]
    """none where the sheet has no column of that name"""


@dataclass(frozen=True, slots=True)
class Headings:
    """The headers of a sheet and what its columns are for."""

    headers: tuple[str, ...]
    meant: tuple[Heading | None, ...]
    """of each column, by the user's word or by its header alone; None where that means nothing"""
    said: tuple[Said, ...] = ()
    by_name: bool = False
    """whether a name stands for the id: no column holds ids, and one the names of assistants"""
    leaves_unknown: bool = False
    """whether columns that mean nothing are left out"""

    def ids(self) -> list[int]:
        """Return the columns that say which assistant a row is about: one, unless something is wrong."""
        return [column for column, heading in self._known() if heading.role is Role.ID]

    def setting(self) -> list[int]:
        """Return the columns that say which assistant a row is about, or set something of it."""
        return [column for column, heading in self._known() if heading.name is not None]

    def of_kind(self, *kinds: Kind) -> list[int]:
        """Return the columns whose fields, or parts of fields, are of one of these kinds."""
        return [c for c, heading in self._known() if heading.field and heading.facts.kind in kinds]

    def is_said(self, column: int) -> bool:
        """Whether the user says what a column is for."""
        return any(column in each.columns for each in self.said)

    def first(self, count: int) -> Headings:
        """Return those of the first columns, as if there were no others."""
        said = tuple(
            replace(each, columns=tuple(column for column in each.columns if column < count))
            for each in self.said
        )
        return replace(self, headers=self.headers[:count], meant=self.meant[:count], said=said)

    def _known(self) -> Iterator[tuple[int, Heading]]:
        return ((column, heading) for column, heading in enumerate(self.meant) if heading)


def headings_of(headers: Sequence[str], reading: Reading) -> Headings:
    """Return what the columns of these headers are for. Made once a sheet, and handed on with its cells."""
    said = tuple(_words_said(headers, reading))
    meant = [_by_itself(header) for header in headers]
    for each in said:
        for column in each.columns:
            meant[column] = each.heading
    of_said = {column for each in said for column in each.columns}
    standing = _standing_for_id(headers, meant, of_said)
    if standing is not None:
        meant[standing] = Heading(Role.ID)
    if reading.ignore_unknown:
        meant = [
            heading or _ignored_if_unknown(header) for header, heading in zip(headers, meant, strict=True)
        ]
    return Headings(tuple(headers), tuple(meant), said, standing is not None, reading.ignore_unknown)


def _standing_for_id(
    headers: Sequence[str], meant: Sequence[Heading | None], said: Collection[int]
) -> int | None:
    """Return the column that says by its name which assistant a row is about, where no column holds ids.

    `Assistent` comes before `Name`, which is a field, too; of two that are alike neither is taken.
    """
    if any(heading and heading.role is Role.ID for heading in meant):
        return None
    free = (
        column for column in range(len(headers)) if column not in said and may_stand_for_id(headers[column])
    )
    plain: list[int] = []
    fields: list[int] = []
    for column in free:
        (fields if meant[column] else plain).append(column)
    found = plain or fields
    others = any(heading and heading.field for column, heading in enumerate(meant) if column not in found)
    return found[0] if len(found) == 1 and others else None


def _ignored_if_unknown(header: str) -> Heading | None:
    """Return that a column is left out which means nothing; None where there is no header."""
    return Heading(Role.IGNORED) if header.strip() else None


def says_something(reading: Reading) -> Callable[[str], bool]:
    """Return whether a header means something to us or to the user; for guessing the delimiter."""
    names = {*known_names(), *map(key_of, (*reading.map, *reading.ignore)), *ACCOUNT_NAMES}

    def is_known(header: str) -> bool:
        if key_of(header) in names or base_of(header) is not None:
            return True
        return not set(header) & set(",;|\t") and meaning(header) is not None

    return is_known


def called(headers: Sequence[str], column: int) -> str:
    """Return how a command names this column: its header where it is plain, else its letter."""
    header = headers[column]
    is_plain = header == printable(header).strip() and 0 < len(header) <= LONGEST_SHOWN
    is_plain = is_plain and not re.search(r"[,=\"']|^column:", header, re.IGNORECASE)
    if is_plain and _key_counts(tuple(headers))[key_of(header)] == 1:
        return header
    return f"column:{column_letters(column)}"


def said_of(columns: Sequence[Column]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what `map` and `ignore` have to say so that columns read again are for what these are."""
    headers = [column.header for column in columns]
    mapped: dict[str, str] = {}
    ignored: list[str] = []
    for index, column in enumerate(columns):
        heading = Heading(column.role, column.field, column.path, column.operation)
        if column.role is Role.IGNORED and any(column.texts):
            ignored.append(called(headers, index))
        elif (name := _name_of(heading)) and heading != _by_itself(column.header):
            mapped[called(headers, index)] = name
    return mapped, tuple(ignored)


def _name_of(heading: Heading) -> str | None:
    return ACCOUNT if heading.role is Role.ACCOUNT else heading.name


@lru_cache(1)
def _key_counts(headers: tuple[str, ...]) -> Counter[str]:
    return Counter(map(key_of, headers))


def _by_itself(header: str) -> Heading | None:
    return Heading(Role.OWN) if header.strip().startswith("_") else _meant_by(header)


def _meant_by(name: str) -> Heading | None:
    """Return what a name means: the account, or what it is of an assistant."""
    return meaning(name) or (Heading(Role.ACCOUNT) if normalize(name) in ACCOUNT_NAMES else None)


def _words_said(headers: Sequence[str], reading: Reading) -> Iterator[Said]:
    """Yield the user's word about columns; the later beats the earlier."""
    for name, target in reading.map.items():
        yield Said("map", name, target, _meant_by(target), tuple(_columns_named(name, headers)))
    for name in reading.ignore:
        yield Said("ignore", name, "", Heading(Role.IGNORED), tuple(_columns_ignored(name, headers)))


def _columns_named(name: str, headers: Sequence[str]) -> list[int]:
    """Return the columns of this header, or the one of this letter: `column:C`."""
    key = key_of(name)
    found = [column for column, header in enumerate(headers) if key_of(header) == key]
    letters = _LETTERS(name.strip())
    if found or letters is None:
        return found
    column = int(reduce(lambda sum, letter: 26 * sum + ord(letter) - 64, letters[1].upper(), 0)) - 1
    return [column] if column < len(headers) else []


def _columns_ignored(name: str, headers: Sequence[str]) -> list[int]:
    """Return the columns of a name, or of several with commas between them, unless one of those is nowhere."""
    found = _columns_named(name, headers)
    if found:
        return found
    parts = [_columns_named(part, headers) for part in name.split(",")]
    return [column for columns in parts for column in columns] if all(parts) else []
