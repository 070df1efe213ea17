"""The documents of commands about jobs: runs that were and are to come, job files as they count, checked and made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from batch_update.model.plans import Status
from batch_update.model.sheets import Json


@dataclass(frozen=True, slots=True)
class RanJob:
    """One run of a job, as it ended."""

    job: str
    """its name"""
    began: datetime
    """when it began"""
    seconds: float
    """how long it took"""
    due: datetime | None
    """the time of its schedule that it was run for; null where somebody began it by hand"""
    ending: str
    """success, unchanged, nothing, drift, conflict, guard or failure"""
    exit: int
    """its exit status"""
    line: str
    """what became of it, in a line"""
    sheets: tuple[str, ...]
    """the sheets that it took"""
    folders: tuple[str, ...]
    """its run folders, one for each sheet"""
    counts: Mapping[Status, int]
    """rows by their outcome, over all sheets"""
    code: str
    """of the error or the stop that ended it; empty where nothing did"""
    message: str
    """of the same"""
    failures: tuple[str, ...]
    """the first rows that failed, a line each"""


@dataclass(frozen=True, slots=True)
class LeftOutJob:
    """A job of which nothing can be told."""

    name: str
    """the name of the job file without .toml"""
    error: str
    """what is wrong with the job file or with the record of its runs"""


@dataclass(frozen=True, slots=True)
class RanJobs:
    """Runs of jobs, one after another."""

    KIND: ClassVar[str] = "job-runs"

    runs: tuple[RanJob, ...]
    """in the order in which they were run"""
    left_out: tuple[LeftOutJob, ...] = ()
    """jobs that job log can tell nothing of, by their names"""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key of a job as it counts."""

    key: str
    """with its table, such as schedule.cron"""
    value: Json
    """as a job file has it; secrets are references, and an address of a sheet is shortened"""
    source: Literal["file", "environment", "default"]
    """what says so"""
    file: str | None
    """the job file, or the one that it extends, which says so"""
    line: int | None
    """in that file"""
    variable: str | None
    """of the environment, which says so"""


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as it counts: its file, what that extends, the environment and the defaults put together."""

    KIND: ClassVar[str] = "shown-job"

    name: str
    """the name of the job file without .toml"""
    files: tuple[str, ...]
    """the job file, the one that it extends, and so on"""
    keys: tuple[ShownKey, ...]
    """the keys of the job file and its tables, then all settings"""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job file that was written."""

    KIND: ClassVar[str] = "new-job"

    name: str
    """of the job"""
    path: str
    """of the job file"""
    schema_path: str
    """of the JSON Schema beside it, by which editors know its keys"""


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job file."""

    name: str
    """the name of the job file without .toml"""
    description: str
    """what it is for"""
    file: str
    """its sheet; empty where the job file is wrong"""
    error: str
    """what is wrong with the job file or with the record of its runs; empty where nothing is"""
    schedule: str
    """when it runs, in words; empty where it has no schedule"""
    next: datetime | None
    """when its schedule runs it next, with the jitter; null where it has none"""
    state: str
    """never ran, at work, cut short, or how its last run ended; empty where that is not known"""
    last: RanJob | None
    """its last run that has ended; null for none"""


@dataclass(frozen=True, slots=True)
class ListedJobs:
    """The jobs of a folder."""

    KIND: ClassVar[str] = "jobs"

    jobs: tuple[ListedJob, ...]
    """by their names"""


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """Something about a job that would be found out at night only."""

    message: str
    """what it is"""
    remedy: str
    """what to do about it; empty where nothing needs to be done"""
    is_warning: bool
    """whether a run does its work all the same"""


@dataclass(frozen=True, slots=True)
class ExpectedRun:
    """A run that a schedule has in store."""

    start: datetime
    """when it starts: the time of the schedule with the jitter of the job"""
    due: datetime
    """the time of the schedule"""
    job: str
    """its name"""
    schedule: str
    """when the job runs, in words"""


@dataclass(frozen=True, slots=True)
class ExpectedRuns:
    """The runs to come, by the schedules of the jobs."""

    KIND: ClassVar[str] = "coming-runs"

    runs: tuple[ExpectedRun, ...]
    """the next one first"""
    left_out: tuple[LeftOutJob, ...]
    """jobs that are wrong, by their names"""


@dataclass(frozen=True, slots=True)
class CheckedJob:
    """A job file and its sheet."""

    name: str
    """the name of the job file without .toml"""
    path: str
    """of the job file"""
    exit: int
    """0 in order, 2 the job file is wrong, 3 its sheet is, 4 there is no key, 5 a guard would stop the run"""
    notes: tuple[str, ...]
    """what is wrong, or how much it would do"""
    findings: tuple[ToldFinding, ...]
    """each thing that is wrong or odd"""


@dataclass(frozen=True, slots=True)
class CheckedJobs:
    """Whether jobs could run."""

    KIND: ClassVar[str] = "checked-jobs"

    jobs: tuple[CheckedJob, ...]
    """in the order in which they were named"""


@dataclass(frozen=True, slots=True)
class TriedWay:
    """A way that a job tells of its runs."""

    place: str
    """the key of the job file, and where the address lies that it refers to"""
    kind: str
    """mailto, slack, json ..., https of a ping, file or command; empty where the address is none that is known"""
    sent: bool
    """whether the test notice went; of a file and a command, whether it would"""
    why: str
    """it did not; empty where it did"""


@dataclass(frozen=True, slots=True)
class TriedWays:
    """A test notice of a job, by each way that the job tells of its runs."""

    KIND: ClassVar[str] = "notify-test"

    name: str
    """the name of the job file without .toml"""
    ways: tuple[TriedWay, ...]
    """in the order of the job file"""
