"""Sheets as programs write them: one description of worksheets, and a writer for each program."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import openpyxl
import xlsxwriter
from odf.element import Element
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
from odf.text import LineBreak, P
from openpyxl.comments import Comment
from openpyxl.utils import range_boundaries

Rows = Sequence[Sequence[Any]]
"""Cells: None is empty; text, number, yes or no, date and time are typed as what they are."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A value in a number format: what is shown is not what is held."""

    value: Any
    format: str
    shown: str = ""
    """for .ods, whose files hold the shown text as well"""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and its value; openpyxl leaves the value to the next program that opens the file."""

    text: str
    value: Any = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet: rows from the first on, and what people do to them."""

    rows: Rows
    name: str = "Tabelle1"
    merged: Sequence[str] = ()
    """ranges; each holds its value in its first cell"""
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[str] = ()
    filtered: str = ""
    """range of an autofilter; the rows that it hides stand in `hidden_rows`"""
    comments: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False


# ---------------------------------------------------------------- xlsxwriter


def by_xlsxwriter(*pages: Page) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "dd.mm.yyyy"}) as book:
        for page in pages:
            sheet = book.add_worksheet(page.name)
            for number, row in enumerate(page.rows):
                for column, cell in enumerate(row):
                    _xlsxwriter_cell(book, sheet, (number, column), cell)
            _xlsxwriter_page(book, sheet, page)
    return target.getvalue()


def _xlsxwriter_cell(book: Any, sheet: Any, place: tuple[int, int], cell: Any) -> None:
    if isinstance(cell, Styled):
        sheet.write(*place, cell.value, book.add_format({"num_format": cell.format}))
    elif isinstance(cell, Formula):
        sheet.write_formula(*place, cell.text, None, cell.value)
    elif isinstance(cell, str):
        sheet.write_string(*place, cell)
    elif cell is not None:
        sheet.write(*place, cell)


def _xlsxwriter_page(book: Any, sheet: Any, page: Page) -> None:
    for area in page.merged:
        first, row, _, _ = range_boundaries(area)
        sheet.merge_range(area, _text_at(page, row, first), book.add_format({"bold": True}))
    if page.filtered:
        sheet.autofilter(page.filtered)
        sheet.filter_column(0, "x == NonBlanks")
    for row in page.hidden_rows:
        sheet.set_row(row - 1, None, None, {"hidden": True})
    for columns in page.hidden_columns:
        sheet.set_column(columns, None, None, {"hidden": True})
    for place, text in page.comments.items():
        sheet.write_comment(place, text)
    if page.hidden:
        sheet.hide()
    elif all(other.hidden for other in book.worksheets() if other is not sheet):
        sheet.activate()


def _text_at(page: Page, row: int, column: int) -> Any:
    return page.rows[row - 1][column - 1]


# ---------------------------------------------------------------- openpyxl


