"""Owns workbooks on their way in: which worksheet is read, and what its cells mean as texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.fields.facts import Kind
from batch_update.model.sheets import Dialect, Problem, Severity
from batch_update.settings.tunables import Settings
from batch_update.sheet.headers import columns_of, id_columns, number_columns
from batch_update.sheet.table import Rows, Table, excerpt, is_blank, require_width
from batch_update.sheet.text.dialect import find_decimal
from batch_update.sheet.workbook.binary.xls import open_xls
from batch_update.sheet.workbook.hidden import hidden_problems
from batch_update.sheet.workbook.shown import shown_as
from batch_update.sheet.workbook.worksheets import Cell, Held, Listed, Typed, Workbook, Worksheet
from batch_update.sheet.workbook.zipped.archives import check_archive, open_archive, readable
from batch_update.sheet.workbook.zipped.ods import open_ods
from batch_update.sheet.workbook.zipped.xlsb import open_xlsb
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx

_OPENERS = {"xlsx": open_xlsx, "xlsb": open_xlsb, "ods": open_ods}
_WORDS: tuple[Kind, ...] = ("text", "url", "timezone", "choice", "phrases", "array", "object", "ids")
"""Kinds of fields in which a cell means what it shows, and not the value behind that."""
_EXACT = 1e15
"""from here on spreadsheet programs do not keep every digit"""


def read_workbook(file: BinaryIO, name: str, settings: Settings, format: str) -> Table:
    """One worksheet as a table: settings.sheet, or the first that is visible.

    Numbers become text as the spreadsheet program means them, errors such as #REF! stay; a formula without a value
    (S112) and a value in a text that shows otherwise (S130) are problems. Raises SheetError S103, S105, S107 or S108.
    """
    if format == "xls":
        return _read(open_xls(file.read(), name, settings), name, settings, format)
    with open_archive(file, name) as archive:
        check_archive(archive, name, settings)
        return _read(_OPENERS[format](archive, name, settings), name, settings, format)


def _read(workbook: Workbook, name: str, settings: Settings, format: str) -> Table:
    number = _choose(workbook.sheets, name, settings)
    with readable(name):
        return _table(workbook.read(number), workbook.sheets[number].name, name, settings, format)


def _choose(sheets: Sequence[Listed], name: str, settings: Settings) -> int:
    """The worksheet's number in the list. Raises SheetError S107 with those there are."""
    names = [sheet.name for sheet in sheets]
    wanted = settings.sheet
    if wanted is None:
        if names:
            return next((number for number, sheet in enumerate(sheets) if sheet.visible), 0)
    elif wanted in names:
        return names.index(wanted)
    elif wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    listed = ", ".join(repr(sheet) for sheet in names) or "none"
    raise SheetError(
        f"{name} has no worksheet {wanted or ''!r}; it has {listed}",
        code="S107",
        remedy="Choose one with --sheet, by its name or its number from 1.",
    )


def _table(sheet: Worksheet, title: str, name: str, settings: Settings, format: str) -> Table:
    require_width(name, sheet.columns, settings)
    header_row, header = _header(sheet.lines(), f'{name}, worksheet "{title}"')
    words = {column for kind in _WORDS for column in columns_of(kind, header, settings)}
    decimal = _decimal(sheet, header, settings)
    # A comma in a list of ids would come between two of them: 2.3 is no list, and 2,3 is one.
    signs = [decimal] * sheet.columns
    for column in columns_of("ids", header, settings):
        signs[column] = "."
    covered = _covered(sheet, header_row, id_columns(header, settings))
    rows = Rows(sheet.columns, name, settings, blank_rows=header_row - 1)
    for number, line in enumerate(sheet.lines(), 1):
        if number > header_row:
            cells = [_text(cell, signs[column], column in words) for column, cell in enumerate(line)]
            problems = [*_problems(line, cells, words, signs), *_merged(covered.get(number, ()), cells)]
            rows.add(cells, number, problems=[p for p in problems if _counts(p, header)])
    while not header[-1].strip() and all(map(is_blank, rows.columns[-1])):
        del header[-1], rows.columns[-1]
    table = rows.table(Dialect(format, decimal=decimal, worksheet=title), header, header_row, lines=False)
    unseen = hidden_problems(sheet.hidden, table.numbers, header, settings)
    return replace(table, problems=(*table.problems, *unseen))


def _header(lines: Iterable[list[Cell]], name: str) -> tuple[int, list[str]]:
    """Number and cells of the first row that is not blank."""
    for number, line in enumerate(lines, 1):
        cells = [_text(cell, ".", True) for cell in line]
        if not all(map(is_blank, cells)):
            return number, cells
    remedy = "The first row names the columns. Another worksheet is chosen with --sheet."
    raise SheetError(f"{name} is empty", code="S105", remedy=remedy)


