"""The story of a fleet that is sent: an engine, the coordinator, and the files over all accounts at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from batch_update.as_raised import as_raised
from batch_update.errors import RunLocked
from batch_update.fleet.engine.engine_order import HERE
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.foreseeing_fleet import FleetProspect, foresee_fleet
from batch_update.fleet.planning.given_settings import carried_settings
from batch_update.fleet.processes.how_many import capacity_of
from batch_update.fleet.record.fleet_entries import FleetManner
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.record.fleet_journal import read_fleet_journal
from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
from batch_update.fleet.running.account_waves import account_waves
from batch_update.fleet.running.coordinating import FleetMeans, run_fleet
from batch_update.fleet.running.engine_choice import chosen_engine, processes_of
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.model.fleets import AccountPlan, FleetEnd, FleetPlan
from batch_update.send.signals import Interrupts, no_interrupts
from batch_update.settings.layers import read_settings


async def see_fleet(
    folder: FleetFolder,
    plan: FleetPlan,
    order: FleetOrder,
    *,
    watcher: FleetWatcher,
    interrupts: Interrupts = no_interrupts,
) -> FleetEnd:
    """See a fleet to its end with the engine that was asked for. Raises what `run_fleet` and the engine raise."""
    async with as_raised(chosen_engine(folder, order, _at_once(folder, plan, order), watcher)) as engine:
        means = FleetMeans(engine, order.engine, watcher, interrupts)
        return await run_fleet(folder, plan, means, order.manner, retry_failed=order.retry_failed)


def _at_once(folder: FleetFolder, plan: FleetPlan, order: FleetOrder) -> int:
    """Return how many accounts are at work at once at most: those of the largest wave that is left."""
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    left = [one.account for one in open_accounts(plan, state, retry_failed=order.retry_failed)]
    waves = account_waves(plan, order.manner or state.manner, left)
    return max((len(wave.accounts) for wave in waves), default=1)


def prospect_of(plan: FleetPlan, accounts: Sequence[AccountPlan], order: FleetOrder) -> FleetProspect:
    """Return what is about to be sent of a fleet with this order. Raises UsageError for what is wrong in it."""
    settings = read_settings(plan.settings, order.given)
    most = len(accounts)
    if order.engine.name == HERE:
        most = capacity_of(most, processes_of(order, most)).most
    return foresee_fleet(plan, accounts, order.manner or FleetManner(), settings, most)


def with_order(
    folder: FleetFolder, plan: FleetPlan, order: FleetOrder, lifted: FleetPlan | None = None
) -> FleetPlan:
    """Return the plan with the settings that were given now, saved, so that workers elsewhere heed them, too.

    `lifted`: the plan with the limits that hold now, where those are others. Raises RunLocked R152 where the fleet was
    planned anew while a yes was waited for.
    """
    given = carried_settings(read_settings(order.given))
    changed = {name: value for name, value in given.items() if plan.settings.get(name) != value}
    lifted = lifted or plan
    found = replace(lifted, settings={**lifted.settings, **changed})
    if found != plan:
        if read_fleet(folder) != plan:
            raise RunLocked("another process has changed the plan of the fleet meanwhile", code="R152")
        save_fleet(folder, found)
    return found
