"""Owns worksheets on their way out: one table as an .xlsx file, in which nothing is a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from batch_update.errors import UsageError
from batch_update.fields.cells import LEAVE, CellError, read_cell
from batch_update.fields.cells.ids import EXACT_DIGITS
from batch_update.fields.facts import all_fields
from batch_update.fields.garbled.damage import with_escapes
from batch_update.fields.names import ID
from batch_update.model.sheets import Json

LONGEST_IN_WORKBOOK = 32_767
"""characters of a cell, as a spreadsheet program counts them: in 16 bits"""
Rows = Sequence[Sequence[str]]
ValueOf = Callable[[str, str], Json]
"""Column and cell -> what is written for it."""


@contextmanager
def book_at(path: Path, made: datetime | None = None, **options: Any) -> Iterator[Any]:
    """Yield a workbook of xlsxwriter that is written at the end. Raises OSError where it cannot be.

    `made`: the time in UTC that it says it was made at, so that writing it again makes the same bytes; None: now.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"created": made})
            yield book
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError that it stands for


def write_workbook(
    path: Path,
    *,
    name: str,
    header: Sequence[str],
    rows: Rows,
    value_of: ValueOf,
    spelling: Callable[[str, str], str],
    title: str,
) -> None:
    """Write one worksheet, header and ids frozen. Raises UsageError (S114) for a text that is too long, OSError."""
    with book_at(path, constant_memory=True) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        bold = book.add_format({"bold": True})
        for column, field in enumerate(header):
            sheet.set_column(column, column, _width(field, (row[column] for row in rows[:200])))
            sheet.write_string(0, column, spelling(ID, field), bold)
        for number, row in enumerate(rows, 1):
            for column, (field, text) in enumerate(zip(header, row, strict=True)):
                if not text:
                    continue
                value = value_of(field, text)
                if isinstance(value, bool):
                    done = sheet.write_boolean(number, column, value)
                elif isinstance(value, (int, float)) and is_exact(value):
                    done = sheet.write_number(number, column, value)
                else:
                    done = sheet.write_string(number, column, spelling(field, text))
                if done:
                    raise _text_too_long(
                        name, field, f"assistant {row[0]}" if header[0] == ID else f"row {number + 1}", text
                    )


def is_exact(value: float) -> bool:
    """Whether a spreadsheet program would keep all of its digits."""
    return abs(value) < 10**EXACT_DIGITS and float(f"{value:.{EXACT_DIGITS}g}") == value


_HALVES = re.compile("[\ud800-\udfff]")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_)")
"""Characters that XML does not have; and the first of two escapes of workbooks that share a `_`, since it depends on
the program what becomes of those. All of these can be written as JSON writes them."""


def is_fit(text: str) -> bool:
    """Whether a workbook surely holds the text as it is: of what it cannot hold, all but escapes is not printable."""
    return text.isprintable() and "_x" not in text


def in_xml(name: str, text: str) -> str:
    """Return the cell in a spelling that a workbook can hold and that is read, or refused, alike."""
    if is_fit(text):
        return text
    text = _HALVES.sub("?", text)
    if not _UNFIT.search(text):
        return text
    if name in all_fields() and all_fields()[name].kind in ("text", "url", "timezone"):
        text = _in_quotes(name, text)
    return _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _in_quotes(name: str, text: str) -> str:
    """Return a cell of text as JSON writes it; a wrong one as it is, and without what nobody sees one that is blank."""
    try:
        value = read_cell(name, text)
    except CellError:
        return text
    return _UNFIT.sub("", text) if value is LEAVE else with_escapes(value)


def without_unfit(name: str, text: str) -> str:
    if is_fit(text):
        return text
    return _UNFIT.sub("", _HALVES.sub("?", text))


def _width(field: str, texts: Iterable[str]) -> int:
    """Return how many characters wide a column is: enough for the header and for what is short."""
    longest = max((len(text) for text in texts), default=0)
    return max(len(field) + 2, min(longest + 2, 40))


def _text_too_long(name: str, field: str, whose: str, text: str) -> UsageError:
    return UsageError(
        f"{name}: {field} of {whose} has {len(text):,} characters; a cell of a workbook holds "
        f"{LONGEST_IN_WORKBOOK:,}",
        code="S114",
    )
