"""Owns Excel and OpenDocument workbooks on their way in: calamine reads them, after a look at what they would cost."""

from __future__ import annotations

import datetime
import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import chain, repeat
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from batch_update.errors import SheetError
from batch_update.model import Dialect, Problem
from batch_update.settings import Settings
from batch_update.sheet.archives import check_archive, damaged, encrypted, open_archive
from batch_update.sheet.dialect import find_decimal
from batch_update.sheet.headers import columns_of, number_columns
from batch_update.sheet.hidden import hidden_problems
from batch_update.sheet.opendocument import scan_ods
from batch_update.sheet.records import scan_xls, scan_xlsb, xlsb_part
from batch_update.sheet.scans import Scan, check_counts, scan_xlsx, xlsx_part
from batch_update.sheet.table import Rows, Table, is_blank, require_width

Notes = Mapping[int, Sequence[tuple[int, str | None]]]
Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read_workbook(file: BinaryIO, name: str, settings: Settings, format: str) -> Table:
    """One worksheet as a table: settings.sheet, or the first that is visible.

    Numbers become text as the spreadsheet program means them, errors such as #REF! stay, a formula without a value
    is a problem (S112). Raises SheetError S103, S105, S107 or S108.
    """
    if format == "xls":
        return _read_xls(file, name, settings)
    with open_archive(file, name) as archive:
        check_archive(archive, name, settings)
        check_counts(archive, name)
        tables = scan_ods(archive, name) if format == "ods" else {}
        for sheet, scan in tables.items():
            scan.check(name, sheet, settings)
        file.seek(0)
        with _loaded(file, name) as workbook:
            sheet = _choose(workbook.sheets_metadata, name, settings)
            scan = tables[sheet] if format == "ods" else _scan_part(archive, name, sheet, format, settings)
            scan.check(name, sheet, settings)
            return _table(workbook.get_sheet_by_name(sheet), scan, name, settings, format)


def _read_xls(file: BinaryIO, name: str, settings: Settings) -> Table:
    data = file.read()
    scans = scan_xls(data, name)
    for number, scan in enumerate(scans, 1):
        scan.check(name, str(number), settings)
    with _loaded(io.BytesIO(data), name) as workbook:
        index = workbook.sheet_names.index(_choose(workbook.sheets_metadata, name, settings))
        return _table(workbook.get_sheet_by_index(index), scans[index], name, settings, "xls")


def _scan_part(archive: zipfile.ZipFile, name: str, sheet: str, format: str, settings: Settings) -> Scan:
    if format == "xlsx":
        return scan_xlsx(archive, name, xlsx_part(archive, name, sheet), settings)
    return scan_xlsb(archive, name, xlsb_part(archive, name, sheet))


@contextmanager
def _loaded(file: BinaryIO, name: str) -> Iterator[CalamineWorkbook]:
    """calamine's workbook; what it raises becomes a SheetError, a panic of the Rust code included."""
    try:
        with CalamineWorkbook.from_filelike(file) as workbook:
            yield workbook
    except PasswordError:
        raise encrypted(name) from None
    except (CalamineError, OSError) as error:
        raise damaged(name, str(error) or "it is damaged") from None
    except BaseException as error:  # a panic is no Exception, and its class cannot be imported
        if type(error).__name__ == "PanicException":
            raise damaged(name, "it is damaged") from None
        raise


def _choose(sheets: Sequence[SheetMetadata], name: str, settings: Settings) -> str:
    """The worksheet's name. Raises SheetError S107 with those there are."""
    names = [sheet.name for sheet in sheets if sheet.typ is SheetTypeEnum.WorkSheet]
    wanted = settings.sheet
    if wanted is None:
        seen = [s.name for s in sheets if s.name in names and s.visible is SheetVisibleEnum.Visible]
        if seen or names:
            return (seen or names)[0]
    elif wanted in names:
        return wanted
    elif wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    listed = ", ".join(repr(sheet) for sheet in names) or "none"
    raise SheetError(
        f"{name} has no worksheet {wanted or ''!r}; it has {listed}",
        code="S107",
        remedy="Choose one with --sheet, by its name or its number from 1.",
    )


