"""How far a run is: counts, pace, time left, pauses, and the log of what happened to it as a whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from batch_update.api.pace.outlook import Outlook
from batch_update.clock import SYSTEM, Clock
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event, Window
from batch_update.send.agenda import Agenda, Forecast, agenda_of

EVERY = 0.1
"""Seconds between two calls of the progress callback, so that showing it never slows sending."""
LATELY = 60.0
"""Seconds of which the rate tells."""
NOTED = 1.0
"""Seconds between two notes of how much was done, of which the rate is made."""
FEWEST_SECONDS = 10.0
"""Seconds that a rate is of at least: the first burst of a window is none that lasts."""


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
    """changes a second, of the last minute"""
    eta: float | None
    """seconds until the end, reading back included, as far as can be told"""
    limit: Window | None = None
    """of the windows that are kept to now, the one that lets fewest requests through"""
    waiting: float | None = None
    """seconds until requests go out again; None where they do"""


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


class Meter:
    """Counts what is done and tells a callback about it, at most every `EVERY` seconds."""

    def __init__(
        self,
        total: int,
        tell: Callable[[Progress], None] | None,
        tell_outcome: Callable[[Change, Outcome], None] | None = None,
        *,
        events: EventLog,
        agenda: Agenda | None = None,
        look_ahead: Callable[[], Outlook] | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._total = total
        self._tell = tell
        self._tell_outcome = tell_outcome
        self._events = events
        self._clock = clock
        self._begun = clock.monotonic()
        self._due = self._begun
        self._counts = dict.fromkeys(Status, 0)
        self._done = 0
        self._lately: deque[tuple[float, int]] = deque([(self._begun, 0)])
        self._forecast = Forecast(agenda or agenda_of((total,), pages=0), look_ahead) if look_ahead else None
        events.changed = self._changed
        self.show()

    @property
    def elapsed(self) -> float:
        return self._clock.monotonic() - self._begun

    def add(self, change: Change, outcome: Outcome) -> None:
        """One more change has its outcome."""
        self._counts[outcome.status] += 1
        self._done += 1
        self._remember()
        if self._tell_outcome is not None:
            self._show_safely(partial(self._tell_outcome, change, outcome))
        if self._done == self._total or self._clock.monotonic() >= self._due:
            self.show()

    def wave(self, number: int) -> None:
        """From now on it is about this wave, from 0, and the pause before it."""
        if self._forecast is not None:
            self._forecast.wave = number

    def happened(self, event: Event) -> None:
        """Take note of something that happened to the run as a whole."""
        self._events(event)

    def _changed(self) -> None:
        """Something happened after which all may take longer, or not as long."""
        if self._forecast is not None:
            self._forecast.forget(self._done)
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
        now = self._clock.monotonic()
        paused_until = self._events.paused_until
        pause = 0.0 if paused_until is None else paused_until - now
        rate = self._rate(now)
        eta = (self._total - self._done) / rate + pause if rate else None
        limit = None
        if self._forecast is not None:
            eta, limit = self._forecast.at(now, self._done, pause)
        return Progress(
            done=self._done,
            total=self._total,
            counts={status: count for status, count in self._counts.items() if count},
            rate=rate,
            eta=eta,
            limit=limit,
            waiting=pause or None,
        )

    def _remember(self) -> None:
        """Note how much was done when, for the rate: at most once in a while."""
        now = self._clock.monotonic()
        if now - self._lately[-1][0] >= NOTED:
            self._lately.append((now, self._done))
        while len(self._lately) > 1 and self._lately[1][0] <= now - LATELY:
            self._lately.popleft()

    def _rate(self, now: float) -> float:
        """Changes a second of the last minute."""
        since, before = self._lately[0]
        seconds = min(now - since, max(now - self._begun, FEWEST_SECONDS))
        return (self._done - before) / max(seconds, FEWEST_SECONDS) if self._done else 0.0
