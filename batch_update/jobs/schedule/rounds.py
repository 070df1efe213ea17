"""One round of what is due in a folder of jobs: each job that is due is run, one after another, at most once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

    def state(self) -> JobState:
        """Return what is known of its runs. Raises UsageError where its record cannot be used."""
        return job_state(self.runs_dir, self.job.name, file=self.job.path)


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
    this = _Round(holder, clock)
    with ExitStack() as held:
        this.run([each for each in this.ours(jobs, held) if this.is_ready(each)])
    return this.ends


class _Round:
    """One round: who holds it, by which clock, and how what it ran ended."""

    def __init__(self, holder: RoundHolder, clock: Clock) -> None:
        self._holder = holder
        self._clock = clock
        self.ends: list[Exit] = []

    def run(self, jobs: Sequence[Scheduled]) -> None:
        """Run what is due of these jobs, each at most once."""
        left = {each.job.name: each for each in jobs}
        looked = self._clock.wall()
        while left:
            now = self._clock.wall()
            states = {
                name: state for name, each in left.items() if (state := self._state_of(each)) is not None
            }
            left = {name: left[name] for name in states}
            found = due_runs((each.job for each in left.values()), now, states, looked=looked)
            if not found:
                return
            del left[found[0].job.name]
            run = self._holder.run(found[0].job, found[0].due)
            self.ends.append(run.exit)
            if run.ends_all:
                return

    def ours(self, jobs: Sequence[Scheduled], held: ExitStack) -> Iterator[Scheduled]:
        """Yield the jobs whose folder of records is ours now: no other round works on it. Of others tell what hangs."""
        taken: dict[Path, bool] = {}
        for each in jobs:
            if each.job.tables.schedule is None:
                continue
            if each.runs_dir not in taken:
                taken[each.runs_dir] = self._is_taken(each, held)
            if taken[each.runs_dir]:
                yield each
            else:
                with suppress(BatchUpdateError):  # the other round tells of it
                    self._tell_of_long(each, each.state())

    def is_ready(self, each: Scheduled) -> bool:
        """Whether the record can be read, and knows the schedule: one that is new is noted, so that none is missed."""
        schedule, now = each.job.tables.schedule, self._clock.wall()
        if (state := self._state_of(each)) is None:
            return False
        self._tell_of_long(each, state)
        if schedule is None or state.at_work or not is_news(schedule, state, now):
            return True
        try:
            with JobRecord(each.runs_dir, each.job.name, file=each.job.path, clock=self._clock) as record:
                record.saw(schedule_seen(schedule, now))
        except RunLocked:  # somebody runs the job right now
            return False
        except BatchUpdateError as error:
            self._tell(each.job, error)
            return False
        return True

    def _is_taken(self, each: Scheduled, held: ExitStack) -> bool:
        """Take the folder of a job's records for this round, and return whether that could be."""
        try:
            held.enter_context(locked(each.runs_dir / FOLDER / _LOCK, "another round is at work"))
        except RunLocked:
            return False
        except BatchUpdateError as error:
            self._tell(each.job, error)
            return False
        return True

    def _state_of(self, each: Scheduled) -> JobState | None:
        """Return what is known of a job's runs; None where that cannot be read, which is told."""
        try:
            return each.state()
        except BatchUpdateError as error:
            self._tell(each.job, error)
            return None

    def _tell_of_long(self, each: Scheduled, state: JobState) -> None:
        """Tell of a job that has been at work for an hour longer than it may: nobody else would, where it hangs."""
        schedule = each.job.tables.schedule
        most = LONG + timedelta(seconds=(schedule and schedule.deadline) or 0)
        if not state.at_work or self._clock.wall() - state.begun[-1].began <= most:
            return
        begun = state.begun[-1]
        words = (
            f"the job {each.job.name} has been at work since {local_time(begun.began)}, process {begun.process} on "
            f"{printable(begun.host)}; what is due waits for it"
        )
        self._tell(each.job, RunLocked(words, code="R122"))

    def _tell(self, job: Job, error: BatchUpdateError) -> None:
        self._holder.tell(job, error)
        self.ends.append(error.exit)
