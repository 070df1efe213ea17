"""Owns how the values of a workbook are spelled as texts."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

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
