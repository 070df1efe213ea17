"""Who is told how a fleet goes on, and asked: nobody, unless a door has somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from batch_update.fleet.running.account_waves import AccountWave
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.send.progress import Progress


class FleetWatcher:
    """Watches a fleet. This one shows nothing, and its answer is no."""

    @property
    def can_answer(self) -> bool:
        """Whether a question can be asked."""
        return False

    def fleet_begun(self, plan: FleetPlan, ends: Sequence[ShardEnd], waves: Sequence[AccountWave]) -> None:
        """The fleet was taken up: these accounts are over already, and these waves are to be done."""

    def wave_begun(self, wave: AccountWave) -> None:
        """A wave begins."""

    def shard_begun(self, account: str) -> None:
        """An account was handed to the engine."""

    def rows_done(self, account: str, progress: Progress) -> None:
        """How far an account is, where the engine can tell."""

    def shard_ended(self, end: ShardEnd) -> None:
        """An account came to its end, and that is on the disk."""

    def worker_lost(self, account: str, times: int) -> None:
        """Whoever worked on an account is gone, for so many times."""

    def fleet_told(self, words: str) -> None:
        """Something about the fleet as a whole that people should know."""

    def stopping(self, reason: Exception) -> None:
        """The fleet is to end: what is under way comes to an end in order."""

    async def may_begin(self, wave: AccountWave) -> bool:
        """Whether the next wave may be sent."""
        return False


class Unharmed:
    """A watcher whose trouble with its screen does not end a fleet that goes well."""

    def __init__(self, watcher: FleetWatcher) -> None:
        self._watcher = watcher

    async def may_begin(self, wave: AccountWave) -> bool:
        return await self._watcher.may_begin(wave)

    def __getattr__(self, name: str) -> Callable[..., None]:
        tell = getattr(self._watcher, name)

        def told(*words: Any) -> None:
            with suppress(Exception):
                tell(*words)

        return told
