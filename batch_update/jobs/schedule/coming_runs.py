"""The coming runs of jobs by their schedules, and how a job stands by its record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.record.job_state import JobState
from batch_update.jobs.schedule.times import start_of, times_from


@dataclass(frozen=True, slots=True)
class ComingRun:
    """A run that its schedule has in store for a job."""

    start: datetime
    """UTC, the time with its jitter"""
    due: datetime
    """UTC, the time of the schedule"""
    job: Job


def coming_runs(jobs: Iterable[Job], after: datetime, number: int) -> list[ComingRun]:
    """Return so many runs after a moment, over all jobs, the next one first."""
    each = (islice(_coming(job, after), number + 1) for job in jobs)
    return list(islice(merge(*each, key=lambda run: (run.start, run.job.name)), number))


def standing(state: JobState) -> str:
    """`never ran`, `at work`, `cut short`, or how the last run ended."""
    if state.at_work:
        return "at work"
    if state.cut_short is not None:
        return "cut short"
    return str(state.last_run.ending) if state.last_run else "never ran"


def _coming(job: Job, after: datetime) -> Iterable[ComingRun]:
    schedule = job.tables.schedule
    if schedule is not None:
        for due in times_from(schedule, after):
            yield ComingRun(start_of(job.name, schedule, due), due, job)