def by_openpyxl(*pages: Page, then: Callable[[Any], None] | None = None) -> bytes:
    """`then(book)` may do more to it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        sheet = book.create_sheet(page.name)
        for number, row in enumerate(page.rows, 1):
            for column, cell in enumerate(row, 1):
                _openpyxl_cell(sheet.cell(number, column), cell)
        _openpyxl_page(sheet, page)
    book.active = next(number for number, page in enumerate(pages) if not page.hidden)
    if then:
        then(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _openpyxl_cell(place: Any, cell: Any) -> None:
    if isinstance(cell, Styled):
        place.value, place.number_format = cell.value, cell.format
    elif isinstance(cell, Formula):
        place.value = cell.text
    elif isinstance(cell, str):
        place.value, place.data_type = cell, "s"
    else:
        place.value = cell


def _openpyxl_page(sheet: Any, page: Page) -> None:
    for area in page.merged:
        sheet.merge_cells(area)
    if page.filtered:
        sheet.auto_filter.ref = page.filtered
    for row in page.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for columns in page.hidden_columns:
        sheet.column_dimensions[columns.split(":")[0]].hidden = True
    for place, text in page.comments.items():
        sheet[place].comment = Comment(text, "Helga")
    if page.hidden:
        sheet.sheet_state = "hidden"


# ---------------------------------------------------------------- odfpy


def by_odfpy(*pages: Page) -> bytes:
    document = OpenDocumentSpreadsheet()
    for page in pages:
        table = Table(name=page.name)
        table.addElement(TableColumn(numbercolumnsrepeated=str(max(map(len, page.rows)))))
        spans, covered = _spans(page)
        for number, row in enumerate(page.rows, 1):
            hides = "filter" if page.filtered else "collapse"
            line = TableRow(visibility=hides if number in page.hidden_rows else "visible")
            for column, cell in enumerate(row, 1):
                place = (number, column)
                made = CoveredTableCell() if place in covered else _odf_cell(cell, spans.get(place, {}))
                note = page.comments.get(f"{chr(64 + column)}{number}")
                if note:
                    made.insertBefore(_annotation(note), made.firstChild)
                line.addElement(made)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    target = io.BytesIO()
    document.write(target)
    return target.getvalue()


def _spans(page: Page) -> tuple[dict[tuple[int, int], dict[str, str]], set[tuple[int, int]]]:
    """Return the first cells of merged ranges with their extents, and the cells that lie under them."""
    spans, covered = {}, set()
    for area in page.merged:
        left, top, right, bottom = range_boundaries(area)
        extent = {"numbercolumnsspanned": str(right - left + 1), "numberrowsspanned": str(bottom - top + 1)}
        spans[top, left] = extent
        places = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        covered |= places - {(top, left)}
    return spans, covered


def _odf_cell(cell: Any, extent: Mapping[str, str]) -> Any:
    held, shown = (cell.value, cell.shown) if isinstance(cell, Styled) else (cell, "")
    if held is None:
        return TableCell(**extent)
    made = TableCell(**_odf_value(held, getattr(cell, "format", "")), **extent)
    for line in (shown or _odf_shown(held)).split("\n"):
        made.addElement(_paragraph(line))
    return made


def _odf_value(held: Any, format: str) -> dict[str, str]:
    if isinstance(held, bool):
        return {"valuetype": "boolean", "booleanvalue": str(held).lower()}
    if isinstance(held, (int, float)):
        kind = "percentage" if "%" in format else "currency" if "€" in format else "float"
        return {"valuetype": kind, "value": str(held)}
    if isinstance(held, date):
        return {"valuetype": "date", "datevalue": held.isoformat()}
    if isinstance(held, time):
        return {"valuetype": "time", "timevalue": held.strftime("PT%HH%MM%SS")}
    return {"valuetype": "string"}


def _odf_shown(held: Any) -> str:
    """Return what a German program shows of a value in no particular format."""
    if isinstance(held, bool):
        return "WAHR" if held else "FALSCH"
    if isinstance(held, (datetime, date)):
        return held.strftime("%d.%m.%Y")
    return str(held).replace(".", ",") if isinstance(held, float) else str(held)


def _paragraph(line: str) -> Element:
    """Return a line; `\\v` is the line break that a person makes inside of one."""
    made = P()
    for number, part in enumerate(line.split("\v")):
        if number:
            made.addElement(LineBreak())
        made.addText(part)
    return made


def _annotation(text: str) -> Element:
    made = Annotation()
    made.addElement(P(text=text))
    return made


# ---------------------------------------------------------------- csv


def by_csv(
    rows: Rows, encoding: str, delimiter: str = ";", *, newline: str = "\r\n", before: str = ""
) -> bytes:
    """Rows of texts as the module csv writes them; `before` stands above them, `sep=;` for one."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator=newline)
    writer.writerows(rows)
    return (before + target.getvalue()).encode(encoding)
