"""The documents of what starts jobs: a unit, and the scheduler of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ShownUnitFile:
    """A file of a unit."""

    name: str
    """as it is to be called"""
    text: str
    """as it is to be saved"""
    path: str | None
    """where it was written; null where it was not"""


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit that has a program start a job at its times, such as a line of a crontab."""

    KIND: ClassVar[str] = "unit"

    form: str
    """for whom: cron, systemd, kubernetes, github-actions, airflow or windows-task"""
    job: str
    """the name of the job; empty for all that are due"""
    files: tuple[ShownUnitFile, ...]
    """one file or several"""


@dataclass(frozen=True, slots=True)
class SchedulerHealth:
    """Whether the scheduler of a folder is at work."""

    KIND: ClassVar[str] = "scheduler"

    well: bool
    """it looked lately what is due, or is at a run"""
    words: str
    """how that is known"""
