"""The coordinator of a fleet: waves, canaries, limits, workers that are lost, ends in order, and going on."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import anyio
import pytest
from anyio import sleep_forever

from batch_update.clock import Clock
from batch_update.errors import BatchUpdateError, RunLocked, RunStopped, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.foreseeing_fleet import refuse_begun
from batch_update.fleet.outlook.last_words import end_of_fleet
from batch_update.fleet.outlook.looking_on import look_on
from batch_update.fleet.record.fleet_entries import FleetManner, ShardBegun
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.record.fleet_journal import read_fleet_journal
from batch_update.fleet.record.fleet_state import state_of_fleet
from batch_update.fleet.running.coordinating import FleetMeans, run_fleet
from batch_update.fleet.running.fleet_watcher import FleetWatcher
from batch_update.fleet.shards.shard_task import ShardTask, WorkerLost
from batch_update.model.fleets import FleetEnd, ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit, Pace, Share
from batch_update.report.fleet.account_states import standing_of_fleet
from batch_update.report.fleet.fleet_summary import fleet_summary
from tests.clocks import NOON
from tests.fleet.fleets import (
    MADE,
    QUICK,
    Onlooker,
    Signals,
    TinyEngine,
    ended,
    exits,
    fleet_of,
    run,
    unplanned,
)
from tests.journal.journals import Witness, copy_of, journalled
from tests.made import plan_of

TEN = fleet_of(*"abcdefghij")
WAVES = (Share(1), Share(3), Share(50.0, is_percent=True))


def test_every_account_is_done_once_and_the_exit_status_is_the_worst(tmp_path: Path) -> None:
    engine = TinyEngine({"b": Exit.SOME_FAILED, "c": ended("c", Exit.KEY_REFUSED, "A401")})
    end = run(tmp_path, fleet_of("a", "b", "c", unplanned("d")), engine)
    assert sorted(engine.began) == ["a", "b", "c"]
    assert exits(end) == {"a": "OK", "b": "SOME_FAILED", "c": "KEY_REFUSED A401", "d": "STOPPED N501"}
    assert end.exit is Exit.KEY_REFUSED and not end.code


def test_accounts_are_handed_out_no_more_at_once_than_the_engine_takes(tmp_path: Path) -> None:
    engine = TinyEngine(most=3)
    assert run(tmp_path, TEN, engine).exit is Exit.OK
    assert engine.peak == 3 and len(engine.began) == 10


def test_canaries_come_first_and_each_wave_is_over_before_the_next_begins(tmp_path: Path) -> None:
    watcher = Onlooker()
    run(tmp_path, TEN, TinyEngine(), FleetManner(("J", "c", "j"), WAVES), watcher=watcher)
    waves: list[list[str]] = []
    for words in watcher.told:
        waves.append([]) if "wave" in words or "canary" in words else waves[-1].append(words[0])
    assert list(map(sorted, waves)) == [["c", "j"], ["a"], ["b", "d", "e"], ["f", "g", "h", "i"]]


def test_a_canary_has_to_be_an_account_that_could_be_planned(tmp_path: Path) -> None:
    for name, code in (("x", "U163"), ("d", "R157")):
        engine = TinyEngine()
        with pytest.raises(BatchUpdateError) as caught:
            run(tmp_path, fleet_of("a", unplanned("d")), engine, FleetManner((name,)))
        assert caught.value.code == code and engine.began == []


@pytest.mark.parametrize(
    "manner, failing, begun",
    [
        (FleetManner(), "abcdefghij", 10),  # nothing limits them
        (FleetManner(max_failed=Share(2)), "ab", 2),
        (FleetManner(waves=WAVES), "a", 1),  # 1, where there are waves
        (FleetManner(waves=WAVES), "c", 4),  # the wave of which it is comes to its end
        (FleetManner(waves=WAVES, max_failed=Share(2)), "ac", 4),  # of all
        (FleetManner(waves=WAVES, max_failed=Share(50.0, is_percent=True)), "a", 1),  # of the wave
        (FleetManner(waves=WAVES, max_failed=Share(50.0, is_percent=True)), "c", 10),
        (FleetManner(waves=WAVES, max_failed=Share(50.0, is_percent=True)), "bef", 10),  # of each by itself
        (FleetManner(("a",), max_failed=Share(5)), "a", 1),  # of canaries none may fail
    ],
)
def test_too_many_accounts_that_failed_end_the_fleet(
    tmp_path: Path, manner: FleetManner, failing: str, begun: int
) -> None:
    most = 1 if not manner.waves else 100
    engine = TinyEngine(dict.fromkeys(failing, Exit.SOME_FAILED), most=most)
    end = run(tmp_path, TEN, engine, manner)
    assert len(engine.began) == begun
    if begun < 10:
        assert end.code == "R151" and end.own_exit is Exit.STOPPED
        assert {one.exit for one in end.accounts if not one.epoch} == {Exit.STOPPED}
        assert (tmp_path / "fleet" / "stop").exists(), "accounts at work elsewhere end, too"


def test_rows_that_were_invalid_from_the_beginning_make_no_account_a_failed_one(tmp_path: Path) -> None:
    """They were shown before the yes; all else of the account went well."""
    well = replace(
        ended("a", Exit.SOME_FAILED), counts={Status.INVALID: 1, Status.UPDATED: 1}, went_well=True
    )
    end = run(tmp_path, TEN, TinyEngine({"a": well}), FleetManner(("a",), WAVES, Share(1)))
    assert (end.code, end.exit) == ("", Exit.SOME_FAILED)


def test_accounts_that_could_not_be_planned_count_against_a_limit_that_was_given(tmp_path: Path) -> None:
    plan = fleet_of("a", "b", unplanned("x"), unplanned("y"))
    engine = TinyEngine()
    assert run(tmp_path, plan, engine, FleetManner(max_failed=Share(2))).code == "R151" and not engine.began
    assert run(tmp_path, plan, engine, FleetManner(waves=(Share(1),))).code == "", (
        "whoever gave none saw them"
    )


def test_a_question_before_the_next_wave_ends_the_fleet_with_no(tmp_path: Path) -> None:
    watcher = Onlooker(True, False)
    manner = FleetManner(waves=(Share(1), Share(1)), pause="ask")
    end = run(tmp_path, fleet_of(*"abcd"), TinyEngine(), manner, watcher=watcher)
    assert watcher.told == [
        "wave 1 of 3", "a OK", "may wave 2 of 3?", "wave 2 of 3", "b OK", "may wave 3 of 3?", "stop R153"
    ]  # fmt: skip
    assert end.code == "R153" and end.exit is Exit.STOPPED


def test_a_pause_before_each_further_wave_lasts_so_many_seconds(tmp_path: Path) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await QUICK.sleep(seconds)

    manner = FleetManner(waves=(Share(1), Share(1)), pause=777.0)
    assert run(tmp_path, fleet_of(*"abcd"), TinyEngine(), manner, clock=replace(QUICK, sleep=sleep)).exit == 0
    assert pauses.count(777.0) == 2, "between three waves"


def test_accounts_that_cannot_be_told_to_end_are_left_at_once(tmp_path: Path) -> None:
    """The file stop cannot be made, so that nobody at work would hear of it."""
    folder = FleetFolder(tmp_path / "fleet")

    class Deafened(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            if task.account == "a":
                folder.stop.symlink_to(folder.path / "gone" / "stop")
                return ended("a", Exit.SOME_FAILED)
            with anyio.move_on_after(5):
                await anyio.sleep_forever()
            return ended(task.account)

    end = run(tmp_path, fleet_of("a", "b"), Deafened(), FleetManner(max_failed=Share(1)))
    assert exits(end) == {"a": "SOME_FAILED", "b": "STOPPED"}


def test_a_lost_worker_is_replaced_and_the_third_time_given_up_while_others_go_on(tmp_path: Path) -> None:
    gone = WorkerLost("killed")
    engine = TinyEngine({"a": [gone, gone, gone], "b": [gone, gone, Exit.OK]})
    watcher = Onlooker()
    end = run(tmp_path, fleet_of("a", "b", "c"), engine, watcher=watcher)
    assert exits(end) == {"a": "STOPPED R150", "b": "OK", "c": "OK"}
    assert {"a lost 3", "b lost 2"} < set(watcher.told) and engine.began.count("a") == 3
    again = TinyEngine()
    assert exits(run(tmp_path, fleet_of("a", "b", "c"), again)) == {"a": "OK", "b": "OK", "c": "OK"}
    assert again.began == ["a"], "what is over is left alone"


def test_an_account_on_which_another_one_works_is_looked_at_again(tmp_path: Path) -> None:
    held = ended("a", Exit.STOPPED, "R140")
    watcher, first = Onlooker(), TinyEngine({"a": [held, Exit.OK]})
    assert exits(run(tmp_path, fleet_of("a"), first, watcher=watcher)) == {"a": "OK"}
    assert sum("it goes on in 1 min" in words for words in watcher.told) == 1
    engine = TinyEngine({"a": [held, held, held]})
    assert exits(run(tmp_path, fleet_of("a", name="other"), engine)) == {"a": "STOPPED R140"}


def test_an_account_whose_worker_lives_is_waited_for_however_long_it_works(tmp_path: Path) -> None:
    """As where a coordinator died and workers elsewhere go on with what they had."""
    held = [ended("a", Exit.LOCKED, "R141") for _ in range(5)]
    watcher = Onlooker()
    engine = TinyEngine({"a": [*held, Exit.OK]})
    end = run(tmp_path, fleet_of("a", "b"), engine, FleetManner(("a",)), watcher=watcher)
    assert sum("is waited for" in words for words in watcher.told) == 1
    assert exits(end) == {"a": "OK", "b": "OK"}, "a canary that is at work has not failed"
    folder = FleetFolder(tmp_path / "other")

    class Stopped(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            folder.stop.touch()
            return held[0]

    assert exits(run(tmp_path, fleet_of("a", name="other"), Stopped())) == {"a": "LOCKED R141"}


def test_who_waits_for_another_one_to_be_done_with_an_account_ends_as_soon_as_the_fleet_does(
    tmp_path: Path,
) -> None:
    folder, held = FleetFolder(tmp_path / "fleet"), ended("a", Exit.LOCKED, "R141")

    class Waiting(FleetWatcher):
        def fleet_told(self, words: str) -> None:
            folder.stop.touch()

    clock = replace(QUICK, sleep=lambda seconds: QUICK.sleep(seconds) if seconds < 60 else sleep_forever())
    end = run(tmp_path, fleet_of("a"), TinyEngine({"a": held}), watcher=Waiting(), clock=clock)
    assert (exits(end), end.code) == ({"a": "LOCKED R141"}, "R155")


def test_a_bug_in_one_account_does_not_keep_the_others_from_being_done(tmp_path: Path) -> None:
    end = run(tmp_path, fleet_of("a", "b"), TinyEngine({"a": ZeroDivisionError("key-1234567")}))
    assert exits(end) == {"a": "BUG", "b": "OK"} and "key-1234567" not in str(end)


def test_an_engine_that_cannot_go_on_ends_the_fleet(tmp_path: Path) -> None:
    gone = RunStopped("the scheduler does not answer", code="N501")
    end = run(tmp_path, fleet_of("a", "b"), TinyEngine({"a": gone, "b": None}))
    assert end.code == "N501" and exits(end) == {"a": "STOPPED", "b": "STOPPED R130"}


def signaled(tmp_path: Path, *, times: int, engine: TinyEngine) -> FleetEnd:
    """The end of a fleet that gets a signal while it is at work, or two."""
    folder = FleetFolder(tmp_path / "fleet")
    folder.path.mkdir()

    async def main() -> FleetEnd:
        signals = Signals()
        means = FleetMeans(engine, interrupts=signals.opened, clock=QUICK)
        found: list[FleetEnd] = []
        async with anyio.create_task_group() as tasks:

            async def see() -> None:
                found.append(await run_fleet(folder, fleet_of("a", "b", "c"), means, FleetManner()))

            tasks.start_soon(see)
            await engine.is_begun.wait()
            for _ in range(times):
                signals.send(signal.SIGINT)
        return found[0]

    return anyio.run(main)


def test_ctrl_c_has_accounts_at_work_end_in_order_and_resume_goes_on_with_them(tmp_path: Path) -> None:
    end = signaled(tmp_path, times=1, engine=TinyEngine({"a": None, "b": None}, most=2))
    assert exits(end) == {"a": "INTERRUPTED R130", "b": "INTERRUPTED R130", "c": "STOPPED"}
    assert end.code == "R130" and end.exit is Exit.INTERRUPTED
    again = TinyEngine()
    assert run(tmp_path, fleet_of("a", "b", "c"), again).exit is Exit.OK
    assert sorted(again.began) == ["a", "b", "c"] and not (tmp_path / "fleet" / "stop").exists()


class Deaf(TinyEngine):
    """Heeds no file, and never comes to an end."""

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        self.is_begun.set()
        await anyio.sleep_forever()
        raise AssertionError


def test_a_second_signal_leaves_at_once(tmp_path: Path) -> None:
    end = signaled(tmp_path, times=2, engine=Deaf())
    assert exits(end) == dict.fromkeys("abc", "STOPPED") and end.exit is Exit.INTERRUPTED


def test_resume_keeps_the_waves_that_the_fleet_had(tmp_path: Path) -> None:
    first = TinyEngine({"c": ended("c", Exit.STOPPED, "R103")})
    run(tmp_path, TEN, first, FleetManner(waves=WAVES))
    assert sorted(first.began) == list("abcd")
    watcher = Onlooker()
    run(tmp_path, TEN, TinyEngine(), watcher=watcher)
    assert watcher.told[:3] == ["wave 2 of 4", "c OK", "wave 3 of 4"] and watcher.told[8:9] == ["wave 4 of 4"]


def test_failed_accounts_are_done_again_only_where_that_is_asked_for(tmp_path: Path) -> None:
    plan = fleet_of("a", "b")
    run(tmp_path, plan, TinyEngine({"b": Exit.SOME_FAILED}))
    nothing = TinyEngine()
    assert run(tmp_path, plan, nothing).exit is Exit.SOME_FAILED and nothing.began == []
    again = TinyEngine()
    assert run(tmp_path, plan, again, retry_failed=True).exit is Exit.OK
    assert [(task.account, task.retry_failed) for task in again.tasks] == [("b", True)]


def test_killed_between_any_two_lines_it_goes_on_and_no_end_is_lost(tmp_path: Path) -> None:
    plan = fleet_of(*"abcd")
    manner = FleetManner(("d",), (Share(1),))
    run(tmp_path, plan, TinyEngine(most=1), manner)
    journal = tmp_path / "fleet" / "fleet.jsonl"
    whole = journal.read_bytes()
    ends = [place + 1 for place, sign in enumerate(whole) if sign == 10]
    for cut in [0, *ends, *(end - 9 for end in ends)]:
        journal.write_bytes(whole[:cut])
        entries = read_fleet_journal(journal)
        over = {entry.account for entry in entries if isinstance(entry, ShardEnd)}
        engine = TinyEngine()
        end = run(tmp_path, plan, engine, manner)
        assert set(engine.began) == set("abcd") - over and end.exit is Exit.OK
        assert sum(isinstance(entry, ShardBegun) for entry in entries) - len(over) <= 1


def test_how_long_a_fleet_was_worked_on_is_told_alike_by_who_did_and_by_its_journal(tmp_path: Path) -> None:
    plan, ticks = fleet_of("a", "b"), count()
    clock = Clock(wall=lambda: NOON + timedelta(seconds=next(ticks)), sleep=QUICK.sleep)
    for engine in (TinyEngine({"b": ended("b", Exit.STOPPED, "R103")}), TinyEngine()):
        worked = run(tmp_path, plan, engine, clock=clock).seconds
        assert worked == state_of_fleet(plan, read_fleet_journal(tmp_path / "fleet" / "fleet.jsonl")).worked
        next(ticks)
    assert worked and run(tmp_path, plan, TinyEngine()).seconds == worked, (
        "where nothing is left, nothing is done"
    )


def test_a_fleet_that_was_begun_is_gone_on_with_and_not_begun_again(tmp_path: Path) -> None:
    plan = fleet_of("a")
    refuse_begun("fleet", state_of_fleet(plan, []))
    run(tmp_path, plan, TinyEngine())
    state = state_of_fleet(plan, read_fleet_journal(tmp_path / "fleet" / "fleet.jsonl"))
    with pytest.raises(UsageError) as caught:
        refuse_begun("fleet", state)
    assert caught.value.code == "U165" and "batch-update fleet resume fleet" in str(caught.value.remedy)


def test_a_file_stop_that_cannot_be_removed_begins_no_account(tmp_path: Path) -> None:
    (tmp_path / "fleet" / "stop").mkdir(parents=True)
    engine = TinyEngine()
    with pytest.raises(UsageError) as caught:
        run(tmp_path, fleet_of("a"), engine)
    assert caught.value.code == "U164" and engine.began == []


def test_an_account_that_was_begun_and_has_no_end_is_told_from_one_that_never_was() -> None:
    """Of the first one anything may have been sent."""
    end = end_of_fleet(fleet_of("a", "b"), {}, {"a": 2, "b": 0})
    assert exits(end) == {"a": "STOPPED R158", "b": "STOPPED"}
    assert [one.epoch for one in end.accounts] == [2, 0]


def test_an_end_is_on_the_disk_before_its_slot_is_free(tmp_path: Path) -> None:
    seen: list[int] = []

    class Looking(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            entries = read_fleet_journal(tmp_path / "fleet" / "fleet.jsonl")
            seen.append(sum(isinstance(entry, ShardEnd) for entry in entries))
            return await super().carry_out(task)

    run(tmp_path, TEN, Looking(most=1))
    assert seen == list(range(10))


def test_a_journal_that_cannot_be_written_begins_no_account(tmp_path: Path) -> None:
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "fleet.jsonl").touch()
    engine = TinyEngine()

    class Full(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            journal = tmp_path / "fleet" / "fleet.jsonl"
            journal.rename(journal.with_suffix(".aside"))
            journal.mkdir()
            return await super().carry_out(task)

    engine = Full(most=1)
    end = run(tmp_path, TEN, engine)
    assert engine.began == ["a"] and end.code == "R156"


def test_of_two_coordinators_of_one_fleet_the_second_does_not_begin(tmp_path: Path) -> None:
    folder = FleetFolder(tmp_path / "fleet")
    folder.path.mkdir()
    engine, other = TinyEngine({"a": None}), TinyEngine()

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            means = FleetMeans(engine, clock=QUICK)
            tasks.start_soon(run_fleet, folder, fleet_of("a"), means)
            await engine.is_begun.wait()
            with pytest.raises(RunLocked) as caught:
                await run_fleet(folder, fleet_of("a"), FleetMeans(other, clock=QUICK))
            assert caught.value.code == "R152" and other.began == []
            assert look_on(folder, MADE).is_at_work
            folder.stop.touch()

    save_fleet(folder, fleet_of("a"))
    anyio.run(main)
    seen = look_on(folder, MADE)
    assert not seen.is_at_work and seen.end.code == "R155"


def test_of_an_account_that_is_at_work_it_is_told_what_is_done_and_what_is_to_do(tmp_path: Path) -> None:
    """One row has its answer, one is under way: that is no trouble yet."""
    folder, engine = FleetFolder(tmp_path / "fleet"), TinyEngine({"a": None, "b": None})
    home = folder.run_of("a", 1)
    home.parent.mkdir(parents=True)
    client = Witness(lambda _: copy_of(tmp_path / "run", home) and None, 2)
    journalled(plan_of(2), tmp_path / "run", client, pace=Pace((), concurrency=1))
    save_fleet(folder, fleet_of("a", "b"))

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run_fleet, folder, fleet_of("a", "b"), FleetMeans(engine, clock=QUICK))
            await engine.is_begun.wait()
            seen = look_on(folder, MADE)
            told = "".join(piece.text for piece in fleet_summary(standing_of_fleet(seen.end, ["a"])))
            folder.stop.touch()
        first, second, *_ = told.splitlines()
        assert first == "0 of 2 accounts as wanted so far: 1 updated, 3 rows to do"
        assert second.split() == ["not", "begun", "b", "2", "rows", "to", "do"]
        assert told.endswith("a  1 row to do") and "R158" not in told

    anyio.run(main)


def test_a_file_stop_that_is_a_link_to_nowhere_ends_the_fleet_as_it_ends_its_shards(tmp_path: Path) -> None:
    folder = FleetFolder(tmp_path / "fleet")

    class Linking(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            folder.stop.symlink_to("nowhere")
            return await super().carry_out(task)

    engine = Linking(most=1)
    end = run(
        tmp_path, fleet_of("a", "b"), engine, clock=replace(QUICK, sleep=lambda seconds: sleep_forever())
    )
    assert end.code == "R155" and engine.began == ["a"]


def test_a_fleet_that_was_taken_over_is_left_to_the_other_one(tmp_path: Path) -> None:
    """A machine that slept finds a newer epoch of the fleet's own lease, and writes nothing more."""
    folder = FleetFolder(tmp_path / "fleet")

    class Slept(TinyEngine):
        async def carry_out(self, task: ShardTask) -> ShardEnd:
            (folder.own_lease / "epoch-000002").touch()
            return await super().carry_out(task)

    end = run(tmp_path, fleet_of("a", "b"), Slept(most=1))
    assert (
        end.code == "R154" and end.own_exit is Exit.STOPPED and "another worker has taken over" in end.message
    )
    assert not folder.stop.exists(), "which would stop the other one"
    assert not any(isinstance(entry, ShardEnd) for entry in read_fleet_journal(folder.journal))
