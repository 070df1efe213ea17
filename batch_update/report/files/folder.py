"""The run folder: `report.html`, `results.csv`, `failed.csv` and `run.json`, readable by their owner alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from itertools import count
from pathlib import Path

from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.fields.remembered.memory import BASE
from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Files, Report
from batch_update.model.sheets import Dialect
from batch_update.outcomes import as_wanted
from batch_update.plan.from_run import restorations, undo_cells, undo_header, undo_memory
from batch_update.report.documents.envelope import Purpose
from batch_update.report.figures.figures import Figures, figures_of_run
from batch_update.report.files.attempting import attempted, removed
from batch_update.report.files.one_file import WRITERS, write_document, write_page
from batch_update.report.files.results import failed_rows, header, result_rows
from batch_update.report.workbook.in_folder import FAILED, RESULTS, write_asked_book, write_books
from batch_update.settings.locales import language_here
from batch_update.settings.tunables import Settings
from batch_update.sheet.endings import WORKBOOKS
from batch_update.sheet.writing.records import csv_dialect, dialect_of_ours, write_table

PAGE = "report.html"
FILE_NAMES = ("results.csv", "failed.csv", "undo.csv", "run.json", PAGE, RESULTS, FAILED)
_SOMETIMES = frozenset({"failed.csv", "undo.csv", RESULTS, FAILED, PAGE})
"""Names of files that not every run has, or whose making may fail."""
FORMATS = ("csv", "html", "json", "jsonl", "xlsx", "junit", "parquet")
"""In which results can be written again."""
IN_FOLDER = {"junit": "junit.xml"}
"""Names of files in the run's folder that are not called after their format."""
LONGEST_NAME = 60
"""Characters of the name of a sheet or a job that go into the name of its run folder."""
Following = Callable[[Report, RunFacts], Mapping[Purpose, str]]
"""Tells which commands make sense after a run, by what they are for, once its files have their names."""


def folder_for(settings: Settings, sheet_name: str, now: datetime, *, job: str = "") -> Path:
    """Make and return a folder that no other run has: the one of the setting run_dir, or else a new one.

    See `claim_folder` and `run_folder`. Raises UsageError.
    """
    if settings.run_dir is not None:
        return claim_folder(settings.run_dir)
    return run_folder(settings.runs_dir, sheet_name, now, job=job)


def run_folder(runs_dir: Path, sheet_name: str, now: datetime, *, job: str = "") -> Path:
    """Make and return a new folder for a run: `runs/2026-11-22T0931-changes`, with -2, -3 ... if it is taken.

    It is called after its job, if it has one, or else after its sheet. `now` is local time, as people read it. Raises
    UsageError U101 where it cannot be made.
    """
    name = f"{now:%Y-%m-%dT%H%M}-{folder_stem(job) if job else _stem_of_sheet(sheet_name)}"
    try:
        make_folder(runs_dir)
        return _new_folder(runs_dir, name)
    except OSError as error:
        raise UsageError(
            f"no folder for this run can be made in {runs_dir}: {_reason(error)}",
            code="U101",
            remedy="choose where runs go with the setting runs_dir, or a folder for this one with the setting run_dir",
        ) from error


def _stem_of_sheet(name: str) -> str:
    return folder_stem("stdin" if name == "-" else Path(re.split(r"[/\\]", name)[-1]).stem)


