"""All that many accounts share on one event loop: the waits for the disk, a queue of starts, a writer of reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio

from batch_update.as_raised import as_raised
from batch_update.clock import SYSTEM, Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.reports_beside import ReportsBeside
from batch_update.fleet.shards.stopping import stop_asked
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.shared_disk import SharedDisk, shared_disk
from batch_update.own_process import share_one_heap
from batch_update.run.steps.means import AmongMany, Means

STARTS = 90.0
"""accounts that begin in a second at most, in all processes together: each opens with a burst of 20 requests and
repeats it every 11 seconds, over which a thousand are spread so"""
LATE = 0.03
"""seconds by which the event loop may be late for one more account to begin: those at work come first"""
CALM = 5
"""looks one after another that have to be good, once one was not"""
TRIES = 50
"""looks until an account begins all the same: what is late may be another program's fault"""
PULSE = 0.1
"""seconds between two of them"""
GLANCE = 0.005
"""seconds of a look before an account reads back, as long as none was late"""
PATIENCE = 5.0
"""seconds until an account reads back all the same"""
AT_ONCE = 4
"""requests of an account under way, unless told otherwise: a burst of 20 comes every 11 seconds, long after idle
connections were closed, so that each costs a connection made anew"""


class OneProcess:
    """The waits, the queue and the writer that all accounts of one event loop share. Open it with `one_process`."""

    def __init__(self, disk: SharedDisk, clock: Clock, starts: float) -> None:
        self._disk = disk
        self._clock = clock
        self._pause = 1 / starts
        self._begun = anyio.Event()
        self._stop = anyio.Event()
        self._heeding = anyio.CancelScope()
        self._starts = anyio.Lock()
        self._readers = anyio.Lock()
        self._calm = CALM
        """looks lately that were good, one after another"""
        self._due: list[Path] = []
        self._news = anyio.Event()
        self._is_over = False

    def means(self, means: Means) -> Means:
        """Return the means of one account among many."""
        return replace(means, among=AmongMany(self._disk, AT_ONCE, self._stop, self.give_way))

    async def start(self) -> None:
        """Return when the next account may begin: one after another, and none while those at work are held up.

        So a machine that cannot pace all of them works on as many at once as it can.
        """
        self._begun.set()
        async with self._starts:
            for _ in range(TRIES):
                if self._stop.is_set():  # it is told so as it begins
                    return
                await self._look(self._pause)
                if self._calm == CALM:
                    return

    async def give_way(self) -> None:
        """Return when an account that has sent all may read back: one after another, while nobody who sends is late."""
        with anyio.move_on_after(PATIENCE):
            async with self._readers:
                await self._look(GLANCE)
                while self._calm < CALM:
                    await self._look(GLANCE)

    async def _look(self, seconds: float) -> None:
        """Look for so many seconds whether the event loop is late; for longer once it was."""
        pause = seconds if self._calm == CALM else PULSE
        began = self._clock.monotonic()
        await self._clock.sleep(pause)
        is_late = self._clock.monotonic() - began - pause > LATE
        self._calm = 0 if is_late else min(CALM, self._calm + 1)

    async def heed(self, folder: FleetFolder) -> None:
        """Look for the file that ends all accounts, and end them once it is there.

        Only once the first one begins: until then it may lie there from the last time, and its coordinator removes it.
        """
        with self._heeding:
            await self._begun.wait()
            await stop_asked(folder, self._clock)
            self.stop()

    def stop(self) -> None:
        """End all accounts in order."""
        self._stop.set()

    def ended(self, folder: FleetFolder, account: str, epoch: int) -> None:
        """Have the reports of an account made that has ended, where it has a journal."""
        if epoch and (run := folder.run_of(account, epoch)).joinpath(JOURNAL).exists():
            self._due.append(run)
            self._news.set()

    async def write(self) -> None:
        """Make reports in another process, one after another, until `close` was called and none is left.

        One that cannot be made is left to `batch-update fleet report`, as are all where this is killed.
        """
        reports = ReportsBeside()
        try:
            while not (self._is_over and not self._due):
                if self._due:
                    await reports.make(self._due.pop())
                    continue
                await self._news.wait()
                self._news = anyio.Event()
        finally:
            await reports.end()

    def close(self) -> None:
        """No account ends any more."""
        self._is_over = True
        self._heeding.cancel()
        self._news.set()


@asynccontextmanager
async def one_process(
    folder: FleetFolder, clock: Clock = SYSTEM, *, starts: float = STARTS
) -> AsyncIterator[OneProcess]:
    """Open what the accounts of a fleet share; at the end wait until their reports are written.

    `starts`: accounts that begin in a second at most.
    """
    share_one_heap()
    async with shared_disk(clock) as disk, as_raised(anyio.create_task_group()) as tasks:
        shared = OneProcess(disk, clock, starts)
        tasks.start_soon(shared.write)
        tasks.start_soon(shared.heed, folder)
        try:
            yield shared
        finally:
            shared.close()
