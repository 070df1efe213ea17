"""One account in the hands of the coordinator: tried again where its worker is lost, or another works on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from batch_update.clock import Clock
from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import TTL
from batch_update.fleet.record.fleet_entries import FleetEntry, WorkerGone
from batch_update.fleet.shards.shard_task import Engine, ShardTask, WorkerLost
from batch_update.model.fleets import ShardEnd
from batch_update.model.reports import Exit
from batch_update.text import counted, excerpt, how_long

MOST_TRIES = 3
"""of one account, where its worker or its lease is lost"""
HELD = "R141"
"""the code of an account on which another worker is at work"""
UNTIL_FREE = TTL
"""seconds until an account on which another one works is looked at again: one that is gone has lost it by then, and a
disk or a network that was gone has had time to come back"""


class AccountCourse:
    """The work on one account, handed out as often as it takes, to its end."""

    def __init__(
        self,
        task: ShardTask,
        engine: Engine,
        note: Callable[[FleetEntry], Awaitable[None]],
        *,
        clock: Clock,
        tell_lost: Callable[[str, int], None],
        tell: Callable[[str], None],
        stop_asked: anyio.Event,
    ) -> None:
        self._task = task
        self._engine = engine
        self._note = note
        self._clock = clock
        self._tell_lost = tell_lost
        self._tell = tell
        self._is_told = False
        self._stop_asked = stop_asked

    async def seen_through(self) -> ShardEnd:
        """Return how the account ended. Raises what the engine or the journal raises where they cannot go on."""
        lost = tried = 0
        while True:
            try:
                end = await self._engine.carry_out(self._task)
            except WorkerLost as gone:
                lost += 1
                await self._note_lost(lost, excerpt(str(gone), 200))
                end = self._ended(Exit.STOPPED, "R150", f"its worker was lost, {counted(lost, 'time')}")
            except BatchUpdateError:
                raise
            except Exception as bug:  # noqa: BLE001  # in one account: the others go on
                words = f"this is a bug, please report it: {type(bug).__name__}"
                end = self._ended(Exit.BUG, "", words)
            tried += end.code != HELD  # whoever works on it lives, and comes to an end
            if tried == MOST_TRIES or not await self._is_to_be_tried(end):
                return end

    async def _is_to_be_tried(self, end: ShardEnd) -> bool:
        """Whether the account is to be handed out again, once that makes sense."""
        if end.code in (HELD, "R140"):  # another one works on it, or may do so now
            self._tell_wait(end)
            await self._wait()
        elif end.code != "R150":
            return False
        return not self._stop_asked.is_set()

    async def _note_lost(self, times: int, words: str) -> None:
        account = self._task.account
        await self._note(WorkerGone(self._clock.wall(), account, times, words))
        self._tell_lost(account, times)

    def _tell_wait(self, end: ShardEnd) -> None:
        if end.code != HELD:
            self._tell(f"{end.message}; it goes on in {how_long(UNTIL_FREE)}.")
        elif not self._is_told:
            self._is_told = True
            self._tell(f"{end.message}; its end is waited for.")

    async def _wait(self) -> None:
        """Until the other one may be done with the account, or the fleet is to end."""
        async with anyio.create_task_group() as tasks:

            async def pause() -> None:
                await self._clock.sleep(UNTIL_FREE)
                tasks.cancel_scope.cancel()

            tasks.start_soon(pause)
            await self._stop_asked.wait()
            tasks.cancel_scope.cancel()

    def _ended(self, exit_of: Exit, code: str, message: str) -> ShardEnd:
        epoch = FleetFolder(self._task.folder).latest_epoch(self._task.account)
        return ShardEnd(self._task.account, epoch, exit_of, code, message, ended=self._clock.wall())
