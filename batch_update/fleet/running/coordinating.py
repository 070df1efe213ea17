"""The coordinator of a fleet: hands accounts to an engine, wave by wave, and writes down how each ended."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import anyio

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, Interrupted, RunStopped, UsageError
from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.last_words import end_of_fleet
from batch_update.fleet.record.fleet_entries import (
    AccountsBegun,
    FleetBegun,
    FleetEnded,
    FleetEntry,
    FleetManner,
    ShardBegun,
)
from batch_update.fleet.record.fleet_journal import FleetJournal, read_fleet_journal
from batch_update.fleet.record.fleet_state import FleetState, open_accounts, state_of_fleet
from batch_update.fleet.running.account_brake import AccountBrake
from batch_update.fleet.running.account_waves import AccountWave, account_waves
from batch_update.fleet.running.fleet_watcher import FleetWatcher, Unharmed
from batch_update.fleet.running.one_account import AccountCourse
from batch_update.fleet.running.own_lease import own_lease
from batch_update.fleet.shards.shard_task import Engine, ShardTask
from batch_update.fleet.shards.stopping import GLANCE
from batch_update.model.fleets import FleetEnd, FleetPlan, ShardEnd
from batch_update.model.reports import Exit
from batch_update.send.signals import Interrupts, SignalStream, interruption, no_interrupts, unless_signaled

_LOST = "R154"
"""the code of a fleet whose own lease is lost"""
_SIGNALED = {Exit.HUNG_UP, Exit.INTERRUPTED, Exit.TERMINATED}


@dataclass(frozen=True, slots=True)
class FleetMeans:
    """All with which a fleet is seen to its end: who carries accounts out, who watches, and which signals end it."""

    engine: Engine
    wanted: EngineOrder = field(default_factory=EngineOrder)
    """what made that engine"""
    watcher: FleetWatcher = field(default_factory=FleetWatcher)
    interrupts: Interrupts = no_interrupts
    """opens the stream of signals that end the fleet"""
    clock: Clock = SYSTEM


async def run_fleet(
    folder: FleetFolder,
    plan: FleetPlan,
    means: FleetMeans,
    manner: FleetManner | None = None,
    *,
    retry_failed: bool = False,
) -> FleetEnd:
    """See each account of a fleet to its end, or go on with what is open of one, and return what became of each.

    `manner`: None for that of the last time. What stops the fleet as a whole is told in what is returned. Raises
    JournalError where its journal cannot be read or written, UsageError for a canary that is none, RunLocked R152 where
    another coordinator works on it.
    """
    async with own_lease(folder, means.clock) as why_lost:
        state = state_of_fleet(plan, read_fleet_journal(folder.journal))
        left = [one.account for one in open_accounts(plan, state, retry_failed=retry_failed)]
        course = _Course(folder, plan, means, manner or state.manner, state, left, retry_failed, why_lost)
        return await course.seen_through()


class _Course:
    """The work of one coordinator on a fleet, from where it takes the fleet up to its end."""

    def __init__(
        self,
        folder: FleetFolder,
        plan: FleetPlan,
        means: FleetMeans,
        manner: FleetManner,
        state: FleetState,
        left: list[str],
        retry_failed: bool,
        why_lost: Callable[[], str],
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._means = means
        self._tell = Unharmed(means.watcher)
        self._manner = manner
        self._waves = account_waves(plan, manner, left)
        self._retry_failed = retry_failed
        self._why_lost = why_lost
        self._journal = FleetJournal(folder.journal)
        self._brake = AccountBrake(manner, plan)
        self._ends = dict(state.ends)
        self._worked = state.worked
        self._digests = {one.account: one.digest for one in plan.accounts}
        self._stopped: Exception | None = None
        self._stop_asked = anyio.Event()
        self._landing = anyio.CancelScope()

    async def seen_through(self) -> FleetEnd:
        """Return how the fleet ended. Where nothing is left to do, nothing is done."""
        if self._waves:
            await self._all()
        return self._end()

    async def _all(self) -> None:
        means = self._means
        _let_go_on(self._folder)
        now, host = means.clock.wall(), socket.gethostname()
        by, plan = means.wanted.from_anywhere(), self._plan
        await self._note(
            FleetBegun(
                now, plan.id, plan.digest, os.getpid(), host, by.name, self._manner, by.scheduler, by.workers
            )
        )
        self._tell.fleet_begun(self._plan, tuple(self._ends.values()), self._waves)
        self._heed(self._brake.stop())
        with means.interrupts() as interrupted:
            await self._until_landed(interrupted)
        await self._let_go(now)

    async def _note(self, entry: FleetEntry) -> None:
        """Return once a line is on the disk. Raises JournalError, and RunStopped where the fleet is another's now."""
        if why := self._why_lost():
            raise RunStopped(why, code=_LOST)
        await self._journal.note(entry)

    async def _until_landed(self, interrupted: AsyncIterable[int]) -> None:
        signals = SignalStream()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(signals.relay, interrupted)
            tasks.start_soon(self._glance)
            with self._landing:
                for wave in self._waves:
                    if wave is not self._waves[0] and self._stopped is None:
                        self._heed(await unless_signaled(partial(self._pause, wave), signals))
                    if self._stopped is None:
                        await self._one_wave(wave, signals)
            tasks.cancel_scope.cancel()

    async def _glance(self) -> None:
        """End the fleet where the file `stop` was made, or where another coordinator has taken it over."""
        while True:
            await self._means.clock.sleep(GLANCE)
            if why := self._why_lost():
                self._heed(RunStopped(why, code=_LOST))
                self._landing.cancel()  # also where it was to end for another reason already
            else:
                self._heed_file()

    def _heed_file(self) -> None:
        if self._stopped is None and self._folder.is_stopped():
            self._heed(RunStopped("the file stop was made in the folder of the fleet", code="R155"))

    # ------------------------------------------------------------ waves

    async def _pause(self, wave: AccountWave) -> Exception | None:
        """Before a wave: so many seconds, or until somebody says yes."""
        if self._manner.pause != "ask":
            await self._means.clock.sleep(self._manner.pause)
        elif not await self._tell.may_begin(wave):
            return RunStopped(f"the answer was no to {wave.name}", code="R153")
        return None

    async def _one_wave(self, wave: AccountWave, signals: SignalStream) -> None:
        now = self._means.clock.wall()
        try:
            await self._note(AccountsBegun(now, wave.number, wave.of, len(wave.accounts)))
        except BatchUpdateError as error:
            self._heed(error)
            return
        self._brake.begin(wave)
        self._tell.wave_begun(wave)
        queue = deque(wave.accounts)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen, signals)
            async with anyio.create_task_group() as workers:
                for _ in range(min(self._means.engine.most, len(queue))):
                    workers.start_soon(self._work, queue)
            tasks.cancel_scope.cancel()

    async def _listen(self, signals: SignalStream) -> None:
        """The first signal ends the fleet in order, the second one at once."""
        async for number in signals:
            if self._stopped is not None:
                self._landing.cancel()
                return
            self._heed(_by_signal(number))

    async def _work(self, queue: deque[str]) -> None:
        """Take one account after another. A slot is free again once the end of its account is on the disk."""
        while queue and self._stopped is None:
            account = queue.popleft()
            try:
                await self._note(ShardBegun(self._means.clock.wall(), account))
                self._tell.shard_begun(account)
                end = await self._course_of(account).seen_through()
                self._heed_file()
                end = self._with_our_reason(end)
                await self._note(end)
            except BatchUpdateError as error:  # of the journal or the engine: neither can go on
                self._heed(error)
                return
            self._took(end)

    def _course_of(self, account: str) -> AccountCourse:
        task = ShardTask(
            self._folder.path,
            self._plan.id,
            account,
            self._digests[account],
            retry_failed=self._retry_failed,
        )
        return AccountCourse(
            task,
            self._means.engine,
            self._note,
            clock=self._means.clock,
            tell_lost=self._tell.worker_lost,
            tell=self._tell.fleet_told,
            stop_asked=self._stop_asked,
        )

    def _with_our_reason(self, end: ShardEnd) -> ShardEnd:
        """Return the end of an account; where the file stop ended it, with the exit status of why we made that."""
        if end.exit in _SIGNALED and isinstance(self._stopped, BatchUpdateError):
            return replace(end, exit=self._stopped.exit)
        return end

    def _took(self, end: ShardEnd) -> None:
        self._ends[end.account] = end
        self._tell.shard_ended(end)
        if self._stopped is None:  # ends after that were wanted so
            self._brake.add(end)
            self._heed(self._brake.stop())

    # ------------------------------------------------------------ the end

    def _heed(self, reason: Exception | None) -> None:
        """End the fleet for a reason, the first one that there is: no account is begun, those at work end in order."""
        if reason is None or self._stopped is not None:
            return
        self._stopped = reason
        self._stop_asked.set()
        if getattr(reason, "code", "") == _LOST:  # the file would stop who works on the fleet now
            self._landing.cancel()
        else:
            self._make_stop()
        self._tell.stopping(reason)

    def _make_stop(self) -> None:
        try:
            self._folder.stop.touch(mode=0o600)
        except OSError:  # shards elsewhere do not hear of it; those here must not go on
            self._landing.cancel()

    def _end(self) -> FleetEnd:
        epochs = {name: self._folder.latest_epoch(name) for name in self._digests if name not in self._ends}
        end = end_of_fleet(self._plan, self._ends, epochs, self._stopped)
        return replace(end, seconds=self._worked or None)

    async def _let_go(self, begun: datetime) -> None:
        end, now = self._end(), self._means.clock.wall()
        self._worked += max(0.0, (now - begun).total_seconds())
        ended = FleetEnded(now, end.own_exit, end.code, end.message)
        with suppress(BatchUpdateError):  # what ended the fleet is told in any case
            await self._note(ended)


def _by_signal(number: int) -> Interrupted:
    found = interruption(number)
    return Interrupted(
        found.message, signal=found.signal, code=found.code, remedy="go on with batch-update fleet resume"
    )


def _let_go_on(folder: FleetFolder) -> None:
    """Take the file `stop` away. Raises UsageError U164 where that cannot be."""
    try:
        folder.stop.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"the file stop cannot be removed: {error.strerror} ({folder.stop})", code="U164"
        ) from error
