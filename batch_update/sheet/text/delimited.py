"""Owns CSV and TSV on their way in: pandas parses them block by block, and each block is proved or read again.

pandas pads records that are too short, and its low-memory mode loses cells of a record that is too long and
happens to come first in a chunk. So each block is parsed on its own below a guard record as wide as the header:
longer records raise, and shorter ones show in a count of delimiters. A block that fails any proof is parsed again
in smaller ones, and the smallest that fail go through the csv module, record by record. A block's end is a record's
end, since pandas raises where a quote is open there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from batch_update.errors import SheetError
from batch_update.fields.cells import CellError, read_id
from batch_update.model.sheets import Dialect, Problem, Severity
from batch_update.settings.tunables import Settings
from batch_update.sheet.formulas import unguard
from batch_update.sheet.headers import ROWS_ABOVE, header_at, id_columns, number_columns, says_something
from batch_update.sheet.table import Rows, Table, excerpt, is_blank, require_height, require_width
from batch_update.sheet.text.dialect import (
    find_decimal,
    find_delimiter,
    find_encoding,
    first_records,
    newline_of,
    sep_line,
)
from batch_update.sheet.text.feed import LONGEST_CELL, Feed, Lines, count_of, utf8_of

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

_JOINER = "\u2060".encode()
_guards_in = re.compile(rb"[\n\r\",;|\t]'").search


def read_delimited(file: BinaryIO, name: str, settings: Settings, format: str) -> Table:
    """A CSV or TSV as a table. Raises SheetError (S103, S104, S105, S111) where it cannot be one."""
    codec = find_encoding(name, file, settings.encoding)
    with utf8_of(file, codec) as stream, _long_cells():
        feed = Feed(stream)
        sep = sep_line(feed.head())
        if sep:
            feed.line()
        head = feed.head()
        delimiter = find_delimiter(head, settings.delimiter or (sep and sep[1]), says_something(settings))
        above = header_at(first_records(head, delimiter, ROWS_ABOVE), settings) or 0
        body, header, header_row = _read(feed, name, settings, delimiter, above, first_line=2 if sep else 1)
        rows, newline = body.rows, body.newline
    decimal = find_decimal(
        [rows.columns[column] for column in number_columns(header, settings)], delimiter, settings.decimal
    )
    dialect = Dialect(format, codec, delimiter, decimal, newline)
    return rows.table(dialect, header, header_row, lines=True)


def _read(
    feed: Feed, name: str, settings: Settings, delimiter: str, above: int, *, first_line: int
) -> tuple[_Body, list[str], int]:
    """The rows below the header, the header and its row number; `above`: rows with something before it."""
    lines = Lines(feed)
    number, cells, newline = _header(lines, name, settings, delimiter, above)
    require_width(name, len(cells), settings)
    rows = Rows(len(cells), name, settings, blank_rows=number - 1 - above)
    body = _Body(rows, delimiter, newline, id_columns(cells, settings))
    body.number, body.line = number + 1, first_line + lines.taken
    try:
        while block := feed.block():
            if not (body.add_proved(block) or feed.take_back(block)):
                body.add_carefully(block, feed)
    except csv.Error:
        raise _too_long(name, body.line) from None
    return body, cells, number


def _header(
    lines: Lines, name: str, settings: Settings, delimiter: str, above: int
) -> tuple[int, list[str], str]:
    """Number, cells and line end of the first record that is not blank, after so many that are not the header."""
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            raw = lines.take()
            require_height(name, number, settings)
            if all(map(is_blank, cells)):
                continue
            if above:
                above -= 1
                continue
            if _is_misquoted(raw, delimiter):
                raise SheetError(
                    f"{name}, row {number}: a quote in the header is not closed or stands in the wrong place",
                    code="S111",
                    remedy="Write quotes inside a quoted cell twice.",
                )
            return number, [unguard(cell) for cell in cells], newline_of(raw[-1][-2:])
    except csv.Error:
        raise _too_long(name, lines.taken + 1) from None
    raise SheetError(f"{name} is empty", code="S105", remedy="The first row names the columns.")


class _Body:
    """The records below the header, with their true numbers and lines."""

    def __init__(self, rows: Rows, delimiter: str, newline: str, ids: Sequence[int]) -> None:
        self.rows = rows
        self.newline = newline
        """how the header's line ends, and so all others unless something is wrong"""
        self.number = 0
        """of the next record"""
        self.line = 0
        """where the next record begins"""
        self._delimiter = delimiter
        self._id = ids[0] if ids else None
        self._ends_oddly = False
        """whether the line of the record before ends in another way than the header's"""

    def add_carefully(self, block: bytes, feed: Feed) -> None:
        """Adds a block record by record. Raises csv.Error for cells beyond all measure."""
        lines = Lines(feed, block)
        reader = csv.reader(lines, delimiter=self._delimiter)
        for cells in reader:
            raw = lines.take()
            self._add_record([unguard(cell) for cell in cells], raw)

    def _add_record(self, cells: list[str], raw: list[str]) -> None:
        problems = [_misquoted(raw)] if _is_misquoted(raw, self._delimiter) else []
        if len(raw) > 1 and not problems and len(cells) == len(self.rows.columns):
            problems = _swallowed(cells, raw, self._delimiter)
        index, goes_on = len(self.rows), self._goes_on(cells)
        self.rows.add(cells, self.number, self.line, problems=problems, is_whole=raw[-1][-1:] in "\r\n")
        if goes_on and index and len(self.rows) > index:
            self.rows.tear(index)
        self._ends_oddly = raw[-1][-1:] in "\r\n" and newline_of(raw[-1][-2:]) != self.newline
        self.number += 1
        self.line += len(raw)

    def _goes_on(self, cells: Sequence[str]) -> bool:
        """Whether this seems to be the rest of the record before, which a line break inside a cell has torn off."""
        if self._id is None or (len(cells) == len(self.rows.columns) and not self._ends_oddly):
            return False
        id = cells[self._id].strip() if self._id < len(cells) else "?"
        return not _is_id(id) if id else self._ends_oddly

    def add_proved(self, block: bytes) -> bool:
        """Adds a block parsed by pandas, if it is certain that every record is as wide as the header."""
        width, delimiter = len(self.rows.columns), self._delimiter.encode()
        quoted = b'"' in block
        if b"\0" in block or block.endswith(b"\r") or self._ends_oddly:
            return False  # of a carriage return at the end it is not known here what comes behind it
        guarded = b"0" + delimiter * (width - 1) + b"\n" + block
        if not block.endswith(b"\n"):
            guarded += b"\n"
        data = np.frombuffer(guarded, dtype=np.uint8, offset=width)
        if (b"\r" in block and _lone_returns(data)) or (quoted and _odd_quotes(data, delimiter)):
            return False
        columns = _parse(guarded, delimiter, width)
        if columns is None:
            return False
        records = len(columns[0])
        # Between every second quote and the next lies what is inside cells.
        inside = b"".join(block.split(b'"')[1::2]) if quoted else b""
        if b"\n" in inside and re.search(rb"\n[0-9]+" + re.escape(delimiter), inside):
            return False  # a row might be in there
        # No carriage return stands alone here, so that each is one of a line end.
        ends, crlf = (count_of(block, end) - inside.count(end) for end in (b"\n", b"\r"))
        if crlf != (ends if self.newline == "\r\n" else 0):
            return False  # a line break may have torn a record
        if count_of(block, delimiter) - inside.count(delimiter) != (width - 1) * records:
            return False
        if _may_be_guarded(block):
            columns = [[unguard(cell) for cell in column] for column in columns]
        index = np.arange(records, dtype=np.int64)
        begins = _record_begins(data, records) if b"\n" in inside else index
        self.rows.extend(columns, self.number + index, self.line + begins)
        self.number += records
        self.line += records + inside.count(b"\n")
        return True


