"""The nouns of what is known of a job's runs: begun, ended, cut short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from batch_update.jobs.record.job_run import Ending, JobRun

WENT_WELL = frozenset((Ending.SUCCESS, Ending.UNCHANGED, Ending.NOTHING))


@dataclass(frozen=True, slots=True)
class BegunRun:
    """A run of a job that was begun."""

    due: datetime | None
    """UTC, the time of the schedule that it is for; None where somebody began it by hand"""
    began: datetime
    """UTC"""
    process: int = 0
    host: str = ""
    file: str = ""
    """its job file, seen from the folder of runs; "" where that is not known"""
    ended: JobRun | None = None
    """None where no end is known: it is at work, or was cut short"""


@dataclass(frozen=True, slots=True)
class CutShort:
    """A run whose process is gone, and which has no end."""

    begun: BegunRun
    folders: tuple[Path, ...] = ()
    """the run folders with a plan that it began or went on with, the first one first"""
    may_have_sent: bool = False
    """whether one that it began may have; where none did, its time can be run again"""
    is_last_try: bool = False
    """whether so many in a row were lost so: what kills each would kill the next one, and its time is not run again"""

    @property
    def is_over(self) -> bool:
        """Whether its time of the schedule counts as run, and somebody has to hear of it."""
        return self.may_have_sent or self.is_last_try


@dataclass(frozen=True, slots=True)
class ScheduleSeen:
    """Since when the schedule of a job is as it is: times before that are not made up for."""

    schedule: str
    """cron expression and time zone"""
    since: datetime
    """UTC"""


@dataclass(frozen=True, slots=True)
class JobState:
    """The runs of a job as its record tells them, and how it stands now."""

    job: str
    """its name"""
    begun: tuple[BegunRun, ...] = ()
    """the oldest first; those that count still, and the last few hundred"""
    seen: ScheduleSeen | None = None
    """None where its schedule was never looked at"""
    at_work: bool = False
    """whether a process runs the job now"""
    cut_short: CutShort | None = None
    """the last run, where it was cut short"""

    @property
    def runs(self) -> tuple[JobRun, ...]:
        """All runs that have ended, the oldest first."""
        return tuple(run.ended for run in self.begun if run.ended)

    @property
    def last_run(self) -> JobRun | None:
        """The run that ended last, well or not."""
        return self.runs[-1] if self.runs else None

    @property
    def last_success(self) -> JobRun | None:
        """The last run of which all went well."""
        return next((run for run in reversed(self.runs) if run.ending in WENT_WELL), None)
