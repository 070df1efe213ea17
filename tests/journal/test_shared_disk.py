"""Many journals wait for the disk together: nothing counts before it is there, whatever a power cut takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from errno import EIO
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

from batch_update.clock import Clock
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.journal.storing.commits import Transactions
from batch_update.journal.storing.disk_log import DiskLog
from batch_update.journal.storing.mark import read_mark
from batch_update.journal.storing.schema import LogEntry
from batch_update.journal.storing.shared_disk import LINGER, SharedDisk, shared_disk
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Pace
from batch_update.send.accounting import apply_plan
from tests.journal.journals import copy_of
from tests.made import plan_of
from tests.run.fakes import FakeClient

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])
WORKERS = 8


class CutOff:
    """The log of a journal of which only what was waited for survives: a copy of that, made when each wait begins.

    What is written while a wait is under way is not in it, as with a real one in the worst case.
    """

    def __init__(self, journal: Journal) -> None:
        assert journal._log is not None
        self.kept = journal.folder
        self.waits = 0
        self.promised_early = False
        self._folder = journal.folder
        self._log, journal._log = journal._log, cast(DiskLog, self)

    def reach(self) -> None:
        self.waits += 1
        mark = read_mark(self._folder)
        self.promised_early |= mark is not None and mark.lines > read_run(self.kept).lines
        copy = copy_of(self._folder, self._folder.with_name(f"kept{self.waits}"))
        self._log.reach()
        self.kept = copy

    def close(self) -> None:
        self._log.close()


@BACKENDS
def test_after_a_power_cut_everything_that_was_sent_or_shown_is_there(tmp_path: Path, backend: str) -> None:
    plan = plan_of(60)
    looks = waits = 0

    class Careful(FakeClient):
        def __init__(self, log: CutOff) -> None:
            super().__init__()
            self.log = log

        async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Any:
            async def begun(attempt: int) -> None:
                nonlocal looks
                await before_send(attempt)
                left = read_run(self.log.kept)
                assert {assistant_id - 1, *shown} <= {*left.in_flight, *left.outcomes}
                assert all(left.outcomes[row].status is Status.UPDATED for row in shown)
                mark = read_mark(self.log.kept)
                assert mark is not None and mark.lines <= left.lines, "it promises what is not there"
                looks += 1

            return await super().update(assistant_id, body, before_send=begun)

    shown: list[int] = []

    def show(change: Any, outcome: Outcome) -> None:
        shown.append(change.indexes[0])

    async def main() -> None:
        nonlocal waits
        async with shared_disk() as disk:
            with Journal.create(tmp_path / "run", plan, disk=disk) as journal:
                log = CutOff(journal)
                pace = Pace((), concurrency=WORKERS)
                report = await apply_plan(plan, Careful(log), journal=journal, pace=pace, on_outcome=show)
                waits = log.waits
                assert not log.promised_early
        assert report.counts() == {Status.UPDATED: 60}

    anyio.run(main, backend=backend)
    assert looks == 60 and waits < 60, "several workers wait together"
    closed = read_run(tmp_path / "run")
    assert closed.complete and report_of(closed).counts() == {Status.UPDATED: 60}


@BACKENDS
def test_nothing_is_sent_after_a_wait_that_failed(tmp_path: Path, backend: str) -> None:
    class Broken(CutOff):
        left = 3

        def reach(self) -> None:
            self.left -= 1
            if not self.left:
                raise OSError(EIO, "Input/output error")

    plan, client = plan_of(60), FakeClient()

    async def main() -> Any:
        async with shared_disk() as disk:
            with Journal.create(tmp_path, plan, disk=disk) as journal:
                Broken(journal)
                return await apply_plan(plan, client, journal=journal, pace=Pace((), concurrency=WORKERS))

    report = anyio.run(main, backend=backend)
    assert report.stopped.code == "J101" and len(client.begun) <= 2 * WORKERS
    assert report_of(read_run(tmp_path)).counts().get(Status.UPDATED, 0) == len(client.begun)


@BACKENDS
def test_many_journals_wait_for_one_disk_and_all_are_whole(tmp_path: Path, backend: str) -> None:
    """Also those that are cancelled before they are closed."""
    ended: dict[int, Any] = {}

    async def one(number: int, disk: SharedDisk) -> None:
        plan = plan_of(30)
        async with AsyncExitStack() as stack:
            journal = await disk.aside(partial(Journal.create, tmp_path / str(number), plan, disk=disk))
            stack.push_async_callback(disk.aside, journal.close)
            pace = Pace((), concurrency=WORKERS)
            ended[number] = await apply_plan(plan, FakeClient(), journal=journal, pace=pace)
            if number % 3 == 0:
                await anyio.sleep_forever()

    async def main() -> None:
        async with shared_disk() as disk, anyio.create_task_group() as tasks:
            for number in range(12):
                tasks.start_soon(one, number, disk)
            while len(ended) < 12:
                await anyio.sleep(0.001)
            tasks.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    for number in range(12):
        recorded = read_run(tmp_path / str(number))
        assert recorded.complete and report_of(recorded).counts() == {Status.UPDATED: 30}
        assert [path.name for path in (tmp_path / str(number)).iterdir()] == ["journal.db"]


@BACKENDS
def test_a_wait_that_failed_is_told_to_whoever_waits_for_it_and_to_nobody_else(backend: str) -> None:
    told: dict[str, str] = {}

    def fails() -> None:
        raise OSError(EIO, "Input/output error")

    async def one(disk: SharedDisk, name: str, job: Callable[[], None]) -> None:
        try:
            await disk.reach(lambda: job)
        except OSError as error:
            told[name] = str(error.strerror)
        else:
            told[name] = "there"

    async def main() -> None:
        async with shared_disk() as disk, anyio.create_task_group() as tasks:
            for name, job in (("first", lambda: None), ("second", fails), ("third", lambda: None)):
                tasks.start_soon(one, disk, name, job)

    anyio.run(main, backend=backend)
    assert told == {"first": "there", "second": "Input/output error", "third": "there"}


def test_an_intention_that_is_sooner_than_the_task_that_writes_is_on_the_disk_all_the_same() -> None:
    """Which of two tasks begins first is nobody's choice."""
    told: list[str] = []

    def heard(word: str) -> bool:
        told.append(word)
        return True

    groups = Transactions(lambda entries: heard("written"), lambda: heard("there"), SharedDisk())
    assert groups.add((1, "session", 0, {})).kept and told == ["written"]
    assert groups.add((1, "attempt", 0, {}), pressing=True).kept and told == ["written", "written", "there"]


