"""One account of a fleet in the hands of a worker: all of it done once, whoever stops, dies or comes again."""

from __future__ import annotations

import shutil
import signal
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.clock import Clock
from batch_update.errors import RunStopped
from batch_update.fleet.leases.lease import TTL, Lease
from batch_update.fleet.planning.undoing_fleet import plan_undo_of_fleet, undo_of_account
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.shards.running import run_shard
from batch_update.fleet.shards.written_end import last_end
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.model.fleets import ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.plan.from_run import undo_plan
from batch_update.plan.saving import digest, read_plan
from batch_update.send.signals import SignalStream
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.api import virtual
from tests.clocks import virtual_clock
from tests.fleet.one_account import SERVER, SETTINGS, Freeze, OneAccount, one_account
from tests.fleet.planned_parts import NAME, planned_part


def test_an_account_comes_to_its_end_with_its_journal_and_reports_at_home(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.epoch, end.counts, end.code) == (Exit.OK, 1, {Status.UPDATED: 4}, ""), end
    home = account.folder.run_of(NAME, 1)
    assert read_run(home).complete
    assert {place.name for place in home.iterdir()} >= {"journal.db", "results.csv", "run.json", "end.json"}
    again = virtual.run(partial(account.worked_on, tmp_path, "second"), "asyncio")
    assert (again, len(account.sent)) == (end, 4), "whoever is asked again does nothing"


@pytest.mark.parametrize("pause", [0.0, 1.9], ids=["nothing is at home", "a part is"])
def test_who_takes_over_sends_only_what_is_not_there_and_calls_the_rest_its_own(
    tmp_path: Path, pause: float
) -> None:
    """The journal at home is older than what was sent: all of it is compared first, so that an undo takes it back."""
    account = one_account(tmp_path, rows=12)

    async def story() -> ShardEnd:
        freeze = Freeze()

        async def before(who: str, number: int) -> None:
            await anyio.sleep(pause)
            if who == "first" and len(account.sent) >= 8:
                freeze.stop()
            if who == "first":
                await freeze.wait()

        account.before = before
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(account.worked_on, tmp_path, "first", freeze.clock)
            await anyio.sleep(1.0 + 8 * pause)
            was_home = (account.folder.run_of(NAME, 1) / "journal.db").exists()
            assert was_home == (pause > 0)
            end: ShardEnd = await account.worked_on(tmp_path, "second")
            tasks.cancel_scope.cancel()
        return end

    end = virtual.run(story, "asyncio")
    assert (end.exit, end.epoch, end.counts) == (Exit.OK, 2, {Status.UPDATED: 12}), end
    assert len(account.sent) - 12 <= 2, "at most what was under way is sent twice"
    assert set(account.speeds().values()) >= {1.15}
    run = report_of(read_run(account.folder.run_of(NAME, 2)))
    assert len(undo_plan(run, "undo").changes) == 12


def test_an_older_epoch_that_wakes_up_sends_nothing_more_and_overwrites_nothing(tmp_path: Path) -> None:
    account = one_account(tmp_path, rows=12)
    ends: dict[str, ShardEnd] = {}

    async def story() -> None:
        freeze = Freeze()

        async def before(who: str, number: int) -> None:
            if who == "first" and len(account.sent) == 5:
                freeze.stop()
            if who == "second" and len(account.sent) == 9:
                freeze.go_on()
                await anyio.sleep(30.0)  # the older one has time to send
            if who == "first":
                await freeze.wait()

        async def work(who: str, clock: Clock | None) -> None:
            ends[who] = await account.worked_on(tmp_path, who, clock)

        account.before = before
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work, "first", freeze.clock)
            await anyio.sleep(1.0)
            await work("second", None)

    virtual.run(story, "asyncio")
    assert (ends["second"].exit, ends["second"].epoch) == (Exit.OK, 2)
    assert (ends["first"].exit, ends["first"].code, ends["first"].epoch) == (Exit.STOPPED, "R140", 1)
    by = [who for who, _ in account.sent]
    assert "first" not in by[by.index("second") :], (
        "nothing by the older one after the first by the newer one"
    )
    assert len(account.sent) - 12 <= 2
    newest = last_end(account.folder, NAME)
    assert newest == ends["second"], "its end and its journal are the ones that count"
    assert read_run(account.folder.run_of(NAME, 2)).complete
    stopped = read_run(account.folder.run_of(NAME, 1)).stopped
    assert isinstance(stopped, RunStopped) and stopped.code == "R140"


