"""The engine `here`: this process works on accounts itself, and further ones beside it where these are many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio

from batch_update.as_raised import as_raised
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.one_process import OneProcess
from batch_update.fleet.processes.process_beside import NoProcess, ProcessBeside
from batch_update.fleet.processes.process_lines import Briefing
from batch_update.fleet.shards.shard_task import Engine, ShardTask
from batch_update.model.fleets import ShardEnd
from batch_update.send.progress import Progress


class SeveralProcesses:
    """Carries shards out in this process and in those beside it: each goes to the one that has fewest at work."""

    def __init__(
        self,
        here: Engine,
        shared: OneProcess,
        beside: Sequence[ProcessBeside] = (),
        tell: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.most = here.most
        self._shared = shared
        self._tell = tell
        self._places = dict(enumerate((here.carry_out, *(one.carry_out for one in beside))))
        self._at_work = dict.fromkeys(self._places, 0)

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        """See one shard to its end. Raises WorkerLost where a further process died that had it.

        Its reports are made by another process, which does so one after another, while all others send.
        """
        end = await self._carried_out(task)
        self._shared.ended(FleetFolder(task.folder), task.account, end.epoch)
        return end

    async def _carried_out(self, task: ShardTask) -> ShardEnd:
        while True:
            at = min(self._places, key=self._at_work.__getitem__)
            self._at_work[at] += 1
            try:
                return await self._places[at](task)
            except NoProcess as none:
                self._do_without(at, none)
            finally:
                self._at_work[at] -= 1

    def _do_without(self, at: int, none: NoProcess) -> None:
        """Give no account to that place any more, and say so once."""
        if self._places.pop(at, None) is not None:
            self._tell(
                f"No further process can be begun ({none}; engine.log in the fleet's folder may tell more): those "
                "that are there work on its accounts, too."
            )


@asynccontextmanager
async def several_processes(
    here: Engine,
    shared: OneProcess,
    briefing: Briefing,
    further: int,
    *,
    rows_done: Callable[[str, Progress], None],
    tell: Callable[[str], None],
) -> AsyncIterator[SeveralProcesses]:
    """Hold the engine with so many further processes, which end with it at once, however it ends."""
    log = FleetFolder(briefing.folder).path / "engine.log"
    async with as_raised(anyio.create_task_group()) as tasks:
        beside = [ProcessBeside(tasks, briefing, log, rows_done) for _ in range(further)]
        try:
            yield SeveralProcesses(here, shared, beside, tell)
        finally:
            for one in beside:
                one.end()
            tasks.cancel_scope.cancel()
