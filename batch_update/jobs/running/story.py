"""The story of one run of a job: which turns it has, each seen through by the hands of a door, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from batch_update.clock import SYSTEM, Clock
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.running.came import Came, job_run_of
from batch_update.jobs.running.deadline import Deadline
from batch_update.jobs.running.hands import Hands, Result, Turn
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
    began, schedule = clock.wall(), job.tables.schedule
    deadline = Deadline(schedule.deadline if schedule else None, clock)
    way = _Way(hands, clock, deadline)
    came = [way.see(turn) for turn in _turns(job, settings)]
    return job_run_of(job.name, came, due=due, began=began, ended=clock.wall())


def _turns(job: Job, settings: Settings) -> Iterator[Turn]:
    yield Turn(job.name, job.tables.mode, job.file, settings)


@dataclass(frozen=True, slots=True)
class _Way:
    """How the turns of a run are seen through."""

    hands: Hands
    clock: Clock
    deadline: Deadline

    def see(self, turn: Turn) -> Came:
        """See a turn through, and have its door tell what came of it."""
        if self.deadline.is_over:
            result: Result = self.deadline.stop()
        else:
            result = self.hands.see(turn, partial(self._begin, turn))
        self.hands.tell(turn, result)
        return Came(turn, result)

    def _begin(self, turn: Turn, means: Means) -> Sequel[Any]:
        interrupts = self.deadline.opening(means.interrupts)
        means = replace(means, job=turn.job, clock=self.clock, interrupts=interrupts)
        return self.deadline.bounding(_story(turn, means))


def _story(turn: Turn, means: Means) -> Sequel[Any]:
    if turn.verb == "plan":
        return begin_plan(turn.place, turn.settings, means)
    return begin_apply(turn.place, turn.settings, means)
