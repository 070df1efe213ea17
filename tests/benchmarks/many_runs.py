"""`python -m tests.benchmarks.many_runs FOLDER URL ACCOUNTS ROWS WINDOW ...`: a fleet as `fleet apply` sends it.

Prints what it took as JSON. All that sending takes is in it: engine and coordinator, keys that lie in files, leases,
plans, looking, journals, reading back, and the reports, which another process makes. BENCH_WORKERS says how many
processes send; without it as many as the program finds right.

Memory is the sum of the peaks of all processes that send, and the processor what all of them took; the process that
makes reports is told by itself.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import psutil

from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.process_beside import COMMAND
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_story import see_fleet
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.journal.storing.database import JOURNAL
from batch_update.model.fleets import AccountPlan, FleetPlan, ShardEnd
from batch_update.model.plans import Change
from batch_update.own_process import look_seldom_for_garbage
from batch_update.plan.saving import digest, save_plan
from tests.clocks import NOON
from tests.made import plan_of

MOST_REPORTS = 100
"""accounts whose reports are waited for: those of a thousand take minutes, in which nothing is sent"""
GLANCE = 0.2
"""seconds between two looks for them"""


def faster(index: int) -> Change:
    """The change of a row, planned from what the server says is there."""
    return Change(index + 1, {"speech_speed": 1.1}, (index,), before={"speech_speed": 1.0})


def prepare(path: Path, url: str, accounts: int, rows: int, windows: list[str]) -> FleetPlan:
    """Write a fleet whose accounts all have one plan, and the list of them, with a file for each key."""
    folder, plan = FleetFolder(path), plan_of(map(faster, range(rows)))
    text, names = save_plan(plan), [f"account-{number:04d}" for number in range(accounts)]
    for place in (folder.plan_of("x").parent, path / "keys"):
        place.mkdir(parents=True)
    for name in names:
        folder.plan_of(name).write_text(text, encoding="utf-8")
        (path / "keys" / name).write_text(f"key-of-{name}\n", encoding="utf-8")
        (path / "keys" / name).chmod(0o600)
    lines = [f'[defaults]\nbase_url = "{url}"\nkey = {{ file = "keys/{{account}}" }}']
    known = path / "accounts.toml"
    known.write_text("\n".join([*lines, *(f"[accounts.{name}]" for name in names)]), encoding="utf-8")
    parts = tuple(AccountPlan(name, url, digest=digest(plan), changes=rows, rows=rows) for name in names)
    given = {
        "accounts_file": str(known),
        "rate": ",".join(windows),
        "locks_dir": str(path / "locks"),
        "allow": ["all"],
    }
    fleet = FleetPlan(path.name, "apply", "changes.csv", NOON, parts, given)
    save_fleet(folder, fleet)
    return fleet


class Counting(FleetWatcher):
    """Takes note of the ends of accounts; at the last one of what the processes took that send."""

    def __init__(self, accounts: int) -> None:
        self.ends: list[ShardEnd] = []
        self.told: list[str] = []
        self.figures: dict[str, float] = {}
        self.is_over = anyio.Event()
        self._accounts = accounts
        self._used = seconds_of(resource.RUSAGE_SELF)

    def fleet_told(self, words: str) -> None:
        self.told.append(words)

    def worker_lost(self, account: str, times: int) -> None:
        self.told.append(f"{account}: worker lost {times}")

    def shard_ended(self, end: ShardEnd) -> None:
        self.ends.append(end)
        if len(self.ends) == self._accounts:
            self._measure()
            self.is_over.set()

    def _measure(self) -> None:
        own = seconds_of(resource.RUSAGE_SELF) - self._used
        beside = [one for one in psutil.Process().children() if COMMAND[-1] in one.cmdline()]
        used = sum(sum(one.cpu_times()[:2]) for one in beside)
        peaks = [peak_of(pid) for pid in (os.getpid(), *(one.pid for one in beside))]
        self.figures = {"processor": own + used, "beside": used, "peak": sum(peaks), "processes": len(peaks)}


async def main(path: Path, fleet: FleetPlan, watcher: Counting, workers: int | None) -> None:
    """See the fleet to its end, and go once so many reports are there."""
    order = FleetOrder(engine=EngineOrder(workers=workers))
    async with anyio.create_task_group() as tasks:

        async def see() -> None:
            await see_fleet(FleetFolder(path), fleet, order, watcher=watcher)
            tasks.cancel_scope.cancel()

        tasks.start_soon(see)
        await watcher.is_over.wait()
        while reported(path) < MOST_REPORTS:
            await anyio.sleep(GLANCE)
        tasks.cancel_scope.cancel()


def reported(path: Path) -> int:
    """Return how many accounts have reports."""
    return sum(journal.with_name("run.json").exists() for journal in path.glob(f"accounts/*/*/{JOURNAL}"))


def seconds_of(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def peak_of(pid: int) -> float:
    """Return the most memory that a process had so far, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def told(watcher: Counting, path: Path, wall: float) -> dict[str, Any]:
    ends, figures = watcher.ends, watcher.figures
    return {
        "exits": Counter(str(int(end.exit)) for end in ends),
        "why": sorted({end.message for end in ends if end.message} | set(watcher.told))[:3],
        "rows": sum(sum(end.counts.values()) for end in ends),
        "longest": max(end.seconds for end in ends),
        "wall": wall,
        "processor": figures["processor"],
        "reported": reported(path),
        "reports": max(0.0, seconds_of(resource.RUSAGE_CHILDREN) - figures["beside"]),
        "peak": figures["peak"],
        "processes": figures["processes"],
    }


if __name__ == "__main__":
    folder, url, accounts, rows, *windows = sys.argv[1:]
    look_seldom_for_garbage()
    fleet = prepare(Path(folder), url, int(accounts), int(rows), windows)
    os.environ["HOME"] = folder
    workers = int(os.environ["BENCH_WORKERS"]) if "BENCH_WORKERS" in os.environ else None
    watcher, began = Counting(int(accounts)), time.monotonic()
    anyio.run(main, Path(folder), fleet, watcher, workers)
    print(json.dumps(told(watcher, Path(folder), time.monotonic() - began)))
