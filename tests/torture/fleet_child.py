"""A process that works on a fleet, to be killed: its coordinator with an engine, or one shard of it.

`python -m tests.torture.fleet_child run FOLDER --engine dask --workers 2 --ttl 3` and `... shard FOLDER ACCOUNT`.
"""

from __future__ import annotations

import argparse
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio

from batch_update.fleet.engine.dask_engine import dask_engine
from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.running.coordinating import FleetMeans, run_fleet
from batch_update.fleet.running.engine_choice import chosen_engine
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.fleet.shards.running import run_shard, run_shard_here
from batch_update.fleet.shards.shard_task import Engine, ShardTask
from batch_update.model.fleets import ShardEnd
from batch_update.send.signals import open_interrupts


class OnThisLoop:
    """The engine that is this process, with leases that are short."""

    def __init__(self, ttl: float) -> None:
        self.most = 100
        self._ttl = ttl

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        return await run_shard(task, ttl=self._ttl)


@asynccontextmanager
async def engine_for(asked: argparse.Namespace, folder: FleetFolder, shards: int) -> AsyncIterator[Engine]:
    if asked.engine == "here" and asked.workers is None:
        yield OnThisLoop(asked.ttl)
        return
    if asked.engine == "here":
        order = FleetOrder(engine=EngineOrder(workers=asked.workers))
        async with chosen_engine(folder, order, shards, FleetWatcher()) as several:
            yield several
        return
    at = SchedulerAddress(asked.scheduler) if asked.scheduler else None
    work = partial(run_shard_here, ttl=asked.ttl)
    log = folder.path / "engine.log"
    async with dask_engine(work, log=log, workers=asked.workers or 2, shards=shards, scheduler=at) as engine:
        yield engine


class OnOwnDisk:
    """An engine whose workers keep their journals on a disk of their own while they work."""

    def __init__(self, engine: Engine, local: Path | None) -> None:
        self._engine, self._local = engine, local

    @property
    def most(self) -> int:
        return self._engine.most

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        return await self._engine.carry_out(replace(task, local=self._local))


async def run(asked: argparse.Namespace, folder: FleetFolder) -> int:
    plan = read_fleet(folder)
    async with engine_for(asked, folder, len(plan.accounts)) as engine:
        means = FleetMeans(
            OnOwnDisk(engine, asked.local), EngineOrder(asked.engine), interrupts=open_interrupts
        )
        end = await run_fleet(folder, plan, means)
    print(end.exit, end.code, end.message, *(f"{one.account} {one.exit} {one.code}" for one in end.accounts))
    return int(end.exit)


def shard(asked: argparse.Namespace, folder: FleetFolder) -> int:
    plan = read_fleet(folder)
    digest = next(one.digest for one in plan.accounts if one.account == asked.account)
    task = ShardTask(folder.path, plan.id, asked.account, digest, asked.local)
    end = run_shard_here(task, ttl=asked.ttl)
    print(end.account, end.epoch, end.exit, end.code, end.message)
    return int(end.exit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "shard"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("account", nargs="?", default="")
    parser.add_argument("--engine", default="here")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--scheduler", default="")
    parser.add_argument("--ttl", type=float, default=3.0)
    parser.add_argument("--local", type=Path)
    parser.add_argument(
        "--room", type=int, help="bytes that a file of this process and of its workers may have"
    )
    asked = parser.parse_args()
    # Whoever is started in the background of a shell inherits that it ignores Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if asked.room:
        # An error of the write, as on a full disk; workers inherit it.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.room, resource.RLIM_INFINITY))
    folder = FleetFolder(asked.folder)
    return anyio.run(run, asked, folder) if asked.what == "run" else shard(asked, folder)


if __name__ == "__main__":
    raise SystemExit(main())
