"""Further processes work on accounts beside this one: each account is told of, whatever becomes of its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import psutil
import pytest

from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.further_process import work
from batch_update.fleet.processes.how_many import MOST_PACED, cores, processes_for, starts_of_each
from batch_update.fleet.processes.one_process import one_process
from batch_update.fleet.processes.process_beside import COMMAND, ProcessBeside
from batch_update.fleet.processes.process_lines import (
    Briefing,
    Ready,
    RowsDone,
    form_of_lines,
    process_line,
    told_by,
)
from batch_update.fleet.processes.several_processes import SeveralProcesses
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.running.engine_choice import processes_of
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_story import see_fleet
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.fleet.shards.shard_task import ShardTask, WorkerLost
from batch_update.model.fleets import FleetEnd, FleetPlan, ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.sandbox.many.switchboard import Manner, Switchboard, make_many
from batch_update.sandbox.many.tenants import tenants
from batch_update.send.progress import Progress
from batch_update.version import __version__
from tests.clocks import NOON
from tests.fleet.accounts_of_sandbox import write_list
from tests.fleet.fleets import TinyEngine, ended
from tests.fleet.planned_parts import planned_part
from tests.sandbox.served import serving

STAND_IN = """
import json, os, sys
def say(**line): print(json.dumps(line), flush=True)
sys.stdin.readline()
say(ready={"version": sys.argv[1], "lines": sys.argv[2]})
for line in sys.stdin:
    account = json.loads(line)["task"]["account"]
    if account == "dies": os._exit(3)
    if account == "waits": continue
    if account == "odd": print("what is this", flush=True)
    say(end={"account": "another" if account == "swaps" else account, "epoch": 1, "exit": 0, "requests": os.getpid()})
"""
"""A further process that touches no network: what it does, the account's name says."""
ALIKE = (__version__, form_of_lines())


class Talk:
    """A further process as a task of this one: the lines that it reads and writes."""

    def __init__(self, folder: FleetFolder) -> None:
        self.folder = folder
        self.read: list[bytes] = []
        self.written: list[bytes] = []
        self._source, self._sink = os.pipe()

    def say(self, line: bytes) -> None:
        self.read.append(line)
        os.write(self._sink, line)

    def ends(self) -> list[ShardEnd]:
        told = map(told_by, b"".join(self.written).splitlines())
        return [one for one in told if isinstance(one, ShardEnd)]

    async def seen_through(self, is_over: Callable[[], bool]) -> None:
        """Hand all accounts out, and leave once that is so."""
        path, name = self.folder.path, self.folder.id
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work, self._source, self.written.append)
            self.say(process_line(Briefing(path, {"locks_dir": str(path / "locks")}, 90.0)))
            for one in read_fleet(self.folder).accounts:
                self.say(process_line(ShardTask(path, name, one.account, one.digest)))
            with anyio.fail_after(30):
                while not is_over():
                    await anyio.sleep(0.01)
            os.close(self._sink)
        os.close(self._source)


@contextmanager
def two_accounts(tmp_path: Path, rows: int, latency: float) -> Iterator[tuple[FleetFolder, Switchboard]]:
    """A fleet of two accounts that is planned, at a sandbox on a port of this machine."""
    app = make_many(2, manner=Manner(limits=(), assistants=rows, latency=latency))
    with serving(app) as address:
        url = f"{address}/api"
        lists, folder = write_list(tmp_path, 2, url), FleetFolder(tmp_path / "fleet")
        sending = {"rate": "off", "concurrency": 2, "reread_after": 0.0}
        accounts = []
        for one in tenants(2):
            (tmp_path / one.name).with_suffix(".csv").write_text(
                "id,speech_speed\n" + "".join(f"{one.first_id + at},1.15\n" for at in range(rows))
            )
            sheet = tmp_path / f"{one.name}.csv"
            accounts.append(
                planned_part(folder, one.name, sheet, base_url=url, key=one.key, rate="off", share=False)
            )
        settings = {**sending, "accounts_file": str(lists)}
        found = tuple(sorted(accounts, key=lambda one: one.account))
        save_fleet(folder, FleetPlan(folder.id, "apply", "sheet.csv", NOON, found, settings))
        yield folder, app
    app.close()