def test_a_process_that_stands_still_on_this_machine_is_followed_once_it_goes_on(tmp_path: Path) -> None:
    """It holds the lock of the account, which nobody can take from it; nothing is sent meanwhile."""
    account = one_account(tmp_path, rows=6)
    ends: list[ShardEnd] = []

    async def story() -> None:
        freeze = Freeze()

        async def before(who: str, number: int) -> None:
            if len(account.sent) == 3:
                freeze.stop()
            await freeze.wait()

        async def work(clock: Clock | None) -> None:
            ends.append(await account.worked_on(tmp_path, "first", clock))

        account.before = before
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work, freeze.clock)
            await anyio.sleep(1.0)
            so_far = len(account.sent)
            tasks.start_soon(work, None)
            await anyio.sleep(TTL * 2)
            assert len(account.sent) == so_far < 6
            freeze.go_on()

    virtual.run(story, "asyncio")
    assert [(end.exit, end.code, end.epoch) for end in ends] == [(5, "R140", 1), (0, "", 2)]
    assert ends[1].counts == {Status.UPDATED: 6}


def test_an_epoch_that_left_nothing_at_home_may_have_sent_all(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    virtual.run(partial(account.worked_on, tmp_path, "first"), "asyncio")
    shutil.rmtree(account.folder.run_of(NAME, 1))
    account.folder.run_of(NAME, 1).mkdir()
    end = virtual.run(partial(account.worked_on, tmp_path, "second"), "asyncio")
    assert (end.counts, end.epoch, len(account.sent)) == ({Status.UPDATED: 4}, 2, 4)


def test_what_an_epoch_between_left_nothing_of_may_have_been_sent_by_it(tmp_path: Path) -> None:
    """The journal before it says of rows that they were not sent: they are compared, and an undo takes them back."""
    account = one_account(tmp_path, rows=6)

    async def before(who: str, number: int) -> None:
        account.folder.stop.touch()
        await anyio.sleep(5.0)

    async def lost() -> None:
        async with Lease(account.folder.lease_of(NAME), virtual_clock(), machine="elsewhere").kept():
            account.folder.run_of(NAME, 2).mkdir()
            with account.app._state.transaction() as desk:
                for number in range(10001, 10007):
                    desk.save({**(desk.assistant(number) or {}), "speech_speed": 1.15})

    account.before = before
    assert virtual.run(partial(account.worked_on, tmp_path, local=False), "asyncio").code == "R155"
    account.folder.stop.unlink()
    virtual.run(lost, "asyncio")
    account.sent.clear()
    end = virtual.run(partial(account.worked_on, tmp_path, "second"), "asyncio")
    assert (end.epoch, end.counts, account.sent) == (3, {Status.UPDATED: 6}, [])


def test_a_journal_that_never_became_one_as_on_a_full_disk_holds_nobody_up(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    home = account.folder.run_of(NAME, 1)
    (home / "end.json").unlink()
    (home / "journal.db").write_bytes(b"SQLite f")
    account.sent.clear()
    end = virtual.run(partial(account.worked_on, tmp_path, "second"), "asyncio")
    assert (end.exit, end.epoch, account.sent) == (Exit.OK, 2, []), "all of it is compared, and is there"


def test_an_epoch_that_was_killed_while_its_plan_was_written_down_sent_nothing_and_leaves_no_doubt(
    tmp_path: Path,
) -> None:
    """Its journal is an empty file. One beside which a log lies, or a mark of a session, may have been more."""
    account = one_account(tmp_path)
    virtual.run(partial(account.worked_on, tmp_path, local=False), "asyncio")
    for epoch, more in ((1, ""), (2, "journal.db-wal"), (3, "journal.db-mark")):
        home = account.folder.run_of(NAME, epoch)
        for place in home.iterdir():
            place.unlink()
        (home / "journal.db").touch()
        if more:
            (home / more).write_bytes(b"lines")
        end = virtual.run(partial(account.worked_on, tmp_path, local=False), "asyncio")
        run = read_run(account.folder.run_of(NAME, epoch + 1))
        assert (end.exit, end.epoch, len(account.sent)) == (Exit.OK, epoch + 1, 4)
        assert ("loss" in {event.kind for event in run.events}) == bool(more)


def test_a_worker_that_comes_again_on_its_own_machine_goes_on_from_its_own_journal(tmp_path: Path) -> None:
    account = one_account(tmp_path, rows=6)

    async def story() -> None:
        async def before(who: str, number: int) -> None:
            if len(account.sent) == 3:
                scope.cancel()

        account.before = before
        with anyio.CancelScope() as scope:
            await account.worked_on(tmp_path)

    virtual.run(story, "asyncio")
    shutil.rmtree(account.folder.run_of(NAME, 1))
    account.folder.run_of(NAME, 1).mkdir()
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.epoch, end.counts) == (Exit.OK, 2, {Status.UPDATED: 6})
    assert len(account.sent) <= 6 + 2
    assert read_run(account.folder.run_of(NAME, 2)).events[0].kind != "loss"


def test_the_file_stop_ends_a_shard_as_ctrl_c_does(tmp_path: Path) -> None:
    account = one_account(tmp_path, rows=8)

    async def story() -> ShardEnd:
        async def before(who: str, number: int) -> None:
            account.folder.stop.touch()
            await anyio.sleep(5.0)

        account.before = before
        return await account.worked_on(tmp_path)

    end = virtual.run(story, "asyncio")
    assert (end.exit, end.code) == (Exit.INTERRUPTED, "R155")
    assert end.counts[Status.UPDATED] == len(account.sent) <= 2
    again = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (again.exit, again.code, again.epoch) == (Exit.INTERRUPTED, "R155", 0), "it does not even begin"
    account.folder.stop.unlink()
    account.before = None
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.epoch, end.counts, len(account.sent)) == (Exit.OK, 2, {Status.UPDATED: 8}, 8)


