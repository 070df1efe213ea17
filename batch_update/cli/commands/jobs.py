"""`job run`, `job check`, `job list`: runs that are written down in files, for cron and for colleagues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from batch_update.cli.commands.apply import run_sheet
from batch_update.cli.help import Command, Group
from batch_update.cli.options import settings_of, takes
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screen import out, out_json, paint, say
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition import find_job, find_jobs, load_job
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

app = typer.Typer(
    cls=Group,
    help="Runs that are written down in job files: jobs/NAME.toml.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
JOBS_DIR = Annotated[Path, typer.Option("--jobs-dir", metavar="DIR", help="Where the job files lie.")]
DEFAULT_DIR = Path("jobs")


@app.command("run", cls=Command)
@takes("job run")
def run(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name in the jobs folder, or the path of a job file.")
    ],
    given: dict[str, Any],
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
) -> None:
    """Run a job. Flags given here win over the job file, and that over the environment."""
    job = load_job(find_job(name, jobs_dir))
    status = run_sheet(job.file, settings_of(given, beneath=dict(job.given)))
    raise typer.Exit(int(status))


@app.command("list", cls=Command)
def list_jobs(
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout.")] = False,
) -> None:
    """List the jobs of a folder: name, what it is for, its sheet."""
    rows = []
    for path in find_jobs(jobs_dir):
        try:
            job = load_job(path)
            rows.append({"name": job.name, "description": job.description, "file": job.file, "error": ""})
        except UsageError as error:
            rows.append({"name": path.stem, "description": "", "file": "", "error": error.message})
    if as_json:
        out_json(rows)
        return
    if not rows:
        say(f"{jobs_dir} holds no job files (*.toml).")
    for row in rows:
        note = paint("wrong, see job check", "error") if row["error"] else printable(row["description"])
        out(f"{printable(row['name']):<24} {note}")
    if rows:
        path = find_job(rows[0]["name"], jobs_dir)
        out(f"\nNext: {command_of('job run', Settings(), path)}")


@app.command("check", cls=Command)
def check_jobs(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Jobs to check; all by default.")
    ] = None,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
) -> None:
    """Check job files and their sheets. Nothing is sent.

    Exit status: 0 all in order, 2 a job file is wrong, 3 a sheet is wrong.
    """
    worst = Exit.OK
    paths = [find_job(name, jobs_dir) for name in names] if names else find_jobs(jobs_dir)
    if not paths:
        raise UsageError(
            f"{jobs_dir} holds no job files (*.toml)", code="U106", remedy="name their folder with --jobs-dir"
        )
    for path in paths:
        status, notes = _check(path)
        worst = max(worst, status) if worst is not Exit.USAGE else worst
        worst = status if status is Exit.USAGE else worst
        first, *more = map(printable, notes)
        out(f"{printable(path.stem):<24} {paint(first, 'good' if status is Exit.OK else 'error')}")
        for line in more:
            out(f"{'':<24} {paint(line, 'error')}")
    raise typer.Exit(int(worst))


def _check(path: Path) -> tuple[Exit, tuple[str, ...]]:
    """Whether a job could run: its file, and its sheet where the job does not skip invalid rows."""
    from batch_update.check.checking import check_sheet
    from batch_update.sheet.reading import read_sheet

    try:
        job = load_job(path)
        settings = job.settings
        checked = check_sheet(
            read_sheet(job.file, settings), on_duplicate=settings.on_duplicate, only=settings.only
        )
    except BatchUpdateError as error:
        return error.exit, error.details
    if checked.invalid_rows and not settings.skip_invalid:
        command = command_of("check", settings, job.file)
        return Exit.SHEET_INVALID, (f"{counted(checked.invalid_rows, 'invalid row')}: {command}",)
    skipped = f", {counted(checked.invalid_rows, 'invalid row')} skipped" if checked.invalid_rows else ""
    return Exit.OK, (f"in order: {counted(checked.to_change, 'assistant')} to change{skipped}",)
