"""The workbook of history: the table that its CSV is, with times as times and numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.report.history.as_rows import HEADER, history_rows
from batch_update.report.history.past import PastChange
from batch_update.report.workbook.shared_pages import in_cell, is_number
from batch_update.report.workbook.vocabulary import ENGLISH
from batch_update.sheet.writing.binding import write_book
from batch_update.sheet.writing.leaves import Cell, Head, TablePage
from batch_update.sheet.writing.painting import MOST_ROWS
from batch_update.sheet.writing.records import write_whole

TITLE = "History"
_WIDTHS = {"when": 24, "run": 30, "note": 30, "name": 30, "field": 24, "before": 48, "after": 48}


def write_history_book(path: Path, changes: Sequence[PastChange]) -> Path:
    """Write the workbook beside its place and rename it; returns where it lies. Nothing is cut.

    Raises UsageError (S114) for more changes than a worksheet has rows, OSError.
    """
    if len(changes) > MOST_ROWS:
        raise UsageError(
            f"{path.name}: a worksheet holds {MOST_ROWS:,} changes, and there are {len(changes):,}",
            code="S114",
            remedy="write a .csv, or choose among them with the options since and until",
        )
    headings = [Head(name, _WIDTHS.get(name, 12), is_prose=name in ("before", "after")) for name in HEADER]
    table = TablePage(TITLE, headings, _change_cells(changes), len(changes), frozen=1)
    return write_whole(path, partial(write_book, cover=None, tables=(table,), continued=ENGLISH.continued))


def _change_cells(changes: Sequence[PastChange]) -> Iterator[list[Cell]]:
    for one, texts in zip(changes, history_rows(changes), strict=True):
        what = one.what
        values: dict[str, Cell] = {"when": one.at, "id": what.assistant_id, "row": what.row}
        values |= {name: value for name in ("before", "after") if is_number(value := getattr(what, name))}
        yield [values.get(name, in_cell(text)) for name, text in zip(HEADER, texts, strict=True)]
