"""One report in one file, in any of its forms: which form a name asks for, what is written, what may be written over.

What is written is made of the report alone, so that a report without some values, or of some assistants, is a file
without them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from batch_update.disk import refuse_no_file
from batch_update.errors import UsageError
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Files, Report
from batch_update.report.documents.envelope import Purpose, json_text
from batch_update.report.documents.of_runs import file_paths, run_file
from batch_update.report.figures.figures import Figures
from batch_update.report.files.junit import TOOL, junit_text
from batch_update.report.files.parquet import is_our_parquet, write_parquet
from batch_update.report.files.private_text import write_text
from batch_update.report.files.results import header, result_rows
from batch_update.report.files.writable import require_folder
from batch_update.report.workbook.in_folder import write_asked_book
from batch_update.settings.locales import language_here
from batch_update.sheet.writing.formats import write_texts
from batch_update.sheet.writing.records import csv_dialect, write_table
from batch_update.text import printable

Write = Callable[[Report, RunFacts, Path], Path]


def _csv(report: Report, facts: RunFacts, path: Path) -> Path:
    sheet = report.plan.sheet
    return write_table(path, header(sheet), result_rows(report), csv_dialect(sheet.dialect))


def _table_of_texts(report: Report, facts: RunFacts, path: Path) -> Path:
    return write_texts(path, header(report.plan.sheet), list(result_rows(report)), title="Results")


def _workbook(report: Report, facts: RunFacts, path: Path) -> Path:
    return write_asked_book(report, facts, path, language_here(os.environ))


def write_document(report: Report, facts: RunFacts, path: Path, files: Files | None = None) -> Path:
    """Write a run as JSON, with the names of the files that it has, and tell where. Raises OSError."""
    names = file_paths(files, names_only=True)
    return write_text(path, json_text(run_file(report, facts, names)) + "\n")


def write_page(
    report: Report,
    facts: RunFacts,
    path: Path,
    commands: Mapping[Purpose, str] | None = None,
    figures: Figures | None = None,
) -> Path:
    """Write the page of a run, see `run_page`, and tell where. Raises OSError."""
    from batch_update.report.page.of_run import run_page  # what makes pages is imported once there is one

    return write_text(path, run_page(report, facts, language_here(os.environ), commands, figures))


def _junit(report: Report, facts: RunFacts, path: Path) -> Path:
    return write_text(path, f'<?xml version="1.0" encoding="UTF-8"?>\n{junit_text(report)}')


def _parquet(report: Report, facts: RunFacts, path: Path) -> Path:
    return write_parquet(report, path)


WRITERS: Mapping[str, Write] = {
    "csv": _csv,
    "xlsx": _workbook,
    "html": write_page,
    "json": write_document,
    "jsonl": _table_of_texts,
    "junit": _junit,
    "parquet": _parquet,
}
"""Form -> what writes it."""
ENDINGS: Mapping[str, str] = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "junit",
    ".parquet": "parquet",
}
"""Ending of a name -> the form that it asks for."""
_BEGINNING = 4_000
"""Bytes of a file in which a report says what it is."""


def form_of(path: Path, asked: str | None = None) -> str:
    """Return the form in which a report is written into a file: the one that was asked for, or that of its ending.

    Raises UsageError (U101) where the name tells none, or one that is read as another table than the one asked for.
    """
    by_name = ENDINGS.get(path.suffix.lower())
    if asked is None and by_name is None:
        raise UsageError(
            f"{printable(str(path))}: its name does not tell the format of the report",
            code="U101",
            remedy=f"let it end in {', '.join(ENDINGS)}, or name the format with the option format",
        )
    form = asked or by_name or ""
    if by_name != form and (form in ("xlsx", "jsonl") or by_name == "xlsx"):  # programs go by the ending here
        raise UsageError(
            f"{printable(str(path))}: a report as {form} does not have this ending",
            code="U101",
            remedy=f"let it end in .{form}" if f".{form}" in ENDINGS else "choose another name",
        )
    return form


def write_form(report: Report, facts: RunFacts, path: Path, form: str, *, force: bool = False) -> Path:
    """Write the report into a file of this form, and tell where it lies. Only its owner can read it.

    Raises UsageError U109 where something lies there that may not be written over without `force`, U110 where it cannot
    be written, U116 where a library is missing.
    """
    try:
        require_free(path, form, force=force)
        return WRITERS[form](report, facts, path)
    except OSError as error:
        raise UsageError(
            f"{printable(str(path))} cannot be written: {error.strerror or error}", code="U110"
        ) from error


def require_free(path: Path, form: str, *, force: bool) -> None:
    """Raises UsageError U109 where a file lies there that is no earlier report of this form, unless `force` is given.

    A table is never taken for one: somebody may have mended its cells since. Raises OSError.
    """
    require_folder(path)
    if path.is_dir():
        raise UsageError(f"{printable(str(path))} is a folder", code="U110")
    refuse_no_file(path)
    if not path.exists() or force or is_report(path, form):
        return
    raise UsageError(
        f"{printable(str(path))} is there already",
        code="U109",
        remedy="choose another name, or add the option force",
    )


def is_report(path: Path, form: str) -> bool:
    """Whether a file is an earlier report of ours in this form, which nobody edits. Raises OSError."""
    if form == "parquet":
        return is_our_parquet(path)
    if form not in ("json", "junit", "html"):
        return False
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING).decode("utf-8", "replace")
    signs = {
        "json": f'"schema": "{TOOL}/run-file/',
        "junit": f'<testsuites name="{TOOL}"',
        "html": f'<meta name="generator" content="{TOOL}',
    }
    return signs[form] in beginning
