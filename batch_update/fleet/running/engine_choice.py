"""Which engine carries a fleet out: this process, or one that has to be installed beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio

from batch_update.fleet.engine.engine_order import HERE
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.rows_at_work import tell_rows
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_watcher import FleetWatcher, Unharmed
from batch_update.fleet.running.here import Here
from batch_update.fleet.running.one_process import one_process
from batch_update.fleet.running.open_files import capacity_for
from batch_update.fleet.shards.shard_task import Engine


@asynccontextmanager
async def chosen_engine(
    folder: FleetFolder, order: FleetOrder, accounts: int, watcher: FleetWatcher
) -> AsyncIterator[Engine]:
    """Yield the engine that an order names, for so many accounts. Raises UsageError where it cannot be had."""
    # Workers of our own have the limits of this process, raised for the share of each.
    wanted = order.engine
    capacity = capacity_for(accounts if wanted.name == HERE else -(-accounts // wanted.workers))
    if capacity.told and not wanted.scheduler:
        watcher.fleet_told(capacity.told)
    plan = read_fleet(folder)
    if wanted.name == HERE:
        async with one_process(folder) as shared:
            yield Here(capacity.most, shared, order.given, tell=watcher.rows_done, fleet=plan)
        return
    from batch_update.fleet.engine.dask_engine import dask_engine
    from batch_update.fleet.engine.shard_work import refuse_secret, see_elsewhere, see_here

    refuse_secret(order.given)
    work = partial(see_elsewhere if wanted.scheduler else see_here, given=dict(order.given))
    log = folder.path / "engine.log"
    shards = max(1, min(accounts, wanted.workers * capacity.most))
    async with (
        dask_engine(
            work, log=log, workers=wanted.workers, shards=shards, scheduler=wanted.scheduler
        ) as engine,
        anyio.create_task_group() as tasks,
    ):
        changes = {one.account: one.changes for one in plan.accounts}
        tasks.start_soon(tell_rows, folder, changes, engine.at_work, Unharmed(watcher).rows_done)
        try:
            yield engine
        finally:
            tasks.cancel_scope.cancel()