def test_where_the_machine_has_no_thread_left_what_waits_is_written_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that may have so many processes: whoever waits would do so for ever."""

    def none_left(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        async with shared_disk() as disk:
            with monkeypatch.context() as without:
                without.setattr(threading.Thread, "start", none_left)
                await disk.reach(lambda: lambda: done.append(threading.get_ident()))

    done: list[int] = []
    anyio.run(main)
    assert done == [threading.get_ident()]


@BACKENDS
def test_last_words_reach_the_disk_though_all_around_them_is_cancelled(backend: str) -> None:
    """Else who waits for them would wait for ever."""
    made: list[str] = []

    async def last_words(disk: SharedDisk) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.move_on_after(5, shield=True):
                await disk.reach(lambda: partial(made.append, "a line"))
                made.append("and it is known")

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with shared_disk() as disk, anyio.create_task_group() as tasks:
                tasks.start_soon(last_words, disk)
                await anyio.sleep(0.001)
                scope.cancel()

    anyio.run(main, backend=backend)
    assert made == ["a line", "and it is known"]


def test_what_nobody_waits_for_is_written_after_a_while() -> None:
    told: list[str] = []

    async def main() -> None:
        passed, written = anyio.Event(), anyio.Event()

        async def sleep(seconds: float) -> None:
            await (passed.wait() if seconds == LINGER else anyio.lowlevel.checkpoint())

        async with shared_disk(Clock(sleep=sleep)) as disk, anyio.create_task_group() as tasks:
            groups = Transactions(lambda entries: True, disk=disk)
            tasks.start_soon(groups.keep)
            await anyio.wait_all_tasks_blocked()
            groups.add((1,), then=lambda: told.append("first"))
            groups.add((2,), then=written.set)
            await anyio.wait_all_tasks_blocked()
            assert told == []
            passed.set()
            with anyio.fail_after(10):
                await written.wait()
            assert told == ["first"]
            tasks.cancel_scope.cancel()

    anyio.run(main)


@BACKENDS
def test_whoever_is_cancelled_lets_the_thread_end_before_the_rest_is_written(backend: str) -> None:
    """One connection is for one thread at a time."""
    steps: list[str] = []
    is_there, may_end = threading.Event(), threading.Event()

    def commit(entries: list[LogEntry]) -> bool:
        (number, *_), *_ = entries
        steps.append(f"{number} begins")
        if number == 1:
            is_there.set()
            assert may_end.wait(10)
        steps.append(f"{number} ends")
        return True

    async def main() -> None:
        async with shared_disk() as disk, anyio.create_task_group() as tasks:
            groups = Transactions(commit, disk=disk)
            tasks.start_soon(groups.keep)
            await anyio.wait_all_tasks_blocked()
            groups.add((1,), pressing=True)
            await anyio.to_thread.run_sync(is_there.wait, 10)
            groups.add((2,), pressing=True)
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await anyio.wait_all_tasks_blocked()
            may_end.set()

    anyio.run(main, backend=backend)
    assert steps == ["1 begins", "1 ends", "2 begins", "2 ends"]
