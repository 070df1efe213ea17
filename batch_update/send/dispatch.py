"""Workers: they take the changes of a plan one after another, have them sent, and account for every row."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from signal import SIGINT
from typing import Protocol

import anyio

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, RunStopped
from batch_update.journal.writing import Journal
from batch_update.model.compact.outcomes_by_row import OutcomesByRow
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Event, Reply
from batch_update.model.sheets import Body
from batch_update.outcomes import left_under_way, not_begun, replied, spread
from batch_update.send.progress import Meter
from batch_update.send.signals import interruption
from batch_update.text import how_long


class Sender(Protocol):
    """A client as far as the workers need it. `batch_update.Client` has it; tests hand in small fakes."""

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply: ...

    def stop_sending(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcomes of the changes of a plan."""

    outcomes: OutcomesByRow
    """of every row of every change"""
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
    clock: Clock = SYSTEM,
    journal: Journal | None = None,
) -> Sent:
    """Send every change of the plan with this many workers, never two of one assistant at once.

    A reply that says `stop`, a signal out of `interrupted` or a bug ends admission: what is under way lands
    (after a signal within `grace` seconds), the rest is not sent. A second signal leaves at once. Whatever
    happens, each row of each change has an outcome; nothing is raised for what happened to a row.

    With a journal, each attempt is written down before its first byte, and each outcome before the worker goes on
    or anything is shown of it. A journal that cannot be written ends admission, too.
    """
    dispatch = _Dispatch(plan, client, meter=meter, grace=grace, clock=clock, journal=journal)
    await dispatch.run(concurrency, interrupted)
    dispatch.close()
    return Sent(dispatch.outcomes, dispatch.stopped)


@dataclass(slots=True)
class _Flight:
    """A change under way: how much of it has left, and what waits for the same assistant."""

    change: Change
    clock: Clock
    journal: Journal | None
    attempts: int = 0
    started: datetime | None = None
    later: list[Change] = field(default_factory=list)

    async def begun(self, attempt: int) -> None:
        """The client is about to send an attempt. Raises RunStopped where that cannot be written down first."""
        at = self.clock.wall()
        if self.journal is not None:
            await self.journal.intend(self.change, attempt, at)
        self.attempts = attempt
        self.started = self.started or at


class _Dispatch:
    def __init__(
        self,
        plan: Plan,
        client: Sender,
        *,
        meter: Meter,
        grace: float,
        clock: Clock,
        journal: Journal | None,
    ) -> None:
        self.outcomes = OutcomesByRow(len(plan.sheet))
        self.stopped: Exception | None = None
        self._plan = plan
        self._client = client
        self._meter = meter
        self._grace = grace
        self._clock = clock
        self._journal = journal
        self._queue = iter(plan.changes)
        self._waited: deque[Change] = deque()
        self._flights: dict[int, _Flight] = {}
        self._landing: anyio.CancelScope | None = None

    async def run(self, concurrency: int, interrupted: AsyncIterable[int] | None) -> None:
        """Until every change is sent, or those under way have landed after a stop, or a second signal."""
        self._heed_journal()
        async with anyio.create_task_group() as tasks:
            if self._journal is not None:
                tasks.start_soon(self._journal.keep)
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
            except RunStopped as stop:
                # The attempt could not be written down, so it was not sent; `close` accounts for the change.
                self._stop(stop)
            except Exception as bug:  # noqa: BLE001  # whatever it is, the others must land
                # Nothing may be raised here, so this is a bug of ours, and it ends the run. The other rows
                # under way can still land; `close` accounts for this one.
                self._stop(bug, within=self._grace)
                return

    def _next(self) -> _Flight | None:
        """Return the next change whose assistant is not under way; the others wait behind those that are."""
        if self.stopped is not None:
            return None
        for change in self._remaining():
            if (ahead := self._flights.get(change.assistant_id)) is not None:
                ahead.later.append(change)
                continue
            flight = self._flights[change.assistant_id] = _Flight(change, self._clock, self._journal)
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
            outcome = not_begun(self.stopped)
        else:
            outcome = replied(flight.change, reply)
        self._settle(flight.change, outcome)
        self._waited.extend(flight.later)
        del self._flights[flight.change.assistant_id]

    def _settle(self, change: Change, outcome: Outcome) -> None:
        """Writes the outcome down for every row that the change settles; it is shown once it is on the disk."""
        outcomes = spread(change, outcome, self._plan.sheet.numbers)
        self.outcomes |= outcomes
        show = partial(self._show, change, outcome)
        if self._journal is None:
            show()
        else:
            self._journal.settle(outcomes, then=show)

    def _show(self, change: Change, outcome: Outcome) -> None:
        self._heed_journal()
        self._meter.add(change, outcome)

    # ------------------------------------------------------------ ends

    async def _listen(self, interrupted: AsyncIterable[int]) -> None:
        """The first signal stops sending and bounds the landing, the second leaves."""
        try:
            signals = 0
            async for number in interrupted:
                signals += 1
                if signals == 1:
                    self._meter.happened(Event("stop", self._landing_words(number)))
                self._stop(interruption(number), within=self._grace if signals == 1 else 0.0)
        except Exception as bug:  # noqa: BLE001  # a bug too: the rows under way must land all the same
            self._stop(bug, within=self._grace)

    def _landing_words(self, number: int) -> str:
        again = "Ctrl-C" if number == SIGINT else "the signal"
        grace = how_long(self._grace)
        return f"stopping: requests under way get {grace} to finish; {again} once more leaves them at once"

    def _stop(self, reason: Exception, *, within: float | None = None) -> None:
        """From now on nothing new is sent. The first reason counts, but for a bug, which is never hidden."""
        if self.stopped is None or (_is_bug(reason) and not _is_bug(self.stopped)):
            self.stopped = reason
        elif _is_bug(reason):
            self.stopped.add_note(f"and after that: {type(reason).__name__}")
        self._client.stop_sending()
        if within is not None and self._landing is not None:
            self._landing.deadline = min(self._landing.deadline, anyio.current_time() + within)

    def _heed_journal(self) -> None:
        """Stop where the journal cannot be written: what cannot be written down must not be sent."""
        if self._journal is not None and self._journal.trouble is not None:
            self._stop(self._journal.trouble)

    def close(self) -> None:
        """Accounts for what has no outcome: under way and left there, or never begun.

        What was never begun is not in the journal either: nothing being there says that.
        """
        for flight in list(self._flights.values()):
            if flight.change.indexes[0] not in self.outcomes:
                self._settle(flight.change, self._left(flight))
            self._waited.extend(flight.later)
        never = not_begun(self.stopped)
        for change in self._remaining():
            self.outcomes |= spread(change, never, self._plan.sheet.numbers)
            self._meter.add(change, never)

    def _left(self, flight: _Flight) -> Outcome:
        if not flight.attempts:
            return not_begun(self.stopped)
        return left_under_way(flight.attempts, flight.started, self.stopped, wave=flight.change.wave)


def _is_bug(reason: Exception) -> bool:
    return not isinstance(reason, BatchUpdateError)
