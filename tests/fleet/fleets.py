"""Fleets made by hand, and a tiny engine that ends each account as it was told to."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio

from batch_update.clock import Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_entries import FleetManner
from batch_update.fleet.running.coordinating import FleetMeans, run_fleet
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import AccountPlan, FleetEnd, FleetPlan, ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from tests.clocks import NOON

QUICK = Clock(wall=lambda: NOON, sleep=lambda seconds: anyio.sleep(seconds / 5_000))
"""A minute is over in 12 ms; what is renewed in time still is."""
MADE = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)


def planned(name: str, **more: Any) -> AccountPlan:
    return AccountPlan(name, f"https://{name}.example/api", digest="0" * 16, changes=2, rows=2, **more)


def unplanned(name: str, code: str = "N501", message: str = "refused") -> AccountPlan:
    return AccountPlan(name, f"https://{name}.example/api", rows=2, code=code, message=message)


def fleet_of(*accounts: AccountPlan | str, name: str = "fleet") -> FleetPlan:
    found = (planned(one) if isinstance(one, str) else one for one in accounts)
    return FleetPlan(name, "apply", "changes.csv", MADE, tuple(sorted(found, key=lambda one: one.account)))


def ended(account: str, exit: Exit = Exit.OK, code: str = "", epoch: int = 1) -> ShardEnd:
    status = Status.UPDATED if exit is Exit.OK else Status.FAILED
    return ShardEnd(account, epoch, exit, code, counts={status: 2}, requests=3, seconds=1.5, ended=MADE)


@dataclass
class TinyEngine:
    """Ends accounts as `ends` says: with an exit status, by raising, or only once the file stop is there (None)."""

    ends: Mapping[str, Any] = field(default_factory=dict)
    """account -> how it ends, or a list of how it ends at each try"""
    most: int = 100
    began: list[str] = field(default_factory=list)
    tasks: list[ShardTask] = field(default_factory=list)
    at_once: int = 0
    peak: int = 0
    is_begun: anyio.Event = field(default_factory=anyio.Event)

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        self.began.append(task.account)
        self.tasks.append(task)
        self.is_begun.set()
        self.at_once += 1
        self.peak = max(self.peak, self.at_once)
        try:
            await anyio.sleep(0.001)
            how = self.ends.get(task.account, Exit.OK)
            if isinstance(how, list):
                how = how.pop(0)
            if how is None:
                while not FleetFolder(task.folder).stop.exists():  # as shards do
                    await anyio.sleep(0.001)
                return ended(task.account, Exit.TERMINATED, "R130")
            if isinstance(how, Exception):
                raise how
            return how if isinstance(how, ShardEnd) else ended(task.account, how)
        finally:
            self.at_once -= 1


class Onlooker(FleetWatcher):
    """Writes down what it is told, and answers as it was told to."""

    can_answer = True

    def __init__(self, *answers: bool) -> None:
        self.told: list[str] = []
        self._answers = deque(answers)

    def wave_begun(self, wave: Any) -> None:
        self.told.append(wave.name)

    def shard_ended(self, end: ShardEnd) -> None:
        self.told.append(f"{end.account} {end.exit.name}")

    def worker_lost(self, account: str, times: int) -> None:
        self.told.append(f"{account} lost {times}")

    def fleet_told(self, words: str) -> None:
        self.told.append(words)

    def stopping(self, reason: Exception) -> None:
        self.told.append(f"stop {getattr(reason, 'code', '')}")

    async def may_begin(self, wave: Any) -> bool:
        self.told.append(f"may {wave.name}?")
        return self._answers.popleft()


class Signals:
    """Signals that a test sends."""

    def __init__(self) -> None:
        self._sent: list[int] = []

    def send(self, number: int) -> None:
        self._sent.append(number)

    async def _stream(self) -> AsyncIterator[int]:
        while True:
            while self._sent:
                yield self._sent.pop(0)
            await anyio.sleep(0.001)

    @contextmanager
    def opened(self) -> Iterator[AsyncIterator[int]]:
        yield self._stream()


def run(
    path: Path,
    plan: FleetPlan,
    engine: TinyEngine,
    manner: FleetManner | None = None,
    *,
    watcher: FleetWatcher | None = None,
    clock: Clock = QUICK,
    **more: Any,
) -> FleetEnd:
    """A fleet seen to its end, in a folder of its name; pauses cost no time."""
    folder = FleetFolder(path / plan.id)
    folder.path.mkdir(exist_ok=True)
    means = FleetMeans(engine, watcher=watcher or FleetWatcher(), clock=clock)
    return anyio.run(lambda: run_fleet(folder, plan, means, manner, **more))


def exits(end: FleetEnd) -> dict[str, str]:
    return {one.account: f"{one.exit.name} {one.code}".strip() for one in end.accounts}
