"""The disk as many journals of one process write to it: elsewhere than on the event loop, several at a time.

With a disk of its own a journal has SQLite wait in each commit, on the event loop. That takes 0.3 ms on a quick disk
and 5 ms on a slow one: of a thousand accounts all others wait meanwhile. Here a thread has SQLite write each commit
into its log without waiting (`synchronous=NORMAL`), and makes that log durable. Whoever took the commit waits for that
before it counts: an intention returns, an outcome is shown and the mark is set only then. It is as strong as
`synchronous=FULL`, since that is the same two steps:

* In FULL, a commit is the write of its frames into the log and one wait for the log. NORMAL leaves out that wait and
  no other: before a checkpoint moves pages out of the log it waits for the log, before the log begins again from its
  start it waits for the file, and a log's header is waited for when it is written. So no crash damages the file, and
  what a power cut takes is the end of the log, after the last wait: commits that nobody was told of.
* The log that is waited for is the one that was written: it is opened once, when the journal is, and stays the same
  file until the journal is closed. That it is still the one with that name is looked at before each commit.
* A kill takes nothing, in either mode: what was written is the system's.
* A wait that fails counts as a commit that failed: nothing is sent any more, and it is not tried again, since the
  system may have dropped what it could not write.

The mark promises what is on the disk, so it is set after the wait, too. What is written between two sessions of
sending, such as that one begins or ends, waits together with what comes after it, at the latest with the closing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
import anyio.to_thread

from batch_update.as_raised import as_raised
from batch_update.clock import SYSTEM, Clock

T = TypeVar("T")

THREADS = 6
"""commits at once: file systems make one wait of those that come together"""
MOST_IN_TURN = 8
"""commits that a thread makes one after another: whoever waits hears of it once all of them are over"""
ASIDE = 4
"""journals that are begun or closed at once"""
GATHER = 0.008
"""seconds that are waited for more to come before a thread begins: handing over is dearer than the commit itself"""
LINGER = 0.75
"""seconds that outcomes wait for an intention to be written with: the next request of an account goes out 0.6 seconds
after the last, and each commit of a thousand accounts counts"""


@dataclass(slots=True)
class _Wait:
    """One journal that has something for the disk."""

    begin: Callable[[], Callable[[], None]]
    done: anyio.Event = field(default_factory=anyio.Event)
    error: Exception | None = None


class SharedDisk:
    """Writes on behalf of all journals of one event loop. Open it with `shared_disk`."""

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._waiting: list[_Wait] = []
        self._due = anyio.Event()
        self._threads = anyio.CapacityLimiter(THREADS)
        self._serving: anyio.CancelScope | None = None
        self._is_over = False
        self._aside = anyio.CapacityLimiter(ASIDE)
        self._later: list[anyio.Event] = []
        self._lingering = anyio.Event()

    async def reach(self, begin: Callable[[], Callable[[], None]]) -> None:
        """Return once a thread has done what `begin` returns, which is called when that thread is there.

        Raises what that raises.
        """
        wait = _Wait(begin)
        self._waiting.append(wait)
        self._due.set()
        await wait.done.wait()
        if wait.error is not None:
            raise wait.error

    def set_later(self, event: anyio.Event) -> None:
        """Set an event after a while, together with others."""
        self._later.append(event)
        self._lingering.set()

    async def aside(self, job: Callable[[], T]) -> T:
        """Do something that takes long in a thread, whatever is cancelled meanwhile: files come whole out of it."""
        results: list[T] = []
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: results.append(job()), limiter=self._aside)
        return results[0]

    async def serve(self) -> None:
        """Hand what waits to threads, several to each, until `close`: whoever waits is not left alone."""
        with anyio.CancelScope(shield=True) as self._serving:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._linger)
                while not self._is_over:
                    await self._due.wait()
                    await self._clock.sleep(GATHER)
                    waits, self._waiting, self._due = self._waiting, [], anyio.Event()
                    for first in range(0, len(waits), MOST_IN_TURN):
                        tasks.start_soon(self._make, waits[first : first + MOST_IN_TURN])

    async def _linger(self) -> None:
        """Set the events that are to be set later, until this is cancelled."""
        while True:
            await self._lingering.wait()
            await self._clock.sleep(LINGER)
            later, self._later, self._lingering = self._later, [], anyio.Event()
            for event in later:
                event.set()

    async def _make(self, waits: list[_Wait]) -> None:
        """Make some of them in a thread, whatever is cancelled meanwhile: none may wait for ever."""
        with anyio.CancelScope(shield=True):
            jobs = [(wait, wait.begin()) for wait in waits]
            try:
                await anyio.to_thread.run_sync(_do_all, jobs, limiter=self._threads)
            except RuntimeError:  # the machine has no thread to begin: written here it holds all others up
                _do_all(jobs)
        for wait in waits:
            wait.done.set()

    def close(self) -> None:
        """End the serving, once what is under way is made."""
        self._is_over = True
        if self._serving is not None:
            self._serving.cancel()


@asynccontextmanager
async def shared_disk(clock: Clock = SYSTEM) -> AsyncIterator[SharedDisk]:
    """Open what writes all journals of this event loop in threads."""
    disk = SharedDisk(clock)
    async with as_raised(anyio.create_task_group()) as tasks:
        tasks.start_soon(disk.serve)
        try:
            yield disk
        finally:
            disk.close()


def _do_all(jobs: list[tuple[_Wait, Callable[[], None]]]) -> None:
    for wait, job in jobs:
        try:
            job()
        except Exception as error:  # noqa: BLE001  # it is raised where it is waited for
            wait.error = error
