"""The documents of commands about runs of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.model.plans import Status


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
