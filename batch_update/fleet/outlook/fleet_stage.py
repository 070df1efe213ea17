"""How far a fleet is in a word, without the journals of its accounts, since many fleets are listed."""

from __future__ import annotations

from datetime import datetime

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.last_words import end_as_recorded
from batch_update.fleet.outlook.looking_on import is_coordinated
from batch_update.fleet.record.fleet_journal import read_fleet_journal
from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
from batch_update.model.fleets import FleetEnd, FleetPlan, FleetStage


def stage_of(folder: FleetFolder, plan: FleetPlan, now: datetime) -> FleetStage:
    """Return how far a fleet is. Raises JournalError and UsageError where its journal cannot be read."""
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    if state.begun is None:
        return _stage_by_shards(end_as_recorded(folder, plan, state))
    if state.ended is None and is_coordinated(folder, now):
        return FleetStage.AT_WORK
    return FleetStage.OPEN if open_accounts(plan, state) else FleetStage.OVER


def _stage_by_shards(end: FleetEnd) -> FleetStage:
    """Return how far a fleet is that nobody coordinated: its shards are begun by something else, or not at all."""
    if not any(one.epoch for one in end.accounts):
        return FleetStage.PLANNED
    planned = {one.account for one in end.plan.accounts if one.is_planned}
    is_over = all(one.is_over for one in end.accounts if one.account in planned)
    return FleetStage.OVER if is_over else FleetStage.OPEN