def _decimal(sheet: Worksheet, header: Sequence[str], settings: Settings) -> str:
    """The decimal sign of numbers that were typed as texts, which is the sheet's."""
    columns = number_columns(header, settings)
    if settings.decimal is not None or not columns:
        return find_decimal([], ",", settings.decimal)
    texts = [
        cell for line in sheet.lines() for cell in map(line.__getitem__, columns) if isinstance(cell, str)
    ]
    return find_decimal([texts], ",", None)


# ---------------------------------------------------------------- what is wrong with a cell


def _counts(problem: Problem, header: Sequence[str]) -> bool:
    """Whether a problem is in a column that has a header: notes and sums beside the table change nothing."""
    return problem.column is not None and not is_blank(header[problem.column])


def _problems(
    line: Sequence[Cell], cells: Sequence[str], words: set[int], signs: Sequence[str]
) -> list[Problem]:
    """A problem for each formula without a value, and for each value in a text that the cell shows otherwise."""
    found = []
    for column, cell in enumerate(line):
        if cell is None:
            found.append(_without_value(column))
        elif column in words and not isinstance(cell, str):
            shown = _shown(cell, signs[column])
            if shown != cells[column]:
                found.append(_shows_otherwise(column, cell, shown, cells[column]))
    return found


def _shown(cell: float | Typed, decimal: str) -> str | None:
    """What the cell shows, as far as it is known. Every program has its own words for yes and no."""
    if isinstance(cell, Typed):
        return None if isinstance(cell.held, bool) and cell.shown is None else shown_as(cell, decimal)
    return None if abs(cell) >= _EXACT else as_text(cell, decimal)


def _shows_otherwise(column: int, cell: float | Typed, shown: str | None, text: str) -> Problem:
    if isinstance(cell, Typed) and isinstance(cell.held, bool):
        shown = "TRUE, or WAHR in a German program" if cell.held else "FALSE, or FALSCH in a German program"
        text = "a yes" if cell.held else "a no"
    elif shown is None and isinstance(cell, Typed) and cell.format:
        shown = f"it in the format {cell.format}"
    elif shown is None:
        shown = "something else"
    return Problem(
        "S130",
        "the cell shows one thing and holds another",
        column=column,
        given=f"shows {excerpt(shown) or 'nothing'}, holds {excerpt(text)}",
        wanted="a text that is what it shows",
        remedy="Format the column as text, then type what is meant.",
    )


def _without_value(column: int) -> Problem:
    return Problem(
        "S112",
        "the cell holds a formula without a value",
        column=column,
        wanted="a value",
        remedy="Open the workbook in the spreadsheet program and save it, or type the value.",
    )


def _covered(sheet: Worksheet, header_row: int, ids: Sequence[int]) -> dict[int, set[int]]:
    """Row number -> columns of cells below the header that are merged into another one.

    Those right of an id in its own row are left out: an id, or a note that stands in its place, is no field's value.
    Raises ValueError for merges that lie one over the other.
    """
    found: dict[int, set[int]] = {}
    left = 2 * sheet.rows * sheet.columns
    for top, bottom, first, last in sheet.merges:
        for row in range(max(top, header_row), min(bottom + 1, sheet.rows)):
            columns = range(first + (row == top), min(last + 1, sheet.columns))
            left -= len(columns) + 1
            if left < 0:
                raise ValueError("merges over merges")
            if row > top or first not in ids:
                found.setdefault(row + 1, set()).update(columns)
    return found


def _merged(covered: Iterable[int], cells: Sequence[str]) -> list[Problem]:
    return [_left_empty(c) if is_blank(cells[c]) else _under_a_merge(c, cells[c]) for c in sorted(covered)]


def _left_empty(column: int) -> Problem:
    return Problem(
        "S115",
        "the cell is merged into another one, which alone holds the value",
        column=column,
        wanted="a value of its own, or an empty cell",
        remedy="Undo the merging, and fill every cell that should have the value.",
    )


def _under_a_merge(column: int, text: str) -> Problem:
    return Problem(
        "S131",
        "the cell lies under a merged one, so that nobody sees its value, which counts like all others",
        Severity.WARNING,
        column=column,
        given=excerpt(text),
        remedy="Undo the merging and look at the value; delete it if it is not meant.",
    )


# ---------------------------------------------------------------- cells as texts


def _text(cell: Cell, decimal: str, is_word: bool) -> str:
    """A cell as text; `is_word`: what it shows counts, where the file tells that."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, Typed):
        return cell.shown if is_word and cell.shown is not None else as_text(cell.held, decimal)
    return as_text(cell, decimal)


def as_text(value: Held, decimal: str) -> str:
    """A value as text: 13.0 is `13`, dates are ISO, a number of more than 15 digits shows it by its E.

    Numbers have the 15 digits that spreadsheet programs count with: 0.1 + 0.2 is `0.3`.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value).replace(".", decimal)
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return value.isoformat()


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= _EXACT:
        return f"{Decimal(repr(value)).normalize():E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
