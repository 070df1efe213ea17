"""How far a run is: a bar for somebody who watches, log lines for cron, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from batch_update.cli.screens.screen import say
from batch_update.cli.screens.terminal import drawing_on
from batch_update.cli.spelling import as_flags
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event
from batch_update.send.progress import Progress
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt

LOG_SECONDS = 30.0
LOG_SHARE = 0.1
FAILURES_SHOWN = 20
"""Failures that get a line of their own; the report has them all."""

SHORT = {
    Status.UPDATED: "ok",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown",
    Status.NOT_SENT: "not sent",
}


class Display:
    """Shows how a run goes on; this one shows nothing."""

    numbers: Sequence[int] = ()
    """the number of each row of the sheet, once it is known"""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def progress(self, progress: Progress) -> None: ...
    def event(self, event: Event) -> None: ...
    def outcome(self, change: Change, outcome: Outcome) -> None: ...


def choose_display(*, quiet: bool, limits: str) -> Display:
    """Return a bar on a terminal, log lines elsewhere. `limits`: the pace in words, shown beside the rate."""
    if quiet:
        return Display()
    return Bar(limits) if sys.stderr.isatty() else _Log()


class _Log(Display):
    """A line at the start, every 30 s or tenth of the way, for each failure and event, and at the end."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, tell: Callable[[str], None] = say
    ) -> None:
        self._failures = Failures(tell)
        self._clock = clock
        self._tell = tell
        self._told_at = float("-inf")
        self._told_done = -1

    def progress(self, progress: Progress) -> None:
        if progress.done == self._told_done or not progress.total:
            return
        is_end = progress.done == progress.total
        is_far = progress.done - self._told_done >= progress.total * LOG_SHARE
        is_late = self._clock() - self._told_at >= LOG_SECONDS
        if self._told_done < 0 or is_end or is_far or is_late:
            line = f"{progress.done}/{progress.total}  {_pace_words(progress)}{_count_words(progress)}"
            self._tell(line.rstrip())
            self._told_at, self._told_done = self._clock(), progress.done

    def event(self, event: Event) -> None:
        self._tell(_event_line(event))

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._failures.tell(change, outcome, self.numbers)


class Failures:
    """A line for each of the first rows that did not go through."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told = 0

    def tell(self, change: Change, outcome: Outcome, numbers: Sequence[int]) -> None:
        """Says it, unless too much has been said already."""
        if outcome.status not in {Status.FAILED, Status.UNKNOWN} or self._told >= FAILURES_SHOWN:
            return
        from batch_update.report.messages import words_of

        self._told += 1
        row = numbers[change.indexes[0]]
        reason = excerpt(words_of(outcome), 160)
        self._tell(f"  {outcome.status} {outcome.code} row {row}, assistant {change.assistant_id}: {reason}")
        if self._told == FAILURES_SHOWN:
            self._tell("  further failures are in the report")


class Bar(Display):
    """One line that moves, with failures and events above it."""

    def __init__(self, limits: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Columns

        self._console = Console(file=drawing_on(sys.stderr), stderr=True, highlight=False, markup=False)
        self._columns = Columns(
            TextColumn("Applying"),
            BarColumn(bar_width=28),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[note]}", markup=False),
            console=self._console,
            auto_refresh=False,
        )
        self._task = self._columns.add_task("apply", total=1, note="")
        self._limits = limits
        self._failures = Failures(lambda line: self._columns.console.print(line, style="red"))

    def __enter__(self) -> Self:
        self._columns.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._columns.stop()

    def progress(self, progress: Progress) -> None:
        limits = f"(limit {self._limits}) " if self._limits else ""
        note = f"{_pace_words(progress)}{limits}{_count_words(progress)}{_eta_words(progress)}"
        self._columns.update(
            self._task, completed=progress.done, total=progress.total, note=note, refresh=True
        )

    def event(self, event: Event) -> None:
        self._columns.console.print(_event_line(event), style="yellow")

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._failures.tell(change, outcome, self.numbers)


def _pace_words(progress: Progress) -> str:
    """`1.7/s `."""
    return f"{progress.rate:.1f}/s " if progress.rate else ""


def _count_words(progress: Progress) -> str:
    """` ok 70  failed 1`."""
    return "".join(
        f" {SHORT[status]} {count} " for status, count in progress.counts.items() if status in SHORT
    )


def _eta_words(progress: Progress) -> str:
    """` ETA 0:28`."""
    if progress.eta is None or progress.done == progress.total:
        return ""
    minutes, seconds = divmod(round(progress.eta), 60)
    return f" ETA {minutes}:{seconds:02}"


def event_teller(settings: Settings) -> Callable[[Event], None]:
    """How events are told where nothing else is shown meanwhile. With --quiet only errors are; a stop comes as one."""
    return (lambda event: None) if settings.quiet else (lambda event: say(_event_line(event)))


def _event_line(event: Event) -> str:
    """Return one line about a pause, a slow-down or a stop."""
    return f"  {excerpt(as_flags(event.message), 200)}"
