"""The documents of fleets: which there are, and what each would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.model.fleets import FleetPlan


@dataclass(frozen=True, slots=True)
class ListedFleet:
    """A fleet: one piece of work on many accounts."""

    name: str
    """of its folder"""
    folder: str
    """its path"""
    command: str
    """apply or undo; empty where its plan cannot be read"""
    sheet: str
    """the name of its sheet; of an undo, the fleet that is taken back; empty where its plan cannot be read"""
    made: datetime | None
    """when it was planned; null where its plan cannot be read"""
    digest: str
    """over all accounts; empty where its plan cannot be read"""
    accounts: int
    """how many it has"""
    changing: int
    """accounts of which something would change"""
    changes: int
    """assistants of all accounts that would change"""
    unplanned: int
    """accounts that could not be planned"""
    error: str | None
    """why its plan cannot be read"""


@dataclass(frozen=True, slots=True)
class ListedFleets:
    """The fleets in a folder of runs, the one that was last worked on first."""

    KIND: ClassVar[str] = "fleets"

    fleets: tuple[ListedFleet, ...]
    """the one that was last worked on first"""


def listed_fleet(name: str, folder: str, plan: FleetPlan | None, error: str | None = None) -> ListedFleet:
    """Return what there is to say of the folder of a fleet."""
    if plan is None:
        return ListedFleet(name, folder, "", "", None, "", 0, 0, 0, 0, error)
    return ListedFleet(
        name,
        folder,
        plan.command,
        plan.sheet,
        plan.made,
        plan.digest,
        accounts=len(plan.accounts),
        changing=sum(one.changes > 0 for one in plan.accounts),
        changes=sum(one.changes for one in plan.accounts),
        unplanned=sum(bool(one.code) for one in plan.accounts),
        error=None,
    )
