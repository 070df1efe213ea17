"""Owns workbooks on their way in: which worksheet is read, and its cells as the rows of a table."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, starmap
from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.fields.facts import Kind
from batch_update.model.sheets import Dialect, Problem, Severity, Surroundings
from batch_update.sheet.collecting import RowCollector, nuls_in
from batch_update.sheet.extent.header_row import Beginning, find_beginning
from batch_update.sheet.extent.own_worksheets import own_among
from batch_update.sheet.extent.worksheet_choice import ChosenWorksheet, choose_worksheet, header_rows
from batch_update.sheet.headers import Headings, headings_of
from batch_update.sheet.manner import Reading
from batch_update.sheet.table import Table, is_blank, require_width
from batch_update.sheet.text.dialect import find_decimal
from batch_update.sheet.workbook.doubts import Columns, covered_cells, problems_of
from batch_update.sheet.workbook.hidden import Hidden, hidden_problems, hidden_rows
from batch_update.sheet.workbook.spelled import column_texts
from batch_update.sheet.workbook.worksheets import Cell, Workbook, Worksheet
from batch_update.sheet.workbook.zipped.archives import check_archive, open_archive, readable
from batch_update.sheet.workbook.zipped.ods import open_ods
from batch_update.sheet.workbook.zipped.xlsb import open_xlsb
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx
from batch_update.text import excerpt

_OPENERS = {"xlsx": open_xlsx, "xlsb": open_xlsb, "ods": open_ods}
_WORDS: tuple[Kind, ...] = ("text", "url", "timezone", "choice", "phrases", "array", "object", "ids")
"""Kinds of fields in which a cell means what it shows, and not the value behind that."""


def read_workbook(file: BinaryIO, name: str, reading: Reading, format: str) -> Table:
    """Return one worksheet as a table: the one that is asked for, or the one whose header fits.

    Numbers become text as the spreadsheet program means them, errors such as #REF! stay; a formula without a value
    (S112) and a value in a text that shows otherwise (S130) are problems.
    Raises SheetError S103, S105, S107, S108 or S132.
    """
    if format == "xls":
        from batch_update.sheet.workbook.binary.xls import open_xls  # loads olefile

        return _read_workbook(open_xls(file.read(), name, reading.limits), name, reading, format)
    with open_archive(file, name) as archive:
        check_archive(archive, name, reading.limits)
        return _read_workbook(_OPENERS[format](archive, name, reading.limits), name, reading, format)


def _read_workbook(workbook: Workbook, name: str, reading: Reading, format: str) -> Table:
    choice = choose_worksheet(workbook, name, reading)
    number = choice.number
    title = workbook.sheets[number].name
    with readable(name):
        table = _table_of_worksheet(workbook.read(number), title, name, reading, format)
    ours = own_among({sheet.name for sheet in workbook.sheets})
    named = (sheet.name for other, sheet in enumerate(workbook.sheets) if other != number)
    others = tuple(name for name in named if name not in ours)
    around = replace(table.around, worksheets=others)
    return replace(table, around=around, problems=(*_not_looked_at(choice, title), *table.problems))


def _not_looked_at(choice: ChosenWorksheet, title: str) -> Iterator[Problem]:
    """Yield a warning for each worksheet of which it is not known whether it is the one that is meant."""
    for other, why in choice.damaged:
        message = f'worksheet "{excerpt(other, 40)}" could not be looked at, and "{excerpt(title, 40)}" is read: {why}'
        yield Problem("S138", message, Severity.WARNING)


def _table_of_worksheet(sheet: Worksheet, title: str, name: str, reading: Reading, format: str) -> Table:
    require_width(name, sheet.columns, reading.limits)
    beginning = _beginning(sheet, name, title, reading)
    header_row, headers = beginning.number, beginning.headers
    headings = headings_of(headers, reading)
    cells = [sheet.cells_of(column)[header_row:] for column in range(sheet.columns)]
    decimal = _decimal(cells, headings, reading)
    rows = _rows_below(cells, sheet, name, reading, beginning, headings, decimal)
    headings = headings.first(_used_columns(headers, rows))
    del rows.columns[len(headings.headers) :]
    table = rows.table(Dialect(format, decimal=decimal, worksheet=title), headings, header_row, lines=False)
    table = replace(table, around=Surroundings(beginning.above))
    if reading.visible_only:
        table = _visible(table, sheet.hidden, name)
    return replace(table, problems=(*table.problems, *hidden_problems(sheet.hidden, table.numbers, headings)))


def _visible(table: Table, hidden: Hidden, name: str) -> Table:
    """Return the table without the rows that do not show. Raises SheetError S105 where none shows."""
    unseen = hidden_rows(hidden, table.numbers)
    if unseen and len(unseen) == len(table.numbers):
        remedy = "Show the rows that are meant, or leave out the setting visible_only."
        raise SheetError(f"{name}: all rows are hidden or filtered away", code="S105", remedy=remedy)
    around = replace(table.around, hidden_rows=len(unseen))
    return replace(table.without(frozenset(unseen)), around=around)


def _beginning(sheet: Worksheet, name: str, title: str, reading: Reading) -> Beginning:
    """Return the row that names the columns. Raises SheetError S105 where nothing stands on the worksheet."""
    found = find_beginning(header_rows(sheet), reading, name)
    if found is not None:
        return found
    remedy = "The first row names the columns. Another worksheet is chosen with the setting sheet."
    raise SheetError(f'{name}, worksheet "{title}" is empty', code="S105", remedy=remedy)


def _decimal(cells: Sequence[Sequence[Cell]], headings: Headings, reading: Reading) -> str:
    """Return the decimal sign of numbers that were typed as texts, which is the sheet's."""
    columns = headings.of_kind("number")
    if reading.decimal is not None or not columns:
        return find_decimal([], ",", reading.decimal)
    texts = ([cell for cell in cells[column] if isinstance(cell, str)] for column in columns)
    return find_decimal(texts, ",", None)


