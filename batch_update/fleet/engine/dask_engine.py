"""Dask as the engine of a fleet: shards are seen to their ends by workers, on this machine or on others.

What travels is a `ShardTask` and a `ShardEnd`, never a key, a row or an exception. Dask's own second tries and its
stealing of work are off: whether an account is begun once more the fleet's journal decides, and its lease who may.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
from anyio.from_thread import BlockingPortal

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import RunStopped, UsageError
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.shards.shard_task import ShardTask, WorkerLost
from batch_update.model.fleets import ShardEnd
from batch_update.model.reports import Exit
from batch_update.text import printable

Work = Callable[[ShardTask], ShardEnd]
"""Sees one shard to its end, in a thread of a worker. Only its name travels: workers have to be able to import it."""

PATIENCE = 30.0
"""seconds after which a scheduler counts as gone that does not answer, or has no worker"""
_EVERY = 5.0
"""seconds between two questions to it; an answer may take as long"""


class DaskEngine:
    """Carries shards out on the workers of one scheduler."""

    def __init__(self, client: Any, portal: BlockingPortal, work: Work, clock: Clock = SYSTEM) -> None:
        self.most = 1
        """threads of all workers, as the scheduler told last"""
        self.at_work: set[str] = set()
        """the accounts that its workers have"""
        self._client = client
        self._portal = portal
        self._work = work
        self._clock = clock
        self._waiting: set[anyio.Event] = set()
        self._is_gone = False

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        """See one shard to its end. Raises WorkerLost, and RunStopped (R149) where the scheduler is gone."""
        self._refuse_gone()
        done = anyio.Event()
        key = f"{task.run}-{task.account}-{uuid4().hex[:8]}"  # never that of an earlier try, which Dask may know
        future = self._client.submit(carried_out, self._work, task, key=key, pure=False, retries=0)
        future.add_done_callback(partial(_wake, self._portal, done))
        self._waiting.add(done)
        self.at_work.add(task.account)
        try:
            await done.wait()
            self._refuse_gone()
            return await anyio.to_thread.run_sync(_end_of, future, abandon_on_cancel=True)
        finally:
            self._waiting.discard(done)
            self.at_work.discard(task.account)
            future.release()

    async def look(self) -> bool:
        """Ask the scheduler how many threads its workers have. Returns whether there are any."""
        threads = await anyio.to_thread.run_sync(_threads, self._client, abandon_on_cancel=True)
        self.most = threads or self.most
        return threads > 0

    async def watch(self) -> None:
        """Ask the scheduler every few seconds whether it is there; once it is not, nobody waits for it any longer."""
        silent = 0.0
        while silent < PATIENCE:
            await self._clock.sleep(_EVERY)
            silent = 0.0 if await self.look() else silent + 2 * _EVERY
        self._is_gone = True
        for done in self._waiting:
            done.set()

    def _refuse_gone(self) -> None:
        if self._is_gone:
            raise _gone()


@asynccontextmanager
async def dask_engine(
    work: Work, *, log: Path, workers: int = 2, shards: int = 1, scheduler: SchedulerAddress | None = None
) -> AsyncIterator[DaskEngine]:
    """Hold a Dask engine: `workers` processes of our own on this machine, or those of a scheduler.

    `shards` is how many there are to carry out: workers of our own have threads for them. What Dask logs goes into the
    file `log`. Raises UsageError (U101, U116, U170, U171, U172).
    """
    try:
        from batch_update.fleet.engine.dask_cluster import cluster_at, cluster_here
    except ImportError:
        message = "the engine dask needs distributed, which is not installed"
        remedy = "install it with: pip install 'batch-update[fleet]'"
        raise UsageError(message, code="U116", remedy=remedy) from None
    opened = cluster_at(scheduler, log) if scheduler else cluster_here(log, workers, shards)
    client = await anyio.to_thread.run_sync(opened.__enter__)
    try:
        async with BlockingPortal() as portal, anyio.create_task_group() as group:
            engine = DaskEngine(client, portal, work)
            await engine.look()
            group.start_soon(engine.watch)
            try:
                yield engine
            finally:
                group.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(opened.__exit__, None, None, None)


def carried_out(work: Work, task: ShardTask) -> ShardEnd:
    """See a shard to its end, in a worker. Nothing is raised: a traceback would travel, with whatever it holds."""
    try:
        return work(task)
    except BaseException as error:  # noqa: BLE001  # whatever it is
        message = f"a bug: {type(error).__name__} in the worker; its own log tells more"
        return ShardEnd(task.account, 0, Exit.BUG, message=message)


def _wake(portal: BlockingPortal, done: anyio.Event, _: Any) -> None:
    """Wake whoever waits for a future, from a thread of Dask's. Nobody may be left who waits."""
    with suppress(RuntimeError):
        portal.start_task_soon(done.set)


def _end_of(future: Any) -> ShardEnd:
    """Return the end that a worker told. Raises WorkerLost, RunStopped (R149, U172)."""
    from distributed import KilledWorker  # who has a future of its has loaded it

    if future.status == "cancelled":  # by the client, once it had lost the scheduler
        raise _gone()
    try:
        end: ShardEnd = future.result(timeout=PATIENCE)
    except TimeoutError:
        raise WorkerLost("its worker went before it could tell its end") from None
    except KilledWorker as error:
        raise WorkerLost(f"the worker {printable(str(error.last_worker.address))} died") from None
    except BaseException as error:  # noqa: BLE001  # those of Dask have several bases
        if future.status == "cancelled":
            raise _gone() from None
        message = f"no worker can carry out a shard ({type(error).__name__})"
        raise RunStopped(message, code="U172") from None
    return end


def _threads(client: Any) -> int:
    """Return the number of threads of all workers; 0 where the scheduler does not answer, or has none."""
    try:
        found = client.sync(client.scheduler.ncores, callback_timeout=_EVERY)
    except Exception:  # noqa: BLE001  # whatever it is, it is no answer
        return 0
    return sum(found.values())


def _gone() -> RunStopped:
    return RunStopped("the scheduler of the engine is gone, or has no workers any more", code="R149")