@pytest.mark.parametrize("how", ["the file stop", "a signal"])
def test_who_waits_for_another_one_s_lease_ends_as_soon_as_that_is_asked_for(
    tmp_path: Path, how: str
) -> None:
    account, stream = one_account(tmp_path), SignalStream()

    async def ask() -> None:
        await anyio.sleep(10)
        account.folder.stop.touch() if how == "the file stop" else stream.put(signal.SIGINT)

    async def story() -> tuple[ShardEnd, float]:
        means = account.means("first", virtual_clock(), tmp_path)
        means = replace(means, interrupts=lambda: nullcontext(stream))
        other = Lease(account.folder.lease_of(NAME), virtual_clock(), machine="elsewhere")
        async with other.kept(), anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            begun = anyio.current_time()
            end = await run_shard(account.task(), means=means, given={**SETTINGS, "wait": 600.0})
            return end, anyio.current_time() - begun

    end, waited = virtual.run(story, "asyncio")
    assert (end.exit, end.epoch, account.sent) == (Exit.INTERRUPTED, 0, []) and 10 <= waited < 12


def test_an_undo_takes_back_what_an_earlier_epoch_sent_where_the_last_one_came_to_nothing(
    tmp_path: Path,
) -> None:
    account = one_account(tmp_path)
    virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    account.folder.run_of(NAME, 2).mkdir()
    assert len(undo_of_account(account.folder, NAME).changes) == 4


def test_a_folder_that_cannot_be_written_stops_an_account_and_is_no_bug(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    account.folder.run_of(NAME, 1).parent.parent.write_text("no folder", "utf-8")
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.code) == (Exit.STOPPED, "R142") and "accounts" in end.message
    assert account.sent == []


