"""What somebody wants the accounts of a fleet carried out by: this process, or the workers of an engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from batch_update.fleet.engine.scheduler_address import SchedulerAddress

HERE = "here"
"""This process, on its own event loop."""
ENGINES = (HERE, "dask")


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """What somebody wants the accounts of a fleet carried out by."""

    name: str = HERE
    scheduler: SchedulerAddress | None = None
    """None: one of our own"""
    workers: int = 2
    """processes of our own that the engine has, where it has no scheduler elsewhere"""

    def from_anywhere(self) -> EngineOrder:
        """Return it with whole paths, so that it holds in another folder, too."""
        scheduler = self.scheduler and self.scheduler.from_anywhere()
        return replace(self, scheduler=scheduler)