@pytest.mark.parametrize("how", ["the file stop", "whoever began it is gone"])
def test_its_accounts_end_in_order_and_no_key_travels(tmp_path: Path, how: str) -> None:
    """Then another process goes on: nothing is lost, and nothing is sent twice."""
    latency = 0.1 if how == "the file stop" else 0.02  # it is looked for once a second
    with two_accounts(tmp_path, 40, latency) as (folder, app):
        first, second = Talk(folder), Talk(folder)

        def updates() -> list[str]:
            return [one.path for one in app.requests_seen() if one.method == "PUT"]

        def is_to_end() -> bool:
            if len(updates()) < 4:
                return False
            if how == "the file stop":
                folder.stop.touch()
                return len(first.ends()) == 2
            return True

        anyio.run(first.seen_through, is_to_end)
        assert {(one.exit, one.code) for one in first.ends()} == {(Exit.INTERRUPTED, "R155")}
        assert len(first.ends()) == 2 and 4 <= len(updates()) < 80
        folder.stop.unlink(missing_ok=True)
        anyio.run(second.seen_through, lambda: len(second.ends()) == 2)
        assert {(one.exit, one.epoch) for one in second.ends()} == {(Exit.OK, 2)}
        assert len(updates()) == len(set(updates())) == 80
    travelled = b"".join((*first.read, *first.written, *second.read, *second.written))
    assert b'"ready"' in travelled and b"hotel-002" in travelled
    assert not [one.name for one in tenants(2) if one.key.encode() in travelled]


def test_the_accounts_of_a_process_that_is_killed_are_begun_again_in_another_one(tmp_path: Path) -> None:
    """As `fleet apply --workers 2` has it: nothing is lost, and repeated is at most what was under way.

    Where the first process has come to the end of its own account by then, it is the other one.
    """
    with two_accounts(tmp_path, 60, 0.05) as (folder, app):
        plan, watcher = read_fleet(folder), Killing(folder)
        given = {"locks_dir": tmp_path / "locks"}
        end = anyio.run(partial(watcher.seen_through, FleetOrder(given, engine=EngineOrder(workers=2)), plan))
        updates = [one.path for one in app.requests_seen() if one.method == "PUT"]
    assert len(watcher.lost) == 1
    assert {one.account: (one.exit, one.epoch) for one in end.accounts} == {
        one.name: (Exit.OK, 2 if one.name in watcher.lost else 1) for one in tenants(2)
    }
    assert len(set(updates)) == 120 and len(updates) <= 122
    assert (folder.path / "engine.log").stat().st_mode & 0o077 == 0


class Killing(FleetWatcher):
    """Kills the further process once, as soon as it tells of rows: it has the second one of two accounts."""

    def __init__(self, folder: FleetFolder) -> None:
        self.folder = folder
        self.lost: list[str] = []
        self.is_done = False

    async def seen_through(self, order: FleetOrder, plan: FleetPlan) -> FleetEnd:
        return await see_fleet(self.folder, plan, order, watcher=self)

    def rows_done(self, account: str, progress: Progress) -> None:
        if account == "staging" and progress.done and not self.is_done:
            self.is_done = True
            found = [one.pid for one in psutil.Process().children() if COMMAND[-1] in one.cmdline()]
            os.kill(found[0], signal.SIGKILL)

    def worker_lost(self, account: str, times: int) -> None:
        self.lost.append(account)


def test_an_account_whose_process_dies_is_told_as_lost_and_a_line_without_sense_as_a_bug(
    tmp_path: Path,
) -> None:
    command = (sys.executable, "-c", STAND_IN, *ALIKE)
    ends: dict[str, Any] = {}

    async def see(beside: ProcessBeside, account: str) -> None:
        try:
            ends[account] = await beside.carry_out(ShardTask(tmp_path, "fleet", account, "digest"))
        except (WorkerLost, ValueError) as error:
            ends[account] = error

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            beside = ProcessBeside(tasks, _briefing(tmp_path), tmp_path / "log", _nobody, command)
            for account in ("a", "dies", "b", "odd", "swaps", "c"):
                await see(beside, account)
            beside.end()
            tasks.cancel_scope.cancel()

    anyio.run(main)
    pids = [ends[account].requests for account in "abc"]
    assert len(set(pids)) == 3 and os.getpid() not in pids
    assert str(ends["dies"]) == "its process ended with status 3"
    assert all(isinstance(ends[account], ValueError) for account in ("odd", "swaps"))


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="there are no groups of processes")
def test_ctrl_z_reaches_further_processes_and_a_ctrl_c_does_not_end_them_even_while_they_begin(
    tmp_path: Path,
) -> None:
    """A terminal's signals go to all processes of a group: they are of that of the first one."""
    begins = """
import os, signal, time
from batch_update.own_process import heed_no_signal
while not signal.sigpending(): time.sleep(0.001)
heed_no_signal()
os.kill(os.getpid(), signal.SIGINT)
"""
    command = (sys.executable, "-c", begins + STAND_IN.replace("getpid()", "getpgid(0)"), *ALIKE)
    groups: list[int] = []

    async def see(beside: ProcessBeside) -> None:
        end = await beside.carry_out(ShardTask(tmp_path, "fleet", "a", "digest"))
        groups.append(end.requests)

    async def main() -> None:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                both = [
                    ProcessBeside(tasks, _briefing(tmp_path), tmp_path / "log", _nobody, command)
                    for _ in range(2)
                ]
                async with anyio.create_task_group() as seeing:
                    for beside in both:
                        seeing.start_soon(see, beside)
                    for beside in both:
                        while beside.pid is None:
                            await anyio.sleep(0.001)
                        os.kill(beside.pid, signal.SIGINT)
                for beside in both:
                    beside.end()

    anyio.run(main)
    assert groups == [os.getpgid(0)] * 2
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()), "signals come to this process again"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("no-such-program",), "No such file"),
        ((sys.executable, "-c", "import sys; sys.stderr.write('begun ')"), "its process ended"),
        ((sys.executable, "-c", STAND_IN, "9.9", ALIKE[1]), "batch-update 9.9, and this fleet runs with "),
        ((sys.executable, "-c", STAND_IN, __version__, "other"), "was changed while this fleet runs"),
    ],
    ids=["none", "one that ends at once", "another version", "another form of lines"],
)
def test_where_no_further_process_can_be_begun_this_one_does_all_and_says_so(
    tmp_path: Path, command: tuple[str, ...], why: str
) -> None:
    """It is tried once, though many accounts wait for it: one that says nothing takes half a minute each time."""
    told: list[str] = []
    here = TinyEngine()
    log = tmp_path / "log"

    async def main() -> None:
        async with one_process(FleetFolder(tmp_path)) as shared, anyio.create_task_group() as tasks:
            beside = ProcessBeside(tasks, _briefing(tmp_path), log, _nobody, command)
            engine = SeveralProcesses(here, shared, [beside], told.append)
            async with anyio.create_task_group() as accounts:
                for account in "abcd":
                    accounts.start_soon(engine.carry_out, ShardTask(tmp_path, "fleet", account, "digest"))
            tasks.cancel_scope.cancel()

    anyio.run(main)
    assert sorted(here.began) == list("abcd")
    assert len(told) == 1 and told[0].startswith("No further process can be begun (") and why in told[0]
    assert log.read_text() in ("", "begun ")


