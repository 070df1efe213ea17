"""Counts in one rate window our own requests from their answers on, and what others send with the same key."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush, nsmallest

from batch_update.model.reports import Window

MARGIN = 1.0
"""seconds that a request counts beyond the window: servers count in whole seconds"""
PATIENCE = 2.0
"""seconds after which a request without an answer is taken as counted by the server"""
SPARE = 2
"""requests left free while somebody else is seen to use the key"""
FAIR_SHARE = 0.25
"""of a limit, kept whatever others seem to use"""
SLOWER = 0.7
"""of a limit is kept to after a refusal that our own log does not explain"""


@dataclass(slots=True, eq=False)
class Ticket:
    """Leave to send one request. It counts from now on until some time after its answer."""

    sent: float
    """when it was granted, and from then on when its first byte left"""
    epoch: int
    """how often the pacer had changed its mind when this was granted"""
    probe: bool = False
    left: bool = False
    """whether its first byte has left: until then it waits for the disk or for a connection"""


class WindowLog:
    """The requests that count in one window, and how many of them it takes.

    A request counts until `seconds` + 1 s after its answer came. The server stamps it somewhere between sending
    and answer, so no window of the server, fixed or sliding, holds more than `limit` stamps: of any limit + 1
    stamps in one window, all others were still counted here when the last was admitted.
    """

    def __init__(self, window: Window) -> None:
        self.seconds = window.seconds
        self.advertised = window.limit
        """what the user or the server says that the limit is"""
        self.limit = window.limit
        """what is kept to"""
        self._ends: list[float] = []
        self._shared: list[float] = []
        self._others = 0
        self._others_until = 0.0

    def ready_at(self, now: float, flying: Collection[Ticket], capped: bool) -> float:
        """Return when one more request fits; `inf` where only an answer can tell."""
        ends = self._ends
        while ends and ends[0] <= now:
            heappop(ends)
        if self._others and self._others_until <= now:
            self._others = 0
        shared = [end for end in self._shared if end > now]
        surplus = len(ends) + len(shared) + len(flying) + 1 - self._usable()
        if surplus <= 0:
            return now
        pending = [end for t in flying if (end := self._pending_end(t, now)) > now] if capped else []
        if capped:
            surplus -= len(flying) - len(pending)
        if surplus <= 0:
            return now
        known = nsmallest(surplus, [*ends, *shared, *pending])
        at = known[-1] if len(known) == surplus else math.inf
        return min(at, self._others_until) if self._others else at

    def room(self, flying: Collection[Ticket], until: float) -> int:
        """Return how many more requests fit by then, as far as is known; below 0 where there are more than fit."""
        ending = sum(end <= until for end in self._ends)
        return self._usable() - self.count(flying) + ending

    def count(self, flying: Collection[Ticket]) -> int:
        """Requests of this machine that count at most, those without an answer included."""
        return len(self._ends) + len(self._shared) + len(flying)

    def share(self, counted: Iterable[float], now: float) -> None:
        """Note what other processes sent: the latest moments at which the server may have counted it."""
        self._shared = [end for at in counted if (end := at + self.seconds + MARGIN) > now]

    def spend(self, now: float) -> None:
        """Take the window for used up just now."""
        self._ends = [now + self.seconds + MARGIN] * self.limit

    @property
    def is_shared(self) -> bool:
        """Whether requests of other processes count."""
        return bool(self._shared)

    def counted(self) -> list[float]:
        """Return the latest moments at which the server may have counted what has landed."""
        return [end - self.seconds - MARGIN for end in self._ends]

    def landed(self, ticket: Ticket, now: float, capped: bool) -> None:
        """An answer came, or none will."""
        heappush(self._ends, self._end_without_answer(ticket, now) if capped else now + self.seconds + MARGIN)

    def heard(self, used: int, now: float, flying: Collection[Ticket]) -> bool:
        """Take in how many requests count here, as the server says. True where somebody else is newly seen."""
        before = self._others if self._others_until > now else 0
        self._others = max(0, used - self.count(flying))
        self._others_until = now + self.seconds + MARGIN
        return self._others > 0 and not before

    def ahead(self, now: float, flying: Collection[Ticket], latency: float) -> tuple[Window, list[float]]:
        """Return what the window takes as things are, and in how many seconds each request stops to count."""
        landing = (self._end_without_answer(ticket, max(now, ticket.sent + latency)) for ticket in flying)
        others = self._others if self._others_until > now else 0
        window = Window(self._usable() if others else self.limit, self.seconds)
        return window, [end - now for end in (*self._ends, *self._shared, *landing) if end > now]

    def slow_down(self) -> None:
        """Keep to seven tenths of what was kept to, at least one."""
        self.limit = max(1, math.floor(self.limit * SLOWER))

    def adopt(self, limit: int) -> None:
        """The server's own limit is lower than what was configured."""
        self.advertised = limit
        self.limit = min(self.limit, limit)

    @property
    def spacing(self) -> float:
        """Seconds between two requests that are evenly spaced."""
        return self.seconds / self.limit

    def _usable(self) -> int:
        """Never less than a fair share: headers may be wrong, and where they are right a 429 says so."""
        if not self._others:
            return self.limit
        return max(self.limit - self._others - SPARE, math.ceil(self.limit * FAIR_SHARE))

    def _pending_end(self, ticket: Ticket, now: float) -> float:
        """Return when a request under way stops to count, as far as is known; one that has not left may leave now."""
        return self._end_without_answer(ticket) if ticket.left else now + PATIENCE + self.seconds + MARGIN

    def _end_without_answer(self, ticket: Ticket, now: float = math.inf) -> float:
        return min(now, ticket.sent + PATIENCE) + self.seconds + MARGIN
