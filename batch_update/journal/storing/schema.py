"""The tables of a journal: append only, each line sealed with a checksum."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any

from batch_update.model.as_json import dump
from batch_update.model.sheets import Json
from batch_update.strict_json import read_own_json

APPLICATION = 0x42554A4C
"""BUJL: marks the file as a journal of this program."""
VERSION = 4
"""Raised when what stands there has another form."""

TABLES = (
    "run",  # what it is about, in one entry: the sheet without its rows, the plan's account, counts of all below
    "sheet_row",  # the rows of the sheet, verbatim and in its order
    "problem",
    "change",
    "log",  # what happened, in its order
)
"""Each has the columns `n`, which counts its lines from 1, `data`, a JSON list of entries, and `seal`, the checksum of
both. A line holds all that is written down at once, since that is quicker than a line for each entry."""

MOST_IN_LINE = 256
"""Entries in one line."""

ATTEMPT, OUTCOME, EVENT, SESSION, ENDING = "attempt", "outcome", "event", "session", "ending"
LOSS = "loss"
"""Kinds of entries in the log. A loss says that what stood between it and the entry before is gone."""

LogEntry = tuple[int, str, int, Json]
"""One of the log: session, kind, row and what is told of it. Sessions are counted from 1: one for apply, one more for
each resume; what the plan itself settles belongs to session 0. `row` is the index of a row, for an attempt of the first
row that its change settles; -1 where it is about none."""


class Damaged(ValueError):
    """Something in the journal is not as it was written there."""


def statements() -> Iterator[str]:
    """Yield the SQL that makes an empty journal."""
    yield f"PRAGMA application_id = {APPLICATION}"
    yield f"PRAGMA user_version = {VERSION}"
    for table in TABLES:
        yield f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, data TEXT NOT NULL, seal INTEGER NOT NULL) STRICT"


def insertion(table: str) -> str:
    """Return the SQL that adds a line, as `lines_of` gives it."""
    return f"INSERT INTO {table} (n, data, seal) VALUES (?, ?, ?)"


def selection(table: str) -> str:
    """Return the SQL that reads all lines in the order in which they were written, as `entries_of_lines` takes them."""
    return f"SELECT n, data, seal FROM {table} ORDER BY n"


def lines_of(entries: Iterable[Json], *, after: int = 0) -> Iterator[tuple[int, str, int]]:
    """Yield the lines that hold these entries, in a table that has so many."""
    left = iter(entries)
    for n in count(after + 1):
        if not (some := list(islice(left, MOST_IN_LINE))):
            return
        yield sealed(n, dump(some))


def sealed(n: int, data: str) -> tuple[int, str, int]:
    """Return the line; the checksum is over its number, too."""
    return n, data, crc32(f"{n} {data}".encode())


Stored = tuple[int, str, int]
"""A line as it is stored: n, data and seal."""


def entries_of_lines(table: str, lines: Iterable[Stored]) -> Iterator[Any]:
    """Yield the entries that these lines hold. Raises Damaged where a line is missing or not as it was written."""
    for expected, line in enumerate(lines, 1):
        yield from _entries_of(table, line, expected)


def data_of_some(table: str, lines: Iterable[Stored]) -> Iterator[str]:
    """Yield what some lines of a table hold, as it stands there. Raises Damaged where one is not as it was written."""
    for n, data, seal in lines:
        if (n, data, seal) != sealed(n, data):
            raise _altered(table, n)
        yield data


def entries_of_some(table: str, lines: Iterable[Stored]) -> Iterator[Any]:
    """Yield the entries of some lines of a table. Raises Damaged where one is not as it was written."""
    for line in lines:
        yield from _entries_of(table, line, line[0])


def _entries_of(table: str, line: Stored, expected: int) -> list[Any]:
    if line[0] != expected or line != sealed(*line[:2]):
        raise _altered(table, expected)
    entries = _read_data(table, line[1])
    if not (isinstance(entries, list) and entries):
        raise Damaged(f"line {expected} of the table {table} holds no entries")
    return entries


def _altered(table: str, n: int) -> Damaged:
    return Damaged(f"line {n} of the table {table} is not as it was written")


def _read_data(table: str, data: str) -> Json:
    try:
        return read_own_json(data)
    except ValueError as error:
        raise Damaged(f"a line of the table {table} is no JSON: {error}") from None
