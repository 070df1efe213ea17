"""What is due: of each job the latest time that was not run, since a schedule tells of one run and not of arrears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_tables import Schedule
from batch_update.jobs.record.job_record import times_run
from batch_update.jobs.record.job_state import BegunRun, CutShort, JobState, ScheduleSeen
from batch_update.jobs.schedule.times import latest_times, start_of

STILL_DUE = timedelta(minutes=5)
"""How old a time may be that a job which catches up with none is still run for: cron looks once a minute."""
CLOCK_WAS_WRONG = timedelta(days=1)
"""A time that was run, and lies further ahead than this, was run as the clock was wrong: it holds up nothing."""


@dataclass(frozen=True, slots=True)
class DueRun:
    """A job that is to be run now."""

    job: Job
    due: datetime | None
    """UTC, the time of its schedule; None: there is only a run that was cut short to be seen to"""
    start: datetime
    """UTC, the same with its jitter, or when the run began that was cut short"""
    cut_short: CutShort | None = None
    """to be gone on with, or told of, before"""


def due_runs(
    jobs: Iterable[Job],
    now: datetime,
    states: Mapping[str, JobState],
    *,
    looked: datetime | None = None,
) -> list[DueRun]:
    """Return the runs that are due now, in the order of their starts. Jobs without a schedule, and at work, have none.

    `states`: by the names of the jobs. `looked`: when somebody looked last and has been running jobs since, so that
    what became due meanwhile is not missed.
    """
    found = (_due_run(job, now, states.get(job.name) or JobState(job.name), looked or now) for job in jobs)
    return sorted(filter(None, found), key=lambda run: (run.start, run.job.name))


def schedule_seen(schedule: Schedule, now: datetime) -> ScheduleSeen:
    """Return what is noted of a schedule that is seen for the first time: the minute that runs counts."""
    since = now.replace(second=0, microsecond=0) - timedelta(seconds=1)
    return ScheduleSeen(f"{' '.join(schedule.cron.split())} {schedule.timezone}".strip(), since)


def is_news(schedule: Schedule, state: JobState | None, now: datetime) -> bool:
    """Whether a schedule is another one than was seen last, or was seen by a clock that was wrong."""
    seen = state.seen if state else None
    fresh = schedule_seen(schedule, now)
    return seen is None or seen.schedule != fresh.schedule or seen.since > now + CLOCK_WAS_WRONG


def _due_run(job: Job, now: datetime, state: JobState, looked: datetime) -> DueRun | None:
    schedule = job.tables.schedule
    if schedule is None or state.at_work:
        return None
    found = _pending(job.name, schedule, now, state, looked)
    cut_short = state.cut_short if state.cut_short and _is_to_be_seen_to(state.cut_short, schedule) else None
    if found:
        return DueRun(job, *found, cut_short)
    return DueRun(job, None, cut_short.begun.began, cut_short) if cut_short else None


def _is_to_be_seen_to(found: CutShort, schedule: Schedule) -> bool:
    """Whether somebody has to hear of a run that was cut short, or it is gone on with."""
    return found.is_over or (schedule.resume and bool(found.folders))


def _pending(
    job: str, schedule: Schedule, now: datetime, state: JobState, looked: datetime
) -> tuple[datetime, datetime] | None:
    """Return the latest time that has come and was not run, and its start."""
    after, run = _run_until(schedule, now, state), times_run(state)
    for due in latest_times(schedule, now):
        if due <= after or due in run:
            return None
        start = start_of(job, schedule, due)
        if start <= now:
            is_missed = schedule.catch_up == "none" and start < looked - STILL_DUE
            return None if is_missed else (due, start)
    return None


def _run_until(schedule: Schedule, now: datetime, state: JobState) -> datetime:
    """Return the time up to which nothing is to be run any more."""
    seen = state.seen
    since = (
        schedule_seen(schedule, now).since if seen is None or is_news(schedule, state, now) else seen.since
    )
    known = replace(state, begun=tuple(_begun_in_order(state.begun)))
    run = (due for due in times_run(known) if due <= now + CLOCK_WAS_WRONG)
    return max(run, default=since) if seen is None else max([since, *run])


def _begun_in_order(begun: Sequence[BegunRun]) -> Iterator[BegunRun]:
    """Yield the runs, the last one first, but for those that a clock which was wrong put long after ones behind them.

    Else what it was run for then, a month ahead, would hold up the nights before that when the month is over.
    """
    latest: datetime | None = None
    for run in reversed(begun):
        if latest is None or run.began <= latest + CLOCK_WAS_WRONG:
            latest = min(latest or run.began, run.began)
            yield run
