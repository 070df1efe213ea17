"""Accounts on one event loop begin one after another, and their reports are made by another process."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest

from batch_update.account.account import fingerprint
from batch_update.api.keys import ApiKey
from batch_update.clock import SYSTEM
from batch_update.errors import UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.one_process import GLANCE, LATE, PATIENCE, PULSE, STARTS, TRIES, one_process
from batch_update.fleet.processes.reports_beside import ReportsBeside
from batch_update.fleet.shards.running import run_shard
from batch_update.journal.reading import read_run
from batch_update.model.reports import Exit
from batch_update.run.remaking import remake_files
from tests.api.virtual import run
from tests.clocks import virtual_clock
from tests.fleet.one_account import SETTINGS, one_account
from tests.journal.journals import files_of, journalled, written_from
from tests.made import plan_of


def test_the_files_made_from_a_journal_are_those_of_the_run(tmp_path: Path) -> None:
    journalled(plan_of(3), tmp_path / "run")
    written_from(read_run(tmp_path / "run"), tmp_path / "run")
    before = files_of(tmp_path / "run")
    for name in before:
        (tmp_path / "run" / name).unlink()
    remake_files(str(tmp_path / "run"))
    assert files_of(tmp_path / "run").keys() == before.keys() >= {"results.csv", "run.json", "report.html"}
    assert files_of(tmp_path / "run")["results.csv"] == before["results.csv"]


def test_reports_of_accounts_that_ended_are_there_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot be made costs none of the others, and an account without a journal has none.

    Files in the folder where people stand are not run, whatever they are called. A Ctrl-C at the terminal reaches the
    process that makes reports, too, and ends it at no moment.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit")
    folder = FleetFolder(tmp_path)
    for account in ("a", "b"):
        journalled(plan_of(2), folder.run_of(account, 1))
    (folder.run_of("b", 1) / "journal.db").write_bytes(b"no journal")

    async def main() -> None:
        async with one_process(folder) as shared:
            for account in ("b", "never begun", "a"):
                shared.ended(folder, account, 0 if " " in account else 1)
            while not (found := psutil.Process().children()):
                await anyio.sleep(0.001)
            os.kill(found[0].pid, signal.SIGINT)

    anyio.run(main)
    assert (folder.run_of("a", 1) / "results.csv").exists()
    assert not (folder.run_of("b", 1) / "results.csv").exists()


def test_what_makes_reports_leaves_the_processor_to_what_sends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "batch_update.fleet.processes.report_maker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as maker:
        assert maker.stdin is not None and maker.stdout is not None
        maker.stdin.write(json.dumps(str(tmp_path / "none")).encode() + b"\n")
        maker.stdin.flush()
        assert maker.stdout.read(1) == b"\n", "what cannot be made is answered, too"
        assert psutil.Process(maker.pid).nice() >= 15
        maker.stdin.close()


def test_where_the_machine_has_no_thread_left_no_report_is_made_and_sending_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python waits for a process in a thread, where the system has no other way."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        reports = ReportsBeside()
        await reports.make(tmp_path / "none")
        await reports.end()

    before = psutil.Process().children()
    monkeypatch.setattr(threading.Thread, "start", start)
    anyio.run(main)
    monkeypatch.undo()
    gc.collect()  # lets go of its stdin, at the end of which it ends: nobody else waits for it
    psutil.wait_procs([one for one in psutil.Process().children() if one not in before], 10)


def test_accounts_begin_one_after_another(tmp_path: Path) -> None:
    async def main() -> float:
        async with one_process(FleetFolder(tmp_path), virtual_clock()) as shared:
            began = anyio.current_time()
            for _ in range(10):
                await shared.start()
            return anyio.current_time() - began

    assert run(main, "asyncio") == pytest.approx(10 / STARTS)


def test_no_account_begins_while_those_at_work_are_held_up_but_for_a_while_only(tmp_path: Path) -> None:
    """The event loop is late by a tenth of a second each time: it has more to do than it can."""

    async def late(seconds: float) -> None:
        await anyio.sleep(seconds + 2 * LATE)

    async def main() -> float:
        async with one_process(FleetFolder(tmp_path), virtual_clock(sleep=late)) as shared:
            began = anyio.current_time()
            await shared.start()
            return anyio.current_time() - began

    assert run(main, "asyncio") == pytest.approx(1 / STARTS + (TRIES - 1) * PULSE + TRIES * 2 * LATE)


def test_accounts_read_back_one_after_another_and_while_others_are_late_only_after_a_while(
    tmp_path: Path,
) -> None:
    delay = 0.0

    async def sleep(seconds: float) -> None:
        await anyio.sleep(seconds + delay)

    async def ten_at_once() -> float:
        async with one_process(FleetFolder(tmp_path), virtual_clock(sleep=sleep)) as shared:
            began = anyio.current_time()
            async with anyio.create_task_group() as readers:
                for _ in range(10):
                    readers.start_soon(shared.give_way)
            return anyio.current_time() - began

    assert run(ten_at_once, "asyncio") == pytest.approx(10 * GLANCE)
    delay = 2 * LATE
    assert run(ten_at_once, "asyncio") == pytest.approx(PATIENCE)


def test_an_account_gives_way_to_others_once_all_is_sent_and_before_it_reads_back(tmp_path: Path) -> None:
    account = one_account(tmp_path, rows=3)
    seen: list[int] = []

    async def give_way() -> None:
        seen.append(len(account.sent))

    async def main() -> None:
        async with one_process(FleetFolder(tmp_path)) as shared:
            means = shared.means(account.means("first", SYSTEM, tmp_path))
            assert means.among is not None
            means = replace(means, among=replace(means.among, give_way=give_way))
            end = await run_shard(account.task(), means=means, given=SETTINGS)
            assert end.exit is Exit.OK, end

    anyio.run(main)
    assert seen == [3]


@pytest.mark.parametrize(("told", "most"), [({}, 4), ({"concurrency": 6}, 6), ({"concurrency": 2}, 2)])
def test_of_an_account_among_many_four_requests_are_under_way_at_once_unless_told_otherwise(
    tmp_path: Path, told: dict[str, Any], most: int
) -> None:
    account = one_account(tmp_path, rows=12)
    given = {name: value for name, value in SETTINGS.items() if name != "concurrency"} | told
    under_way, peak = 0, 0

    async def before(who: str, number: int) -> None:
        nonlocal under_way, peak
        under_way += 1
        peak = max(peak, under_way)
        await anyio.sleep(0.02)
        under_way -= 1

    async def main() -> None:
        async with one_process(FleetFolder(tmp_path)) as shared:
            means = shared.means(account.means("first", SYSTEM, tmp_path))
            end = await run_shard(account.task(), means=means, given=given)
            assert end.exit is Exit.OK, end

    account.before = before
    anyio.run(main)
    assert peak == most


def test_what_is_raised_inside_comes_out_as_it_was(tmp_path: Path) -> None:
    async def main() -> None:
        async with one_process(FleetFolder(tmp_path)):
            raise UsageError("no", code="U101")

    with pytest.raises(UsageError, match="no"):
        anyio.run(main)


def test_a_key_of_an_account_is_told_from_others_by_slow_work_that_is_done_once() -> None:
    """It stands for the key in names of files: another key or another place has another name."""
    key = ApiKey("key-of-account-0001")
    first = fingerprint(key, "one.example")
    assert fingerprint(ApiKey("key-of-account-0001"), "one.example") == first
    assert first not in {
        fingerprint(key, "two.example"),
        fingerprint(ApiKey("key-of-account-0002"), "one.example"),
    }
