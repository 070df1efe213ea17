"""`python -m tests.benchmarks.many_runs FOLDER URL ACCOUNTS ROWS WINDOW ...`: a fleet of them in one process.

Prints what it took as JSON. All that a worker of a fleet does is in it: leases, plans, looking, journals, reading back,
and the reports, which another process makes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import anyio

from batch_update.api.keys import ApiKey
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.running.one_process import OneProcess, one_process
from batch_update.fleet.running.open_files import capacity_for
from batch_update.fleet.shards.running import run_shard
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.interrupts import look_seldom_for_garbage
from batch_update.model.fleets import AccountPlan, FleetPlan, ShardEnd
from batch_update.model.plans import Change
from batch_update.plan.saving import digest, save_plan
from batch_update.run.steps.means import Means
from tests.clocks import NOON
from tests.made import plan_of

MOST_REPORTS = 100
"""accounts whose reports are made: those of a thousand take minutes, in which nothing is sent"""


def faster(index: int) -> Change:
    """The change of a row, planned from what the server says is there."""
    return Change(index + 1, {"speech_speed": 1.1}, (index,), before={"speech_speed": 1.0})


def prepare(path: Path, url: str, accounts: int, rows: int, windows: list[str]) -> FleetPlan:
    """Write a fleet whose accounts all have one plan."""
    folder, plan = FleetFolder(path), plan_of(map(faster, range(rows)))
    text, names = save_plan(plan), [f"account-{number:04d}" for number in range(accounts)]
    folder.plan_of("x").parent.mkdir(parents=True)
    for name in names:
        folder.plan_of(name).write_text(text, encoding="utf-8")
    parts = tuple(AccountPlan(name, url, digest=digest(plan), changes=rows, rows=rows) for name in names)
    given = {"base_url": url, "rate": ",".join(windows), "locks_dir": str(path / "locks"), "allow": ["all"]}
    fleet = FleetPlan(path.name, "apply", "changes.csv", NOON, parts, given)
    save_fleet(folder, fleet)
    return fleet


async def main(path: Path, fleet: FleetPlan) -> list[ShardEnd]:
    ends: list[ShardEnd] = []

    async def one(part: AccountPlan, shared: OneProcess) -> None:
        await shared.start()
        task = ShardTask(path, fleet.id, part.account, part.digest)
        means = Means(key=ApiKey(f"key-of-{part.account}"), environ={"HOME": str(path)})
        end = await run_shard(task, means=shared.means(means), fleet=fleet)
        ends.append(end)
        if len(ends) <= MOST_REPORTS:
            shared.ended(FleetFolder(path), part.account, end.epoch)

    async with one_process(FleetFolder(path)) as shared, anyio.create_task_group() as tasks:
        for part in fleet.accounts:
            tasks.start_soon(one, part, shared)
    return ends


def seconds_of(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    folder, url, accounts, rows, *windows = sys.argv[1:]
    capacity_for(int(accounts))
    look_seldom_for_garbage()
    fleet = prepare(Path(folder), url, int(accounts), int(rows), windows)
    began, used = time.monotonic(), seconds_of(resource.RUSAGE_SELF)
    ends = anyio.run(main, Path(folder), fleet)
    print(
        json.dumps(
            {
                "exits": Counter(str(int(end.exit)) for end in ends),
                "why": sorted({end.message for end in ends if end.message})[:3],
                "rows": sum(sum(end.counts.values()) for end in ends),
                "longest": max(end.seconds for end in ends),
                "wall": time.monotonic() - began,
                "processor": seconds_of(resource.RUSAGE_SELF) - used,
                "reported": min(len(ends), MOST_REPORTS),
                "reports": seconds_of(resource.RUSAGE_CHILDREN),
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )
