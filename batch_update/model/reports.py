"""The nouns of a run that was sent: rate windows, replies, events, the report and its exit status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.sheets import NOTHING, Row
from batch_update.model.views import Viewed, amounts


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in any `seconds` seconds."""

    limit: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.limit}/{self.seconds:g}"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast requests go out, and how long one holds on to what does not work."""

    rates: tuple[Window, ...]
    """the key's windows; () for none"""
    smooth: bool = False
    """evenly spaced, not as fast as the windows allow"""
    concurrency: int = 8
    """requests under way at once"""
    timeout: float = 45.0
    """seconds that one attempt may take"""
    attempts: int = 4
    """of one request"""
    outage: float = 600.0
    """seconds to wait for a server that is down"""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of some, or so many percent of them."""

    number: float
    is_percent: bool = False

    def of(self, whole: int) -> int:
        """Return how many that is, percentages rounded up; never 0."""
        exact = Fraction(str(self.number)) * whole / 100 if self.is_percent else self.number
        return max(1, ceil(exact))

    def __str__(self) -> str:
        return f"{self.number:g}" + "%" * self.is_percent


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of one change, after all of its attempts."""

    status: Status
    """UPDATED, FAILED, UNKNOWN, or NOT_SENT where sending was stopped before its first attempt"""
    code: str = ""
    message: str = ""
    http: int | None = None
    """status of the last answer; None where none was seen"""
    attempts: int = 0
    """requests that were begun; a 429 is not counted"""
    request_id: str = ""
    started: datetime | None = None
    ms: int | None = None
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    stop: Exception | None = None
    """set where this reply shows that going on makes no sense: KeyRefused or RunStopped"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a run as a whole: a gate, a slow-down, a pause, a stop."""

    kind: str
    """gate, slow, pause, resume, limit, shared, ledger, list, wave, resumed, stored (what the server does to texts),
    verify (not read back), stop, loss (the end of the journal was lost), or display (progress could not be shown any
    more)"""
    message: str
    seconds: float | None = None
    """how long it lasts, where that is known; of a wave that has ended, how long it took"""
    at: datetime | None = None
    """UTC, when it was told; None where that is not known, as with what a journal lost"""
    window: Window | None = None
    """what is kept to from then on, of a slow-down or a limit of the server"""
    wave: int = 0
    """the number of the wave that ended; 0 for all else"""


class Exit(IntEnum):
    """Exit statuses. Only `cli` exits with them."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    SHEET_INVALID = 3
    KEY_REFUSED = 4
    STOPPED = 5
    CHANGES_PENDING = 10
    BUG = 70
    LOCKED = 75
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


WORST_LAST = (
    Exit.OK,
    Exit.CHANGES_PENDING,
    Exit.LOCKED,
    Exit.SOME_FAILED,
    Exit.SHEET_INVALID,
    Exit.STOPPED,
    Exit.USAGE,
    Exit.KEY_REFUSED,
    Exit.HUNG_UP,
    Exit.INTERRUPTED,
    Exit.TERMINATED,
    Exit.BUG,
)
"""Exit statuses by how much they count where several runs make one."""


def worst(statuses: Iterable[Exit]) -> Exit:
    """Return the exit status of several runs together; 0 of none."""
    return max(statuses, key=WORST_LAST.index, default=Exit.OK)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run, as they are really called: where one was held open, it has another name."""

    results: Path
    """every row of the sheet, in its order"""
    failed: Path | None
    """the rows that are still to be done, ready to be mended and applied; None where there are none"""
    undo: Path | None
    """a sheet that brings back what was changed; None where nothing is known of it"""
    run: Path
    """the run as JSON, for programs"""
    workbook: Path | None = None
    """every row, every change and the figures of the run, for a sheet that was a workbook; None for any other"""
    told: tuple[str, ...] = ()
    """why a file is not there that there usually is, each a sentence without its end"""
    page: Path | None = None
    """the run as a page to look at, complete in itself; None where an earlier version wrote none"""


@dataclass(frozen=True, slots=True)
class Report(Viewed):
    """A plan and what came of it: an outcome for every row of the sheet, in its order."""

    plan: Plan
    outcomes: Sequence[Outcome]
    events: tuple[Event, ...] = ()
    seconds: float = 0.0
    """wall time of sending"""
    stopped: Exception | None = None
    """why the run did not reach its end"""
    started: datetime | None = None
    """UTC, when sending began"""
    folder: Path | None = field(default=None, compare=False)
    """the run's, with its journal; None for a run that has none"""
    files: Files | None = field(default=None, compare=False)
    """its results; None where it has no folder, or they could be written nowhere"""

    def counts(self) -> dict[Status, int]:
        """Return how many rows ended in each status; statuses that did not occur are left out."""
        found = dict.fromkeys(Status, 0)
        for outcome in self.outcomes:
            found[outcome.status] += 1
        return {status: count for status, count in found.items() if count}

    def __repr__(self) -> str:
        end = f"; ended early by {type(self.stopped).__name__}" if self.stopped else ""
        place = f"; {self.folder}" if self.folder else ""
        return f"<Report of {self.plan.sheet.name!r}: {amounts(self.counts())}{end}{place}>"

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row for each row of the sheet: its own cells, then what became of it.

        Our columns are those of `results.csv` and begin with `_`, so that the frame can be read as a sheet again;
        `_id` is beside them. They are typed: `_row` is int64, other numbers Int64, status, verified and code are
        categories, `_started` is a time in UTC, `_changed` a tuple of fields.
        """
        return self.viewer().frame_of(self)

    def __iter__(self) -> Iterator[tuple[Row, Outcome]]:
        for index, outcome in enumerate(self.outcomes):
            yield self.plan.sheet.row(index), outcome


@dataclass(slots=True)
class Stats:
    """Counts of a client's life, for the report."""

    requests: int = 0
    """begun, retries and look-ups included"""
    retries: int = 0
    gates: int = 0
    """times that the server had everybody wait"""
    slowdowns: int = 0
    """times that a limit was lowered"""
