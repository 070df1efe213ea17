"""Commits take place in groups and in their order; nobody runs ahead of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun, report_of
from batch_update.journal.storing.commits import Transactions
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.schema import LogEntry
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Pace
from batch_update.send.accounting import apply_plan
from tests.clocks import virtual_clock
from tests.journal.journals import FullDisk, copy_of, rows_told
from tests.made import plan_of
from tests.run.fakes import FakeClient

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


class Disk:
    """Takes entries as a journal does. Of those here only the first value counts."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []

    def __call__(self, entries: list[LogEntry]) -> bool:
        self.commits.append([session for session, *_ in entries])
        return True


async def keeping(disk: Disk, work: Callable[[Transactions], Any]) -> None:
    groups = Transactions(disk)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(groups.keep)
        await anyio.wait_all_tasks_blocked()
        await work(groups)
        tasks.cancel_scope.cancel()


# ---------------------------------------------------------------- groups


@BACKENDS
def test_entries_are_committed_in_their_order(backend: str) -> None:
    disk = Disk()
    told: list[int] = []

    async def worker(groups: Transactions, number: int) -> None:
        for entry in range(number, 300, 10):
            groups.add((entry,), (entry,), then=lambda entry=entry: told.append(entry))
            await groups.add((1000 + entry,)).done.wait()
            assert told[-1] >= 0 and any(1000 + entry in commit for commit in disk.commits)

    async def work(groups: Transactions) -> None:
        async with anyio.create_task_group() as workers:
            for number in range(10):
                workers.start_soon(worker, groups, number)

    anyio.run(keeping, disk, work, backend=backend)
    written = [entry for commit in disk.commits for entry in commit]
    assert sorted(told) == list(range(300)) and len(written) == 900
    for number in range(10):
        mine = [entry for entry in written if entry % 10 == number]
        assert mine == [n for entry in range(number, 300, 10) for n in (entry, entry, 1000 + entry)]


@BACKENDS
def test_what_several_workers_have_goes_into_one_commit(backend: str) -> None:
    disk = Disk()

    async def worker(groups: Transactions, number: int) -> None:
        groups.add((number,))
        await groups.add((number,)).done.wait()

    async def work(groups: Transactions) -> None:
        async with anyio.create_task_group() as workers:
            for number in range(16):
                workers.start_soon(worker, groups, number)

    anyio.run(keeping, disk, work, backend=backend)
    assert [len(commit) for commit in disk.commits] == [32]


@BACKENDS
def test_what_came_before_a_keeper_is_cancelled_is_written_and_told(backend: str) -> None:
    disk = Disk()
    told: list[int] = []

    async def main() -> None:
        groups = Transactions(disk)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(groups.keep)
            await anyio.wait_all_tasks_blocked()
            for number in range(5):
                groups.add((number,), then=lambda number=number: told.append(number))
            tasks.cancel_scope.cancel()
        assert told == [0, 1, 2, 3, 4]
        groups.add((5,))

    anyio.run(main, backend=backend)
    assert disk.commits == [[0, 1, 2, 3, 4], [5]]


# ---------------------------------------------------------------- the journal itself


class Careful(FakeClient):
    """Nothing leaves before what another process can read of it: the attempt itself, and all that was shown."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.db = sqlite3.connect(f"{(folder / JOURNAL).as_uri()}?mode=ro", uri=True)
        self.shown: list[int] = []

    def known(self, kind: str) -> set[int]:
        return set(rows_told(self.db, kind))

    async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Any:
        async def begun(attempt: int) -> None:
            await before_send(attempt)
            assert assistant_id - 1 in self.known("attempt"), "sent before its intention was there"

        return await super().update(assistant_id, body, before_send=begun)


@BACKENDS
def test_with_many_workers_nothing_is_sent_or_shown_before_it_is_on_the_disk(
    tmp_path: Path, backend: str
) -> None:
    plan = plan_of(200)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            client = Careful(tmp_path)

            def show(change: Any, outcome: Outcome) -> None:
                assert change.indexes[0] in client.known("outcome"), "shown before it was there"
                client.shown.append(change.indexes[0])

            report = await apply_plan(
                plan, client, journal=journal, pace=Pace((), concurrency=16), on_outcome=show
            )
            assert report.stopped is None and sorted(client.shown) == list(range(200))
            client.db.close()

    anyio.run(main, backend=backend)
    assert report_of(read_run(tmp_path)).counts() == {Status.UPDATED: 200}


@BACKENDS
@pytest.mark.parametrize("number", [1, 2, 3, 7, 13])
def test_whichever_commit_fails_nothing_is_sent_after_it(tmp_path: Path, backend: str, number: int) -> None:
    """And what was under way then is written with the room of the reserve."""
    plan = plan_of(200)

    class Failing(FullDisk):
        left = number

        def execute(self, statement: str, *values: Any) -> Any:
            if statement.startswith("INSERT") and self.left:
                self.left -= 1
                if self.left:
                    return self._db.execute(statement, *values)
            return super().execute(statement, *values)

    async def main() -> Any:
        with Journal.create(tmp_path, plan) as journal:
            Failing(journal)
            return await apply_plan(
                plan, client, journal=journal, pace=Pace((), concurrency=8), clock=virtual_clock()
            )

    client = FakeClient()
    report = anyio.run(main, backend=backend)
    assert report.stopped.code == "J101" and len(client.begun) < 200
    recorded = read_run(tmp_path)
    assert report_of(recorded).outcomes == report.outcomes
    assert report.counts().get(Status.UPDATED, 0) == len(client.begun)
    log = sqlite3.connect(tmp_path / JOURNAL)
    attempts = [row + 1 for row in rows_told(log, "attempt")]
    log.close()
    assert sorted(attempts) == sorted(client.begun)


@BACKENDS
def test_a_run_killed_while_a_commit_is_under_way_has_sent_nothing_of_it(
    tmp_path: Path, backend: str
) -> None:
    """What the disk holds the moment before a commit tells of every request that has left."""
    plan = plan_of(60)
    client = FakeClient()
    looks: list[tuple[set[int], RecordedRun]] = []

    def looking(statement: str) -> None:
        if statement.startswith("INSERT"):  # a commit is one line
            copy = copy_of(tmp_path / "run", tmp_path / f"copy{len(looks)}")
            looks.append(({number - 1 for number in client.begun}, read_run(copy)))

    async def main() -> Any:
        with Journal.create(tmp_path / "run", plan) as journal:
            journal._db.set_trace_callback(looking)
            return await apply_plan(plan, client, journal=journal, pace=Pace((), concurrency=8))

    assert anyio.run(main, backend=backend).counts() == {Status.UPDATED: 60} and len(looks) > 10
    for begun, found in looks:
        assert begun <= {*found.in_flight, *found.outcomes} and len(found.in_flight) <= 8
