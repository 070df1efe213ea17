"""`job check`: what is wrong with job files and their sheets, before the night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.commands.jobs.overview.known_jobs import some_jobs
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screens.screen import out, paint
from batch_update.jobs.definition.job_finding import find_job
from batch_update.model.reports import Exit
from batch_update.text import padded, printable

if TYPE_CHECKING:
    from batch_update.jobs.checking.night_finding import Finding
    from batch_update.report.documents.of_jobs import CheckedJob, ToldFinding
    from batch_update.settings.tunables import Settings

_ROOM = 24
"""cells for the name of a job"""


@app.command("check", cls=Command)
def check_jobs(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Jobs to check; all by default.")
    ] = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Look on the account, too, whether guards would forbid what a run would do now."
        ),
    ] = False,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Check job files and their sheets for what would fail at night only. Nothing is sent.

    What a job of the sandbox would do is looked at in any case. Warnings are told apart: with them a run does its work.

    Exit status: 0 all in order, 2 a job file is wrong, 3 a sheet is wrong, 4 no key, 5 a guard would stop the run.
    """
    from batch_update.jobs.checking.night_finding import worst_of_checks
    from batch_update.report.documents.of_jobs import CheckedJobs

    with telling_errors(as_json=as_json):
        paths = [find_job(name, jobs_dir) for name in names] if names else some_jobs(jobs_dir)
        checked = [_checked(path, online=online, shown=not as_json) for path in paths]
    status = worst_of_checks(Exit(job.exit) for job in checked)
    if as_json:
        out_document(CheckedJobs(tuple(checked)), exit=status)
    raise typer.Exit(int(status))


def _checked(path: Path, *, online: bool, shown: bool) -> CheckedJob:
    import anyio

    from batch_update.jobs.checking.looking import look_at_job
    from batch_update.report.documents.of_jobs import CheckedJob

    seen = anyio.run(lambda: look_at_job(path, online=online))
    found = tuple(_told(finding, seen.settings) for finding in seen.findings)
    note = f"in order: {seen.note}" if seen.exit is Exit.OK and seen.note else "in order"
    errors = tuple(told.message for told in found if not told.is_warning)
    checked = CheckedJob(path.stem, str(path), int(seen.exit), errors or (note,), found)
    if shown:
        _show(checked)
    return checked


def _told(finding: Finding, settings: Settings) -> ToldFinding:
    """Return a finding with the command that shows what is wrong with a sheet."""
    from batch_update.report.documents.of_jobs import ToldFinding

    remedy = f"See: {command_of('check', settings, finding.sheet)}" if finding.sheet else finding.remedy
    return ToldFinding(finding.message, remedy, finding.is_warning)


def _show(job: CheckedJob) -> None:
    """Show what was found of a job: errors first, each with its remedy; what can be lived with below them."""
    lines = [] if job.exit else [paint(printable(job.notes[0]), "good")]
    for finding in sorted(job.findings, key=lambda finding: finding.is_warning):
        words, tone = ("warning: ", "warning") if finding.is_warning else ("", "error")
        lines.append(paint(words + printable(finding.message), tone))
        if finding.remedy:
            lines.append(f"  {printable(finding.remedy)}")
    first, *more = lines
    out(f"{padded(printable(job.name), _ROOM)} {first}")
    for line in more:
        out(f"{'':<{_ROOM}} {line}")
