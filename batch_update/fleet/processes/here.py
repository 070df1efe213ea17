"""Accounts of a fleet on this event loop, each with its own key, pace and journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from batch_update.fleet.processes.one_process import OneProcess
from batch_update.fleet.shards.running import run_shard
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.run.steps.means import Means
from batch_update.run.watching import Watcher
from batch_update.send.progress import Progress


def _tell_nobody(account: str, progress: Progress) -> None:
    """Nobody wants to know how far an account is."""


@dataclass(frozen=True, slots=True)
class Here:
    """Carries shards out in this process."""

    most: int
    """accounts that it works on at once: each takes open files"""
    shared: OneProcess
    given: Mapping[str, Any] = field(default_factory=dict)
    """settings by their names, which win over those of the fleet's plan"""
    means: Means = field(default_factory=Means)
    tell: Callable[[str, Progress], None] = _tell_nobody
    fleet: FleetPlan | None = None
    """the plan of the fleet, so that not each account reads it anew"""

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        """See one shard to its end; its reports are left to whoever hands out shards."""
        means = Means(
            watcher=_RowWatcher(task.account, self.tell),
            app=self.means.app,
            environ=self.means.environ,
            clock=self.means.clock,
        )
        await self.shared.start()
        return await run_shard(task, means=self.shared.means(means), given=self.given, fleet=self.fleet)


class _RowWatcher(Watcher):
    """Hears of one account how far it is."""

    def __init__(self, account: str, tell: Callable[[str, Progress], None]) -> None:
        self._account = account
        self._tell = tell

    def progress(self, progress: Progress) -> None:
        self._tell(self._account, progress)
