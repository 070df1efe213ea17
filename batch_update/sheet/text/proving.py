"""Owns the proof that pandas reads a block of a CSV as it stands.

pandas pads records that are too short, and its low-memory mode loses cells of a record that is too long and
happens to come first in a chunk. So each block is parsed on its own below a guard record as wide as the header:
longer records raise, and shorter ones show in a count of delimiters. A block's end is a record's end, since pandas
raises where a quote is open there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from batch_update.sheet.formulas import rearm
from batch_update.sheet.text.feed import count_of

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

_JOINER = "\u2060".encode()
_guards_in = re.compile(rb"[\n\r\",;|\t]'").search


@dataclass(frozen=True, slots=True)
class Form:
    """How the header's record is written, and so all others unless something is wrong."""

    delimiter: str
    width: int
    newline: str


@dataclass(frozen=True, slots=True)
class Proved:
    """The records of a block, each of which is certain to be as wide as the header."""

    columns: list[list[str]]
    begins: Integers
    """the line on which each record begins, from 0"""
    lines: int
    """that the block has"""

    def __len__(self) -> int:
        return len(self.begins)


Prove = Callable[[bytes, Form], Proved | None]


def prove(block: bytes, form: Form) -> Proved | None:
    """Return the records of a block, parsed by pandas; None where it is not certain that all are as they stand."""
    if b"\0" in block or block.endswith(b"\r"):
        return None  # of a carriage return at the end it is not known here what comes behind it
    guarded = _guarded(block, form)
    data = np.frombuffer(guarded, dtype=np.uint8, offset=form.width)
    if not _is_proper(block, data, form):
        return None
    columns = _parse(guarded, form)
    if columns is None:
        return None
    records, inside = len(columns[0]), _inside_quotes(block)
    if _may_hold_a_row(inside, form) or not _adds_up(block, inside, records, form):
        return None
    if _may_be_guarded(block):
        columns = [[rearm(cell) for cell in column] for column in columns]
    begins = _record_begins(data, records) if b"\n" in inside else np.arange(records, dtype=np.int64)
    return Proved(columns, begins, records + inside.count(b"\n"))


def _guarded(block: bytes, form: Form) -> bytes:
    """Return the block below a record that is as wide as the header, with a line end at its end."""
    guard = b"0" + form.delimiter.encode() * (form.width - 1) + b"\n"
    return guard + block if block.endswith(b"\n") else guard + block + b"\n"


def _is_proper(block: bytes, data: Bytes, form: Form) -> bool:
    """Whether quotes and carriage returns stand only where a proper writer puts them."""
    if b"\r" in block and _has_lone_returns(data):
        return False
    return b'"' not in block or not _has_odd_quotes(data, form.delimiter.encode())


def _inside_quotes(block: bytes) -> bytes:
    """Return what lies inside cells: between every second quote and the next."""
    return b"".join(block.split(b'"')[1::2]) if b'"' in block else b""


def _may_hold_a_row(inside: bytes, form: Form) -> bool:
    """Whether a line inside a cell begins as a row does."""
    return (
        b"\n" in inside and re.search(rb"\n[0-9]+" + re.escape(form.delimiter.encode()), inside) is not None
    )


def _adds_up(block: bytes, inside: bytes, records: int, form: Form) -> bool:
    """Whether there are as many delimiters as so many whole records have, and all lines end alike: a line end that
    differs may have torn a record."""

    def count(sign: bytes) -> int:
        return count_of(block, sign) - inside.count(sign)

    # No carriage return stands alone here, so that each is one of a line end.
    returns_wanted = count(b"\n") if form.newline == "\r\n" else 0
    return count(b"\r") == returns_wanted and count(form.delimiter.encode()) == (form.width - 1) * records


def _may_be_guarded(block: bytes) -> bool:
    """Whether a cell may have been written so that no program takes it for a formula. One byte is looked for first."""
    if b"'" in block and (block[:1] == b"'" or _guards_in(block)):
        return True
    return _JOINER[:1] in block and _JOINER in block


class _Buffer:
    """Bytes for pandas' C parser, which needs no more than `read`: those of an io.BytesIO it would have decoded first,
    and then encoded again."""

    mode = "r"
    """else pandas would have them decoded all the same"""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


def _parse(guarded: bytes, form: Form) -> list[list[str]] | None:
    """Return the cells of a block below its guard, by column; None where a record is too long or a quote is open."""
    try:
        frame = pd.read_csv(
            cast(io.BytesIO, _Buffer(guarded)),
            sep=form.delimiter,
            dtype=object,
            header=None,
            index_col=False,
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
            engine="c",
        )
    except pd.errors.ParserError:
        return None
    columns = [frame[column].to_numpy().tolist() for column in range(form.width)]
    for column in columns:
        del column[0]
    return columns


def _record_begins(data: Bytes, records: int) -> Integers:
    """Return the line on which each record of a block begins; only there is a line break outside of quotes."""
    breaks = np.flatnonzero(data == ord("\n"))
    inside = np.searchsorted(np.flatnonzero(data == ord('"')), breaks) % 2
    return np.flatnonzero(inside == 0)[:records]


def _has_lone_returns(data: Bytes) -> bool:
    """Whether a carriage return stands without a line feed: pandas ends a record there, and its lines are counted."""
    return bool((data[np.flatnonzero(data == ord("\r")) + 1] != ord("\n")).any())


def _has_odd_quotes(data: Bytes, delimiter: bytes) -> bool:
    """Whether a quote stands where no proper writer puts one: then the csv module judges each record.

    With every quote before it counted, a quote is outside a quoted cell if their number is even: it must begin the
    cell, or follow another quote. If it is odd it must end the cell, or be followed by another quote. `data` begins
    and ends with a line break.
    """
    at = np.flatnonzero(data == ord('"'))
    proper = np.zeros(256, dtype=bool)
    proper[[ord(delimiter), ord("\n"), ord("\r"), ord('"')]] = True
    return not (proper[data[at[0::2] - 1]].all() and proper[data[at[1::2] + 1]].all())