def _may_be_guarded(block: bytes) -> bool:
    """Whether a cell may have been written so that no program takes it for a formula. One byte is looked for first."""
    if b"'" in block and (block[:1] == b"'" or _guards_in(block)):
        return True
    return _JOINER[:1] in block and _JOINER in block


def _is_id(text: str) -> bool:
    try:
        return read_id(text) > 0
    except CellError:
        return False


class _Buffer:
    """Bytes for pandas' C parser, which needs no more than `read`: those of an io.BytesIO it would have decoded first,
    and then encoded again."""

    mode = "r"
    """else pandas would have them decoded all the same"""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


def _parse(guarded: bytes, delimiter: bytes, width: int) -> list[list[str]] | None:
    """The cells of a block below its guard, by column; None where pandas finds a record too long or an open quote."""
    try:
        frame = pd.read_csv(
            cast(io.BytesIO, _Buffer(guarded)),
            sep=delimiter.decode(),
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
    columns = [frame[column].to_numpy().tolist() for column in range(width)]
    for column in columns:
        del column[0]
    return columns


def _record_begins(data: Bytes, records: int) -> Integers:
    """The line on which each record of a block begins, from 0; only there is a line break outside of quotes."""
    breaks = np.flatnonzero(data == ord("\n"))
    inside = np.searchsorted(np.flatnonzero(data == ord('"')), breaks) % 2
    return np.flatnonzero(inside == 0)[:records]


def _lone_returns(data: Bytes) -> bool:
    """Whether a carriage return stands without a line feed: pandas ends a record there, and its lines are counted."""
    return bool((data[np.flatnonzero(data == ord("\r")) + 1] != ord("\n")).any())


def _odd_quotes(data: Bytes, delimiter: bytes) -> bool:
    """Whether a quote stands where no proper writer puts one: then the csv module judges each record.

    With every quote before it counted, a quote is outside a quoted cell if their number is even: it must begin the
    cell, or follow another quote. If it is odd it must end the cell, or be followed by another quote. `data` begins
    and ends with a line break.
    """
    at = np.flatnonzero(data == ord('"'))
    proper = np.zeros(256, dtype=bool)
    proper[[ord(delimiter), ord("\n"), ord("\r"), ord('"')]] = True
    return not (proper[data[at[0::2] - 1]].all() and proper[data[at[1::2] + 1]].all())


def _is_misquoted(raw: Sequence[str], delimiter: str) -> bool:
    if not any('"' in line for line in raw):
        return False
    try:
        for _ in csv.reader(raw, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _too_long(name: str, line: int) -> SheetError:
    return SheetError(
        f"{name}, line {line}: a cell or line is longer than {LONGEST_CELL:,} characters",
        code="S111",
        remedy="A quote is probably never closed there, or the file is no CSV.",
    )


def _misquoted(raw: Sequence[str]) -> Problem:
    return Problem(
        "S111",
        "a quote is not closed or stands in the wrong place",
        given=excerpt("".join(raw).rstrip("\r\n")),
        wanted='quotes around the whole cell, and "" for each quote inside',
        remedy="Write quotes inside a quoted cell twice.",
    )


def _swallowed(cells: Sequence[str], raw: Sequence[str], delimiter: str) -> list[Problem]:
    """A warning where the first line inside a cell that would be a record begins with an id like the row's own.

    A quote before a value and another one rows further down are proper quotes, and all between them is one cell.
    """
    own = cells[0].strip()
    for line in raw[1:] if own.isdigit() else ():
        id, _, _ = line.partition(delimiter)
        is_alike = id.isdigit() and abs(len(id) - len(own)) <= 1
        if is_alike and line.count(delimiter) == len(cells) - 1:
            begin = id + delimiter
            holds = (any(part.startswith(begin) for part in cell.splitlines()[1:]) for cell in cells)
            column = next((number for number, found in enumerate(holds) if found), None)
            return [_row_inside(id, column)]
    return []


def _row_inside(id: str, column: int | None) -> Problem:
    return Problem(
        "S118",
        "the cell goes on over several lines, and one of them looks like a row of its own",
        Severity.WARNING,
        column=column,
        given=f"a line that begins with {id}",
    )


@contextmanager
def _long_cells() -> Iterator[None]:
    """The csv module refuses cells of 131,072 characters; a prompt may be longer."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
