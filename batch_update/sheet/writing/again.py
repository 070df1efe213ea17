"""Owns sheets that are written again: all their columns and rows, as their reader sees them, but for what is mended.

What the reader refused for how it stood in its file (a row with too many cells, a cell that shows otherwise) would look
good once it stands in another one. Such a row goes out with a mark before its id, so that it is refused until somebody
has mended it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from batch_update.model.sheets import Column, Repair, Role, Severity, Sheet
from batch_update.sheet.extent.own_worksheets import PROBLEMS

NOT_READ = "[not read] "
"""Stands before an id, which is none then: no name and no number begins with a bracket."""
PROBLEMS_COLUMN = "_problems"
"""The column in which an annotated sheet tells what is wrong with a row; it is written anew each time."""


def columns_again(sheet: Sheet) -> list[int]:
    """Return the columns that go out, by their numbers: not that of an earlier annotation, and no constants."""
    return [
        number
        for number, column in enumerate(sheet.columns)
        if not _is_annotation(column) and not column.is_constant
    ]


def _is_annotation(column: Column) -> bool:
    return column.role is Role.OWN and column.header.strip().casefold() == PROBLEMS_COLUMN


def rows_again(sheet: Sheet, repairs: Iterable[Repair] = (), *, ragged: bool = False) -> Iterator[list[str]]:
    """Yield the rows with their repairs, a cell for each of `columns_again`.

    `ragged`: a row with too many or too few cells goes out as it stands, since the format shows that it is one; else
    all of it stands behind the mark in the cell of its id.
    """
    columns = columns_again(sheet)
    mended = {(repair.index, repair.column): repair.after for repair in repairs if repair.column is not None}
    unread = {p.index for p in sheet.problems if p.index is not None and p.severity is Severity.ERROR}
    ids = columns.index(sheet.columns.index(sheet.id_column)) if sheet.id_column in sheet.columns else 0
    for index in range(len(sheet)):
        cells = [mended.get((index, number), sheet.columns[number].texts[index]) for number in columns]
        if index in sheet.ragged:
            cells = _as_it_stands(sheet, index, cells, ids, ragged=ragged)
        elif index in unread:
            cells[ids] = NOT_READ + cells[ids].removeprefix(NOT_READ)
        yield cells


def _as_it_stands(sheet: Sheet, index: int, cells: list[str], ids: int, *, ragged: bool) -> list[str]:
    """Return the cells of a row that could not be divided into columns."""
    found = list(sheet.ragged[index])
    if ragged and len(found) != len(sheet.columns):
        return found
    if ragged:
        found[ids] = NOT_READ + found[ids].removeprefix(NOT_READ)
        return found
    separator = sheet.dialect.delimiter if sheet.dialect.delimiter.strip() else " | "
    return ["" if place != ids else NOT_READ + separator.join(found) for place in range(len(cells))]


_TAKEN = frozenset({*map(str.casefold, PROBLEMS.values()), "history", "-"})
"""Names that the worksheet with the sheet itself cannot have."""


def worksheet_title(sheet: Sheet) -> str:
    """Return a name for the worksheet that every program takes: that of its own, or that of the file."""
    name = sheet.dialect.worksheet or Path(sheet.name).stem
    plain = "".join("_" if sign in "[]:*?/\\" or not sign.isprintable() else sign for sign in name)[
        :31
    ].strip("' ")
    return plain if plain and plain.casefold() not in _TAKEN else "Sheet"
