"""How far a run is: counts, pace, time left, pauses, and the log of what happened to it as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from batch_update.clock import SYSTEM, Clock
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event, Window

EVERY = 0.1
"""Seconds between two calls of the progress callback, so that showing it never slows sending."""


class Stage(StrEnum):
    """The things that a run does one after another."""

    READING = "reading the sheet"
    NAMING = "looking up names"
    LOOKING = "reading what is there"
    SENDING = "sending"
    BETWEEN_WAVES = "between two waves"
    """reading the last one back, pausing, asking"""
    VERIFYING = "reading back"
    WRITING = "writing the results"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is at one moment. It counts changes, each of which may settle several rows."""

    done: int
    total: int
    counts: Mapping[Status, int]
    """statuses that have not occurred are left out"""
    rate: float
    """changes a second since the start"""
    eta: float | None
    """seconds until the end, as far as can be told"""


class EventLog:
    """Keeps what happened to a run as a whole. Hand it to the client as `on_event`, and to `apply_plan`."""

    def __init__(self, tell: Callable[[Event], None] | None = None, *, clock: Clock = SYSTEM) -> None:
        self._tell = tell
        self._clock = clock
        self._events: list[Event] = []
        self._pause_ends = float("-inf")
        self.changed: Callable[[], None] | None = None
        """called after each event; `apply_plan` shows progress then"""
        self._keep: Callable[[Event], None] | None = None

    def keep(self, keep: Callable[[Event], None]) -> None:
        """From now on each event is also handed over here, at first those that there are."""
        if self._keep != keep:
            self._keep = keep
            for event in self._events:
                keep(event)

    def __call__(self, event: Event) -> None:
        """Take note of an event; one that has no time yet happens now."""
        event = event if event.at else replace(event, at=self._clock.wall())
        self._add(event)
        if event.kind in {"gate", "pause"} and event.seconds is not None:
            self._pause_ends = max(self._pause_ends, self._clock.monotonic() + event.seconds)
        elif event.kind == "resume":
            self._pause_ends = float("-inf")
        self._pass_on(event)
        if self.changed is not None:
            self.changed()

    def _add(self, event: Event) -> None:
        self._events.append(event)
        if self._keep is not None:
            self._keep(event)

    def _pass_on(self, event: Event) -> None:
        if self._tell is None:
            return
        try:
            self._tell(event)
        except Exception as trouble:  # noqa: BLE001  # what is shown may fail in any way
            # The client tells of events in the middle of sending: a closed terminal must not look like its fault.
            self._tell = None
            words = f"events are not shown any more: {type(trouble).__name__}"
            self._add(Event("display", words, at=self._clock.wall()))

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    @property
    def paused_until(self) -> float | None:
        """Return when requests go out again, on this log's clock; None where they do."""
        return self._pause_ends if self._pause_ends > self._clock.monotonic() else None


def shortest_time(requests: int, rates: Sequence[Window]) -> float:
    """Seconds that this many requests take at least, if each window may be used up at once."""
    return max((max(0, requests - 1) // window.limit * window.seconds for window in rates), default=0.0)


class Meter:
    """Counts what is done and tells a callback about it, at most every `EVERY` seconds."""

    def __init__(
        self,
        total: int,
        tell: Callable[[Progress], None] | None,
        tell_outcome: Callable[[Change, Outcome], None] | None = None,
        *,
        events: EventLog,
        rates: Sequence[Window] = (),
        clock: Clock = SYSTEM,
    ) -> None:
        self._total = total
        self._tell = tell
        self._tell_outcome = tell_outcome
        self._events = events
        self._rates = rates
        self._clock = clock
        self._begun = clock.monotonic()
        self._due = self._begun
        self._counts = dict.fromkeys(Status, 0)
        self._done = 0
        events.changed = self.show
        self.show()

    @property
    def elapsed(self) -> float:
        return self._clock.monotonic() - self._begun

    def add(self, change: Change, outcome: Outcome) -> None:
        """One more change has its outcome."""
        self._counts[outcome.status] += 1
        self._done += 1
        if self._tell_outcome is not None:
            self._show_safely(partial(self._tell_outcome, change, outcome))
        if self._done == self._total or self._clock.monotonic() >= self._due:
            self.show()

    def show(self) -> None:
        """Tells the callback now."""
        self._due = self._clock.monotonic() + EVERY
        if self._tell is not None:
            self._show_safely(partial(self._tell, self.progress()))

    def _show_safely(self, show: Callable[[], None]) -> None:
        try:
            show()
        except Exception as trouble:  # noqa: BLE001  # what is shown may fail in any way
            # A closed terminal or a fault in drawing must not end a run that is going well. It is told once.
            self._tell = self._tell_outcome = None
            self._events(Event("display", f"progress is not shown any more: {type(trouble).__name__}"))

    def progress(self) -> Progress:
        """Return how far the run is now."""
        elapsed = self.elapsed
        rate = self._done / elapsed if elapsed > 0 else 0.0
        return Progress(
            done=self._done,
            total=self._total,
            counts={status: count for status, count in self._counts.items() if count},
            rate=rate,
            eta=self._time_left(rate, elapsed),
        )

    def _time_left(self, rate: float, elapsed: float) -> float | None:
        """From the pace so far; the first burst of a window would promise too much, so not less than it allows."""
        if not rate:
            return None
        paused_until = self._events.paused_until
        pause = 0.0 if paused_until is None else paused_until - self._clock.monotonic()
        at_this_pace = (self._total - self._done) / rate
        at_best = shortest_time(self._total, self._rates) - elapsed
        return max(at_this_pace, at_best, 0.0) + pause
