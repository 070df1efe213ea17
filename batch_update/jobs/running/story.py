"""The story of one run of a job: which turns it has, each seen through by the hands of a door, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from batch_update.clock import SYSTEM, Clock
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.running.came import Came, job_run_of
from batch_update.jobs.running.hands import Hands, Turn
from batch_update.run.applying import begin_apply
from batch_update.run.planning import begin_plan
from batch_update.run.steps.means import Means, Sequel
from batch_update.settings.tunables import Settings


def run_job(
    job: Job,
    settings: Settings,
    hands: Hands,
    *,
    due: datetime | None = None,
    clock: Clock = SYSTEM,
    environ: Mapping[str, str] = os.environ,
) -> JobRun:
    """Run a job once, and return how that ended. What a run meets is never raised: it is in what is returned.

    `settings`: the job's own, with what a caller puts over them. `due`: the time of its schedule that it is run for,
    UTC. `environ`: where secrets lie that the job file refers to.
    """
    began = clock.wall()
    came = [_seen(turn, hands, clock) for turn in _turns(job, settings)]
    return job_run_of(job.name, came, due=due, began=began, ended=clock.wall())


def _turns(job: Job, settings: Settings) -> Iterator[Turn]:
    verb = job.tables.mode
    yield Turn(job.name, verb, job.file, settings)


def _seen(turn: Turn, hands: Hands, clock: Clock) -> Came:
    """See a turn through, and have its door tell what came of it."""
    begin: Callable[[Means], Sequel[Any]] = partial(_begin, turn, clock)
    came = Came(turn, hands.see(turn, begin))
    hands.tell(turn, came.result)
    return came


def _begin(turn: Turn, clock: Clock, means: Means) -> Sequel[Any]:
    means = replace(means, job=turn.job, clock=clock)
    if turn.verb == "plan":
        return begin_plan(turn.place, turn.settings, means)
    return begin_apply(turn.place, turn.settings, means)
