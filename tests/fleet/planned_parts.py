"""Accounts of a fleet that are really planned, with their plans in its folder; and fleets of them at the sandbox."""

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
AT_SANDBOX: dict[str, Any] = {"sandbox": True, "sandbox_limits": "off", "rate": "off"}
UNPLANNED = AccountPlan("krone", "https://krone.example/api", rows=2, code="U104", message="no API key")


def planned_part(folder: FleetFolder, name: str, sheet: Path | str, **how: Any) -> AccountPlan:
    """Plan a sheet for an account of a fleet, save that in its folder, and return its part of the fleet's plan."""
    folder.plan_of(name).parent.mkdir(parents=True, exist_ok=True)
    plan = batch_update.plan(sheet, out=folder.plan_of(name), **how)
    return AccountPlan(name, plan.server, plan.account, digest(plan), len(plan.changes), len(plan.sheet))


def fleet_at_sandbox(
    folder: Path, *others: AccountPlan, sheet: Path | str = "good.csv", **settings: Any
) -> FleetFolder:
    """A fleet of an account that is the sandbox of the environment, as `fleet plan` would have left it; and others."""
    place = FleetFolder(folder)
    accounts = (planned_part(place, NAME, sheet, **AT_SANDBOX), *others)
    given = AT_SANDBOX | {"reread_after": 0.0} | settings
    save_fleet(place, FleetPlan(place.id, "apply", Path(sheet).name, NOON, accounts, given))
    return place
