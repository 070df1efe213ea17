"""A fleet of one account at the sandbox of this process, as `fleet plan` would have left it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import batch_update
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.plan.saving import digest
from tests.clocks import NOON

NAME = "hotel-berlin"


def put_fleet(folder: Path, sheet: str = "good.csv", **settings: Any) -> FleetFolder:
    """Plan the sheet for one account, which is the sandbox that the environment names."""
    place = FleetFolder(folder)
    place.plan_of(NAME).parent.mkdir(parents=True)
    at: dict[str, Any] = {"sandbox": True, "sandbox_limits": "off", "rate": "off"}
    plan = batch_update.plan(sheet, out=place.plan_of(NAME), **at)
    account = AccountPlan(NAME, plan.server, plan.account, digest(plan), len(plan.changes), len(plan.sheet))
    save_fleet(
        place, FleetPlan(place.id, "apply", sheet, NOON, (account,), at | {"reread_after": 0.0} | settings)
    )
    return place