def test_another_fleet_another_plan_and_no_such_account_are_refused(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    told = {}
    for name, wrong in {"run": "x", "account": "nobody", "digest": "0" * 16}.items():
        text: dict[str, Any] = {"folder": str(account.folder.path)}  # as a script writes it
        task = replace(account.task(), **text, **{name: wrong})
        means = account.means("first", virtual_clock(), tmp_path)
        told[name] = virtual.run(partial(run_shard, task, means=means, given=SETTINGS), "asyncio")
    assert {end.code for end in told.values()} == {"R143"}
    (tmp_path / "sheet.csv").write_text("id,speech_speed\n10001,0.7\n", "utf-8")
    fleet, at = read_fleet(account.folder), {"app": account.app, "key": SANDBOX_KEY, "base_url": SERVER}
    another = planned_part(account.folder, NAME, tmp_path / "sheet.csv", **at)
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (
        end.code == "R143" and f"not the one that was approved: its digest is {another.digest}" in end.message
    )
    save_fleet(account.folder, replace(fleet, accounts=(another,)))
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert end.code == "R143" and f"has the digest {another.digest}" in end.message
    save_fleet(account.folder, fleet)
    account.folder.plan_of(NAME).write_text("{}", "utf-8")
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.code, end.exit) == ("S113", Exit.SHEET_INVALID)
    assert account.sent == []


def test_an_undo_and_failed_rows_that_are_sent_again_go_the_way_of_every_shard(tmp_path: Path) -> None:
    account = one_account(tmp_path)
    serve, before = account.app, account.speeds()

    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "PUT" and scope["path"].endswith("/10002"):
            await send({"type": "http.response.start", "status": 422, "headers": []})
            await send({"type": "http.response.body", "body": b'{"message": "no"}'})
        else:
            await serve(scope, receive, send)

    account.app = refusing
    end = virtual.run(partial(account.worked_on, tmp_path), "asyncio")
    assert (end.exit, end.counts) == (Exit.SOME_FAILED, {Status.UPDATED: 3, Status.FAILED: 1})
    account.app = serve
    assert virtual.run(partial(account.worked_on, tmp_path), "asyncio").counts == end.counts, "it is over"
    again = replace(account.task(tmp_path / "local-first"), retry_failed=True)
    means = account.means("first", virtual_clock(), tmp_path)
    end = virtual.run(partial(run_shard, again, means=means, given=SETTINGS), "asyncio")
    assert (end.exit, end.epoch, end.counts) == (Exit.OK, 2, {Status.UPDATED: 4})
    assert sorted(number for _, number in account.sent) == [10001, 10002, 10002, 10003, 10004]
    undo = plan_undo_of_fleet(account.folder, read_fleet(account.folder), Settings())
    plan = read_plan(NAME, BytesIO(undo.plan_of(NAME).read_bytes()))
    assert digest(plan) == read_fleet(undo).accounts[0].digest, "what is to be taken back is saved"
    end = virtual.run(partial(OneAccount(undo, digest(plan), serve).worked_on, tmp_path), "asyncio")
    assert (end.exit, end.counts) == (Exit.OK, {Status.UPDATED: 4}) and account.speeds() == before


def test_who_follows_another_machine_sends_as_if_a_minutes_worth_had_just_been_sent(tmp_path: Path) -> None:
    begun = {}
    for machine in ("", "elsewhere"):
        account = one_account(tmp_path / (machine or "here"))

        async def story(account: OneAccount = account, machine: str = machine) -> float:
            first: list[float] = []

            async def before(who: str, number: int) -> None:
                first.append(anyio.current_time())

            account.before = before
            clock = virtual_clock()
            if machine:
                async with Lease(account.folder.lease_of(NAME), clock, machine=machine).kept():
                    pass
            since = anyio.current_time()
            means = account.means("second", clock, tmp_path)
            paced = {name: value for name, value in SETTINGS.items() if name != "rate"}
            assert (await run_shard(account.task(), means=means, given=paced)).exit is Exit.OK
            return first[0] - since

        begun[machine] = virtual.run(story, "asyncio")
    assert begun[""] < 5 and begun["elsewhere"] >= 60 - 5, begun
