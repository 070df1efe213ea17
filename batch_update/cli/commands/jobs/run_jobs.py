"""`job run`: runs that are written down in job files, carried out one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.jobs.at_work import ScreenHands, show_came
from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.cli.printed_commands import program
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_job, find_jobs
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings

if TYPE_CHECKING:
    from batch_update.jobs.record.job_run import JobRun
    from batch_update.report.documents.of_jobs import RanJob


@app.command("run", cls=Command)
@takes("job run")
def run(
    given: dict[str, Any],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Names in the jobs folder, or paths of job files."),
    ] = None,
    all_jobs: Annotated[bool, typer.Option("--all", help="Run all jobs of the folder, by name.")] = False,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
) -> None:
    """Run jobs, one after another. Flags given here win over the job files, and those over the environment.

    One that fails does not keep the others from running. Exit status: that of apply; of several the worst: 0, 10, 75,
    1, 3, 5, 2, 4, then a signal, and a bug last.
    """
    from batch_update.jobs.running.came import worst
    from batch_update.jobs.running.story import BY_SIGNAL
    from batch_update.send.signals import OVERDUE

    paths = _chosen(names or [], jobs_dir, all_jobs=all_jobs)
    hands = ScreenHands()
    runs: list[JobRun] = []
    for path in paths:
        runs.append(_run_one(path, given, hands))
        if runs[-1].exit in BY_SIGNAL and runs[-1].code != OVERDUE:
            break
    status = worst(run.exit for run in runs)
    if given.get("json_"):
        _print_document(runs, hands, status)
    raise typer.Exit(int(status))


def _print_document(runs: Sequence[JobRun], hands: ScreenHands, status: Exit) -> None:
    """Print the one document: that of the run, or of several what became of each."""
    from batch_update.report.documents.of_jobs import RanJobs

    if len(runs) == len(hands.came) == 1:
        show_came(hands.came[0])
    else:
        out_document(RanJobs(tuple(map(_ran, runs))), exit=status)


def _ran(run: JobRun) -> RanJob:
    from batch_update.report.documents.of_jobs import RanJob

    return RanJob(
        job=run.job,
        began=run.began,
        seconds=round((run.ended - run.began).total_seconds(), 1),
        due=run.due,
        ending=str(run.ending),
        exit=int(run.exit),
        line=run.line,
        sheets=run.sheets,
        folders=tuple(map(str, run.folders)),
        counts=dict.fromkeys(Status, 0) | run.counts,
        code=run.code,
        message=run.message,
        failures=run.failures,
    )


def _chosen(names: list[str], jobs_dir: Path, *, all_jobs: bool) -> list[Path]:
    """Return the files of the jobs that are meant. Raises UsageError."""
    if all_jobs == bool(names):
        raise UsageError(
            "--all stands beside names of jobs" if names else "it is not said which jobs are to be run",
            code="U101",
            remedy=f"name one or several, or give --all; they are shown by: {program()} job list",
        )
    return find_jobs(jobs_dir) if all_jobs else [find_job(name, jobs_dir) for name in names]


def _run_one(path: Path, given: dict[str, Any], hands: ScreenHands) -> JobRun:
    from batch_update.jobs.running.came import failed_run
    from batch_update.jobs.running.hands import Came, Turn
    from batch_update.jobs.running.story import run_job

    began = SYSTEM.wall()
    try:
        job = load_job(path)
        settings = settings_of(given, beneath=dict(job.given))
    except BatchUpdateError as error:
        shown = Settings(json_=bool(given.get("json_")))
        hands.tell(Came(Turn(path.stem, "apply", str(path), shown), error))
        return failed_run(path.stem, error, due=None, began=began)
    return run_job(job, settings, hands)
