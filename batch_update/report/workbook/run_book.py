"""The workbook of a run: what matters, every row with its end, every change, what is wrong, what it was made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from batch_update.codes import remedy_of
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet
from batch_update.report.figures.figures import Figures, figures_of_run
from batch_update.report.files.results import own_columns
from batch_update.report.messages import row_message
from batch_update.report.own_columns import RESULT_COLUMNS
from batch_update.report.row_owners import assistants_of
from batch_update.report.workbook.result_rows import results_page
from batch_update.report.workbook.run_pages import facts_page, left_rows, run_cover
from batch_update.report.workbook.shared_pages import changes_page, problems_page, told_left
from batch_update.report.workbook.vocabulary import VOCABULARIES
from batch_update.settings.locales import Language
from batch_update.sheet.writing.binding import write_book
from batch_update.sheet.writing.looks import MOST_COLUMNS
from batch_update.sheet.writing.painting import MOST_ROWS
from batch_update.sheet.writing.records import write_whole
from batch_update.sheet.writing.worksheet import LONGEST_IN_WORKBOOK

MOST_CELLS = 4_000_000
"""Cells of the worksheet of results beyond which it takes longer to open than anybody waits."""
Spelling = Callable[[str], str]


def why_no_workbook(sheet: Sheet) -> str:
    """Return why the results of a sheet do not go into a workbook, as the end of a sentence; "" where they do."""
    columns = len(sheet.columns) + len(RESULT_COLUMNS)
    if len(sheet) > MOST_ROWS:
        return f"a worksheet holds {MOST_ROWS + 1:,} rows, and the sheet has {len(sheet):,}"
    if columns > MOST_COLUMNS:
        return f"a worksheet holds {MOST_COLUMNS:,} columns, and there would be {columns:,}"
    if columns * len(sheet) > MOST_CELLS:
        return f"{columns * len(sheet):,} cells are too many for one"
    for column in own_columns(sheet):
        texts = {text for text in column.texts if 2 * len(text) > LONGEST_IN_WORKBOOK}
        if (longest := max(map(_units, texts), default=0)) > LONGEST_IN_WORKBOOK:
            return (
                f"a text has {longest:,} characters, and a cell of a workbook holds {LONGEST_IN_WORKBOOK:,}"
            )
    return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def write_run_book(
    report: Report,
    facts: RunFacts,
    path: Path,
    language: Language,
    *,
    figures: Figures | None = None,
    failed: str = "",
    history: str = "",
) -> Path:
    """Write the workbook beside its place and rename it; returns where it lies.

    `figures`: those of the run, where they are there already. `failed`: the name of the file with the rows to mend,
    `history`: the command that tells what runs changed; "" for none. Where `why_no_workbook` says something, it would
    not hold all. Raises OSError.
    """
    words = VOCABULARIES[language]
    figures = figures or figures_of_run(report, facts)
    whose = assistants_of(report.plan)
    left = (
        (
            number,
            whose[index],
            report.outcomes[index].code,
            row_message(report, index),
            remedy_of(report.outcomes[index].code),
        )
        for number, index in left_rows(report)
    )
    tables = (
        results_page(report, words),
        changes_page(figures.changed, report.plan, words),
        problems_page(report.plan, told_left(left, words), words),
        facts_page(report, facts, words),
    )
    cover = run_cover(report, facts, figures, words, failed=failed, history=history)
    write = partial(write_book, cover=cover, tables=tables, continued=words.continued, made=report.started)
    return write_whole(path, write)
