"""Owns workbooks that are read, as a whole: a first page or none, tables, behind them what was too long for a cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from batch_update.sheet.writing.covers import draw_cover
from batch_update.sheet.writing.leaves import CoverPage, Head, TablePage
from batch_update.sheet.writing.painting import Continued, Drawn, draw_table
from batch_update.sheet.writing.worksheet import book_at

MOST_AT_ONCE = 100_000
"""Cells of a workbook that is held in memory until it is written; a larger one is written row by row."""


def write_book(
    path: Path,
    cover: CoverPage | None,
    tables: Sequence[TablePage],
    continued: Continued,
    *,
    made: datetime | None = None,
    most_at_once: int = MOST_AT_ONCE,
) -> None:
    """Write the pages as worksheets, and behind them one for texts that are too long, where there are any.

    `made`: when the book says that it was made, in UTC; None: now. Raises OSError.
    """
    cells = sum(table.height * len(table.headings) for table in tables)
    with book_at(path, made, constant_memory=cells > most_at_once) as book:
        drawn = Drawn(book, continued)
        if cover is not None:
            draw_cover(drawn, cover)
        for table in tables:
            draw_table(drawn, table)
        if drawn.parts:
            widths = (24, 8, 120)
            headings = [Head(name, width) for name, width in zip(continued.headings, widths, strict=True)]
            draw_table(drawn, TablePage(continued.title, headings, list(drawn.parts), len(drawn.parts)))
