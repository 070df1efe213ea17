"""One round of what is due in a folder of jobs: each job that is due is run, one after another, at most once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, RunLocked
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.record.job_lock import locked
from batch_update.jobs.record.job_record import JobRecord, job_state
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.record.job_state import JobState
from batch_update.jobs.record.record_file import FOLDER
from batch_update.jobs.schedule.due import due_runs, is_news, schedule_seen
from batch_update.model.reports import Exit
from batch_update.text import local_time, printable

_LOCK = ".at-work"
"""in the folder of records: no name of a job ends so"""
LONG = timedelta(hours=1)
"""A job that is at work for so long beyond its deadline, or without one at all, is told of: it may hang."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job that has a schedule, and where its record lies."""

    job: Job
    runs_dir: Path


@dataclass(frozen=True, slots=True)
class RoundHolder:
    """Who holds a round: who runs a job, and who is told of one that cannot be run."""

    run: Callable[[Job, datetime | None], JobRun]
    """Run a job for a time of its schedule, or see to its run that was cut short. It notes
    beginning and end in the job's record, and raises no error of ours."""
    tell: Callable[[Job, BatchUpdateError], None]


def run_round(jobs: Sequence[Scheduled], holder: RoundHolder, *, clock: Clock = SYSTEM) -> list[Exit]:
    """Run what is due, and what becomes due meanwhile; return how it ended, [] where nothing was due.

    Where another process has its round, its jobs are left to it. A job whose record cannot be used is told of, and
    keeps no other from its turn. A signal ends the round.
    """
    ends: list[Exit] = []
    with ExitStack() as held:
        left = {
            each.job.name: each
            for each in _ours(jobs, held, holder, ends, clock)
            if _is_ready(each, holder, ends, clock)
        }
        looked = clock.wall()
        while left:
            now = clock.wall()
            states = dict(_states(left.values(), holder, ends))
            for name in left.keys() - states.keys():
                del left[name]
            found = due_runs((each.job for each in left.values()), now, states, looked=looked)
            if not found:
                break
            del left[found[0].job.name]
            run = holder.run(found[0].job, found[0].due)
            ends.append(run.exit)
            if run.ends_all:
                break
    return ends


def _ours(
    jobs: Sequence[Scheduled], held: ExitStack, holder: RoundHolder, ends: list[Exit], clock: Clock
) -> Iterator[Scheduled]:
    """Yield the jobs whose folder of records no other round works on; it is ours then. Of others tell what hangs."""
    taken: dict[Path, bool] = {}
    for each in jobs:
        if each.job.tables.schedule is None:
            continue
        if each.runs_dir not in taken:
            try:
                held.enter_context(locked(each.runs_dir / FOLDER / _LOCK, "another round is at work"))
                taken[each.runs_dir] = True
            except BatchUpdateError as error:
                taken[each.runs_dir] = False
                if not isinstance(error, RunLocked):
                    holder.tell(each.job, error)
                    ends.append(error.exit)
        if taken[each.runs_dir]:
            yield each
        else:
            with suppress(BatchUpdateError):  # the other round tells of it
                state = job_state(each.runs_dir, each.job.name, file=each.job.path)
                _tell_of_long(each, state, holder, ends, clock)


def _tell_of_long(
    each: Scheduled, state: JobState, holder: RoundHolder, ends: list[Exit], clock: Clock
) -> None:
    """Tell of a job that has been at work for an hour longer than it may: nobody else would, where it hangs."""
    schedule = each.job.tables.schedule
    most = LONG + timedelta(seconds=(schedule and schedule.deadline) or 0)
    if not state.at_work or clock.wall() - state.begun[-1].began <= most:
        return
    begun = state.begun[-1]
    error = RunLocked(
        f"the job {each.job.name} has been at work since {local_time(begun.began)}, process {begun.process} on "
        f"{printable(begun.host)}; what is due waits for it",
        code="R122",
    )
    holder.tell(each.job, error)
    ends.append(error.exit)


def _is_ready(each: Scheduled, holder: RoundHolder, ends: list[Exit], clock: Clock) -> bool:
    """Whether the record can be read, and knows the schedule: one that is new is noted, so that none is missed."""
    schedule = each.job.tables.schedule
    try:
        now = clock.wall()
        state = job_state(each.runs_dir, each.job.name, file=each.job.path)
        _tell_of_long(each, state, holder, ends, clock)
        if schedule is not None and not state.at_work and is_news(schedule, state, now):
            with JobRecord(each.runs_dir, each.job.name, file=each.job.path, clock=clock) as record:
                record.saw(schedule_seen(schedule, now))
    except RunLocked:  # somebody runs the job right now
        return False
    except BatchUpdateError as error:
        holder.tell(each.job, error)
        ends.append(error.exit)
        return False
    return True


def _states(
    jobs: Iterable[Scheduled], holder: RoundHolder, ends: list[Exit]
) -> Iterator[tuple[str, JobState]]:
    for each in jobs:
        try:
            yield each.job.name, job_state(each.runs_dir, each.job.name, file=each.job.path)
        except BatchUpdateError as error:
            holder.tell(each.job, error)
            ends.append(error.exit)