def _table(sheet: CalamineSheet, scan: Scan, name: str, settings: Settings, format: str) -> Table:
    end = sheet.end or (-1, -1)
    height, width = max(end[0] + 1, scan.rows), max(end[1] + 1, scan.columns)
    require_width(name, width, settings)
    notes = _notes(scan)
    header_row, header = _header(_grid(sheet, height, width), notes, f'{name}, worksheet "{sheet.name}"')
    numbers = number_columns(header, settings)
    grid = _grid(sheet, height, width) if numbers and settings.decimal is None else iter(())
    texts = [value for row in grid for value in map(row.__getitem__, numbers) if isinstance(value, str)]
    decimal = find_decimal([texts], ",", settings.decimal)
    # A comma in a list of ids would come between two of them: 2.3 is no list, and 2,3 is one.
    signs = [decimal] * width
    for column in columns_of("ids", header, settings):
        signs[column] = "."
    rows = Rows(width, name, settings, blank_rows=header_row - 1)
    covered = _covered(sheet, header_row, height, width)
    for number, row in enumerate(_grid(sheet, height, width), 1):
        if number > header_row:
            cells = list(map(as_text, row, signs))
            hidden = [_merged(column) for column in covered.get(number, ()) if is_blank(cells[column])]
            rows.add(cells, number, problems=[*_apply(notes.get(number, ()), cells), *hidden])
    while not header[-1].strip() and all(map(is_blank, rows.columns[-1])):
        del header[-1], rows.columns[-1]
    dialect = Dialect(format, decimal=decimal, worksheet=sheet.name)
    table = rows.table(dialect, header, header_row, lines=False)
    unseen = hidden_problems(scan.hidden, table.numbers, header, settings)
    return replace(table, problems=(*table.problems, *unseen))


def _covered(sheet: CalamineSheet, header_row: int, height: int, width: int) -> dict[int, list[int]]:
    """Row number -> columns of cells below the header that are merged into another one, where the format tells it."""
    found: dict[int, list[int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(max(top, header_row), min(bottom + 1, height)):
            first = left + 1 if row == top else left
            found.setdefault(row + 1, []).extend(range(first, min(right + 1, width)))
    return found


def _merged(column: int) -> Problem:
    return Problem(
        "S115",
        "the cell is merged into another one, which alone holds the value",
        column=column,
        wanted="a value of its own, or an empty cell",
        remedy="Undo the merging, and fill every cell that should have the value.",
    )


def _grid(sheet: CalamineSheet, height: int, width: int) -> Iterator[list[Value]]:
    """Every row from the first of the worksheet on, every column from A on."""
    left: list[Value] = [""] * (sheet.start[1] if sheet.start else 0)
    missing = height - (sheet.end[0] + 1 if sheet.end else 0)
    for row in chain(sheet.iter_rows(), repeat([], missing)):
        cells = left + row if left else row
        yield cells + [""] * (width - len(cells))


def _header(grid: Iterable[list[Value]], notes: Notes, name: str) -> tuple[int, list[str]]:
    """Number and cells of the first row that is not blank."""
    for number, row in enumerate(grid, 1):
        cells = [as_text(value, ".") for value in row]
        _apply(notes.get(number, ()), cells)
        if not all(map(is_blank, cells)):
            return number, cells
    remedy = "The first row names the columns. Another worksheet is chosen with --sheet."
    raise SheetError(f"{name} is empty", code="S105", remedy=remedy)


def _notes(scan: Scan) -> Notes:
    """Row number -> columns with the error that stands there, or None for a formula without a value."""
    notes: dict[int, list[tuple[int, str | None]]] = {}
    for (row, column), text in (scan.errors | dict.fromkeys(scan.missing)).items():
        notes.setdefault(row + 1, []).append((column, text))
    return notes


def _apply(notes: Iterable[tuple[int, str | None]], cells: list[str]) -> list[Problem]:
    """Puts errors where calamine gives an empty text; returns a problem for each formula without a value."""
    problems = []
    for column, text in notes:
        if text is None:
            problems.append(_without_value(column))
        else:
            cells[column] = text
    return problems


def _without_value(column: int) -> Problem:
    return Problem(
        "S112",
        "the cell holds a formula without a value",
        column=column,
        wanted="a value",
        remedy="Open the workbook in the spreadsheet program and save it, or type the value.",
    )


def as_text(value: Value, decimal: str) -> str:
    """A cell of a workbook as text: 13.0 is `13`, dates are ISO, a number of more than 15 digits shows it by its E.

    Numbers have the 15 digits that spreadsheet programs count with: 0.1 + 0.2 is `0.3`.
    """
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value).replace(".", decimal)
        case datetime.timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return value.isoformat()


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1e15:
        return f"{Decimal(repr(value)).normalize():E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
