"""`job next` and `job log`: the runs of jobs that are to come, and those that were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app
from batch_update.cli.commands.jobs.overview.known_jobs import NAMES, told_of_jobs
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.screens.log_lines import out_dated
from batch_update.cli.screens.screen import out, say
from batch_update.clock import SYSTEM
from batch_update.text import local_time, log_heading, printable

if TYPE_CHECKING:
    from batch_update.jobs.record.job_state import JobState


def _how_many(default: int) -> Any:
    """Return the option that says how many runs are shown."""
    words = f"How many; {default} by default."
    return typer.Option("-n", "--number", metavar="N", min=1, max=1000, help=words)


@app.command("next", cls=Command)
def next_runs(
    names: NAMES = None,
    number: Annotated[int, _how_many(10)] = 10,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Show the coming runs by the schedules of the jobs, the next one first; times are those of this machine."""
    from batch_update.jobs.schedule.coming_runs import coming_runs
    from batch_update.jobs.schedule.schedule_words import in_words
    from batch_update.report.documents.of_jobs import ExpectedRun, ExpectedRuns

    jobs, left_out = told_of_jobs(names, jobs_dir, lambda job: job, as_json=as_json)
    found = coming_runs(jobs, SYSTEM.wall(), number)
    runs = tuple(
        ExpectedRun(run.start, run.due, run.job.name, in_words(run.job.tables.schedule))
        for run in found
        if run.job.tables.schedule
    )
    if as_json:
        out_document(ExpectedRuns(runs, left_out))
        return
    width = max((len(printable(run.job)) for run in runs), default=0)
    for run in runs:
        out(f"{local_time(run.start)}  {printable(run.job):<{width}}  {run.schedule}")
    if not runs:
        say("no job has a schedule: a job file has one in its table schedule.")


@app.command("log", cls=Command)
def job_log(
    names: NAMES = None,
    number: Annotated[int, _how_many(20)] = 20,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Show the last runs of jobs, a line each, the latest one last: when, what became of it, exit status, folder."""
    from batch_update.jobs.record.job_record import job_state
    from batch_update.jobs.record.told_run import log_line, ran_job
    from batch_update.report.documents.of_jobs import RanJobs

    states, left_out = told_of_jobs(
        names, jobs_dir, lambda job: job_state(job.settings.runs_dir, job.name), as_json=as_json
    )
    runs = sorted((run for state in states for run in state.runs), key=lambda run: run.began)[-number:]
    if as_json:
        out_document(RanJobs(tuple(map(ran_job, runs)), left_out))
        return
    for run in runs:
        out_dated(log_line(run), run.job)
    unended = [(line, state.job) for state in states for line in _unended(state)]
    for line, job in unended:
        out_dated(line, job)
    if not (runs or unended):
        say("no job has run yet.")


def _unended(state: JobState) -> Iterator[str]:
    """Yield the line of a run that has no end."""
    begun = state.cut_short.begun if state.cut_short else state.begun[-1] if state.at_work else None
    if begun:
        words = "is at work" if state.at_work else "was cut short: its process is gone"
        yield f"{log_heading(begun.began, state.job)}{words}"