def _rows_below(
    cells: Sequence[list[Cell]],
    sheet: Worksheet,
    name: str,
    reading: Reading,
    beginning: Beginning,
    headings: Headings,
    decimal: str,
) -> RowCollector:
    """Return the rows below the header, the cells of which these are, by column."""
    header_row = beginning.number
    # A comma in a list of ids would come between two of them: 2.3 is no list, and 2,3 is one.
    lists = set(headings.of_kind("ids"))
    signs = ["." if column in lists else decimal for column in range(sheet.columns)]
    columns = Columns(frozenset(headings.setting()), frozenset(headings.of_kind(*_WORDS)), signs)
    covered = covered_cells(sheet, header_row, headings.ids())
    texts = [
        column_texts(column, sign, is_word=number in columns.words)
        for number, (column, sign) in enumerate(zip(cells, signs, strict=True))
    ]
    for column in headings.ids():
        texts[column] = _with_sums(texts[column], [row - header_row for row, c in sheet.sums if c == column])
    rows = RowCollector(sheet.columns, name, reading.limits, blank_rows=beginning.blank_rows)
    if sheet.rows > header_row:
        numbers = array("q", range(header_row + 1, sheet.rows + 1))
        problems = chain(
            problems_of(cells, texts, columns, covered),
            chain.from_iterable(starmap(nuls_in, enumerate(texts))),
        )
        rows.extend(texts, numbers, numbers, problems)
    return rows


def _with_sums(texts: list[str], rows: Sequence[int]) -> list[str]:
    """Return the ids with a word for a total where a formula makes one of those above: its value is nobody's id."""
    if not rows:
        return texts
    found = list(texts)
    for row in rows:
        if 0 <= row < len(found):
            found[row] = f"Total ({found[row]})"
    return found


def _used_columns(headers: Sequence[str], rows: RowCollector) -> int:
    """Return how many columns there are, but for those at the end that have neither a header nor a value."""
    count = len(headers)
    while not headers[count - 1].strip() and all(map(is_blank, rows.columns[count - 1])):
        count -= 1
    return count
