"""What somebody wants the accounts of a fleet carried out by: this program, or the workers of an engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from batch_update.fleet.engine.scheduler_address import SchedulerAddress

HERE = "here"
"""This program: this process, and where the accounts are many further ones beside it."""
ENGINES = (HERE, "dask")
OF_DASK = 2
"""processes of our own that Dask has, unless told otherwise"""


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """The engine that is to carry out the accounts of a fleet, as somebody asks for it."""

    name: str = HERE
    scheduler: SchedulerAddress | None = None
    """None: one of our own"""
    workers: int | None = None
    """processes of this machine that it has, this one included where it is `here`; None: as many as make sense"""

    def from_anywhere(self) -> EngineOrder:
        """Return it with whole paths, so that it holds in another folder, too."""
        scheduler = self.scheduler and self.scheduler.from_anywhere()
        return replace(self, scheduler=scheduler)
