"""Owns CSV and TSV on their way in: block by block where pandas is proved right, and record by record where not.

A block that fails its proof is tried again in smaller ones, and the smallest that fail go through the csv module.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import BinaryIO

import numpy as np

from batch_update.errors import SheetError
from batch_update.fields.cells import CellError, read_id
from batch_update.model.sheets import Dialect, Problem, Severity, Surroundings
from batch_update.sheet.collecting import MOST_SHOWN, RowCollector
from batch_update.sheet.extent.header_row import Beginning, Rows, find_beginning
from batch_update.sheet.formulas import rearm
from batch_update.sheet.headers import Headings, headings_of, says_something
from batch_update.sheet.manner import Reading
from batch_update.sheet.table import Table, is_blank, require_height, require_width
from batch_update.sheet.text.dialect import (
    each_line,
    find_decimal,
    find_delimiter,
    find_encoding,
    newline_of,
    sep_line,
)
from batch_update.sheet.text.feed import Feed, Lines, utf8_of
from batch_update.sheet.text.proving import Form, Prove, Proved, prove
from batch_update.text import excerpt


def read_delimited(
    file: BinaryIO, name: str, reading: Reading, format: str, *, prove: Prove = prove
) -> Table:
    """Return a CSV or TSV as a table. Raises SheetError (S103, S104, S105, S111) where it cannot be one."""
    codec = find_encoding(name, file, reading.encoding)
    with utf8_of(file, codec) as stream, _long_cells(reading.limits.longest_cell):
        feed = Feed(stream, reading.limits)
        sep = sep_line(feed.head())
        if sep:
            feed.line()
        head = feed.head()
        delimiter = find_delimiter(head, reading.delimiter or (sep and sep[1]), says_something(reading))
        beginning = find_beginning(_records_of(head, delimiter), reading, name)
        header, rows = _read_table(
            feed, name, reading, delimiter, beginning=beginning, first_line=2 if sep else 1, prove=prove
        )
    numbers = [rows.columns[column] for column in header.headings.of_kind("number")]
    decimal = find_decimal(numbers, delimiter, reading.decimal)
    dialect = Dialect(format, codec, delimiter, decimal, header.newline)
    table = rows.table(dialect, header.headings, header.number, lines=True)
    return replace(table, around=Surroundings(beginning.above if beginning else ""))


def _records_of(text: str, delimiter: str) -> Rows:
    """Yield number and cells of the first records; fewer where the text is no CSV under this delimiter."""
    try:
        for number, record in enumerate(csv.reader(each_line(text), delimiter=delimiter), 1):
            yield number, [rearm(cell) for cell in record]
    except csv.Error:  # a cell beyond all measure: where the file is read, it is told
        return


@dataclass(frozen=True, slots=True)
class _Header:
    number: int
    """of its row"""
    headings: Headings
    newline: str
    """how its line ends, and so all others unless something is wrong"""
    blank_rows: int
    """above it"""


def _read_table(
    feed: Feed,
    name: str,
    reading: Reading,
    delimiter: str,
    *,
    beginning: Beginning | None,
    first_line: int,
    prove: Prove,
) -> tuple[_Header, RowCollector]:
    """Return the header and the rows below it; `beginning`: where it was found, or None for the first row that is not
    blank."""
    lines = Lines(feed)
    try:
        header = _header(lines, name, reading, delimiter, beginning)
        width = len(header.headings.headers)
        require_width(name, width, reading.limits)
        rows = RowCollector(width, name, reading.limits, blank_rows=header.blank_rows)
        body = _Body(rows, header, delimiter, line=first_line + lines.taken)
    except csv.Error:
        raise _cell_too_long(name, lines.taken + 1, reading) from None
    try:
        while block := feed.block():
            if not (body.add_proved(block, prove) or feed.take_back(block)):
                body.add_carefully(block, feed)
    except csv.Error:
        raise _cell_too_long(name, body.line, reading) from None
    return header, rows


def _header(
    lines: Lines, name: str, reading: Reading, delimiter: str, beginning: Beginning | None
) -> _Header:
    """Return the record that names the columns. Raises csv.Error; SheetError S105 where all are blank."""
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
        raw = lines.take()
        require_height(name, number, reading.limits)
        if all(map(is_blank, cells)) or (beginning and number < beginning.number):
            continue
        if _is_misquoted(raw, delimiter):
            raise SheetError(
                f"{name}, row {number}: a quote in the header is not closed or stands in the wrong place",
                code="S111",
            )
        is_joined = beginning is not None and beginning.is_joined
        headers = beginning.headers if beginning and is_joined else [rearm(cell) for cell in cells]
        blank_rows = beginning.blank_rows if beginning else number - 1
        return _Header(number, headings_of(headers, reading), newline_of(raw[-1][-2:]), blank_rows)
    raise SheetError(f"{name} is empty", code="S105")


class _Body:
    """The records below the header, with their true numbers and lines."""

    def __init__(self, rows: RowCollector, header: _Header, delimiter: str, *, line: int) -> None:
        self.line = line
        """where the next record begins"""
        self._number = header.number + 1
        """of the next record"""
        self._rows = rows
        self._form = Form(delimiter, len(rows.columns), header.newline)
        self._id = next(iter(header.headings.ids()), None)
        self._ends_oddly = False
        """whether the line of the record before ends in another way than the header's"""

    def add_proved(self, block: bytes, prove: Prove) -> bool:
        """Add a block that is proved to be as it stands; False, and nothing is added, where it is not."""
        found = None if self._ends_oddly else prove(block, self._form)
        if found is not None:
            self._extend(found)
        return found is not None

    def _extend(self, found: Proved) -> None:
        index = np.arange(len(found), dtype=np.int64)
        self._rows.extend(found.columns, self._number + index, self.line + found.begins)
        self._number += len(found)
        self.line += found.lines

    def add_carefully(self, block: bytes, feed: Feed) -> None:
        """Add a block record by record. Raises csv.Error for cells beyond all measure."""
        lines = Lines(feed, block)
        for cells in csv.reader(lines, delimiter=self._form.delimiter):
            self._add_record([rearm(cell) for cell in cells], lines.take())

    def _add_record(self, cells: list[str], raw: list[str]) -> None:
        index, goes_on, is_whole = len(self._rows), self._goes_on(cells), raw[-1][-1:] in "\r\n"
        self._rows.add(cells, self._number, self.line, problems=self._problems(cells, raw), is_whole=is_whole)
        if goes_on and index and len(self._rows) > index:
            self._rows.tear(index)
        self._ends_oddly = is_whole and newline_of(raw[-1][-2:]) != self._form.newline
        self._number += 1
        self.line += len(raw)

    def _problems(self, cells: list[str], raw: list[str]) -> list[Problem]:
        """Return what is wrong with the quotes of a record, which stands in these lines."""
        if _is_misquoted(raw, self._form.delimiter):
            return [_misquoted(raw)]
        if len(raw) > 1 and len(cells) == self._form.width:
            return _swallowed(cells, raw, self._form.delimiter)
        return []

    def _goes_on(self, cells: Sequence[str]) -> bool:
        """Whether this seems to be the rest of the record before, which a line break inside a cell has torn off."""
        if self._id is None or (len(cells) == self._form.width and not self._ends_oddly):
            return False
        id = cells[self._id].strip() if self._id < len(cells) else "?"
        return not _is_id(id) if id else self._ends_oddly


