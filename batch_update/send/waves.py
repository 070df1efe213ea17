"""Waves: a plan sent in growing parts, each read back before the next begins, with a limit on failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import anyio

from batch_update.account.fetching import Lister
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import RunStopped, UsageError
from batch_update.journal.writing import Journal
from batch_update.model.compact.outcomes_by_row import OutcomesByRow
from batch_update.model.plans import Outcome, Plan, Status, Verified
from batch_update.model.reports import Event, Report, Share
from batch_update.outcomes import not_begun, spread
from batch_update.send.agenda import Agenda, agenda_of
from batch_update.send.brake import Brake, BrakedSender, Caution, tell_nobody
from batch_update.send.dispatch import Sender, Sent
from batch_update.send.progress import EventLog, Meter, Stage
from batch_update.send.signals import SignalStream, unless_signaled
from batch_update.send.verifying import see
from batch_update.settings.tunables import Settings
from batch_update.text import counted

Item = TypeVar("Item")


def caution_of(
    settings: Settings,
    reader: Lister,
    ask: Callable[[str], Awaitable[bool]] | None = None,
    tell: Callable[[Stage], None] = tell_nobody,
) -> Caution:
    """Return how carefully these settings want it sent.

    Where there are waves, one failure stops the run unless another limit is given. `ask` and `tell` as in `Caution`.

    Raises UsageError where a question is wanted and `ask` is None, and for a pause where there are no waves.
    """
    if settings.pause and not settings.waves:
        raise UsageError(
            "the setting pause waits between waves, and there are none",
            code="U101",
            remedy="add the setting waves",
        )
    wants_question = settings.pause == "ask"
    if wants_question and ask is None:
        raise UsageError(
            "the setting pause=ask: nobody can be asked here", code="U101", remedy="give it seconds"
        )
    return Caution(
        waves=settings.waves,
        max_failures=settings.max_failures or (Share(1) if settings.waves else None),
        reader=None if settings.no_verify else reader,
        again=settings.reread_after,
        pause=settings.pause if isinstance(settings.pause, float) else 0.0,
        ask=ask if wants_question else None,
        tell=tell,
    )


def split(items: Sequence[Item], waves: Iterable[Share]) -> list[tuple[Item, ...]]:
    """Return changes or accounts in waves of these sizes, in their order; what is left is the last. None is empty."""
    parts = []
    begin = 0
    for wave in waves:
        end = begin + wave.of(len(items))
        parts.append(tuple(items[begin:end]))
        begin = end
    parts.append(tuple(items[begin:]))
    return [part for part in parts if part]


def agenda_for(plan: Plan, caution: Caution, *, pages: int) -> Agenda:
    """Return what sending the plan with this caution will consist of. `pages`: requests that reading back takes."""
    waves = tuple(map(len, split(plan.changes, caution.waves)))
    return agenda_of(waves, pages=0 if caution.reader is None else pages, pause=caution.pause)


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
    clock: Clock = SYSTEM,
) -> Sent:
    """Send every change of the plan with caution; `send` is `send_changes` with all that it needs but these.

    After each wave an event tells how it went. The next one begins where the wave could be read back, what went
    wrong is below the limit, and neither a signal nor the answer to the question ended the pause.
    """
    brake = Brake(caution.max_failures, len(plan.changes))
    braked = BrakedSender(client, brake)
    if not caution.waves:
        return await send(plan, client=braked, interrupted=interrupted)
    waves = _Waves(plan, partial(send, client=braked), caution, brake, meter, events, journal, clock)
    signals = SignalStream()
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
        brake: Brake,
        meter: Meter,
        events: EventLog,
        journal: Journal | None,
        clock: Clock,
    ) -> None:
        self.outcomes = OutcomesByRow(len(plan.sheet))
        self.stopped: Exception | None = None
        self._first = caution.waves_before + 1
        self._parts = [
            replace(plan, changes=tuple(replace(change, wave=number) for change in part))
            for number, part in enumerate(split(plan.changes, caution.waves), self._first)
        ]
        self._last = caution.waves_before + len(self._parts)
        self._send = send
        self._caution = caution
        self._brake = brake
        self._meter = meter
        self._events = events
        self._journal = journal
        self._clock = clock
        self._habits: set[str] = set()

    async def run(self, signals: SignalStream) -> None:
        for number, part in enumerate(self._parts, self._first):
            self._meter.wave(number - self._first)
            if number > self._first:
                self.stopped = await unless_signaled(partial(self._pause, number, part), signals)
            if self.stopped is None:
                self._caution.tell(Stage.SENDING)
                await self._one(number, part, signals)
            if self.stopped is not None:
                return

    async def _one(self, number: int, part: Plan, signals: SignalStream) -> None:
        begun = self._clock.monotonic()
        self._brake.begin(len(part.changes))
        sent = await self._send(part, interrupted=signals)
        self.outcomes |= sent.outcomes
        self.stopped = sent.stopped
        self._caution.tell(Stage.BETWEEN_WAVES)
        if self.stopped is None:
            self.stopped = await unless_signaled(partial(self._read_back, part), signals)
        found = [self.outcomes[change.indexes[0]] for change in part.changes]
        self._brake.recount(found)
        self.stopped = self.stopped or self._brake.stop()
        words = f"wave {number} of {self._last}: {_wave_words(found)}"
        self._events(Event("wave", words, self._clock.monotonic() - begun, wave=number))

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
            clock=self._clock,
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

    async def _pause(self, number: int, part: Plan) -> Exception | None:
        """Before a wave: so many seconds, or until somebody says yes."""
        seconds, following = self._caution.pause, f"wave {number} of {self._last}"
        if seconds:
            self._events(Event("pause", f"pausing {seconds:g} s before {following}", seconds))
            await self._clock.sleep(seconds)
            self._events(Event("resume", f"going on with {following}"))
        if self._caution.ask is None:
            return None
        count = counted(len(part.changes), "change")
        if await self._caution.ask(f"Go on with {following}, {count}?") is True:
            return None
        return RunStopped(
            f"the answer to the question before {following} was no",
            code="R109",
        )


_ELSEWHERE = Outcome(Status.NOT_SENT)
"""Stands for rows of other waves."""


def _wave_words(outcomes: Sequence[Outcome]) -> str:
    """`20 changes, 19 updated, 1 failed; read back: 19 verified`."""
    statuses = Counter(outcome.status for outcome in outcomes)
    seen = Counter(outcome.verified for outcome in outcomes)
    words = [counted(len(outcomes), "change")]
    words += [f"{n} {status.replace('_', ' ')}" for status in Status if (n := statuses[status])]
    read = ", ".join(f"{seen[kind]} {kind}" for kind in Verified if kind and seen[kind])
    return ", ".join(words) + (f"; read back: {read}" if read else "")