def test_accounts_that_are_let_go_of_at_once_take_their_process_with_them(tmp_path: Path) -> None:
    """As on the second Ctrl-C. An account goes to the process that has fewest at work."""
    command = (sys.executable, "-c", STAND_IN, *ALIKE)
    here = TinyEngine(ends={"a": None})
    task = partial(ShardTask, tmp_path, "fleet", digest="digest")

    async def main() -> int:
        async with one_process(FleetFolder(tmp_path)) as shared, anyio.create_task_group() as tasks:
            beside = ProcessBeside(tasks, _briefing(tmp_path), tmp_path / "log", _nobody, command)
            engine = SeveralProcesses(here, shared, [beside])
            async with anyio.create_task_group() as accounts:
                accounts.start_soon(engine.carry_out, task("a"))
                await anyio.lowlevel.checkpoint()
                pid = (await engine.carry_out(task("b"))).requests
                accounts.start_soon(engine.carry_out, task("waits"))
                await anyio.sleep(0.05)
                accounts.cancel_scope.cancel()
            with anyio.fail_after(10):
                while beside.pid is not None:
                    await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()
        return pid

    pid = anyio.run(main)
    assert here.began == ["a"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "told",
    [
        Briefing(Path("fleet"), {"rate": "100/60", "allow": ["all"]}, 45.0),
        ShardTask(Path("fleet"), "fleet", "a", "digest", Path("local"), True),
        Ready("1.0", "0123456789ab"),
        RowsDone({"a": Progress(3, 9, {Status.UPDATED: 2, Status.FAILED: 1}, 1.5, None)}),
        ended("a"),
    ],
    ids=lambda told: type(told).__name__,
)
def test_what_is_told_is_what_was_meant(told: Any) -> None:
    assert told_by(process_line(told)) == told


def test_one_process_does_for_so_many_accounts_and_more_than_there_are_cores_make_nothing_faster() -> None:
    assert [processes_for(accounts) for accounts in (0, 1, MOST_PACED)] == [1, 1, 1]
    assert processes_for(MOST_PACED + 1) == min(2, cores())
    assert processes_for(100 * MOST_PACED) == min(100, cores())
    assert [processes_for(accounts, 3) for accounts in (1, 2, 10)] == [1, 2, 3]
    assert [round(starts_of_each(90.0, processes), 1) for processes in (1, 2, 8)] == [90.0, 45.0, 36.4]


def test_a_password_travels_to_no_further_process() -> None:
    given = {"proxy": "http://me:word@proxy.example:3128"}
    assert processes_of(FleetOrder(given), 100 * MOST_PACED) == 1


def test_a_further_process_loads_nothing_for_sheets_and_reports() -> None:
    """Each has what it loads once more in memory."""
    code = "import sys, batch_update.fleet.processes.further_process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"pandas", "numpy", "jinja2", "xlsxwriter", "typer"} & set(loaded.split())


def _briefing(folder: Path) -> Briefing:
    return Briefing(folder, {}, 90.0)


def _nobody(account: str, progress: object) -> None:
    """Nobody wants to know how far an account is."""
