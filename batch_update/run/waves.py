"""Waves: a plan sent in growing parts, each read back before the next begins, with a limit on failures."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio

from batch_update.errors import RunStopped, UsageError
from batch_update.model import (
    Body,
    Change,
    Event,
    Outcome,
    Plan,
    Reply,
    Report,
    Share,
    Status,
    Verified,
)
from batch_update.report.messages import as_wanted
from batch_update.run.dispatch import Sender, Sent
from batch_update.run.fetching import Lister
from batch_update.run.journal import Journal
from batch_update.run.outcomes import not_begun, spread
from batch_update.run.progress import EventLog, Meter
from batch_update.run.signals import unless_signaled
from batch_update.run.verifying import Sleep, see
from batch_update.settings import Settings
from batch_update.text import counted


@dataclass(frozen=True, slots=True)
class Caution:
    """How carefully a plan is sent."""

    waves: tuple[Share, ...] = ()
    """shares of the changes, one after another, and then the rest; none: all at once"""
    max_failures: Share | None = None
    """stop when so many changes failed, are unknown or read back differently: of a wave, or of all"""
    reader: Lister | None = None
    """reads each wave back; None: nothing is read back between waves"""
    again: float = 5.0
    """seconds after which what does not read back as sent is read once more; 0 for never"""
    pause: float = 0.0
    """seconds before each further wave"""
    ask: Callable[[str], Awaitable[bool]] | None = None
    """asks before each further wave; no ends the run"""


def caution_of(
    settings: Settings, reader: Lister, ask: Callable[[str], Awaitable[bool]] | None = None
) -> Caution:
    """How carefully these settings want it sent.

    Where there are waves, one failure stops the run unless another limit is given.

    Raises UsageError where a question is wanted and `ask` is None, and for a pause where there are no waves.
    """
    if settings.pause and not settings.waves:
        raise UsageError("--pause waits between waves, and there are none", code="U101", remedy="add --waves")
    wants_question = settings.pause == "ask"
    if wants_question and ask is None:
        raise UsageError("--pause ask: nobody can be asked here", code="U101", remedy="give it seconds")
    return Caution(
        waves=settings.waves,
        max_failures=settings.max_failures or (Share(1) if settings.waves else None),
        reader=None if settings.no_verify else reader,
        again=settings.reread_after,
        pause=settings.pause if isinstance(settings.pause, float) else 0.0,
        ask=ask if wants_question else None,
    )


def split(changes: Sequence[Change], waves: Iterable[Share]) -> list[tuple[Change, ...]]:
    """The changes in waves of these sizes, in their order; what is left over is the last wave. None is empty."""
    parts = []
    begin = 0
    for wave in waves:
        end = begin + wave.of(len(changes))
        parts.append(tuple(changes[begin:end]))
        begin = end
    parts.append(tuple(changes[begin:]))
    return [part for part in parts if part]


def check_failures(
    report: Report, max_failures: Share | None, sent: Sequence[Change] | None = None
) -> Report:
    """The report of a run that was read back as a whole, stopped where too much of it went wrong.

    `sent`: the changes that count, where an earlier session of the run sent others.
    """
    changes = report.plan.changes if sent is None else sent
    brake = _Brake(max_failures, len(changes))
    brake.begin(len(changes))
    brake.recount([report.outcomes[change.indexes[0]] for change in changes])
    return report if report.stopped else replace(report, stopped=brake.stop())


# ---------------------------------------------------------------- the limit on failures


class _Brake:
    """Counts what went wrong, in this wave and in all, against the limit."""

    def __init__(self, limit: Share | None, total: int) -> None:
        self._limit = limit
        self._total = total
        self._size = total
        self._before = 0
        self._wave = 0

    def begin(self, size: int) -> None:
        """A wave of so many changes begins."""
        self._before += self._wave
        self._size, self._wave = size, 0

    def add(self) -> None:
        self._wave += 1

    def recount(self, outcomes: Iterable[Outcome]) -> None:
        """What went wrong in this wave, now that it was read back: an outcome for each change."""
        self._wave = sum(map(_went_wrong, outcomes))

    def stop(self) -> RunStopped | None:
        """Why the run has to stop; None where it may go on."""
        if self._limit is None:
            return None
        for count, of in ((self._wave, self._size), (self._before + self._wave, self._total)):
            if count >= self._limit.of(of):
                return RunStopped(
                    f"{count} of {counted(of, 'change')} went wrong, and --max-failures is {self._limit}",
                    code="R108",
                    remedy="see why in the messages of those rows; go on with batch-update resume, with a "
                    "higher --max-failures where that is wanted",
                )
        return None


def _went_wrong(outcome: Outcome) -> bool:
    return outcome.status in {Status.FAILED, Status.UNKNOWN, Status.UPDATED} and not as_wanted(outcome)


class _Braked:
    """A client whose replies end the run once too many went wrong."""

    def __init__(self, client: Sender, brake: _Brake) -> None:
        self._client = client
        self._brake = brake

    async def update(
        self, assistant_id: int, body: Body, *, before_send: Callable[[int], Awaitable[None]] | None = None
    ) -> Reply:
        reply = await self._client.update(assistant_id, body, before_send=before_send)
        if reply.status not in {Status.FAILED, Status.UNKNOWN}:
            return reply
        self._brake.add()
        return replace(reply, stop=reply.stop or self._brake.stop())

    def stop_sending(self) -> None:
        self._client.stop_sending()


# ---------------------------------------------------------------- the waves of a run


async def send_in_waves(
    plan: Plan,
    client: Sender,
    send: Callable[..., Awaitable[Sent]],
    caution: Caution,
    *,
    meter: Meter,
    events: EventLog,
    interrupted: AsyncIterable[int] | None = None,
    journal: Journal | None = None,
    sleep: Sleep = anyio.sleep,
) -> Sent:
    """Send every change of the plan with caution; `send` is `send_changes` with all that it needs but these.

    After each wave an event tells how it went. The next one begins where the wave could be read back, what went
    wrong is below the limit, and neither a signal nor the answer to the question ended the pause.
    """
    brake = _Brake(caution.max_failures, len(plan.changes))
    braked = _Braked(client, brake)
    if not caution.waves:
        return await send(plan, client=braked, interrupted=interrupted)
    waves = _Waves(plan, partial(send, client=braked), caution, brake, events, journal, sleep)
    signals = _Signals()
    async with anyio.create_task_group() as tasks:
        if interrupted is not None:
            tasks.start_soon(signals.relay, interrupted)
        await waves.run(signals)
        tasks.cancel_scope.cancel()
    never = not_begun(waves.stopped)
    for change in plan.changes:
        if change.indexes[0] not in waves.outcomes:
            waves.outcomes |= spread(change, never, plan.sheet.numbers)
            meter.add(change, never)
    return Sent(waves.outcomes, waves.stopped)


class _Waves:
    """One wave after another, until all are sent or something ends the run."""

    def __init__(
        self,
        plan: Plan,
        send: Callable[..., Awaitable[Sent]],
        caution: Caution,
        brake: _Brake,
        events: EventLog,
        journal: Journal | None,
        sleep: Sleep,
    ) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.stopped: Exception | None = None
        self._parts = [replace(plan, changes=part) for part in split(plan.changes, caution.waves)]
        self._send = send
        self._caution = caution
        self._brake = brake
        self._events = events
        self._journal = journal
        self._sleep = sleep
        self._habits: set[str] = set()

    async def run(self, signals: _Signals) -> None:
        for number, part in enumerate(self._parts, 1):
            if number > 1:
                self.stopped = await unless_signaled(partial(self._pause, number), signals)
            if self.stopped is None:
                await self._one(number, part, signals)
            if self.stopped is not None:
                return

    async def _one(self, number: int, part: Plan, signals: _Signals) -> None:
        self._brake.begin(len(part.changes))
        sent = await self._send(part, interrupted=signals)
        self.outcomes |= sent.outcomes
        self.stopped = sent.stopped
        if self.stopped is None:
            self.stopped = await unless_signaled(partial(self._read_back, part), signals)
        found = [self.outcomes[change.indexes[0]] for change in part.changes]
        self._brake.recount(found)
        self.stopped = self.stopped or self._brake.stop()
        self._events(Event("wave", f"wave {number} of {len(self._parts)}: {_words(found)}"))

    async def _read_back(self, part: Plan) -> Exception | None:
        """Where the wave cannot be read back, that is the reason to stop: nothing is known of it."""
        if self._caution.reader is None:
            return None
        outcomes = tuple(self.outcomes.get(index, _ELSEWHERE) for index in range(len(part.sheet)))
        seen = await see(
            part,
            outcomes,
            self._caution.reader,
            again=self._caution.again,
            sleep=self._sleep,
            tell=self._events,
        )
        for habit in seen.habits:
            if habit not in self._habits:
                self._events(Event("stored", habit))
        self._habits.update(seen.habits)
        self.outcomes |= {index: seen.outcomes[index] for change in part.changes for index in change.indexes}
        if self._journal is not None:
            self._journal.verified(Report(part, seen.outcomes))
        return seen.error

    async def _pause(self, number: int) -> Exception | None:
        """Before a wave: so many seconds, or until somebody says yes."""
        seconds, following = self._caution.pause, f"wave {number} of {len(self._parts)}"
        if seconds:
            self._events(Event("pause", f"pausing {seconds:g} s before {following}", seconds))
            await self._sleep(seconds)
            self._events(Event("resume", f"going on with {following}"))
        if self._caution.ask is None:
            return None
        count = counted(len(self._parts[number - 1].changes), "change")
        if await self._caution.ask(f"Go on with {following}, {count}?"):
            return None
        return RunStopped(
            f"the answer to the question before {following} was no",
            code="R109",
            remedy="go on with batch-update resume",
        )


_ELSEWHERE = Outcome(Status.NOT_SENT)
"""Stands for rows of other waves."""


def _words(outcomes: Sequence[Outcome]) -> str:
    """`20 changes, 19 updated, 1 failed; read back: 19 verified`."""
    statuses = Counter(outcome.status for outcome in outcomes)
    seen = Counter(outcome.verified for outcome in outcomes)
    words = [counted(len(outcomes), "change")]
    words += [f"{n} {status.replace('_', ' ')}" for status in Status if (n := statuses[status])]
    read = ", ".join(f"{seen[kind]} {kind}" for kind in Verified if kind and seen[kind])
    return ", ".join(words) + (f"; read back: {read}" if read else "")


# ---------------------------------------------------------------- signals


class _Signals:
    """One stream of signals for all waves and the pauses between: iterated again and again, it loses none."""

    def __init__(self) -> None:
        self._came: deque[int | Exception] = deque()
        self._ready = anyio.Event()

    async def relay(self, interrupted: AsyncIterable[int]) -> None:
        try:
            async for number in interrupted:
                self._put(number)
        except Exception as bug:  # noqa: BLE001  # raised again to whoever listens: what is under way must land
            self._put(bug)

    def _put(self, item: int | Exception) -> None:
        self._came.append(item)
        self._ready.set()

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        while not self._came:
            self._ready = anyio.Event()
            await self._ready.wait()
        item = self._came.popleft()
        if isinstance(item, Exception):
            raise item
        return item
