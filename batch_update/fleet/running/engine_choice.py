"""Which engine carries a fleet out: this program, or one that has to be installed beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio

from batch_update.fleet.engine.engine_order import HERE, OF_DASK
from batch_update.fleet.engine.shard_work import holds_password
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.rows_at_work import tell_rows
from batch_update.fleet.planning.given_settings import given_values
from batch_update.fleet.processes.here import Here
from batch_update.fleet.processes.how_many import capacity_of, processes_for, starts_of_each
from batch_update.fleet.processes.one_process import STARTS, one_process
from batch_update.fleet.processes.process_lines import Briefing
from batch_update.fleet.processes.several_processes import several_processes
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_watcher import FleetWatcher, Unharmed
from batch_update.fleet.shards.shard_task import Engine
from batch_update.model.fleets import FleetPlan
from batch_update.settings.layers import read_settings


@asynccontextmanager
async def chosen_engine(
    folder: FleetFolder, order: FleetOrder, accounts: int, watcher: FleetWatcher
) -> AsyncIterator[Engine]:
    """Yield the engine that an order names, for so many accounts. Raises UsageError where it cannot be had."""
    wanted, heard = order.engine, Unharmed(watcher)
    processes = processes_of(order, accounts)
    capacity = capacity_of(accounts, processes)
    if capacity.told and not wanted.scheduler:
        heard.fleet_told(capacity.told)
    plan = read_fleet(folder)
    if wanted.name == HERE:
        async with _here(folder, order, plan, processes, capacity.most, heard) as here:
            yield here
        return
    from batch_update.fleet.engine.dask_engine import dask_engine
    from batch_update.fleet.engine.shard_work import refuse_secret, see_elsewhere, see_here

    refuse_secret(order.given)
    work = partial(see_elsewhere if wanted.scheduler else see_here, given=dict(order.given))
    log = folder.path / "engine.log"
    shards = max(1, min(accounts, capacity.most))
    async with (
        dask_engine(work, log=log, workers=processes, shards=shards, scheduler=wanted.scheduler) as engine,
        anyio.create_task_group() as tasks,
    ):
        changes = {one.account: one.changes for one in plan.accounts}
        tasks.start_soon(tell_rows, folder, changes, engine.at_work, heard.rows_done)
        try:
            yield engine
        finally:
            tasks.cancel_scope.cancel()


def processes_of(order: FleetOrder, accounts: int) -> int:
    """Return how many processes of this machine an order has for so many accounts at once.

    One where a setting holds a password, which must not travel.
    """
    wanted = order.engine
    if wanted.name != HERE:
        return wanted.workers or OF_DASK
    return 1 if holds_password(order.given) else processes_for(accounts, wanted.workers)


@asynccontextmanager
async def _here(
    folder: FleetFolder, order: FleetOrder, plan: FleetPlan, processes: int, most: int, heard: Unharmed
) -> AsyncIterator[Engine]:
    starts = starts_of_each(STARTS, processes)
    briefing = Briefing(folder.path, given_values(read_settings(order.given)), starts)
    async with one_process(folder, starts=starts) as shared:
        here = Here(most, shared, order.given, tell=heard.rows_done, fleet=plan)
        async with several_processes(
            here, shared, briefing, processes - 1, rows_done=heard.rows_done, tell=heard.fleet_told
        ) as engine:
            yield engine
