"""What the journal says is on the disk is on the disk, and what is not there is not sent."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.errors import RunStopped, UsageError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import SessionFacts, report_of
from batch_update.journal.storing.database import JOURNAL, open_to_write
from batch_update.journal.storing.mark import MARK
from batch_update.journal.storing.reserve import RESERVE, RESERVED
from batch_update.journal.storing.schema import MOST_IN_LINE
from batch_update.journal.writing import Journal
from batch_update.model.plans import Change, Outcome, Part, Plan, Status
from batch_update.model.reports import Event, Pace, Reply, Window
from batch_update.send.accounting import apply_plan
from batch_update.settings.tunables import Settings
from tests.clocks import virtual_clock
from tests.journal.journals import FullDisk, Witness, copy_of, journalled, rows_told
from tests.made import plan_of
from tests.run.fakes import FOREVER, NOON, Act, FakeClient, run_virtually

DONE = Outcome(Status.UPDATED, http=200, attempts=1, changed=("speech_speed",), started=NOON, ms=4)
BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


# ---------------------------------------------------------------- the plan


def test_the_whole_plan_is_there_before_anything_is_sent(tmp_path: Path) -> None:
    plan = plan_of({11: (0,), 12: (3, 2)}, {1: Outcome(Status.UNCHANGED, "X204")})
    facts = SessionFacts("apply", Settings(rate="7/2"), parent="2026-11-22T1200-changes")
    plan = replace(plan, sheet=replace(plan.sheet, sha256="00ff"))
    with Journal.create(tmp_path / "run", plan, facts):
        recorded = read_run(tmp_path / "run")
    found = recorded.plan
    assert (found.changes, found.settled, found.problems) == (plan.changes, plan.settled, plan.problems)
    assert [found.sheet.row(index) for index in range(4)] == [plan.sheet.row(index) for index in range(4)]
    assert recorded.facts.parent == facts.parent and found.sheet.sha256 == "00ff"
    assert recorded.facts.settings == Settings(rate="7/2")
    assert not recorded.complete and recorded.sessions == () and recorded.outcomes == {}
    assert {str(outcome.status) for outcome in report_of(recorded).outcomes} == {"not_sent", "unchanged"}


@pytest.mark.parametrize("has_log, wanted", [(True, 2), (False, 3)], ids=["a log", "a rollback journal"])
def test_each_commit_waits_for_the_disk(tmp_path: Path, has_log: bool, wanted: int) -> None:
    """As SQLite has it: 2 waits for a log, 3 also for the removal of a rollback journal, which is what commits then."""
    with Journal.create(tmp_path, plan_of(1)):
        pass
    if not has_log:
        (tmp_path / f"{JOURNAL}-shm").mkdir()
    with closing(open_to_write(tmp_path / JOURNAL, room=4096)) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (wanted,)


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_only_the_owner_can_read_the_journal(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "run", plan_of(3)) as journal:
        journal.begin(NOON)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
        assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert set(modes) == {JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm", MARK, RESERVE}
    assert set(modes.values()) == {0o600}


def test_a_closed_journal_is_one_file(tmp_path: Path) -> None:
    journalled(plan_of(3), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]
    read_run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]


def test_a_folder_with_a_journal_is_not_taken_again(tmp_path: Path) -> None:
    journalled(plan_of(1), tmp_path)
    before = (tmp_path / JOURNAL).read_bytes()
    with pytest.raises(UsageError) as caught:
        Journal.create(tmp_path, plan_of(2))
    assert caught.value.code == "U107" and (tmp_path / JOURNAL).read_bytes() == before


def test_a_change_whose_parts_are_not_merged_is_refused(tmp_path: Path) -> None:
    part = Part("variables", ("city",), "Ulm")
    plan = Plan(plan_of(1).sheet, (Change(1, {}, (0,), (part,)),), {})
    with pytest.raises(ValueError, match="the change of assistant 1 has parts that are not merged"):
        Journal.create(tmp_path, plan)


# ---------------------------------------------------------------- intentions and outcomes


@BACKENDS
@pytest.mark.parametrize("grouped", [True, False])
def test_an_intention_is_on_the_disk_once_it_has_been_awaited(
    tmp_path: Path, backend: str, grouped: bool
) -> None:
    plan = plan_of(2)

    async def main() -> None:
        with Journal.create(tmp_path / "run", plan) as journal:
            async with anyio.create_task_group() as tasks:
                if grouped:
                    tasks.start_soon(journal.keep)
                    await anyio.wait_all_tasks_blocked()
                journal.begin(NOON)
                await journal.intend(plan.changes[1], 1, NOON)
                recorded = read_run(copy_of(tmp_path / "run", tmp_path / "copy"))
                tasks.cancel_scope.cancel()
        assert list(recorded.in_flight) == [1] and recorded.in_flight[1].started == NOON

    anyio.run(main, backend=backend)


@BACKENDS
def test_an_outcome_is_on_the_disk_before_it_is_shown(tmp_path: Path, backend: str) -> None:
    """And a worker that goes on sends nothing before its last outcome is there."""
    plan = plan_of(9)
    shown: list[int] = []
    seen: list[int] = []

    def show(change: Change, outcome: Outcome) -> None:
        shown.append(change.assistant_id)
        recorded = read_run(tmp_path)
        assert recorded.outcomes[change.indexes[0]] == outcome

    class Looking(FakeClient):
        async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Any:
            async def begun(attempt: int) -> None:
                await before_send(attempt)
                known = read_run(tmp_path)
                assert set(known.outcomes) >= {number - 1 for number in self.answered}
                seen.append(assistant_id)

            return await super().update(assistant_id, body, before_send=begun)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            await apply_plan(
                plan,
                Looking(),
                journal=journal,
                on_outcome=show,
                pace=Pace((), concurrency=1),
                clock=virtual_clock(),
            )

    anyio.run(main, backend=backend)
    assert sorted(shown) == sorted(seen) == list(range(1, 10))


@BACKENDS
def test_what_several_workers_wait_for_goes_into_one_commit(tmp_path: Path, backend: str) -> None:
    plan = plan_of(160)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            await apply_plan(plan, FakeClient(), journal=journal, pace=Pace((), concurrency=16))

    anyio.run(main, backend=backend)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        sizes = [size for (size,) in db.execute("SELECT json_array_length(data) FROM log")]
    assert sum(sizes) == 2 * 160 + 2  # an attempt and an outcome each, the session and its end
    assert len(sizes) < 40


@BACKENDS
def test_what_is_given_up_while_it_waits_is_written_all_the_same(tmp_path: Path, backend: str) -> None:
    plan = plan_of(1)

    async def main() -> None:
        with Journal.create(tmp_path, plan) as journal:
            journal.begin(NOON)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(journal.keep)
                await anyio.wait_all_tasks_blocked()
                journal.settle({0: DONE})
                tasks.cancel_scope.cancel()
        assert read_run(tmp_path).outcomes == {0: DONE}

    anyio.run(main, backend=backend)


def test_sessions_events_and_figures_are_kept(tmp_path: Path) -> None:
    plan = plan_of(2)
    gate = Event("gate", "the server asks to wait", 3.0, at=NOON)
    slow = Event("slow", "slowing down", at=NOON, window=Window(14, 10.0))
    with Journal.create(tmp_path, plan, SessionFacts("undo")) as journal:
        journal.begin(NOON)
        journal.event(gate)
        journal.event(slow)
        journal.settle({0: DONE})
        journal.end(4.5, RunStopped("down", code="R103"))
    with Journal.open(tmp_path) as journal:
        journal.begin(NOON)
        journal.settle({1: DONE})
        journal.end(1.5, RunStopped("down"))
        journal.end(99.0, None)
    recorded = read_run(tmp_path)
    assert [(s.facts.command, s.seconds, s.ended) for s in recorded.sessions] == [
        ("undo", 4.5, True),
        ("resume", 1.5, True),
    ]
    assert recorded.events == (gate, slow)
    assert recorded.complete and recorded.stopped is None and report_of(recorded).seconds == 6.0


def test_a_run_is_complete_only_when_no_row_is_open(tmp_path: Path) -> None:
    for name, status in {
        "a": Status.UNKNOWN,
        "b": Status.NOT_SENT,
        "c": Status.FAILED,
        "d": Status.CONFLICT,
    }.items():
        with Journal.create(tmp_path / name, plan_of(1)) as journal:
            journal.begin(NOON)
            journal.settle({0: Outcome(status)})
            assert not read_run(tmp_path / name).complete
            journal.end(1.0, None)
        assert read_run(tmp_path / name).complete is (status in {Status.FAILED, Status.CONFLICT})


# ---------------------------------------------------------------- trouble


def test_a_full_disk_ends_the_run_and_what_was_under_way_is_still_written(tmp_path: Path) -> None:
    plan = plan_of(12)
    acts = {number: Act(flight=number) for number in range(1, 13)}
    client = Witness(lambda name: FullDisk(journal) and None, 5, acts)

    async def main() -> Any:
        nonlocal journal
        with Journal.create(tmp_path, plan) as journal:
            return await apply_plan(
                plan, client, pace=Pace((), concurrency=4), journal=journal, clock=virtual_clock()
            )

    journal: Journal
    report = run_virtually(main)
    assert isinstance(report.stopped, RunStopped) and report.stopped.code == "J101"
    assert "the disk is full" in report.stopped.message
    assert sorted(client.begun) == [1, 2, 3, 4, 5]
    assert report.counts() == {Status.UPDATED: 5, Status.NOT_SENT: 7}
    assert not (tmp_path / RESERVE).exists()
    recorded = read_run(tmp_path)
    assert report_of(recorded).outcomes == report.outcomes and not recorded.complete
    assert vars(recorded.stopped) == vars(report.stopped)
    # What was refused because it could not be written was not written with the last of the room either.
    log = sqlite3.connect(tmp_path / JOURNAL)
    assert len(rows_told(log, "attempt")) == 5
    log.close()


def test_who_waits_for_a_turn_is_told_at_once_that_the_journal_is_in_trouble(tmp_path: Path) -> None:
    acts = {1: Act(flight=3), 2: Act(queued=FOREVER)}
    client = Witness(lambda name: FullDisk(journal) and None, 1, acts)

    async def main() -> Any:
        nonlocal journal
        with Journal.create(tmp_path, plan_of(2)) as journal:
            begun = anyio.current_time()
            report = await apply_plan(plan_of(2), client, journal=journal)
            return report, anyio.current_time() - begun

    journal: Journal
    report, seconds = run_virtually(main)
    assert seconds == 3 and report.counts() == {Status.UPDATED: 1, Status.NOT_SENT: 1}


def test_sqlite_says_itself_that_there_is_no_room(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(1)) as journal:
        journal.begin(NOON)
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages}")
        journal.settle({0: Outcome(Status.FAILED, "A422", "no" * 50_000)})
        assert journal.trouble is not None and journal.trouble.code == "J101"
        assert "the disk is full" in journal.trouble.message


def test_a_commit_of_many_lines_that_fails_between_them_leaves_none_and_the_next_one_is_whole(
    tmp_path: Path,
) -> None:
    with Journal.create(tmp_path, plan_of(2_000)) as journal:
        journal.begin(NOON)
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages + 20}")
        journal.settle({row: Outcome(Status.FAILED, "A422", "no" * 100) for row in range(2_000)})
        assert journal.trouble is not None and journal.trouble.code == "J101"
        assert read_run(tmp_path).outcomes == {}
        journal.settle({0: Outcome(Status.FAILED, "A422", "no")})
        journal.end(1.0, journal.trouble)
    recorded = read_run(tmp_path)
    assert list(recorded.outcomes) == [0] and recorded.sessions[0].ended and not recorded.complete


def test_what_cannot_even_be_written_with_the_reserve_is_reported_and_not_lost(tmp_path: Path) -> None:
    plan = plan_of(12)
    client = Witness(lambda name: FullDisk(journal, for_good=True) and None, 5)

    async def main() -> Any:
        nonlocal journal
        with Journal.create(tmp_path, plan) as journal:
            return await apply_plan(
                plan, client, pace=Pace((), concurrency=4), journal=journal, clock=virtual_clock()
            )

    journal: Journal
    report = run_virtually(main)
    assert report.stopped.code == "J101" and 5 <= report.counts()[Status.UPDATED] == len(client.begun) < 12
    found = report_of(read_run(tmp_path)).outcomes
    pairs = {(told.status, known.status) for told, known in zip(found, report.outcomes, strict=True)}
    assert (Status.UNKNOWN, Status.UPDATED) in pairs
    assert all(told in {known, Status.UNKNOWN} for told, known in pairs)


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_an_outcome_that_cannot_be_written_takes_nothing_of_the_others_along(
    tmp_path: Path, value: Any
) -> None:
    acts = {number: Act(Reply(Status.UPDATED, http=200, attempts=1), flight=1) for number in range(1, 9)}
    acts[3] = Act(Reply(Status.UPDATED, http=200, attempts=1, ms=value), flight=1)
    report = journalled(plan_of(8), tmp_path, FakeClient(acts), pace=Pace((), concurrency=4))
    assert isinstance(report.stopped, RunStopped) and report.stopped.code == "J101"
    assert "bug" in report.stopped.remedy and "resume" in report.stopped.remedy
    assert report.counts() == {Status.UPDATED: 4, Status.NOT_SENT: 4}
    told = report_of(read_run(tmp_path)).outcomes
    assert [str(outcome.status) for outcome in told[:4]] == ["updated", "updated", "unknown", "updated"]


def test_a_disk_that_is_full_from_the_beginning_sends_nothing(tmp_path: Path) -> None:
    async def main() -> Any:
        with Journal.create(tmp_path, plan_of(3)) as journal:
            FullDisk(journal)
            return await apply_plan(plan_of(3), client, journal=journal)

    client = FakeClient()
    report = run_virtually(main)
    assert client.begun == [] and report.counts() == {Status.NOT_SENT: 3} and report.stopped.code == "J101"


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
def test_a_journal_that_was_removed_ends_the_run(tmp_path: Path) -> None:
    plan = plan_of(12)
    acts = {number: Act(flight=number) for number in range(1, 13)}
    client = Witness(lambda name: shutil.rmtree(tmp_path / "run"), 5, acts)
    report = journalled(plan, tmp_path / "run", client, pace=Pace((), concurrency=4))
    assert isinstance(report.stopped, RunStopped) and report.stopped.code == "J102"
    assert report.counts() == {Status.UPDATED: len(client.begun), Status.NOT_SENT: 12 - len(client.begun)}
    assert len(client.begun) == 5


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize("what", [os.unlink, lambda path: os.truncate(path, 0)], ids=["removed", "cut"])
def test_a_part_of_the_journal_that_goes_away_ends_the_run(tmp_path: Path, suffix: str, what: Any) -> None:
    """Killed later, it would have been told that what was sent since had not been."""
    plan = plan_of(12)
    client = Witness(lambda name: what(f"{tmp_path / JOURNAL}{suffix}"), 5)
    report = journalled(plan, tmp_path, client, pace=Pace((), concurrency=1))
    assert isinstance(report.stopped, RunStopped) and report.stopped.code == "J102"
    assert report.counts() == {Status.UPDATED: 5, Status.NOT_SENT: 7} and len(client.begun) == 5


def test_a_row_whose_further_attempt_cannot_be_written_down_is_unknown(tmp_path: Path) -> None:
    """Its first attempt may have been applied."""

    class Retrying(FakeClient):
        async def update(self, assistant_id: int, body: Any, *, before_send: Any = None) -> Any:
            await before_send(1)
            FullDisk(journal)
            await before_send(2)

    async def main() -> Any:
        nonlocal journal
        with Journal.create(tmp_path, plan_of(2)) as journal:
            return await apply_plan(
                plan_of(2), Retrying(), journal=journal, pace=Pace((), concurrency=1), clock=virtual_clock()
            )

    journal: Journal
    report = run_virtually(main)
    assert [str(outcome.status) for outcome in report.outcomes] == ["unknown", "not_sent"]
    assert report.outcomes[0].code == "R105" and report.outcomes[0].attempts == 1
    assert report_of(read_run(tmp_path)).outcomes == report.outcomes


def test_a_folder_that_cannot_be_written_stops_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file", "utf-8")
    with pytest.raises(RunStopped) as caught:
        Journal.create(tmp_path / "run", plan_of(1))
    assert caught.value.code == "J101"


def test_two_that_write_one_journal_the_second_stops_before_it_sends_and_nothing_is_damaged(
    tmp_path: Path,
) -> None:
    """Whatever keeps them apart may fail, as a lock may on a disk that two machines share."""
    plan = plan_of(2)
    with Journal.create(tmp_path, plan) as journal:
        journal.begin(NOON)

    async def main() -> Any:
        with Journal.open(tmp_path) as one, Journal.open(tmp_path) as other:
            one.begin(NOON)
            return await apply_plan(plan, client, journal=other)

    client = FakeClient()
    report = run_virtually(main)
    assert client.begun == [] and report.stopped.code == "J101"
    assert "another process" in report.stopped.message
    assert len(read_run(tmp_path).sessions) == 2


def test_the_reserve_is_taken_again_when_the_run_goes_on(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(1)) as journal:
        FullDisk(journal)
        journal.begin(NOON)
        assert journal.trouble is not None
    with Journal.open(tmp_path) as journal:
        assert journal.trouble is None and (tmp_path / RESERVE).stat().st_size == RESERVED


def test_what_does_not_fit_into_one_line_is_written_in_several(tmp_path: Path) -> None:
    outcomes = dict.fromkeys(range(MOST_IN_LINE + 1), DONE)
    with Journal.create(tmp_path, plan_of(len(outcomes))) as journal:
        journal.begin(NOON)
        journal.settle(outcomes)
        assert journal.trouble is None
    assert read_run(tmp_path).outcomes == outcomes


def test_a_reader_beside_the_writer_disturbs_nobody(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(2)) as journal:
        db = sqlite3.connect(f"{(tmp_path / JOURNAL).as_uri()}?mode=ro", uri=True, isolation_level=None)
        db.execute("BEGIN")
        assert db.execute("SELECT count(*) FROM change").fetchone() == (1,)
        journal.begin(NOON)
        journal.settle({0: DONE})
        assert journal.trouble is None
    db.close()
    assert read_run(tmp_path).outcomes == {0: DONE}


def test_a_journal_goes_by_the_clock_that_it_is_handed(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(1), clock=virtual_clock()) as journal:
        journal.begin(NOON)
        journal.event(Event("pause", "a pause"))
        journal.end(2.0, None)
    assert read_run(tmp_path).created == NOON
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        (entry,) = db.execute(
            "SELECT entry.value FROM log, json_each(log.data) AS entry WHERE entry.value LIKE '%a pause%'"
        ).fetchone()
    assert str(int(NOON.timestamp()) * 1_000_000) in entry
