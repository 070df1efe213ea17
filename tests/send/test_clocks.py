"""A clock that is set back, and one that jumps: what is told of a run makes sense, and it can be gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.account.locking import AccountLock
from batch_update.errors import RunLocked
from batch_update.journal.folders import Entry, RunState, outdated
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import facts_of, report_of
from batch_update.journal.writing import Journal
from batch_update.model.plans import Status
from batch_update.model.reports import Pace, Report
from batch_update.report.files.folder import write_run
from batch_update.run.steps.leftover import plan_rest
from batch_update.send.accounting import apply_plan
from batch_update.text import local_time
from tests.clocks import FakeTime, virtual_clock
from tests.journal.journals import go_on
from tests.made import plan_of
from tests.run.fakes import NOON, Act, FakeClient, Stream, run_virtually
from tests.run.test_resuming import account, check_told_twice, planned

HOUR = timedelta(hours=1)


def set_after(seconds: float, by: timedelta) -> Callable[[], datetime]:
    """A wall clock that shows noon at the start, and is set by so much after some seconds."""
    begun = anyio.current_time()

    def now() -> datetime:
        gone = anyio.current_time() - begun
        return NOON + timedelta(seconds=gone) + (by if gone >= seconds else timedelta())

    return now


def sent(folder: Path, by: timedelta, *, until: float) -> Report:
    """Ten rows of a second each, one after another; the clock is set after 3.5 s, a signal comes `until`."""

    async def main() -> Report:
        with Journal.create(folder, planned(10)) as journal:
            return await apply_plan(
                planned(10),
                FakeClient({number: Act(flight=1.0) for number in range(1, 11)}),
                pace=Pace((), concurrency=1),
                journal=journal,
                interrupted=Stream((until, 15)),
                clock=virtual_clock(wall=set_after(3.5, by)),
            )

    return run_virtually(main)


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_clock_that_is_set_during_a_run(tmp_path: Path, by: timedelta) -> None:
    """The order of the journal is that in which it was written, and seconds are those of a clock that nobody sets."""
    report = sent(tmp_path, by, until=100)
    assert report.counts() == {Status.UPDATED: 10} and report.seconds == 10.0
    document = json.loads(write_run(report, tmp_path / "files").run.read_text("utf-8"))
    assert (document["started"], document["finished"]) == (
        "2026-11-22T12:00:00.000Z",
        "2026-11-22T12:00:10.000Z",
    )
    check_told_twice(report, tmp_path)


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_clock_that_is_set_between_the_run_and_going_on_with_it(tmp_path: Path, by: timedelta) -> None:
    sent(tmp_path, timedelta(), until=4.5)
    client = account(10, fast=(1, 2, 3, 4, 5))

    async def main() -> Report:
        return await go_on(tmp_path, client, clock=virtual_clock(wall=set_after(0.0, by)))

    report = run_virtually(main)
    assert report.counts() == {Status.UPDATED: 10} and sorted(client.asked) == [6, 7, 8, 9, 10]
    assert report.started == NOON and report.seconds == 5.0 and read_run(tmp_path).complete
    check_told_twice(report, tmp_path)


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_run_that_was_killed_after_its_clock_was_set(tmp_path: Path, by: timedelta) -> None:
    plan = planned(3)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            journal.begin(NOON)
            await journal.intend(plan.changes[0], 1, NOON + by)

    run_virtually(main)
    recorded = read_run(tmp_path)
    assert recorded.sessions[0].seconds >= 0 and plan_rest(recorded).doubtful == {0}
    report = report_of(recorded)
    document = json.loads(write_run(report, tmp_path / "files", facts_of(recorded)).run.read_text("utf-8"))
    assert document["started"] <= document["finished"]


def test_a_run_from_the_future_is_never_old_enough_to_go() -> None:
    """As after a clock was set back: what is in doubt stays."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    entries = [
        Entry(Path("a"), RunState.COMPLETE, now + HOUR),
        Entry(Path("b"), RunState.COMPLETE, now - 2 * HOUR),
    ]
    gone = outdated(entries, keep=None, older_than=HOUR, now=now)
    assert [entry.folder.name for entry in gone] == ["b"]


def test_who_waits_for_a_lock_waits_by_a_clock_that_nobody_sets(tmp_path: Path) -> None:
    """And is told since when it is held, though that may be later than now."""
    said: list[str] = []
    time = FakeTime()

    def lock(now: datetime, **more: Any) -> AccountLock:
        clock = replace(time.clock, wall=lambda: now)
        return AccountLock(tmp_path / "a.lock", clock=clock, block=time.block, **more)

    with lock(NOON), pytest.raises(RunLocked), lock(NOON - HOUR, wait=10, on_wait=said.append):
        pass
    assert 10 <= time.now() < 10.1 and f"since {local_time(NOON)}" in said[0]


def test_a_machine_that_sleeps_during_a_run_loses_no_row(tmp_path: Path) -> None:
    """The clock of the event loop jumps by an hour: what was under way lands, and seconds are those that it shows."""
    from tests.api import virtual

    client = FakeClient({number: Act(flight=1.0) for number in range(1, 11)})

    async def main() -> Report:
        async def sleep_soon() -> None:
            await anyio.sleep(3.5)
            virtual.jump(3600)

        with Journal.create(tmp_path, plan_of(10)) as journal:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sleep_soon)
                return await apply_plan(
                    plan_of(10), client, pace=Pace((), concurrency=2), journal=journal, clock=virtual_clock()
                )

    report = virtual.run(main, "asyncio")
    assert report.counts() == {Status.UPDATED: 10} and 3600 <= report.seconds < 3606
    assert report_of(read_run(tmp_path)).outcomes == report.outcomes
