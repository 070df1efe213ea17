"""The tables of a journal: append only, each line sealed with a checksum over its number and values."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterator
from functools import cache
from typing import Any

from batch_update.model import Json

APPLICATION = 0x42554A4C
"""BUJL: marks the file as a journal of this program."""
VERSION = 3
"""Raised when what stands there has another form."""

TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    # what the run is about, in one line: the sheet without its rows, the plan's account, counts of all below
    "run": (("data", "TEXT"),),
    # the rows of the sheet, verbatim and in its order
    "sheet_row": (("data", "TEXT"),),
    "problem": (("data", "TEXT"),),
    # `row` is the index of the first row that a change settles, and its name in the log
    "change": (("row", "INTEGER"), ("assistant", "INTEGER"), ("data", "TEXT")),
    # what happened, in its order: a JSON list of entries, one line for all that is written down at once, since
    # that is quicker than one for each
    "log": (("data", "TEXT"),),
}
"""Table -> its columns. Beside them each has `n`, which counts its lines from 1, and `seal`."""

ATTEMPT, OUTCOME, EVENT, SESSION, ENDING = "attempt", "outcome", "event", "session", "ending"
"""Kinds of entries in the log."""

Value = str | int

Entry = tuple[int, str, int, Json]
"""Session, kind, row and what is told of it. Sessions are counted from 1: one for apply, one more for each resume; what
the plan itself settles belongs to session 0. An entry that is about no row has row -1."""


def statements() -> Iterator[str]:
    """The SQL that makes an empty journal."""
    yield f"PRAGMA application_id = {APPLICATION}"
    yield f"PRAGMA user_version = {VERSION}"
    for table, columns in TABLES.items():
        inner = ", ".join(f"{name} {kind} NOT NULL" for name, kind in columns)
        yield f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, {inner}, seal INTEGER NOT NULL) STRICT"


@cache
def insertion(table: str) -> str:
    """The SQL that adds a line; its values as `sealed` gives them."""
    names = ["n", *(name for name, _ in TABLES[table]), "seal"]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def selection(table: str) -> str:
    """The SQL that reads all lines in the order in which they were written, each as `sealed` gave it."""
    names = [name for name, _ in TABLES[table]]
    return f"SELECT n, {', '.join(names)}, seal FROM {table} ORDER BY n"


def sealed(n: int, *values: Value) -> tuple[Value, ...]:
    """The line: its number, its values and their checksum."""
    return (n, *values, crc32("\x1f".join(map(str, (n, *values))).encode()))


def is_whole(line: tuple[Any, ...]) -> bool:
    """Whether the last value is the checksum of those before it."""
    return sealed(*line[:-1]) == line
