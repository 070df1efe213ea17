"""Dask carries shards out on workers of this machine: each is told of, whatever becomes of its worker."""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.from_thread import BlockingPortal

from batch_update.clock import Clock
from batch_update.errors import RunStopped, UsageError
from batch_update.fleet.engine.dask_cluster import cluster_at
from batch_update.fleet.engine.dask_engine import DaskEngine, dask_engine
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.shards.shard_task import ShardTask, WorkerLost
from batch_update.model.reports import Exit
from tests.fleet.engine.stand_in import SECRET, pid_of, shard


def test_shards_end_on_workers_and_one_whose_worker_is_killed_is_told_as_lost(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One cluster for all laws about it: to begin one takes seconds."""
    (tmp_path / "socket.py").write_text("raise SystemExit('a file of the folder where people stand')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files - 7, most))
        ends = anyio.run(_carried_out, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    found = {int(path.read_text()) for path in tmp_path.glob("*.files")}
    assert found == {files - 7}, "what this process may open, its workers may, too: for them it was raised"
    assert re.fullmatch(r"the worker t(cp|ls)://127.0.0.1:\d+ died", str(ends.pop("waits")))
    assert {account: (end.exit, end.requests > 0) for account, end in ends.items()} == {
        **{f"a{at}": (Exit.OK, True) for at in range(6)},
        "after": (
            Exit.OK,
            True,
        ),  # on the worker that is left, or on the one that took the place of the dead one
        "breaks": (Exit.BUG, False),
        "leaves": (Exit.BUG, False),
    }
    assert os.getpid() not in {end.requests for end in ends.values()}
    assert SECRET not in repr(ends) + (tmp_path / "engine.log").read_text()
    assert "killed by signal 9" in (tmp_path / "engine.log").read_text()
    assert (tmp_path / "engine.log").stat().st_mode & 0o077 == 0
    assert capfd.readouterr() == ("", "")
    of_programs = {path.read_text() for path in tmp_path.glob("*.safe")}
    assert (of_programs, os.environ.get("PYTHONSAFEPATH")) == ({""}, None), "it is for the worker alone"


async def _carried_out(folder: Path) -> dict[str, Any]:
    ends: dict[str, Any] = {}

    async def see(account: str) -> None:
        try:
            ends[account] = await engine.carry_out(ShardTask(folder, "fleet", account, "digest"))
        except WorkerLost as lost:
            ends[account] = lost

    async with dask_engine(shard, log=folder / "engine.log", workers=2, shards=20) as engine:
        assert engine.most == 20
        async with anyio.create_task_group() as group:
            group.start_soon(see, "waits")
            for account in (*(f"a{at}" for at in range(6)), "breaks", "leaves"):
                await see(account)
            os.kill(await _begun(folder, "waits"), signal.SIGKILL)
        await see("after")
    return ends


async def _begun(folder: Path, account: str) -> int:
    with anyio.fail_after(20):
        while (pid := pid_of(folder, account)) is None:
            await anyio.sleep(0.05)
    return pid


async def _at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


class _Client:
    """A client whose scheduler stands still, and of which nothing ever comes back."""

    def __init__(self) -> None:
        self.scheduler = type("", (), {"ncores": None})
        self.released = 0

    def sync(self, *_: object, **__: object) -> None:
        raise TimeoutError

    def submit(self, *_: object, **__: object) -> _Client:
        return self

    def add_done_callback(self, _: object) -> None:
        """Nobody calls."""

    def release(self) -> None:
        self.released += 1


def test_a_scheduler_that_stands_still_ends_whoever_waits_for_a_shard_and_takes_no_more(
    tmp_path: Path,
) -> None:
    client, refused = _Client(), []

    async def see(engine: DaskEngine) -> None:
        with pytest.raises(RunStopped) as stopped:
            await engine.carry_out(ShardTask(tmp_path, "fleet", "a", "digest"))
        refused.append(stopped.value.code)

    async def main() -> None:
        async with BlockingPortal() as portal, anyio.create_task_group() as group:
            engine = DaskEngine(client, portal, shard, Clock(sleep=_at_once))
            group.start_soon(see, engine)
            group.start_soon(see, engine)
            await anyio.lowlevel.checkpoint()
            await engine.watch()
            await see(engine)

    anyio.run(main)
    assert (refused, client.released) == (["R149"] * 3, 2)


def test_a_scheduler_that_does_not_answer_is_told_before_anything_is_asked_of_it(tmp_path: Path) -> None:
    no_certificate = tmp_path / "own.pem"
    no_certificate.touch()
    secured = SchedulerAddress("tls://127.0.0.1:9", ca=no_certificate, cert=no_certificate)
    for at, remedy in ((SchedulerAddress("tcp://127.0.0.1:9"), "Start it"), (secured, "belong to its own")):
        with pytest.raises(UsageError) as refused, cluster_at(at, tmp_path / "engine.log", connect=0.1):
            raise AssertionError
        assert refused.value.code == "U172" and remedy in refused.value.remedy


def test_without_the_package_the_message_says_which_extra_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "batch_update.fleet.engine.dask_cluster", raising=False)

    async def main() -> None:
        async with dask_engine(shard, log=tmp_path / "engine.log"):
            raise AssertionError

    with pytest.raises(UsageError) as refused:
        anyio.run(main)
    assert refused.value.code == "U116"
    assert "batch-update[fleet]" in refused.value.remedy
