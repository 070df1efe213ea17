"""All that asks a shard to end: the signals of its process, and the file in the folder of its fleet."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from batch_update.clock import Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.send.signals import EndAsked, Interrupts, SignalStream, interruption

T = TypeVar("T")

GLANCE = 1.0
"""seconds between two looks for the file, of a shard and of who hands them out"""
STOPPED = EndAsked("the fleet was stopped, by Ctrl-C or the file stop in its folder", "R155")


def refuse_stopped(folder: FleetFolder) -> None:
    """Raises Interrupted (R155) where the fleet is to be left alone."""
    if folder.is_stopped():
        raise interruption(STOPPED)


class StopFile:
    """The file that ends each shard of a fleet: as one more signal for who heeds those, and at once before."""

    def __init__(self, folder: FleetFolder, clock: Clock, tasks: TaskGroup) -> None:
        self._folder, self._clock, self._tasks = folder, clock, tasks
        self._stream = SignalStream()
        self._is_heeded = False
        self._before = anyio.CancelScope()

    async def watch(self) -> None:
        """Look for the file until it is there, or this is cancelled."""
        while not await anyio.to_thread.run_sync(self._folder.is_stopped, abandon_on_cancel=True):
            await self._clock.sleep(GLANCE)
        if self._is_heeded:
            self._stream.put(STOPPED)
        else:
            self._before.cancel()

    def opening(self, base: Interrupts) -> Interrupts:
        """Return what opens a stream of signals that the file is one of: who sends heeds it from then on.

        It raises Interrupted where the file was seen before.
        """

        @contextmanager
        def opened() -> Iterator[AsyncIterable[int]]:
            if self._before.cancel_called:  # else the first request would be noted, and then cut off
                raise interruption(STOPPED)
            scope = anyio.CancelScope()
            with base() as signals:
                self._tasks.start_soon(self._relay, signals, scope)
                self._is_heeded = True
                try:
                    yield self._stream
                finally:
                    scope.cancel()

        return opened

    async def _relay(self, signals: AsyncIterable[int], scope: anyio.CancelScope) -> None:
        with scope:
            await self._stream.relay(signals)

    async def bounded(self, story: Callable[[], Awaitable[T]]) -> T:
        """Return what the story returns. Raises Interrupted where the file is there before it heeds signals."""
        with self._before:
            return await story()
        raise interruption(STOPPED)
