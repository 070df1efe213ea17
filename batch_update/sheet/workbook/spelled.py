"""Owns how the values of a workbook are spelled as texts."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import cast

from batch_update.sheet.workbook.worksheets import Cell, Held, Typed

EXACT = 1e15
"""from here on spreadsheet programs do not keep every digit"""


def cell_text(cell: Cell, decimal: str, *, is_word: bool) -> str:
    """Return a cell as a text; `is_word`: what it shows counts, where the file tells that."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, Typed):
        return cell.shown if is_word and cell.shown is not None else value_text(cell.held, decimal)
    return value_text(cell, decimal)


def column_texts(cells: list[Cell], decimal: str, *, is_word: bool) -> list[str]:
    """Return the cells of a column as texts, each as `cell_text` has it; equal numbers are spelled once."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return cast(list[str], cells)
    numbers = cast(set[float], set(cells) if kinds == {float} else {c for c in cells if isinstance(c, float)})
    spelled = _spelled(numbers, decimal)
    if kinds == {float}:
        return [spelled[number] for number in cast(list[float], cells)]
    return [
        spelled[cell] if isinstance(cell, float) else cell_text(cell, decimal, is_word=is_word)
        for cell in cells
    ]


def _spelled(numbers: Collection[float], decimal: str) -> Mapping[float, str]:
    """Return the text of each number."""
    if not numbers or not (min(numbers) > -EXACT and max(numbers) < EXACT and not math.isnan(sum(numbers))):
        return {number: value_text(number, decimal) for number in numbers}
    if all(map(float.is_integer, numbers)):
        return dict(zip(numbers, map(str, map(int, numbers)), strict=True))
    spelled = {number: f"{number:.15g}".replace(".", decimal) for number in numbers}
    return spelled | {0.0: "0"}  # and not -0


def value_text(value: Held, decimal: str) -> str:
    """Return a value as a text: 13.0 is `13`, dates are ISO, a number of more than 15 digits shows it by its E.

    Numbers have the 15 digits that spreadsheet programs count with: 0.1 + 0.2 is `0.3`.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _digits_of(value).replace(".", decimal)
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return value.isoformat()


def _digits_of(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= EXACT:
        return f"{Decimal(repr(value)).normalize():E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
