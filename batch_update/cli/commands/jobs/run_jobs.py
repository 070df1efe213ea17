"""`job run`: runs that are written down in job files, carried out one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.asked_to_end import AskedToEnd
from batch_update.cli.commands.jobs.due_jobs import jobs_to_look_at, run_due
from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.commands.jobs.overview.known_jobs import loaded, some_jobs, tell_wrong
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import takes
from batch_update.cli.printed_commands import program
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.jobs.definition.job_finding import find_job
from batch_update.model.reports import Exit, worst

if TYPE_CHECKING:
    from batch_update.cli.commands.jobs.at_work import ScreenHands
    from batch_update.jobs.record.job_run import JobRun
    from batch_update.jobs.running.hands import Came


@app.command("run", cls=Command)
@takes("job run")
def run(
    given: dict[str, Any],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Names in the jobs folder, or paths of job files."),
    ] = None,
    all_jobs: Annotated[bool, typer.Option("--all", help="Run all jobs of the folder, by name.")] = False,
    due: Annotated[
        bool,
        typer.Option(
            "--due",
            help="Run what is due by the schedules of the jobs: nothing, mostly. For a line of crontab.",
        ),
    ] = False,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
) -> None:
    """Run jobs, one after another. Flags given here win over the job files, and those over the environment.

    One that fails does not keep the others from running. Exit status: that of apply; of several the worst: 0, 10, 75,
    1, 3, 5, 2, 4, then a signal, and a bug last.
    """
    _refuse_several(names, all_jobs=all_jobs, due=due)
    if due:
        runs, came = run_due(jobs_to_look_at(jobs_dir), given)
    else:
        runs, came = _run_each(
            [find_job(name, jobs_dir) for name in names or ()] or some_jobs(jobs_dir), given
        )
    status = worst(run.exit for run in runs)
    if given.get("json_"):
        _print_document(runs, came, status)
    raise typer.Exit(int(status))


def _print_document(runs: Sequence[JobRun], came: Sequence[Came], status: Exit) -> None:
    """Print the one document: that of the run, or of several what became of each."""
    from batch_update.cli.commands.jobs.at_work import show_came
    from batch_update.jobs.record.told_run import ran_job
    from batch_update.report.documents.of_jobs import RanJobs

    if len(runs) == len(came) == 1:
        show_came(came[0])
    else:
        out_document(RanJobs(tuple(map(ran_job, runs))), exit=status)


def _refuse_several(names: Sequence[str] | None, *, all_jobs: bool, due: bool) -> None:
    """Raises UsageError where it is not said which jobs are meant, or in two ways."""
    if [bool(names), all_jobs, due].count(True) != 1:
        raise UsageError(
            "of names of jobs, --all and --due one alone can be given"
            if names or all_jobs
            else "it is not said which jobs are to be run",
            code="U101",
            remedy=f"name one or several, or give --all or --due; they are shown by: {program()} job list",
        )


def _run_each(paths: Sequence[Path], given: dict[str, Any]) -> tuple[list[JobRun], list[Came]]:
    """Run these jobs one after another. Returns how each ended, and what came of each turn.

    A signal ends it. Raises Interrupted where one came as nothing was sent and another job would begin.
    """
    from batch_update.cli.commands.jobs.at_work import ScreenHands

    asked = AskedToEnd()
    hands = ScreenHands(asked)
    runs: list[JobRun] = []
    with asked.noted():
        for path in paths:
            asked.heed()
            runs.append(_run_one(path, given, hands))
            if runs[-1].ends_all:
                break
    return runs, hands.came


def _run_one(path: Path, given: dict[str, Any], hands: ScreenHands) -> JobRun:
    from batch_update.jobs.running.story import run_job
    from batch_update.jobs.running.unbegun import failed_run

    began = SYSTEM.wall()
    try:
        found = loaded(path, given)
    except BatchUpdateError as error:
        tell_wrong(path, error, given, hands)
        return failed_run(path.stem, error, due=None, began=began)
    return run_job(*found, hands)
