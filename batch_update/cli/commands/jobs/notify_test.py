"""`job notify-test`: a notice that says it is a test, by each way that a job tells of its runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, NAME, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.screens.screen import out, paint
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import Job, load_job
from batch_update.jobs.definition.job_finding import find_job
from batch_update.model.reports import Exit
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.jobs.notices.ways import Way


@app.command("notify-test", cls=Command)
def notify_test(
    name: NAME,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Send a test notice by each way that a job tells of its runs.

    The file of figures and the command of the job are only looked at. Exit status: 0 all went, 1 some did not.
    """
    job = load_job(find_job(name, jobs_dir))
    ways = _tried(job)
    status = Exit.SOME_FAILED if any(way.why for way in ways) else Exit.OK
    if as_json:
        from batch_update.report.documents.of_jobs import TriedWay, TriedWays

        tried = tuple(TriedWay(way.place, way.kind, not way.why, way.why) for way in ways)
        out_document(TriedWays(job.name, tried), exit=status)
    else:
        for way in ways:
            out(_line_of(way))
    raise typer.Exit(int(status))


def _tried(job: Job) -> tuple[Way, ...]:
    """Return what became of the notice. Raises UsageError where the job tells nobody, or nothing can be sent."""
    from batch_update.jobs.notices.delivering import INSTALL, LACKING
    from batch_update.jobs.notices.trying import try_ways

    ways = try_ways(job, environ=os.environ)
    if not ways:
        raise UsageError(
            f"the job {job.name} tells nobody of its runs",
            code="U106",
            remedy='give its file a table: [notify] with to = [{ env = "NAME" }], or [monitor]',
        )
    if any(way.why == LACKING for way in ways):
        raise UsageError(
            "notices need apprise, which is not installed", code="U116", remedy=f"install it with: {INSTALL}"
        )
    return ways


def _line_of(way: Way) -> str:
    place = printable(way.place) + (f" ({way.kind})" if way.kind else "")
    if way.why:
        word = "wrong" if way.kind in ("file", "command") else "not sent"
        return f"{place}: {paint(f'{word}: {printable(way.why)}', 'error')}"
    done = "in order, not touched" if way.kind in ("file", "command") else "sent"
    return f"{place}: {paint(done, 'good')}"
