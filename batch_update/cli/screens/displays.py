"""How far a run is: a bar for somebody who watches, log lines for cron, nothing with --quiet."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from batch_update.cli.screens.progress_line import progress_line
from batch_update.cli.screens.screen import say
from batch_update.cli.spelling import as_flags
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event
from batch_update.send.progress import Progress, Stage
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt, how_long

LOG_SECONDS = 30.0
LOG_SHARE = 0.1
MOST_TOLD = 20
"""Failures, and events of one kind, that get a line of their own; the report has them all."""
WIDE = 10_000
"""Cells of a line that nobody sees on a screen."""
LABELS = {
    Stage.SENDING: "Applying",
    Stage.BETWEEN_WAVES: "Reading back",
    Stage.VERIFYING: "Reading back",
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

    def stage(self, stage: Stage) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def event(self, event: Event) -> None: ...
    def outcome(self, change: Change, outcome: Outcome) -> None: ...

    def tick(self) -> None:
        """Some time went by."""


class Log(Display):
    """A line at the start, every 30 s or tenth of the way, for each failure and event, and at the end."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, tell: Callable[[str], None] = say
    ) -> None:
        self._teller = Teller(tell, tell)
        self._clock = clock
        self._tell = tell
        self._told_at = float("-inf")
        self._told_done = -1
        self._seen: Progress | None = None
        self._seen_at = 0.0

    def stage(self, stage: Stage) -> None:
        if stage is Stage.VERIFYING:
            left = self._seen.eta if self._seen is not None else None
            self._tell("Reading back what was sent ..." + (f" about {how_long(left)}" if left else ""))

    def progress(self, progress: Progress) -> None:
        self._seen, self._seen_at = progress, self._clock()
        if progress.done == self._told_done or not progress.total:
            return
        is_end = progress.done == progress.total
        is_far = progress.done - self._told_done >= progress.total * LOG_SHARE
        if self._told_done < 0 or is_end or is_far:
            self._line(progress)
        else:
            self.tick()

    def tick(self) -> None:
        """Tells how far it is where nothing was told for a while, also while nothing happens."""
        if self._seen is not None and self._clock() - self._told_at >= LOG_SECONDS:
            self._line(later(self._seen, self._clock() - self._seen_at))

    def _line(self, progress: Progress) -> None:
        self._told_at, self._told_done = self._clock(), progress.done
        self._tell(progress_line(progress, label="", room=WIDE))
        if self._teller.latest:
            self._tell(f"  the latest failure: {self._teller.latest}")
            self._teller.latest = ""

    def event(self, event: Event) -> None:
        self._teller.event(event)

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._teller.failure(change, outcome, self.numbers)


def later(progress: Progress, seconds: float) -> Progress:
    """Return how far the run is so many seconds later, if nothing happened."""
    waiting, eta = ((None if each is None else each - seconds) for each in (progress.waiting, progress.eta))
    return replace(progress, waiting=_above_zero(waiting), eta=_above_zero(eta))


def _above_zero(seconds: float | None) -> float | None:
    return seconds if seconds is not None and seconds > 0 else None


class Teller:
    """A line for each of the first rows that did not go through, and of the first events of each kind."""

    def __init__(self, tell: Callable[[str], None], tell_event: Callable[[str], None]) -> None:
        self.latest = ""
        """the latest failure that got no line of its own"""
        self._tell = tell
        self._tell_event = tell_event
        self._told = 0
        self._kinds: Counter[str] = Counter()

    def failure(self, change: Change, outcome: Outcome, numbers: Sequence[int]) -> None:
        """Says it, unless too much has been said already: then it is kept as the latest."""
        if outcome.status not in {Status.FAILED, Status.UNKNOWN}:
            return
        self._told += 1
        line = failure_line(change, outcome, numbers)
        if self._told > MOST_TOLD:
            self.latest = line
            return
        self._tell(f"  {line}")
        if self._told == MOST_TOLD:
            self._tell("  from here on failures are counted; the report has all of them")

    def event(self, event: Event) -> None:
        """Says it, unless there were many of its kind."""
        self._kinds[event.kind] += 1
        if self._kinds[event.kind] <= MOST_TOLD:
            self._tell_event(event_line(event))
        elif self._kinds[event.kind] == MOST_TOLD + 1:
            self._tell_event("  ... and so on: run.json has all of these")


def failure_line(change: Change, outcome: Outcome, numbers: Sequence[int]) -> str:
    """`failed A422 row 41, assistant 10437: refused (422)`."""
    from batch_update.report.messages import words_of

    row = numbers[change.indexes[0]]
    reason = excerpt(words_of(outcome), 160)
    return f"{outcome.status} {outcome.code} row {row}, assistant {change.assistant_id}: {reason}"


def event_teller(settings: Settings) -> Callable[[Event], None]:
    """How events are told where nothing else is shown meanwhile. With --quiet only errors are; a stop comes as one."""
    return (lambda event: None) if settings.quiet else (lambda event: say(event_line(event)))


def event_line(event: Event) -> str:
    """Return one line about a pause, a slow-down or a stop."""
    return f"  {excerpt(as_flags(event.message), 200)}"
