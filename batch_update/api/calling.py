"""A call of the API and its attempts: leave to send, the exchange, what it means, and what ends all calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import anyio

from batch_update.api.answers.replies import Answer, Applied, Course, Verdict, doubted, meaning_of
from batch_update.api.keys import ApiKey
from batch_update.api.pace.gate import OUTAGE_LOOKS, OUTAGE_ROWS
from batch_update.api.pace.pacer import Pacer
from batch_update.api.pace.windows import Ticket
from batch_update.api.retrying import Retries, Tries
from batch_update.api.wire.exchange import Departure, Wires
from batch_update.api.wire.local import REMEDIES
from batch_update.clock import Clock
from batch_update.codes import Trait, has_trait
from batch_update.errors import BatchUpdateError, RunStopped
from batch_update.model.reports import Event

ALONE = 2.0
"""Seconds that all others wait at most for what comes of the very first update."""


@dataclass(slots=True)
class Call:
    """One request to the API, and what came of its attempts so far."""

    method: str
    url: str
    content: bytes = b""
    assistant_id: int | None = None
    before_send: Callable[[int], Awaitable[None]] | None = None
    secrets: frozenset[str] = frozenset()
    """what its body holds and no message may show, should the server repeat it"""

    # what came of it
    attempts: int = 0
    first: bool = False
    """goes ahead of the queue: it met a 429"""
    fresh: bool = False
    """goes out on a new connection: the last was to blame"""
    doubt: str = ""
    """code of an attempt that may have been applied"""
    doubted: Verdict | None = None
    """a refusal that may have been the answer to something else; the next attempt shows it"""
    was_doubted: bool = False
    """once is enough: what is doubtful again stays so"""
    last: Verdict | None = None
    started: datetime | None = None
    begun: float = 0.0
    ended: float = 0.0


class Caller:
    """Makes calls, each in as many attempts as it may take. What shows that going on makes no sense stops them all."""

    def __init__(
        self,
        key: ApiKey,
        wires: Wires,
        pacer: Pacer,
        *,
        attempts: int,
        secrets: frozenset[str] = frozenset(),
        leave: Callable[[], None] = lambda: None,
        on_event: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        """`leave` is called when a request is about to go out. What it raises, a RunStopped, stops all calls."""
        self._key = key
        self._leave = leave
        self._wires = wires
        self._pacer = pacer
        self._secrets = secrets
        self._on_event = on_event
        self._clock = clock
        self._retries = Retries(attempts, stats=pacer.stats, clock=replace(clock, sleep=self._nap))
        self._course = Course()
        self._tried = anyio.Event()
        self._scouting = False
        self._reason: BatchUpdateError | None = None
        self._naps: set[anyio.CancelScope] = set()

    async def make(self, call: Call) -> Verdict:
        """Return the last verdict on this call. Raises nothing of its own; what `before_send` raises is passed on."""
        tries = self._retries.begin()
        verdict = await tries.run(partial(self._attempt, call, tries))
        if verdict.local and verdict.stop is None:
            return self._end(verdict, _at_a_limit(verdict))
        return verdict

    def stop(self) -> None:
        """From now on no attempt begins. Who waits returns at once, with what is true of it."""
        self._pacer.stop()
        for nap in self._naps:
            nap.cancel()

    # ------------------------------------------------------------ one attempt

    async def _attempt(self, call: Call, tries: Tries) -> Verdict:
        """One attempt. The very first update goes alone: a key that is refused costs one request, not many at once."""
        if call.method != "PUT" or self._tried.is_set():
            return await self._send(call, tries)
        if self._scouting:
            await self._until_tried()
            return await self._send(call, tries)
        self._scouting = True
        try:
            return await self._send(call, tries)
        finally:
            self._tried.set()

    async def _until_tried(self) -> None:
        """Until something came of the first update, but not for ever; `stop` ends that, too."""
        with anyio.move_on_after(ALONE) as nap:
            self._naps.add(nap)
            try:
                await self._tried.wait()
            finally:
                self._naps.discard(nap)
                self._tried.set()

    async def _send(self, call: Call, tries: Tries) -> Verdict:
        ticket = await self._pacer.admit(first=call.first)
        if ticket is None:
            return self._unsent(call)
        departure = Departure(self._clock.monotonic, partial(self._may_leave, ticket))
        try:
            if call.before_send is not None:
                await call.before_send(call.attempts + 1)
            began = self._begin(call)
            seen = await self._wires.exchange(
                call.method, call.url, call.content, departure, fresh=call.fresh
            )
        except _HeldBack as held:
            self._pacer.withdrawn(ticket, sent=False)
            call.attempts -= 1
            return self._end(self._unsent(call), held.stop)
        except BaseException:
            self._pacer.withdrawn(ticket, sent=departure.sent)
            raise
        call.ended = self._clock.monotonic()
        tries.seconds += call.ended - began
        verdict = meaning_of(seen, call.assistant_id, partial(self._redact, call.secrets | self._secrets))
        verdict = _weigh(call, verdict, is_doubtful=isinstance(seen, Answer) and seen.doubtful)
        call.last = verdict = self._settle(call, ticket, verdict, sent=departure.sent)
        if verdict.fresh:
            await self._wires.distrust(departure)
        if verdict.local:
            await self._wires.close_idle()
        return verdict

    def _may_leave(self, ticket: Ticket) -> None:
        try:
            self._leave()
        except RunStopped as stop:
            raise _HeldBack(stop) from None
        self._pacer.leaves(ticket)

    def _redact(self, secrets: frozenset[str], text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        return self._key.redact(text)

    def _begin(self, call: Call) -> float:
        now = self._clock.monotonic()
        call.attempts += 1
        if call.started is None:
            call.started, call.begun = self._clock.wall(), now
        return now

    def _unsent(self, call: Call) -> Verdict:
        """Sending was stopped before this attempt: what is true of the call is what its last attempt showed."""
        last = call.last or Verdict(Applied.NO, "R101", "not sent: the run was stopped")
        return replace(last, repeats=0, free=False, stop=self._reason)

    # ------------------------------------------------------------ what came of it

    def _settle(self, call: Call, ticket: Ticket, verdict: Verdict, *, sent: bool) -> Verdict:
        """Tell the pacer, and see whether the run has to end."""
        stop: BatchUpdateError | None = None
        if verdict.gate:
            limited = verdict.http == 429
            stop = self._pacer.refused(ticket, verdict.wait, limits=verdict.limits, limited=limited)
            call.first = limited
            call.attempts -= limited
        elif verdict.local:
            is_alone = self._pacer.cramped(ticket, verdict.message)
            verdict = verdict if is_alone else replace(verdict, free=True, paced=True)
        elif verdict.is_blank:
            self._pacer.withdrawn(ticket, sent=sent)
            call.first = True
        elif verdict.trouble:
            row, enough = self._sign(call, verdict)
            down, stop = self._pacer.failed(ticket, row, sent=sent, enough=enough, why=verdict.message)
            verdict = replace(verdict, free=True, paced=True) if down else verdict
        else:
            self._pacer.answered(ticket, verdict.limits)
        call.fresh = call.fresh or verdict.fresh
        if call.method == "PUT":
            stop = self._course.stop_after(verdict) or stop
        stop = stop or verdict.stop
        return verdict if stop is None else self._end(verdict, stop)

    def _sign(self, call: Call, verdict: Verdict) -> tuple[int, int]:
        """Which row shows that the server is down, and how many have to: a look-up stands alone, and waits as they do.

        A server that fails at this one look-up, or answers nonsense, need not be down.
        """
        if call.method != "GET" or not has_trait(verdict.code, Trait.UNREACHED):
            return call.assistant_id or 0, OUTAGE_ROWS
        return -call.attempts, min(OUTAGE_LOOKS, self._retries.attempts)

    def _end(self, verdict: Verdict, stop: BatchUpdateError) -> Verdict:
        """No row can succeed, or none should be tried."""
        if self._reason is None:
            self._reason = stop
            self._on_event(Event("stop", stop.message))
        self.stop()
        return replace(verdict, repeats=0, free=False, stop=stop)

    async def _nap(self, seconds: float) -> None:
        """The pause before a retry; `stop` ends it."""
        if seconds <= 0 or self._pacer.stopped:
            return
        with anyio.CancelScope() as nap:
            self._naps.add(nap)
            try:
                await self._clock.sleep(seconds)
            finally:
                self._naps.discard(nap)


class _HeldBack(Exception):
    """A request may not go out: certainly nothing of it did."""

    def __init__(self, stop: RunStopped) -> None:
        super().__init__(stop.message)
        self.stop = stop


def _weigh(call: Call, verdict: Verdict, *, is_doubtful: bool) -> Verdict:
    """Return the verdict, or nothing certain in its place where a refusal may be the answer to something else.

    The same refusal once more, on a new connection, is believed, and then the first was one, too.
    """
    before, call.doubted = call.doubted, None
    if before is not None and (before.http, before.words) != (verdict.http, verdict.words):
        call.doubt = "N502"
    if is_doubtful and verdict.applied is not Applied.YES:
        call.doubted = None if call.was_doubted else verdict
        call.doubt = "N502" if call.was_doubted else call.doubt
        verdict = doubted(verdict, again=not call.was_doubted)
        call.was_doubted = True
        return verdict
    if verdict.applied is Applied.MAYBE:
        call.doubt = verdict.code
    return verdict


def _at_a_limit(verdict: Verdict) -> RunStopped:
    """Return the verdict on a row whose every attempt met a limit of this machine, also with fewer connections."""
    return RunStopped(verdict.message, code=verdict.code, remedy=REMEDIES.get(verdict.local or 0, ""))
