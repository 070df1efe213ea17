"""`job run --due`: what is due by the schedules of a folder of jobs, for one line of crontab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_update.cli.commands.jobs.overview.known_jobs import loaded
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError

if TYPE_CHECKING:
    from batch_update.cli.commands.jobs.at_work import ScreenHands
    from batch_update.jobs.definition.job_file import Job
    from batch_update.jobs.record.job_run import JobRun


def run_due(paths: Sequence[Path], given: dict[str, Any], hands: ScreenHands) -> Iterator[JobRun]:
    """Run what is due of these jobs, and yield how each ended, and which are wrong; of others nothing is said."""
    from batch_update.jobs.running.came import failed_run
    from batch_update.jobs.running.hands import Came, Turn
    from batch_update.jobs.running.story import run_job
    from batch_update.jobs.schedule.rounds import Hand, Scheduled, run_round

    ran: list[JobRun] = []
    found = {}
    for path in paths:
        one = loaded(path, given, hands)
        if isinstance(one, tuple):
            found[one[0].name] = one
        else:
            ran.append(one)

    def run(job: Job, due: datetime | None) -> JobRun:
        ran.append(run_job(job, found[job.name][1], hands, due=due, anew=due is not None))
        return ran[-1]

    def tell(job: Job, error: BatchUpdateError) -> None:
        settings = found[job.name][1]
        hands.tell(Came(Turn(job.name, job.tables.mode, job.file, settings), error))
        ran.append(failed_run(job.name, error, due=None, began=SYSTEM.wall()))

    jobs = [Scheduled(job, settings.runs_dir) for job, settings in found.values()]
    run_round(jobs, Hand(run, tell))
    yield from ran
