"""The end of a fleet, put together: how each account ended, those that were never begun, and what stopped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_state import FleetState
from batch_update.fleet.shards.unplanned import exit_by
from batch_update.fleet.shards.written_end import read_end
from batch_update.model.fleets import AccountPlan, FleetEnd, FleetPlan, ShardEnd
from batch_update.model.reports import Exit

UNDER_WAY = "R158"
"""code of an account of which nobody told how it ended"""


def end_of_fleet(
    plan: FleetPlan, ends: Mapping[str, ShardEnd], epochs: Mapping[str, int], stopped: Exception | None = None
) -> FleetEnd:
    """Return the end of a fleet: one for each account of its plan, and what stopped it as a whole.

    `epochs`: the latest of accounts that have no end, 0 for those that were never begun.
    """
    accounts = tuple(
        ends.get(one.account) or _without_end(one, epochs.get(one.account, 0)) for one in plan.accounts
    )
    if stopped is None:
        return FleetEnd(plan, accounts)
    exit_of = stopped.exit if isinstance(stopped, BatchUpdateError) else Exit.BUG
    return FleetEnd(plan, accounts, getattr(stopped, "code", ""), str(stopped), exit_of)


def end_as_recorded(folder: FleetFolder, plan: FleetPlan, state: FleetState) -> FleetEnd:
    """Return the end of a fleet as its journal and its shards tell it; of one that is at work, as if it ended now."""
    epochs = {one.account: folder.latest_epoch(one.account) for one in plan.accounts if one.is_planned}
    # Of an account that was begun again, the earlier end is not how it ended.
    ends = {name: end for name, end in state.ends.items() if name not in state.at_work}
    since = _ends_since(folder, epochs, state)
    end = end_of_fleet(plan, {**ends, **since}, epochs)
    end = replace(end, seconds=None if since else state.worked or None)
    told = state.ended
    return replace(end, code=told.code, message=told.message, own_exit=told.exit) if told else end


def _ends_since(folder: FleetFolder, epochs: Mapping[str, int], state: FleetState) -> dict[str, ShardEnd]:
    """Return what shards wrote down that something else than a coordinator began: its journal has nothing of them."""
    known = {name: end.epoch for name, end in state.ends.items()}
    written = (
        read_end(folder, name, epoch)
        for name, epoch in epochs.items()
        if name not in state.at_work and epoch > known.get(name, 0)
    )
    return {end.account: end for end in written if end is not None}


def _without_end(one: AccountPlan, epoch: int) -> ShardEnd:
    """Return the end of an account that has none: it could not be planned, or the fleet ended before it did."""
    if one.code or not one.digest:
        return ShardEnd(one.account, 0, exit_by(one.code), one.code, one.message)
    if not epoch:
        return ShardEnd(one.account, 0, Exit.STOPPED)
    return ShardEnd(one.account, epoch, Exit.STOPPED, UNDER_WAY, "the fleet ended while it was at work")
