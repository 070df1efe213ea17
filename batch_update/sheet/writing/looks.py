"""Owns how worksheets look that people fill in or mend: the formats of their cells, comments, and what a cell holds.

Every cell is formatted as text, so that no program makes a number of an id or a date of 1.2 once it is typed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

from batch_update.errors import UsageError
from batch_update.sheet.writing.worksheet import LONGEST_IN_WORKBOOK, without_unfit
from batch_update.text import excerpt

_AS_TEXT = "@"
_HEADER = {"bold": True, "num_format": _AS_TEXT, "valign": "top", "text_wrap": True, "bottom": 1}
_LINK = {"font_color": "#0563C1", "underline": 1, "valign": "top"}
ERROR = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
WARNING = {"bg_color": "#FFEB9C", "font_color": "#7F6000"}
"""The colors of cells that are wrong, or perhaps."""
WIDEST = 40
"""characters of a column that is as wide as what stands in it"""
LONGEST_COMMENT = 1_000
"""Characters; a program shows no more of a comment without scrolling, and holds 32,767."""
MOST_COLUMNS = 1 << 14
"""Columns of a worksheet."""
MOST_LINKS = 65_530
"""Links that a worksheet may have, as a spreadsheet program counts them."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The formats of one workbook's cells, each as xlsxwriter has it."""

    header: Any
    text: Any
    error: Any
    """a cell with an error"""
    warning: Any
    header_error: Any
    header_warning: Any
    link: Any
    prose: Any
    """a text that is read and not filled in: it is wrapped"""


def looks_of(book: Any) -> Looks:
    """Return the formats, made for this workbook of xlsxwriter."""
    cell = {"num_format": _AS_TEXT, "valign": "top"}
    return Looks(
        header=book.add_format(_HEADER),
        text=book.add_format(cell),
        error=book.add_format(cell | ERROR),
        warning=book.add_format(cell | WARNING),
        header_error=book.add_format(_HEADER | ERROR),
        header_warning=book.add_format(_HEADER | WARNING),
        link=book.add_format(_LINK),
        prose=book.add_format({"valign": "top", "text_wrap": True}),
    )


def put_text(sheet: Any, row: int, column: int, text: str, format: Any = None) -> None:
    """Write a cell as the text that it is, never as a number, a link or a formula; rows and columns count from 0.

    Characters that a workbook cannot hold are left out. Raises UsageError (S114) for a text that is too long,
    and for a column beyond the last one.
    """
    if column >= MOST_COLUMNS:
        raise UsageError(
            f"a worksheet holds {MOST_COLUMNS:,} columns, and there would be more",
            code="S114",
            remedy="leave columns out, or write a .csv",
        )
    plain = without_unfit("", text)
    if not plain:
        sheet.write_blank(row, column, None, format)
    elif sheet.write_string(row, column, plain, format):
        raise UsageError(
            f"row {row + 1}, column {column + 1}: the text has {len(text):,} characters; a cell of a workbook holds "
            f"{LONGEST_IN_WORKBOOK:,}",
            code="S114",
            remedy="Put the text into a file beside the sheet and name that in the cell, @prompts/long.md. Or mend the "
            "sheet where it is: the option format=csv lists all problems with their places.",
        )


def put_comment(sheet: Any, row: int, column: int, text: str) -> None:
    """Write a comment beside a cell, large enough to be read as a whole."""
    plain = excerpt_lines(without_unfit("", text))
    lines = sum(1 + len(line) // 44 for line in plain.split("\n"))
    box = {"width": 300, "height": min(24 + 17 * lines, 400), "font_size": 9}
    sheet.write_comment(row, column, plain, box)


def excerpt_lines(text: str) -> str:
    """Return as much of a text as a comment shows; its lines stay lines."""
    shown = "\n".join(excerpt(line, LONGEST_COMMENT) for line in text.split("\n"))
    return shown if len(shown) <= LONGEST_COMMENT else shown[: LONGEST_COMMENT - 4] + " ..."


def place_in_book(worksheet: str, cell: str) -> str:
    """Return the address of a cell for a link within its workbook: `internal:'Blatt 1'!D14`."""
    return "internal:'" + worksheet.replace("'", "''") + f"'!{cell}"


def lines_of_width(text: str, width: float) -> int:
    """Return how many lines a text takes: most letters are narrower than the digits that a width counts."""
    return sum(max(1, ceil(0.9 * len(line) / width)) for line in text.split("\n"))


def width_of(header: str, texts: Iterable[str]) -> int:
    """Return how many characters wide a column is: enough for the header and for what is short."""
    longest = max((len(line) for text in (header, *texts) for line in text.split("\n")), default=0)
    return max(8, min(longest + 2, WIDEST))
