"""How long requests will take that are still to go out, from the pacer as it stands now: a guess, and pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from batch_update.api.pace.windows import MARGIN, PATIENCE
from batch_update.model.reports import Window

SETTLED = 3
"""times that a window is used up until sending goes in a circle, so that the rest need not be walked through"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of what is left: requests that go out together, after a pause and once all before them are answered."""

    requests: int
    at_once: int | None = None
    """how many of them at most; None: as many as the pace has it"""
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One rate window: what it takes, and when what counts now stops to count."""

    window: Window
    ends: Sequence[float] = ()
    """seconds from now, one for each request"""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The pace as it stands at one moment."""

    lanes: tuple[Lane, ...] = ()
    concurrency: int = 8
    latency: float = 0.0
    """seconds until an answer, lately"""
    landing: Sequence[float] = ()
    """seconds until the answer to each request that is under way; they count in the lanes"""
    opens_in: float = 0.0
    """seconds until the server is asked again; 0 where requests go out"""
    spacing: float = 0.0
    """seconds between two requests; 0: as fast as the windows allow"""
    retries: int = 0
    """so far"""

    @property
    def limit(self) -> Window | None:
        """Return the window that lets fewest through, as it is kept to now."""
        windows = (lane.window for lane in self.lanes)
        return min(windows, key=lambda window: window.limit / window.seconds, default=None)

    def seconds_for(self, stretches: Iterable[Stretch]) -> float:
        """Return how long these take, one after another, until the last answer is there."""
        walk = _Walk.begin(self)
        for stretch in stretches:
            walk.go(stretch)
        return walk.now


@dataclass(slots=True)
class _Walk:
    """Requests sent in the mind, one after another, each as soon as all windows take it."""

    outlook: Outlook
    counting: list[deque[float]]
    """for each window the moments at which what was sent stops to count, the soonest first"""
    now: float
    """all that was sent is answered then"""
    due: float
    """the next request goes out no sooner"""
    under_way: list[float] = field(default_factory=list)

    @classmethod
    def begin(cls, outlook: Outlook) -> _Walk:
        counting = [deque(sorted(lane.ends)) for lane in outlook.lanes]
        walk = cls(outlook, counting, max(outlook.opens_in, *outlook.landing, 0.0), outlook.opens_in)
        walk.under_way = sorted(outlook.landing)
        return walk

    def go(self, stretch: Stretch) -> None:
        """Walk through a part; where it goes in a circle, only until it does."""
        if stretch.pause:
            self.now += stretch.pause
            self.due = max(self.due, self.now)
        at_once = min(stretch.at_once or self.outlook.concurrency, self.outlook.concurrency)
        circle = max(at_once, *(lane.window.limit for lane in self.outlook.lanes), 1)
        left = stretch.requests
        if left > SETTLED * circle:
            self._send((SETTLED - 1) * circle, at_once)
            before = self.due
            self._send(circle, at_once)
            circles, left = divmod(left - SETTLED * circle, circle)
            self._shift(circles * (self.due - before))
        self._send(left, at_once)
        self.under_way.clear()
        self.due = max(self.due, self.now)

    def _send(self, requests: int, at_once: int) -> None:
        latency, spacing, under_way = self.outlook.latency, self.outlook.spacing, self.under_way
        windows = [
            (counting, lane.window.limit, min(latency, PATIENCE) + lane.window.seconds + MARGIN)
            for lane, counting in zip(self.outlook.lanes, self.counting, strict=True)
        ]
        due = sent = self.due
        # In plain variables: this is walked for each account of a fleet, again and again.
        for _ in range(requests):
            if len(under_way) >= at_once:
                due = max(due, heappop(under_way))
            for counting, limit, _ in windows:
                while len(counting) >= limit:
                    due = max(due, counting.popleft())
            for counting, _, stays in windows:
                counting.append(due + stays)
            heappush(under_way, due + latency)
            sent, due = due, due + spacing
        self.due = due
        if requests > 0:
            self.now = max(self.now, sent + latency)

    def _shift(self, seconds: float) -> None:
        """All is as it was, so much later."""
        self.now += seconds
        self.due += seconds
        self.counting = [deque(end + seconds for end in counting) for counting in self.counting]
        self.under_way = [end + seconds for end in self.under_way]
