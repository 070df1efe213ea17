"""How somebody wants a fleet sent, beside what its plan says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.record.fleet_entries import FleetManner


@dataclass(frozen=True, slots=True)
class FleetOrder:
    """How somebody wants a fleet sent, beside what its plan says."""

    given: Mapping[str, Any] = field(default_factory=dict)
    """settings by their names, which win over those of the plan"""
    manner: FleetManner | None = None
    """None: that of the last time"""
    retry_failed: bool = False
    """whether rows that failed are sent as well"""
    engine: EngineOrder = field(default_factory=EngineOrder)
