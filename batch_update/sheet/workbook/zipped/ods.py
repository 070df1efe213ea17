"""Owns .ods on its way in: the XML of OpenDocument spreadsheets (ISO/IEC 26300)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.worksheets import (
    MOST_SHEETS,
    OVER_A_COLUMN,
    Budget,
    Cell,
    Held,
    Listed,
    Typed,
    Workbook,
    Worksheet,
)
from batch_update.sheet.workbook.zipped.archives import Archive, encrypted, readable
from batch_update.sheet.workbook.zipped.markup import Watch
from batch_update.sheet.workbook.zipped.packages import Package
from batch_update.sheet.workbook.zipped.paragraphs import (
    DRAW,
    OFFICE,
    STYLE,
    TABLE,
    TEXT,
    Paragraphs,
    parsed_duration,
)
from batch_update.sheet.workbook.zipped.xlsx_cells import column_of

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_UNSEEN = ("collapse", "filter")
"""hidden by hand or in a group that is folded, and left out by a filter"""
_NAMES = {OFFICE: "office", TABLE: "table", TEXT: "text", STYLE: "style", DRAW: "draw"}
_MOST_REPEATED = 1 << 24
"""times that a row or a cell may be repeated: sixteen times as many rows as any program knows"""
_ERRORS = ("#", "Err:")
"""how what a failed formula shows begins; older programs write a 0 as its value"""
_SUM = re.compile(rf"of:={OVER_A_COLUMN}\[\.\$?([A-Z]{{1,3}})\$?[0-9]+:").match
_CELLS = ("table:table-cell", "table:covered-table-cell")


def open_ods(archive: Archive, name: str, limits: Limits) -> Workbook:
    """List the tables of an OpenDocument spreadsheet. SheetError S108 where it cannot be read, S103 if too large."""
    package, budget = Package(archive, name), Budget(name, limits)
    tables = _TablesWatch()
    with readable(name):
        if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
            raise encrypted(name)
        package.follow(_CONTENT, tables, namespaces=True)
    sheets = tables.listed()

    def fill(number: int, sheet: Worksheet) -> None:
        with readable(name):
            package.follow(_CONTENT, _CellsWatch(sheet, number), namespaces=True)

    return Workbook(name, sheets, budget, limits, fill)


class _OpenWatch(Watch):
    """Calls names by the usual prefixes, whichever the file has, and knows tables from those inside of others."""

    def __init__(self) -> None:
        self.depth = 0
        self.table = -1
        """number of the table that is followed"""
        self._table_at = self._sheet_at = 0

    def name_of(self, full: str) -> str:
        address, _, name = full.rpartition(" ")
        return f"{_NAMES.get(f'{address} ', '')}:{name}"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if tag == "office:spreadsheet":
            self._sheet_at = self.depth
        elif tag == "table:table" and self._sheet_at and self.depth == self._sheet_at + 1:
            self.table += 1
            self._table_at = self.depth

    def end(self, tag: str) -> None:
        if self.depth == self._table_at:
            self._table_at = 0
        self.depth -= 1

    @property
    def begins_table(self) -> bool:
        """Whether the element that just began is a table of the spreadsheet."""
        return self.depth == self._table_at

    @property
    def in_table(self) -> bool:
        return self._table_at > 0


class _TablesWatch(_OpenWatch):
    """Follows tables, and the styles that hide them."""

    def __init__(self) -> None:
        super().__init__()
        self._tables: list[tuple[str, str]] = []
        """name and style"""
        self._hiding: set[str] = set()
        self._style = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "style:style":
            self._style = attributes.get(STYLE + "name", "")
        elif tag == "style:table-properties" and attributes.get(TABLE + "display") == "false":
            self._hiding.add(self._style)
        elif tag == "table:table" and self.begins_table:
            self._tables.append(
                (attributes.get(TABLE + "name", ""), attributes.get(TABLE + "style-name", ""))
            )
            if len(self._tables) > MOST_SHEETS:
                raise ValueError("tables without end")
        elif tag in _CELLS:
            self.found += len(attributes) > 0

    def listed(self) -> tuple[Listed, ...]:
        return tuple(Listed(name, style not in self._hiding) for name, style in self._tables)


class _CellsWatch(_OpenWatch):
    """Follows the rows and cells of one table, each of which may stand for many like it."""

    def __init__(self, sheet: Worksheet, number: int) -> None:
        super().__init__()
        self._sheet = sheet
        self._number = number
        self._row, self._down = 0, 1
        self._column, self._across, self._next_column = 0, 1, 0
        self._attributes: dict[str, str] = {}
        """of the cell that is followed"""
        self._cell_at = 0
        self._listens = False
        self._shown = Paragraphs()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if self.table != self._number or not self.in_table:
            return
        if self._cell_at:
            self._shown.start(tag, attributes, self.depth - self._cell_at)
            self._listens = self._shown.listens
        elif tag == "table:table-column":
            self._start_columns(attributes)
        elif tag == "table:table-row":
            self._down = _times(attributes, "number-rows-repeated")
            self._column, self._across = 0, 0
            if attributes.get(TABLE + "visibility") in _UNSEEN:
                self._sheet.hidden.rows.add(self._row, self._row + self._down)
        elif tag in _CELLS:
            self._column += self._across
            self._across = _times(attributes, "number-columns-repeated")
            self._attributes, self._cell_at = attributes, self.depth
            self.found += OFFICE + "value-type" in attributes

    def text(self, text: str) -> None:
        if self._listens:
            self._shown.add(text)

    def end(self, tag: str) -> None:
        if self._cell_at and self.depth == self._cell_at:
            self._end_cell(self._shown.taken())
            self._cell_at, self._listens = 0, False
        elif self._cell_at:
            self._shown.end(tag, self.depth - self._cell_at)
            self._listens = self._shown.listens
        elif tag == "table:table-row" and self.table == self._number and self.in_table:
            self._row += self._down
        elif tag == "table:table" and self.table == self._number and self.begins_table:
            self._sheet.ends()
        super().end(tag)

    def _start_columns(self, attributes: dict[str, str]) -> None:
        first = self._next_column
        self._next_column += _times(attributes, "number-columns-repeated")
        if attributes.get(TABLE + "visibility") in _UNSEEN:
            self._sheet.hidden.columns.add(first, self._next_column)

    def _end_cell(self, shown: str | None) -> None:
        cell = _cell(self._attributes, shown)
        self._sheet.add(self._row, self._column, cell, down=self._down, across=self._across)
        if (over := _SUM(self._attributes.get(TABLE + "formula", ""))) and column_of(over[1]) == self._column:
            self._sheet.sum_at(self._row, self._column)
        wide = _times(self._attributes, "number-columns-spanned")
        high = _times(self._attributes, "number-rows-spanned")
        if wide > 1 or high > 1:
            self._sheet.merge(self._row, self._row + high - 1, self._column, self._column + wide - 1)


def _times(attributes: dict[str, str], name: str) -> int:
    """Return how often a row or a cell is repeated, or how far it reaches. Raises ValueError for what is no count."""
    text = attributes.get(TABLE + name)
    if text is None:
        return 1
    number = int(text)
    if number < 0:
        raise ValueError("a count below 0")
    return max(1, min(number, _MOST_REPEATED))


# ---------------------------------------------------------------- what a cell holds


def _cell(attributes: dict[str, str], shown: str | None) -> Cell:
    """Return what a cell holds and shows. Raises ValueError or KeyError where it is not what it says."""
    kind = attributes.get(OFFICE + "value-type")
    if kind is None or kind == "void":
        # A formula whose result is empty has an empty paragraph, one that was never calculated has none.
        return None if shown is None and TABLE + "formula" in attributes else shown or ""
    if kind == "string":
        return _with_white_space(attributes.get(OFFICE + "string-value", ""), shown or "")
    if shown is not None and shown.startswith(_ERRORS):
        return shown
    held = _held(kind, attributes)
    is_plain = kind == "float" and (shown is None or shown == f"{held:.15g}")
    return float(held) if is_plain and isinstance(held, float) else Typed(held, "", shown)


def _with_white_space(value: str, shown: str) -> str:
    """Return what a cell of text shows, with the white space of its value: there it need not be written as elements.

    But in an attribute a line break that is not written as a number is a space.
    """
    if not value or not shown or "".join(value.split()) != "".join(shown.split()):
        return shown or value
    return shown if "\n" in shown and "\n" not in value else value


def _held(kind: str, attributes: dict[str, str]) -> Held:
    if kind == "boolean":
        return attributes[OFFICE + "boolean-value"] == "true"
    if kind == "date":
        return _date_or_time(attributes[OFFICE + "date-value"])
    if kind == "time":
        return _time_of(parsed_duration(attributes[OFFICE + "time-value"]))
    if kind in ("float", "percentage", "currency"):
        return float(attributes[OFFICE + "value"])
    raise ValueError(f"cells of kind {kind[:20]}")


def _date_or_time(text: str) -> date:
    """Return a date, with a time where there is one. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if "T" in text else moment.date()


def _time_of(since_midnight: timedelta) -> time | timedelta:
    """Return a time of day, or a duration where it is none."""
    if not timedelta() <= since_midnight < timedelta(days=1):
        return since_midnight
    return (datetime.min + since_midnight).time()
