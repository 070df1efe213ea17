"""How somebody wants a fleet sent, beside what its plan says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.record.fleet_entries import FleetManner

ENGINES = ("here", "dask")


@dataclass(frozen=True, slots=True)
class FleetOrder:
    """How somebody wants a fleet sent, beside what its plan says."""

    given: Mapping[str, Any] = field(default_factory=dict)
    """settings by their names, which win over those of the plan"""
    manner: FleetManner | None = None
    """None: that of the last time"""
    retry_failed: bool = False
    """whether rows that failed are sent as well"""
    engine: str = "here"
    scheduler: SchedulerAddress | None = None
    """of the engine; None: one of our own"""
    workers: int = 2
    """processes of our own that the engine has, where it has no scheduler elsewhere"""
