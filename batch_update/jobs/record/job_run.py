"""One run of a job as it ended: what its log, its state and its notices tell of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.send.signals import OVERDUE

MOST_FAILURES = 5
"""Rows that failed, of which a line each is kept and told."""
BY_SIGNAL = frozenset({Exit.HUNG_UP, Exit.INTERRUPTED, Exit.TERMINATED})
"""Exit statuses after which nothing more is begun."""


class Ending(StrEnum):
    """How a run of a job ended, as far as somebody may want to hear of it."""

    SUCCESS = "success"
    """all rows are as wanted, and something was sent"""
    UNCHANGED = "unchanged"
    """all was so already, or the sheet was that of the last success"""
    NOTHING = "nothing"
    """no sheet was there"""
    DRIFT = "drift"
    """mode plan: something differs"""
    CONFLICT = "conflict"
    """rows were held back, since others changed them"""
    GUARD = "guard"
    """a guard forbade it"""
    FAILURE = "failure"
    """whatever else went wrong"""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job that has ended, in order or not."""

    job: str
    """its name"""
    due: datetime | None
    """UTC, the time of its schedule that it was run for; None where somebody began it by hand"""
    began: datetime
    """UTC"""
    ended: datetime
    """UTC"""
    ending: Ending
    exit: Exit
    line: str
    """what became of it in a line, without date and name, safe to show"""
    sheets: tuple[str, ...] = ()
    """the sheets that it took: paths, or addresses without what is secret in them"""
    digests: tuple[str, ...] = ()
    """SHA-256 of each sheet that ended well or was skipped as unchanged, to tell one that is unchanged since"""
    folders: tuple[Path, ...] = ()
    """of its runs, one for each sheet"""
    counts: dict[Status, int] = field(default_factory=dict)
    """rows by their outcome, over all sheets"""
    code: str = ""
    """of the error or the stop that ended it"""
    message: str = ""
    """of the same"""
    failures: tuple[str, ...] = ()
    """the first rows that failed, a line each, safe to show"""

    @property
    def ends_all(self) -> bool:
        """Whether a signal ended it, and so whatever was to follow it; a deadline ends its own job alone."""
        return self.exit in BY_SIGNAL and self.code != OVERDUE
