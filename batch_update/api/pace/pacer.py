"""The pacer of a key: every attempt asks it for leave, waits its turn, and reports what came of it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from batch_update.api.pace.gate import MOST_WAIT, OUTAGE_ROWS, Gate, GateState
from batch_update.api.pace.ledger import Ledger
from batch_update.api.pace.outlook import Lane, Outlook
from batch_update.api.pace.shared_windows import TURN, SharedWindows
from batch_update.api.pace.windows import Ticket, WindowLog
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import RunStopped
from batch_update.model.reports import Event, Pace, Stats, Window
from batch_update.text import how_long

SOONER = 0.001
"""seconds that are worth to be woken for: after most answers the windows are as full as before"""
LATELY = 50
"""answers of which it is told how long they took"""


@dataclass(frozen=True, slots=True)
class ServerLimit:
    """The limit of the server, as an answer tells it."""

    limit: int
    remaining: int
    reset_in: float | None = None
    """seconds until the window is free again"""


@dataclass(slots=True, eq=False)
class _Waiter:
    until: float = math.inf
    """when it asks again by itself"""
    wake: Callable[[], object] = lambda: None


class Pacer:
    """Leave to send, first come first served: both windows, one gate, at most `concurrency` at once.

    Lives on one event loop. Each ticket is handed back exactly once, through `answered`, `refused`, `failed`
    or `withdrawn`. With a ledger, requests of other processes count, and theirs see ours; the clock is then the one of
    the machine.
    """

    def __init__(
        self,
        pace: Pace,
        *,
        ledger: Ledger | None = None,
        spent: bool = False,
        on_event: Callable[[Event], None] = lambda event: None,
        clock: Clock = SYSTEM,
    ) -> None:
        """`spent`: what others sent lately is not known, and taken for as much as the windows hold."""
        self.stats = Stats()
        self.stopped = False
        self._logs = [WindowLog(window) for window in pace.rates]
        self._even = pace.smooth
        self._concurrency = pace.concurrency
        self._gate = Gate(pace.outage, clock.rng)
        self._on_event = on_event
        self._clock = clock
        self._is_cramped = False
        self._capped = True
        self._epoch = 0
        self._next_even = -math.inf
        self._flying: dict[Ticket, None] = {}
        self._latencies: deque[float] = deque(maxlen=LATELY)
        self._queue: deque[_Waiter] = deque()
        for log in self._logs if spent else ():
            log.spend(clock.monotonic())
        self._shared = (
            SharedWindows(ledger, self._logs, self._flying, on_event=on_event, clock=clock)
            if ledger is not None and self._logs
            else None
        )

    # ------------------------------------------------------------ leave to send

    async def admit(self, *, first: bool = False) -> Ticket | None:
        """Waits for leave to send one request; None once sending has been stopped. `first`: ahead of the queue."""
        if not self.stopped and not self._queue and isinstance(ticket := self._take(), Ticket):
            return ticket
        waiter = _Waiter()
        self._queue.appendleft(waiter) if first else self._queue.append(waiter)
        try:
            while not self.stopped:
                found = self._take() if self._queue[0] is waiter else math.inf
                if isinstance(found, Ticket):
                    return found
                await self._rest(waiter, found)
            return None
        finally:
            self._queue.remove(waiter)
            self._wake()

    async def _rest(self, waiter: _Waiter, wait: float) -> None:
        """Until the time is over or somebody calls."""
        if wait == math.inf:
            called = anyio.Event()
            waiter.until, waiter.wake = math.inf, called.set
            await called.wait()
            return
        with anyio.CancelScope() as scope:
            waiter.until, waiter.wake = self._clock.monotonic() + wait, scope.cancel
            await self._clock.sleep(wait)

    def _take(self) -> Ticket | float:
        """Leave to send, or the seconds after which to ask again; `inf`: only an answer can tell."""
        wait, shared = self._wait(), self._shared
        if shared is None or wait == math.inf or (wait > 0 and not shared.has_others):
            return self._grant() if wait <= 0 else wait
        if wait <= 0 and shared.use_ahead():
            return self._grant()
        with shared.turn(capped=self._capped) as is_ours:
            if not is_ours:
                return TURN
            wait = self._wait()
            if wait > 0:
                return shared.next_look(wait)
            ticket = self._grant()
            shared.take_ahead(ticket.sent, self._spacing)
            return ticket

    def _wait(self) -> float:
        """Seconds until the next request may go out; `inf`: only an answer can tell."""
        if len(self._flying) >= self._concurrency:
            return math.inf
        now = self._clock.monotonic()
        at = max(self._gate.ready_at(now), self._next_even if self._even else now)
        for log in self._logs:
            at = max(at, log.ready_at(now, self._flying, self._capped))
        return at - now

    def _grant(self) -> Ticket:
        now = self._clock.monotonic()
        ticket = Ticket(now, self._epoch, probe=self._gate.state is not GateState.OPEN)
        self._gate.probing = ticket.probe
        self._flying[ticket] = None
        self.stats.requests += 1
        if spacing := self._spacing:
            self._next_even = now + spacing
        return ticket

    @property
    def _spacing(self) -> float:
        """Seconds between two requests that are evenly spaced; 0 where they need not be."""
        return max((log.spacing for log in self._logs), default=0.0) if self._even else 0.0

    def leaves(self, ticket: Ticket) -> None:
        """Count a request from now on, as its first byte leaves, and no wait for a slow disk or connection before."""
        now = self._clock.monotonic()
        waited, ticket.sent, ticket.left = now - ticket.sent, now, True
        if self._shared is not None and waited > self._shared.ahead:
            self._shared.tell(capped=self._capped)

    def _wake(self) -> None:
        """Call who is first in the queue, where it may go sooner than it asks by itself."""
        if self._queue and self._clock.monotonic() + self._wait() < self._queue[0].until - SOONER:
            self._queue[0].wake()

    def stop(self) -> None:
        """From now on nobody gets leave; who waits for it is told so."""
        self.stopped = True
        for waiter in self._queue:
            waiter.wake()

    def outlook(self) -> Outlook:
        """Return the pace as it stands now, for a guess of how long it will take."""
        now = self._clock.monotonic()
        latency = sum(self._latencies) / len(self._latencies) if self._latencies else 0.0
        opens = self._gate.ready_at(now) - now
        return Outlook(
            lanes=tuple(Lane(*log.ahead(now, self._flying, latency)) for log in self._logs),
            concurrency=self._concurrency,
            latency=latency,
            landing=[max(0.0, ticket.sent + latency - now) for ticket in self._flying],
            opens_in=latency if opens == math.inf else opens,  # the probe is under way
            spacing=self._spacing,
            retries=self.stats.retries,
        )

    # ------------------------------------------------------------ what came of it

    def answered(self, ticket: Ticket, limits: ServerLimit | None = None) -> None:
        """A complete answer that is neither a refusal to serve nor a sign of an outage."""
        now = self._land(ticket)
        if limits is not None:
            self._learn(limits, now)
        ended = self._gate.succeeded(ticket.probe)
        if ended is not GateState.OPEN:
            what = "answers" if ended is GateState.DOWN else "takes requests"
            self._on_event(Event("resume", f"the server {what} again: going on"))
        self._wake()

    def refused(
        self, ticket: Ticket, asked: float | None, *, limits: ServerLimit | None = None, limited: bool = True
    ) -> RunStopped | None:
        """The server has everybody wait: 429 (`limited`), or 503 with Retry-After. A value where that is too long."""
        now = self._land(ticket)
        if ticket.epoch != self._epoch and not ticket.probe:  # sent before everybody was told to wait
            self._wake()
            return None
        self._epoch += 1
        wait = self._gate.refused(now, asked)
        if wait == math.inf:
            return _wait_too_long(asked)
        self.stats.gates += 1
        what = "too many requests for the server (429)" if limited else "the server is busy (503)"
        words = f"{what}: waiting {how_long(math.ceil(wait))}, then going on"
        self._on_event(Event("gate", words, wait))
        if limited and not ticket.probe:
            self._slow_down(limits)
        self._wake()
        return None

    def failed(
        self, ticket: Ticket, row: int, *, sent: bool, enough: int = OUTAGE_ROWS, why: str = ""
    ) -> tuple[bool, RunStopped | None]:
        """No answer, or one that says that the server is down, as `why` has it in words: the network may be to blame.

        `row` tells rows apart, and `enough` of them show it.

        Whether the server counts as down, so that the row does not lose a try; and what ends the run, if it does.
        """
        now = self._land(ticket, counts=sent)
        was = self._gate.state
        down = self._gate.failed(row, now, enough=enough)
        if ticket.probe:
            self._gate.probe_failed(now)
        if self._gate.outage_over_limit(now):
            return down, _down(self._gate.most_outage)
        if down and (was is not GateState.DOWN or ticket.probe):
            wait = self._gate.until - now
            because = f" ({why})" if why else ""
            words = f"no usable answer from the server{because}: trying again in {how_long(math.ceil(wait))}"
            self._on_event(Event("pause", words, wait))
        self._wake()
        return down, None

    def cramped(self, ticket: Ticket, why: str) -> bool:
        """This machine could not make a connection: from now on only as many are under way as it had room for.

        Whether it had none at all: the next attempt finds no more room.
        """
        now = self._land(ticket, counts=False)
        if ticket.probe:
            self._gate.probe_failed(now)
        fewer = max(1, len(self._flying))
        if fewer < self._concurrency:
            if not self._is_cramped:
                self._on_event(Event("local", f"{why}: sending fewer requests at once"))
            self._concurrency, self._is_cramped = fewer, True
        self._wake()
        return not self._flying

    def withdrawn(self, ticket: Ticket, *, sent: bool) -> None:
        """The caller gave up, before or after sending."""
        now = self._land(ticket, counts=sent)
        if ticket.probe:
            self._gate.probe_failed(now)
        self._wake()

    def _land(self, ticket: Ticket, *, counts: bool = True) -> float:
        now = self._clock.monotonic()
        del self._flying[ticket]
        if counts:
            self._latencies.append(now - ticket.sent)
            for log in self._logs:
                log.landed(ticket, now, self._capped)
        # Until it is told, the ledger holds a later moment for what has landed, which is safe. Who waits for leave will
        # tell it with the next grant.
        if self._shared is not None and (self._shared.has_others or not (self._flying or self._queue)):
            self._shared.tell(capped=self._capped)
        return now

    # ------------------------------------------------------------ learning

    def _learn(self, limits: ServerLimit, now: float) -> None:
        """An answer tells of one window, and its limit tells of which one."""
        log = next((log for log in self._logs if log.advertised == limits.limit), None)
        if log is None:
            log = self._lower(limits)
            if log is None:
                return
            log.adopt(limits.limit)
            self._epoch += 1
            window = Window(limits.limit, log.seconds)
            kept = f"{limits.limit} requests in {log.seconds:g} s"
            words = f"the server allows less than the setting rate: keeping to {kept}"
            self._on_event(Event("limit", words, window=window))
        if log.heard(limits.limit - limits.remaining, now, self._flying):
            self._on_event(
                Event(
                    "shared",
                    "another program uses this key at the same time: sending less, to leave room for it",
                )
            )

    def _lower(self, limits: ServerLimit) -> WindowLog | None:
        """Return the window that an unfamiliar limit belongs to: the nearest above it that is long enough.

        None where it may as well be the limit of a shorter window, which the user keeps below it.
        """
        long_enough = [log for log in self._logs if log.seconds + 2 >= (limits.reset_in or 0)]
        above = [log for log in self._logs if log.advertised > limits.limit]
        fitting = [log for log in above if log in long_enough] or above
        found = min(fitting, key=lambda log: log.advertised, default=None)
        below = [log for log in long_enough if log.advertised < limits.limit]
        if found is not None and any(log.seconds < found.seconds for log in below):
            return None
        return found

    def _slow_down(self, limits: ServerLimit | None) -> None:
        """A refusal that our own log does not explain: the server counts otherwise than it says."""
        self._capped = False
        self._even = True
        log = next((log for log in self._logs if limits and log.advertised == limits.limit), None)
        log = log or max(self._logs, key=lambda log: log.count(self._flying) / log.limit, default=None)
        if log is None:
            return
        log.slow_down()
        self.stats.slowdowns += 1
        window = Window(log.limit, log.seconds)
        self._on_event(
            Event(
                "slow",
                f"going slower from now on: at most {log.limit} requests in {log.seconds:g} s, evenly spaced",
                window=window,
            )
        )


def _wait_too_long(asked: float | None) -> RunStopped:
    if asked is None or asked <= MOST_WAIT:
        message = "the server refused one request after another, with pauses between"
        remedy = "lower the setting rate, and try again later"
    else:
        message = f"the server asks to wait for {how_long(math.ceil(asked))}"
        remedy = f"go on with batch-update resume in {how_long(math.ceil(asked))}"
    return RunStopped(message, code="R104", remedy=remedy)


def _down(max_outage: float) -> RunStopped:
    return RunStopped(
        f"no usable answer came from the server for {how_long(max_outage)}",
        code="R103",
        remedy="go on with batch-update resume once it answers again; the setting max_outage says how long to wait",
    )
