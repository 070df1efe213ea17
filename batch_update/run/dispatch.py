"""Workers: they take the changes of a plan one after another, have them sent, and account for every row."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

import anyio

from batch_update.errors import BatchUpdateError, Interrupted
from batch_update.model import Body, Change, Outcome, Plan, Reply, Status
from batch_update.run.progress import Meter


class Sender(Protocol):
    """What the workers need of a client. `batch_update.Client` has it; tests hand in small fakes."""

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply: ...

    def stop_sending(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of the changes of a plan."""

    outcomes: dict[int, Outcome]
    """row index -> outcome, for every row of every change"""
    stopped: Exception | None
    """why not all of them were sent"""


async def send_changes(
    plan: Plan,
    client: Sender,
    *,
    concurrency: int,
    meter: Meter,
    interrupted: AsyncIterable[int] | None = None,
    grace: float = 45.0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Sent:
    """Send every change of the plan with this many workers, never two of one assistant at once.

    A reply that says `stop`, a signal out of `interrupted` or a bug ends admission: what is under way lands
    (after a signal within `grace` seconds), the rest is not sent. A second signal leaves at once. Whatever
    happens, each row of each change has an outcome; nothing is raised for what happened to a row.
    """
    dispatch = _Dispatch(plan, client, meter=meter, grace=grace, now=now)
    await dispatch.run(concurrency, interrupted)
    dispatch.close()
    return Sent(dispatch.outcomes, dispatch.stopped)


@dataclass(slots=True)
class _Flight:
    """A change under way: how much of it has left, and what waits for the same assistant."""

    change: Change
    now: Callable[[], datetime]
    attempts: int = 0
    started: datetime | None = None
    later: deque[Change] = field(default_factory=deque)

    async def begun(self, attempt: int) -> None:
        """The client is about to send an attempt."""
        self.attempts = attempt
        self.started = self.started or self.now()


class _Dispatch:
    def __init__(
        self, plan: Plan, client: Sender, *, meter: Meter, grace: float, now: Callable[[], datetime]
    ) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.stopped: Exception | None = None
        self._plan = plan
        self._client = client
        self._meter = meter
        self._grace = grace
        self._now = now
        self._queue = iter(plan.changes)
        self._waited: deque[Change] = deque()
        self._flights: dict[int, _Flight] = {}
        self._landing: anyio.CancelScope | None = None

    async def run(self, concurrency: int, interrupted: AsyncIterable[int] | None) -> None:
        """Until every change is sent, or those under way have landed after a stop, or a second signal."""
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as self._landing:
                if interrupted is not None:
                    tasks.start_soon(self._listen, interrupted)
                async with anyio.create_task_group() as workers:
                    for _ in range(min(concurrency, len(self._plan.changes))):
                        workers.start_soon(self._work)
            tasks.cancel_scope.cancel()

    # ------------------------------------------------------------ a worker

    async def _work(self) -> None:
        while (flight := self._next()) is not None:
            change = flight.change
            try:
                reply = await self._client.update(change.assistant_id, change.body, before_send=flight.begun)
                self._land(flight, reply)
            except Exception as bug:  # noqa: BLE001
                # Nothing may be raised here, so this is a bug of ours, and it ends the run. The other rows
                # under way can still land; `close` accounts for this one.
                self._stop(bug, within=self._grace)
                return

    def _next(self) -> _Flight | None:
        """The next change whose assistant is not under way; the others wait behind those that are."""
        if self.stopped is not None:
            return None
        for change in self._remaining():
            if (ahead := self._flights.get(change.assistant_id)) is not None:
                ahead.later.append(change)
                continue
            flight = self._flights[change.assistant_id] = _Flight(change, self._now)
            return flight
        return None

    def _remaining(self) -> Iterator[Change]:
        while self._waited:
            yield self._waited.popleft()
        yield from self._queue

    def _land(self, flight: _Flight, reply: Reply) -> None:
        if reply.stop is not None:
            self._stop(reply.stop)
        if reply.status is Status.NOT_SENT and self.stopped is not None:
            outcome = self._not_sent()
        else:
            outcome = _outcome(flight.change, reply)
        self._settle(flight.change, outcome)
        self._waited.extend(flight.later)
        del self._flights[flight.change.assistant_id]

    def _settle(self, change: Change, outcome: Outcome) -> None:
        """Writes the outcome down for every row that the change settles."""
        first, *others = change.indexes
        self.outcomes[first] = outcome
        for index in others:
            self.outcomes[index] = _sent_with(outcome, self._plan.sheet.numbers[first])
        self._meter.add(change, outcome)

    # ------------------------------------------------------------ ends

    async def _listen(self, interrupted: AsyncIterable[int]) -> None:
        """The first signal stops sending and bounds the landing, the second leaves."""
        try:
            signals = 0
            async for number in interrupted:
                signals += 1
                self._stop(_interruption(number), within=self._grace if signals == 1 else 0.0)
        except Exception as bug:  # noqa: BLE001  # a bug too: the rows under way must land all the same
            self._stop(bug, within=self._grace)

    def _stop(self, reason: Exception, *, within: float | None = None) -> None:
        """From now on nothing new is sent. The first reason counts, but for a bug, which is never hidden."""
        if self.stopped is None or (_is_bug(reason) and not _is_bug(self.stopped)):
            self.stopped = reason
        elif _is_bug(reason):
            self.stopped.add_note(f"and after that: {type(reason).__name__}")
        self._client.stop_sending()
        if within is not None and self._landing is not None:
            self._landing.deadline = min(self._landing.deadline, anyio.current_time() + within)

    def close(self) -> None:
        """Accounts for what has no outcome: under way and left there, or never begun."""
        for flight in list(self._flights.values()):
            if flight.change.indexes[0] not in self.outcomes:
                self._settle(
                    flight.change, self._left_under_way(flight) if flight.attempts else self._not_sent()
                )
            self._waited.extend(flight.later)
        for change in self._remaining():
            self._settle(change, self._not_sent())

    def _not_sent(self) -> Outcome:
        return Outcome(Status.NOT_SENT, "R101", f"not sent: {reason_words(self.stopped)}")

    def _left_under_way(self, flight: _Flight) -> Outcome:
        message = f"sent, and its answer was not waited for: {reason_words(self.stopped)}"
        return Outcome(Status.UNKNOWN, "R105", message, attempts=flight.attempts, started=flight.started)


def reason_words(stopped: Exception | None) -> str:
    """Why a run ended, in a few words. Of a bug only its kind: its text could hold anything, a key too."""
    if stopped is None:
        return "the run was stopped"
    if isinstance(stopped, BatchUpdateError):
        return stopped.message
    return f"a bug in batch-update ended the run ({type(stopped).__name__})"


def _is_bug(reason: Exception) -> bool:
    return not isinstance(reason, BatchUpdateError)


def _interruption(number: int) -> Interrupted:
    return Interrupted(
        f"the run was interrupted by {signal.Signals(number).name}",
        signal=number,
        remedy="apply failed.csv to go on",
    )


def _outcome(change: Change, reply: Reply) -> Outcome:
    return Outcome(
        status=reply.status,
        code=reply.code,
        message=reply.message,
        http=reply.http,
        attempts=reply.attempts,
        changed=tuple(change.body) if reply.status is Status.UPDATED else (),
        request_id=reply.request_id,
        started=reply.started,
        ms=reply.ms,
        field_errors=reply.field_errors,
    )


def _sent_with(outcome: Outcome, number: int) -> Outcome:
    """The same outcome for another row of the same assistant, which asked for the same change."""
    words = f"sent with row {number}" if outcome.status is not Status.NOT_SENT else f"belongs to row {number}"
    message = f"{words}: {outcome.message}" if outcome.message else words
    return replace(outcome, code=outcome.code or "X202", message=message)
