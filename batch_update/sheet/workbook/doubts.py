"""Owns what cells of a workbook leave in doubt: formulas without a value, values that show otherwise, merged cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import cast

from batch_update.model.sheets import Problem, Severity
from batch_update.sheet.collecting import MOST_SHOWN
from batch_update.sheet.table import is_blank
from batch_update.sheet.workbook.shown import shown_as
from batch_update.sheet.workbook.spelled import EXACT, value_text
from batch_update.sheet.workbook.worksheets import Cell, Typed, Worksheet
from batch_update.text import excerpt


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a worksheet as they are known before its rows are read."""

    setting: Collection[int]
    """those that say which assistant a row is about, or set something of it"""
    words: Collection[int]
    """those in which a cell means what it shows, and not the value behind that"""
    signs: Sequence[str]
    """the decimal sign of each"""


def problems_of(
    cells: Sequence[Sequence[Cell]],
    texts: Sequence[Sequence[str]],
    columns: Columns,
    covered: Mapping[int, Collection[int]],
) -> Iterator[Problem]:
    """Yield what is in doubt in the rows of a table, column by column; `covered`: row -> columns merged into another.

    Columns that set nothing are left out: notes and sums beside the table change nothing.
    """
    for column in sorted(columns.setting):
        yield from _unclear(column, cells[column], texts[column], columns)
    for row, merged in covered.items():
        for column in sorted(merged):
            if column in columns.setting:
                yield replace(_covered(column, texts[column][row]), index=row)


def _unclear(column: int, cells: Sequence[Cell], texts: Sequence[str], columns: Columns) -> Iterator[Problem]:
    """Yield what is in doubt in one column. Mostly its cells are texts, or numbers that show as they are."""
    if cells is texts or _is_plain(cells):
        return
    for row, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        if cell is None:
            yield replace(_without_value(column), index=row)
        elif column in columns.words and not isinstance(cell, str):
            shown = _shown(cell, columns.signs[column])
            if shown != text:
                yield replace(_shows_otherwise(column, cell, shown, text), index=row)


def _is_plain(cells: Sequence[Cell]) -> bool:
    """Whether nothing can be in doubt: texts alone, and numbers that spreadsheet programs keep every digit of."""
    kinds = set(map(type, cells))
    if not kinds <= {str, float}:
        return False
    numbers = cast(
        Sequence[float], cells if kinds == {float} else [cell for cell in cells if cell.__class__ is float]
    )
    # The sum shows what is not a number, which the least and the largest do not.
    return not numbers or (min(numbers) > -EXACT and max(numbers) < EXACT and not isnan(sum(numbers)))


def _shown(cell: float | Typed, decimal: str) -> str | None:
    """Return what the cell shows, as far as it is known. Every program has its own words for yes and no."""
    if not isinstance(cell, Typed):
        return None if abs(cell) >= EXACT else value_text(cell, decimal)
    return None if isinstance(cell.held, bool) and cell.shown is None else shown_as(cell, decimal)


def _shows_otherwise(column: int, cell: float | Typed, shown: str | None, text: str) -> Problem:
    shows, holds = _both(cell, shown, excerpt(text, MOST_SHOWN))
    return Problem(
        "S130",
        "the cell shows one thing and holds another",
        column=column,
        given=f"shows {shows}, holds {holds}",
        wanted="a text that is what it shows",
    )


def _both(cell: float | Typed, shown: str | None, text: str) -> tuple[str, str]:
    """Return in words what a cell shows and what it holds."""
    if isinstance(cell, Typed) and isinstance(cell.held, bool):
        if cell.held:
            return "TRUE, or WAHR in a German program", "a yes"
        return "FALSE, or FALSCH in a German program", "a no"
    if shown is not None:
        return excerpt(shown, MOST_SHOWN) or "nothing", text
    if isinstance(cell, Typed) and cell.format:
        return excerpt(f"it in the format {cell.format}", MOST_SHOWN), text
    return "something else", text


def _without_value(column: int) -> Problem:
    return Problem(
        "S112",
        "the cell holds a formula without a value",
        column=column,
        wanted="a value",
    )


# ---------------------------------------------------------------- merged cells


def covered_cells(sheet: Worksheet, header_row: int, ids: Collection[int]) -> dict[int, set[int]]:
    """Return the cells below the header that are merged into another one: how far below it, from 0 -> columns.

    Those right of an id in its own row are left out: an id, or a note that stands in its place, is no field's value.
    Raises ValueError for merges that lie one over the other.
    """
    found: dict[int, set[int]] = {}
    left = 2 * sheet.rows * sheet.columns
    for top, bottom, first, last in sheet.merges:
        for row in range(max(top, header_row), min(bottom + 1, sheet.rows)):
            beside = first + 1 if row == top else first
            columns = range(beside, min(last + 1, sheet.columns))
            left -= len(columns) + 1
            if left < 0:
                raise ValueError("merges over merges")
            if row > top or first not in ids:
                found.setdefault(row - header_row, set()).update(columns)
    return found


def _covered(column: int, text: str) -> Problem:
    return _left_empty(column) if is_blank(text) else _under_a_merge(column, text)


def _left_empty(column: int) -> Problem:
    return Problem(
        "S115",
        "the cell is merged into another one, which alone holds the value",
        column=column,
        wanted="a value of its own, or an empty cell",
    )


def _under_a_merge(column: int, text: str) -> Problem:
    return Problem(
        "S131",
        "the cell lies under a merged one, so that nobody sees its value, which counts like all others",
        Severity.WARNING,
        column=column,
        given=excerpt(text, MOST_SHOWN),
    )
