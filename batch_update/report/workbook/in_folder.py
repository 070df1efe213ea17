"""The workbooks in the folder of a run: for a sheet that was one its results, and the rows to mend, no CSV of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.figures.figures import Figures
from batch_update.report.files.attempting import attempted
from batch_update.report.workbook.failed_book import write_failed_book
from batch_update.report.workbook.run_book import why_no_workbook, write_run_book
from batch_update.settings.locales import Language
from batch_update.sheet.endings import WORKBOOKS

RESULTS, FAILED = "results.xlsx", "failed.xlsx"


@dataclass(frozen=True, slots=True)
class Books:
    """The workbooks that were written, and why one was not."""

    results: Path | None = None
    failed: Path | None = None
    told: tuple[str, ...] = ()
    """sentences without their ends"""


def write_books(
    report: Report,
    facts: RunFacts,
    folder: Path,
    language: Language,
    *,
    figures: Callable[[], Figures],
    has_failed: bool,
    history: str,
) -> Books:
    """Write the workbooks of a run whose sheet was one, as far as they can be made; of another sheet none.

    `figures`: makes those of the run, whatever may go wrong then. `history`: the command that tells what runs changed;
    "" for none.
    """
    sheet = report.plan.sheet
    if sheet.dialect.format not in WORKBOOKS:
        return Books()
    failed, told = None, tuple[str, ...]()
    if has_failed:
        failed, told = attempted(FAILED, lambda: write_failed_book(report, folder / FAILED, language))
        told = tuple(f"{why}; the rows to mend are in failed.csv" for why in told)
    if why := why_no_workbook(sheet):
        return Books(None, failed, (*told, f"no {RESULTS} beside results.csv: {why}"))
    mend = failed.name if failed else "failed.csv" if has_failed else ""
    path = folder / RESULTS
    results, why_none = attempted(
        RESULTS,
        lambda: write_run_book(
            report, facts, path, language, figures=figures(), failed=mend, history=history
        ),
    )
    return Books(results, failed, (*told, *why_none))


def write_asked_book(
    report: Report, facts: RunFacts, path: Path, language: Language, *, failed: str = "", history: str = ""
) -> Path:
    """Write the results of any sheet as a workbook. Raises UsageError (S114) where it would not hold all, OSError.

    `failed`, `history`: what `write_run_book` tells with them.
    """
    if why := why_no_workbook(report.plan.sheet):
        raise UsageError(f"{path.name} is not written: {why}", code="S114")
    return write_run_book(report, facts, path, language, failed=failed, history=history)
