"""`job check`: what is wrong with job files and their sheets, before the night."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screens.screen import out, paint
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_file import Job, load_job
from batch_update.jobs.definition.job_finding import find_job, find_jobs
from batch_update.jobs.input.sheet_address import is_address
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings
from batch_update.text import counted, padded, printable

if TYPE_CHECKING:
    from batch_update.report.documents.of_lists import CheckedJob


@app.command("check", cls=Command)
def check_jobs(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Jobs to check; all by default.")
    ] = None,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Check job files and their sheets. Nothing is sent.

    Exit status: 0 all in order, 2 a job file is wrong, 3 a sheet is wrong.
    """
    from batch_update.report.documents.of_lists import CheckedJobs

    paths = [find_job(name, jobs_dir) for name in names] if names else find_jobs(jobs_dir)
    if not paths:
        raise UsageError(
            f"{jobs_dir} holds no job files (*.toml)", code="U106", remedy="name their folder with --jobs-dir"
        )
    if as_json:
        checked = list(map(_checked, paths))
        out_document(CheckedJobs(tuple(checked)), exit=_worst(checked))
    else:
        checked = list(map(_told, map(_checked, paths)))
    raise typer.Exit(int(_worst(checked)))


def _worst(jobs: list[CheckedJob]) -> Exit:
    """Return the exit status of them together: a job file that is wrong counts more than a sheet."""
    statuses = {Exit(job.exit) for job in jobs}
    return Exit.USAGE if Exit.USAGE in statuses else max(statuses)


def _told(job: CheckedJob) -> CheckedJob:
    """Show what was found of a job."""
    first, *more = map(printable, job.notes)
    out(f"{padded(printable(job.name), 24)} {paint(first, 'error' if job.exit else 'good')}")
    for line in more:
        out(f"{'':<24} {paint(line, 'error')}")
    return job


def _checked(path: Path) -> CheckedJob:
    from batch_update.report.documents.of_lists import CheckedJob

    status, notes = _check(path)
    return CheckedJob(path.stem, str(path), int(status), notes)


def _check(path: Path) -> tuple[Exit, tuple[str, ...]]:
    """Whether a job could run, and somebody would hear of it."""
    from batch_update.jobs.notices.trying import foreseen

    try:
        job = load_job(path)
    except BatchUpdateError as error:
        return error.exit, error.details
    status, notes = _check_its_sheets(job, path.parent)
    unheard = foreseen(job, environ=os.environ)
    if unheard and status is Exit.OK:
        return Exit.USAGE, unheard
    return status, notes + unheard


def _check_its_sheets(job: Job, folder: Path) -> tuple[Exit, tuple[str, ...]]:
    """Whether the sheets that are there are in order, where the job does not skip invalid rows."""
    from batch_update.jobs.input.picking import sheets_there

    if is_address(job.file):
        return Exit.OK, (f"in order: the sheet is fetched by each run, {job.shown_file}",)
    try:
        sheets = ("-",) if job.file == "-" else tuple(map(str, sheets_there(job.input, folder)))
        if not sheets:
            return _none_there(job)
        found = [_check_sheet(sheet, job.settings) for sheet in sheets]
    except BatchUpdateError as error:
        return error.exit, error.details
    wrong = tuple(note for status, note in found if status)
    return (Exit.SHEET_INVALID, wrong) if wrong else (Exit.OK, tuple(note for _, note in found))


def _none_there(job: Job) -> tuple[Exit, tuple[str, ...]]:
    if job.input.missing == "nothing":
        return Exit.OK, (f"in order: no sheet is there now, {job.file}",)
    return Exit.SHEET_INVALID, (f"no sheet is there: {job.file}",)


def _check_sheet(sheet: str, settings: Settings) -> tuple[Exit, str]:
    from batch_update.check.checking import check_sheet
    from batch_update.sheet.reading import read_sheet

    checked = check_sheet(read_sheet(sheet, settings), on_duplicate=settings.on_duplicate, only=settings.only)
    if checked.invalid_rows and not settings.skip_invalid:
        command = command_of("check", settings, sheet)
        return Exit.SHEET_INVALID, f"{counted(checked.invalid_rows, 'invalid row')}: {command}"
    skipped = f", {counted(checked.invalid_rows, 'invalid row')} skipped" if checked.invalid_rows else ""
    return Exit.OK, f"in order: {counted(checked.to_change, 'assistant')} to change{skipped}"