def folder_stem(name: str) -> str:
    """Return a name as it stands in the name of a run folder."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:LONGEST_NAME] or "sheet"


def _new_folder(runs_dir: Path, name: str) -> Path:
    for number in count(1):
        folder = runs_dir / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count() has no end")


def _reason(error: OSError) -> str:
    """Return why there can be no folder; what the system calls `File exists` is a file in its place."""
    return "it is no folder" if isinstance(error, FileExistsError) else error.strerror or str(error)


def claim_folder(folder: Path) -> Path:
    """Make a folder that the user named, before anything is sent.

    Raises UsageError U107 where the results of another run lie there, U101 where it cannot be a folder.
    """
    try:
        make_folder(folder)
        taken = [name for name in FILE_NAMES if (folder / name).exists()]
    except OSError as error:
        raise UsageError(
            f"the run folder {folder} cannot be made: {_reason(error)}",
            code="U101",
            remedy="name another one with the setting run_dir",
        ) from error
    if taken:
        raise UsageError(
            f"{folder} holds the results of another run: {', '.join(taken)}",
            code="U107",
            remedy="choose another folder with the setting run_dir, or leave it out: each run gets a new one",
        )
    return folder


def write_run(
    report: Report,
    folder: Path | str,
    facts: RunFacts | None = None,
    following: Following | None = None,
) -> Files:
    """Write a run's files into a folder, each beside its name first and then renamed. Raises OSError.

    What people look at, the workbooks and the page, comes after the tables, and where it cannot be made, that is
    told. The sheets go out in the dialect that the sheet came in with. `facts` is what `run.json` shall tell of
    the run beside its outcomes, `following` gives the commands that the page shows.
    """
    facts = facts or RunFacts()
    folder = Path(folder)
    make_folder(folder)
    dialect = csv_dialect(report.plan.sheet.dialect)
    columns, has_failed = header(report.plan.sheet), _has_failed(report)
    results = write_table(folder / "results.csv", columns, result_rows(report), dialect)
    undo = _write_undo(report, folder / "undo.csv", dialect_of_ours(report.plan.sheet.dialect))
    figures = cache(partial(figures_of_run, report, facts))  # made once, by whoever comes first
    books = write_books(
        report,
        facts,
        folder,
        language_here(os.environ),
        figures=figures,
        has_failed=has_failed,
        history=_history(report, facts, following),
    )
    csv = None
    if has_failed and books.failed is None:
        csv = write_table(folder / "failed.csv", columns, failed_rows(report), dialect)
    files = Files(results, books.failed or csv, undo, folder / "run.json", books.results, books.told)
    files = _with_page(report, facts, files, following, figures)
    told = _remove_stale(folder, (csv, undo, books.failed, books.results, files.page))
    files = replace(files, told=(*files.told, *told))
    write_document(report, facts, files.run, files)
    return files


def _history(report: Report, facts: RunFacts, following: Following | None) -> str:
    """Return the command that tells what runs changed; "" where there is none."""
    with suppress(Exception):  # a command to be shown is worth no results
        return following(report, facts).get("history", "") if following else ""
    return ""


def _remove_stale(folder: Path, written: Collection[Path | None]) -> Iterator[str]:
    """Remove what an earlier session wrote, is not true any more, and was not written this time; yield what stays."""
    for name in sorted(_SOMETIMES - {path.name for path in written if path is not None}):
        yield from removed(folder / name)


def written_in(folder: Path) -> Files | None:
    """Return the files of a run as they lie in its folder; None where its results do not."""

    results, undo, run = _there(folder, "results.csv"), _there(folder, "undo.csv"), folder / "run.json"
    if results is None:
        return None
    book, page = _there(folder, RESULTS), _there(folder, PAGE)
    return Files(results, failed_in(folder), undo, run, workbook=book, page=page)


def failed_in(folder: Path) -> Path | None:
    """Return the file with the rows of a run that failed; None where it does not lie in its folder."""
    return _there(folder, FAILED) or _there(folder, "failed.csv")


def _there(folder: Path, name: str) -> Path | None:
    return path if os.path.lexists(path := folder / name) else None


def write_again(
    report: Report,
    folder: Path,
    formats: Collection[str],
    facts: RunFacts,
    following: Following | None = None,
    tell: Callable[[str], None] = lambda why: None,
) -> Iterator[Path]:
    """Write a run's files again, in these of FORMATS, and tell where: csv is all that a run writes, run.json too.

    `tell` is told why a file is not there that there usually is. Raises OSError, UsageError (S114).
    """
    for format in formats:
        if format == "csv":
            files = write_run(report, folder, facts, following)
            for why in files.told:
                tell(why)
            yield from filter(
                None, (files.page, files.results, files.workbook, files.failed, files.undo, files.run)
            )
        elif format == "xlsx":
            yield _book_again(report, facts, folder, following)
        elif format not in ("json", "html"):
            yield WRITERS[format](report, facts, folder / IN_FOLDER.get(format, f"results.{format}"))
        elif "csv" not in formats:
            files = replace(_files_there(report, folder), page=folder / PAGE)
            if format == "html":
                yield _write_page(report, facts, files, following)
            else:
                yield write_document(report, facts, files.run, files)


def _files_there(report: Report, folder: Path) -> Files:
    return written_in(folder) or usual_files(report, folder)


def _book_again(report: Report, facts: RunFacts, folder: Path, following: Following | None) -> Path:
    """Write `results.xlsx` of any sheet as the run itself does of a workbook, and tell where."""
    failed = _files_there(report, folder).failed
    return write_asked_book(
        report,
        facts,
        folder / RESULTS,
        language_here(os.environ),
        failed=failed.name if failed else "",
        history=_history(report, facts, following),
    )


def usual_files(report: Report, folder: Path) -> Files:
    """Return the files that a run usually has, by the names that they have then."""
    is_book = report.plan.sheet.dialect.format in WORKBOOKS
    failed = folder / (FAILED if is_book else "failed.csv") if _has_failed(report) else None
    undo = folder / "undo.csv" if any(one.values for one in restorations(report)) else None
    book = folder / RESULTS if is_book else None
    return Files(folder / "results.csv", failed, undo, folder / "run.json", workbook=book)


def _has_failed(report: Report) -> bool:
    return not all(map(as_wanted, report.outcomes))


def _write_undo(report: Report, path: Path, dialect: Dialect) -> Path | None:
    """Write a sheet that brings back what the run changed, as far as it is known; None where there is nothing."""
    rows = [one for one in restorations(report, dialect.decimal) if one.values]
    if not rows:
        return None
    header, plan = undo_header(rows), report.plan
    cells = ([*undo_cells(one, header), undo_memory(one, plan)] for one in rows)
    return write_table(path, [*header, BASE], cells, dialect)


def _with_page(
    report: Report,
    facts: RunFacts,
    files: Files,
    following: Following | None,
    figures: Callable[[], Figures],
) -> Files:
    """Write `report.html`, which names itself, and return the files with it, or with why there is none."""
    with_page = replace(files, page=files.run.with_name(PAGE))
    page, told = attempted(PAGE, lambda: _write_page(report, facts, with_page, following, figures()))
    return replace(files, page=page, told=(*files.told, *told))


def _write_page(
    report: Report,
    facts: RunFacts,
    files: Files,
    following: Following | None,
    figures: Figures | None = None,
) -> Path:
    """Write `report.html`, with what makes sense next now that these files are there, and tell where."""
    told = replace(report, files=files)
    commands = following(told, facts) if following else {}
    return write_page(told, facts, files.run.with_name(PAGE), commands, figures)
