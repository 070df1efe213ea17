"""A cell that shows how the letters of a sheet were read: the first that holds one beyond ASCII."""

from __future__ import annotations

from typing import NamedTuple

from batch_update.model.sheets import Sheet
from batch_update.text import column_letters, excerpt

_MOST_ROWS = 5_000
"""Rows that are looked at."""
_MOST_SHOWN = 40


class Letters(NamedTuple):
    """A cell with letters beyond ASCII."""

    place: str
    """such as B2"""
    text: str
    """the cell from shortly before these letters on"""


def cell_beyond_ascii(sheet: Sheet) -> Letters | None:
    """Return the first header, or else the first cell of the first rows, with a letter beyond ASCII; None for none.

    People see by it whether the encoding is right.
    """
    columns = [(column, each) for column, each in enumerate(sheet.columns) if not each.is_constant]
    for column, of_column in columns:
        if not of_column.header.isascii() and sheet.header_row:
            return Letters(f"{column_letters(column)}{sheet.header_row}", _shown_from(of_column.header))
    for column, of_column in columns:
        for row, text in enumerate(of_column.texts[:_MOST_ROWS]):
            if not text.isascii():
                return Letters(f"{column_letters(column)}{sheet.numbers[row]}", _shown_from(text))
    return None


def _shown_from(text: str) -> str:
    """Return a text from the word on that holds the first such letter."""
    at = next(index for index, letter in enumerate(text) if not letter.isascii())
    begin = text.rfind(" ", 0, at - 10) + 1 if at > _MOST_SHOWN // 2 else 0
    return excerpt(text[begin:], _MOST_SHOWN)
