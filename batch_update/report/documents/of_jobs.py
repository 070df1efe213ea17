"""The documents of commands about jobs: their runs, a job file as it counts, and one that was written anew."""

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
class RanJobs:
    """Runs of jobs, one after another."""

    KIND: ClassVar[str] = "job-runs"

    runs: tuple[RanJob, ...]
    """in the order in which they were run"""


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
