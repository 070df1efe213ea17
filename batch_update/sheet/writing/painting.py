"""Owns workbooks that are read: pages of values drawn with colors, filters and charts. Nothing in them is a formula.

A text that is longer than a cell may be goes on in a worksheet of its own, and its cell says where: nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any

from batch_update.sheet.writing.leaves import Cell, Head, Paint, Painted, TablePage, Value
from batch_update.sheet.writing.looks import ERROR, WARNING, lines_of_width
from batch_update.sheet.writing.worksheet import LONGEST_IN_WORKBOOK, without_unfit
from batch_update.text import column_letters

MOST_ROWS = (1 << 20) - 1
"""of a worksheet, below its header"""
_ROOM = LONGEST_IN_WORKBOOK - 200
"""Characters of a text that stand in a cell where it goes on elsewhere."""
_LONGEST_SHARED, _MOST_SHARED = 60, 5_000
"""Characters of a text that many rows may share, and how many cells are kept for those that follow."""
_LINE, _MOST_LINES = 15, 8
"""The height of a line of text, in points, and how many of them a row shows."""
_FILLS = {
    Paint.GOOD: {"bg_color": "#E2F0D9", "font_color": "#24572B"},
    Paint.QUIET: {"bg_color": "#EDEDED", "font_color": "#404040"},
    Paint.WARNING: WARNING,
    Paint.ERROR: ERROR,
    Paint.NONE: {},
}


@dataclass(frozen=True, slots=True)
class Continued:
    """The words of the worksheet on which long texts go on."""

    title: str
    headings: tuple[str, str, str]
    """of the cell where it begins, of its part, of the text"""
    words: str
    """ends the beginning of such a text, with places for how many characters are missing, the worksheet and the row"""


@dataclass(slots=True)
class Drawn:
    """A workbook that is being written."""

    book: Any
    continued: Continued
    parts: list[tuple[str, int, str]] = field(default_factory=list)
    """the rest of texts that are too long for their cells: the cell, which part, the text"""
    _formats: dict[tuple[str, Paint], Any] = field(default_factory=dict)

    def format(self, kind: str, paint: Paint = Paint.NONE) -> Any:
        """Return the format of a kind of cell: text, prose, number, head, or how a time is shown."""
        if (kind, paint) not in self._formats:
            self._formats[kind, paint] = self.book.add_format(_format_of(kind) | _FILLS[paint])
        return self._formats[kind, paint]

    def put(self, page: Any, row: int, column: int, cell: Cell, *, is_prose: bool = False) -> None:
        """Write a cell as what it is, and never as a formula, a link or another kind of value."""
        value, paint = cell if isinstance(cell, Painted) else (cell, Paint.NONE)
        if value is None or value == "":
            if paint is not Paint.NONE:
                page.write_blank(row, column, None, self.format("text", paint))
        elif isinstance(value, str):
            text = self.fitting(page, row, column, value)
            page.write_string(row, column, text, self.format("prose" if is_prose else "text", paint))
        elif isinstance(value, datetime):
            shown, zone = _local(value)
            page.write_datetime(row, column, shown, self.format(zone, paint))
        else:
            page.write_number(row, column, value, self.format("number", paint))

    def fitting(self, page: Any, row: int, column: int, value: str) -> str:
        """Return the text, or as much of it as the cell takes and where the rest stands."""
        text = without_unfit("", value)
        if 2 * len(text) <= LONGEST_IN_WORKBOOK or _units_of(text) <= LONGEST_IN_WORKBOOK:
            return text
        first, *rest = _pieces(text)
        place = len(self.parts) + 2
        cell = f"{page.get_name()}!{column_letters(column)}{row + 1}"
        self.parts += [(cell, number, part) for number, part in enumerate(rest, 2)]
        missing = sum(map(len, rest))
        return first + self.continued.words.format(f"{missing:,}", self.continued.title, place)


def draw_table(drawn: Drawn, table: TablePage) -> None:
    """Draw a worksheet that is one table."""
    page = drawn.book.add_worksheet(table.title)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, table.frozen)
    page.autofilter(0, 0, max(1, table.height), max(0, len(table.headings) - 1))
    letters = column_letters(max(0, len(table.headings) - 1))
    page.ignore_errors({"number_stored_as_text": f"A1:{letters}{MOST_ROWS + 1}"})
    for place, heading in enumerate(table.headings):
        page.set_column(place, place, heading.width, drawn.format("text"))
        page.write_string(0, place, without_unfit("", heading.title), drawn.format("head"))
    prose = [place for place, heading in enumerate(table.headings) if heading.is_prose]
    if drawn.book.constant_memory:
        written = _WrittenRows(drawn, page, len(table.headings), prose)
        for number, cells in enumerate(table.rows, 1):
            written.add(number, cells, _height(cells, prose, table.headings) if prose else 1)
        return
    for number, cells in enumerate(table.rows, 1):
        if prose:
            page.set_row(number, _LINE * _height(cells, prose, table.headings))
        for place, cell in enumerate(cells):
            drawn.put(page, number, place, cell, is_prose=place in prose)


class _WrittenRows:
    """The rows of a table as xlsxwriter would write them, put into the file that it keeps of a worksheet.

    That takes a fifth of the time. There is such a file where the book is not held in memory; all that is drawn in the
    usual way has to stand above.
    """

    def __init__(self, drawn: Drawn, page: Any, width: int, prose: Sequence[int]) -> None:
        page._write_single_row(1)  # the header, which it still holds
        self._drawn = drawn
        self._page = page
        self._columns = [column_letters(place) for place in range(width)]
        self._kinds = ["prose" if place in prose else "text" for place in range(width)]
        self._style = cache(lambda kind, paint: drawn.format(kind, paint)._get_xf_index())
        self._shared = lru_cache(_MOST_SHARED)(self._brief)

    def add(self, number: int, cells: Sequence[Cell], lines: int) -> None:
        """Write a row, counted from 0, that shows so many lines."""
        row, given = number + 1, f' ht="{_LINE * lines}" customHeight="1"' if lines > 1 else ""
        written = [
            f'<c r="{letters}{row}" s="{self._after_place(number, place, cell)}'
            for place, (letters, cell) in enumerate(zip(self._columns, cells, strict=False))
            if cell is not None and cell != ""
        ]
        self._page.row_data_fh.write(f'<row r="{row}"{given}>{"".join(written)}</row>')
        self._page._check_dimensions(number, len(self._columns) - 1)

    def _after_place(self, row: int, column: int, cell: Cell) -> str:
        """Return a cell from its style on. Short ones stand in many rows, and are made once."""
        value, paint = cell if type(cell) is Painted else (cell, Paint.NONE)
        if type(value) is str and len(value) > _LONGEST_SHARED:
            text = self._drawn.fitting(self._page, row, column, value)
            return self._text(self._kinds[column], text, paint)
        return self._shared(self._kinds[column], value, paint)

    def _brief(self, kind: str, value: Value, paint: Paint) -> str:
        if value is None or value == "":
            return f'{self._style("text", paint)}"/>'
        if isinstance(value, str):
            return self._text(kind, without_unfit("", value), paint)
        if isinstance(value, datetime):
            shown, zone = _local(value)
            return f'{self._style(zone, paint)}"><v>{self._page._convert_date_time(shown):.16G}</v></c>'
        return f'{self._style("number", paint)}"><v>{value:.16G}</v></c>'

    def _text(self, kind: str, text: str, paint: Paint) -> str:
        kept = ' xml:space="preserve"' if len(text.strip()) < len(text) else ""
        if "_x" in text:
            text = self._page._escape_control_characters(text)
        return (
            f'{self._style(kind, paint)}" t="inlineStr"><is><t{kept}>{escape(text, quote=False)}</t></is></c>'
        )


def _height(cells: Sequence[Cell], prose: Iterable[int], headings: Sequence[Head]) -> int:
    """Return how many lines a row shows."""
    lines = [
        lines_of_width(text, headings[place].width)
        for place in prose
        if isinstance(text := _bare_value(cells[place]), str)
    ]
    return min(_MOST_LINES, max(lines, default=1))


def _bare_value(cell: Cell) -> Value:
    return cell.value if isinstance(cell, Painted) else cell


def _format_of(kind: str) -> dict[str, Any]:
    """Return the properties of a format; all that is no name of a kind is how a time is shown."""
    top = {"valign": "top"} if kind == "number" else {"valign": "top", "align": "left", "indent": 1}
    known: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@"},
        "prose": {"num_format": "@", "text_wrap": True},
        "number": {},
        "head": {"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#DDEBF7"},
        "title": {"bold": True, "font_size": 16, "num_format": "@"},
        "heading": {"bold": True, "font_size": 12, "num_format": "@", "bottom": 1},
        "verdict": {"bold": True, "font_size": 12, "num_format": "@", "text_wrap": True, "valign": "vcenter"},
        "key": {"font_color": "#595959", "num_format": "@"},
    }
    return top | known.get(kind, {"num_format": kind})


def _local(moment: datetime) -> tuple[datetime, str]:
    """Return the time as it is here, and the format that shows it with its zone."""
    here = moment.astimezone()
    name = here.tzname() or ""
    zone = name if name.isalpha() and name.isascii() and len(name) <= 5 else f"UTC{here:%z}"
    return here.replace(tzinfo=None), f'yyyy-mm-dd hh:mm:ss "{zone}"'


def _units_of(text: str) -> int:
    """Return how long a text is as spreadsheet programs count, in 16 bits."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def _pieces(text: str) -> list[str]:
    """Return the text in pieces that fit into cells; a sign of two units counts twice."""
    size = _ROOM // 2 if _units_of(text) > len(text) else _ROOM
    return [text[begin : begin + size] for begin in range(0, len(text), size)]