@lru_cache(4096)  # of a sheet that is broken throughout, each row is asked about
def _is_id(text: str) -> bool:
    try:
        return read_id(text) > 0
    except CellError:
        return False


# ---------------------------------------------------------------- quotes


def _is_misquoted(raw: Sequence[str], delimiter: str) -> bool:
    """Whether a quote in these lines of one record is not closed or stands in the wrong place."""
    if '"' not in "".join(raw):
        return False
    try:
        for _ in csv.reader(raw, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _misquoted(raw: Sequence[str]) -> Problem:
    return Problem(
        "S111",
        "a quote is not closed or stands in the wrong place",
        given=excerpt("".join(raw).rstrip("\r\n"), MOST_SHOWN),
        wanted='quotes around the whole cell, and "" for each quote inside',
    )


def _swallowed(cells: Sequence[str], raw: Sequence[str], delimiter: str) -> list[Problem]:
    """Return a warning where a line inside a cell would be a record, and begins with an id like the row's own.

    A quote before a value and another one rows further down are proper quotes, and all between them is one cell.
    """
    own = cells[0].strip()
    for line in raw[1:] if own.isdigit() else ():
        id, _, _ = line.partition(delimiter)
        is_alike = id.isdigit() and abs(len(id) - len(own)) <= 1
        if is_alike and line.count(delimiter) == len(cells) - 1:
            return [_row_inside(id, _column_with_line(cells, id + delimiter))]
    return []


def _column_with_line(cells: Sequence[str], begin: str) -> int | None:
    """Return the column of the first cell in which a line other than the first begins so."""
    holds = (any(part.startswith(begin) for part in cell.splitlines()[1:]) for cell in cells)
    return next((column for column, found in enumerate(holds) if found), None)


def _row_inside(id: str, column: int | None) -> Problem:
    return Problem(
        "S118",
        "the cell goes on over several lines, and one of them looks like a row of its own",
        Severity.WARNING,
        column=column,
        given=f"a line that begins with {id}",
    )


# ---------------------------------------------------------------- cells beyond all measure


def _cell_too_long(name: str, line: int, reading: Reading) -> SheetError:
    return SheetError(
        f"{name}, line {line}: a cell or line is longer than {reading.limits.longest_cell:,} characters",
        code="S111",
        remedy="A quote is probably never closed there, or the file is no CSV.",
    )


@contextmanager
def _long_cells(longest: int) -> Iterator[None]:
    """Let the csv module take cells of this length: by itself it refuses those of 131,072 characters."""
    before = csv.field_size_limit(longest)
    try:
        yield
    finally:
        csv.field_size_limit(before)
