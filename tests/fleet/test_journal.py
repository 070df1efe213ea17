"""The fleet's journal: what was noted comes back, half a line was never there, and what was kept open is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from batch_update.errors import BatchUpdateError, JournalError
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.record.fleet_entries import (
    AccountsBegun,
    FleetBegun,
    FleetEnded,
    FleetEntry,
    FleetManner,
    PlansAdded,
    ShardBegun,
    WorkerGone,
)
from batch_update.fleet.record.fleet_journal import FleetJournal, line_of_fleet, read_fleet_journal
from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
from batch_update.model.reports import Exit, Share
from tests.fleet.fleets import MADE, ended, fleet_of, unplanned

MANNER = FleetManner(("a",), (Share(1), Share(20.0, is_percent=True)), Share(2), "ask")
AT = SchedulerAddress("tls://host:8786", Path("/ca.pem"), Path("/own.pem"))
BEGUN = FleetBegun(MADE, "fleet", "f" * 12, 7, "host\u202e", "dask", MANNER, AT, 4)
ENTRIES: list[FleetEntry] = [
    BEGUN,
    AccountsBegun(MADE, 1, 2, 3),
    ShardBegun(MADE, "a"),
    WorkerGone(MADE, "a", 1, "killed"),
    ended("a", Exit.SOME_FAILED),
    FleetEnded(MADE, Exit.STOPPED, "R151", "2 of 3 accounts failed"),
]


def noted(path: Path, entries: list[FleetEntry]) -> None:
    async def note() -> None:
        await FleetJournal(path).note(*entries)

    anyio.run(note)


def test_what_was_noted_is_read_back_as_it_was(tmp_path: Path) -> None:
    noted(tmp_path / "fleet.jsonl", ENTRIES)
    assert read_fleet_journal(tmp_path / "fleet.jsonl") == ENTRIES
    assert read_fleet_journal(tmp_path / "none.jsonl") == []


def test_half_a_last_line_was_never_there_and_goes_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "fleet.jsonl"
    whole = b"".join(map(line_of_fleet, ENTRIES))
    for cut in (*range(0, len(whole) - 1, 11), len(whole) - 1):
        path.write_bytes(whole[:cut])
        ends = whole[:cut].count(b"\n")
        assert read_fleet_journal(path) == ENTRIES[:ends]
    noted(path, [BEGUN])
    assert read_fleet_journal(path) == [*ENTRIES[:5], BEGUN]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"begun":{}}',
        b'{"nobody":{}}',
        b"\xff",
        b'{"shard":{"at":1}}',
        b'{"end":' + b"[" * 999,
    ],
)
def test_a_damaged_line_before_the_last_one_is_named_with_a_way_on(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "fleet.jsonl"
    path.write_bytes(line_of_fleet(BEGUN) + line + b"\n" + line_of_fleet(BEGUN))
    with pytest.raises(JournalError, match="line 2") as caught:
        read_fleet_journal(path)
    assert caught.value.code == "U161" and f"mv {path} " in caught.value.remedy


def test_what_is_no_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        read_fleet_journal(tmp_path)
    assert caught.value.code == "U160"
    with pytest.raises(JournalError) as caught:
        noted(tmp_path / "gone" / "fleet.jsonl", ENTRIES)
    assert caught.value.code == "R156"


def test_the_latest_end_counts_and_what_began_without_an_end_is_at_work() -> None:
    plan = fleet_of("a", "b", "c", "d", unplanned("e"))
    entries = [
        BEGUN,
        *(ShardBegun(MADE, name) for name in "abcd"),
        ended("a", Exit.INTERRUPTED, "R130"),
        ended("b", Exit.SOME_FAILED),
        ended("a", epoch=2),
        ended("c", Exit.STOPPED, "R103"),
    ]
    state = state_of_fleet(plan, entries)
    assert state.ends["a"].epoch == 2 and list(state.at_work) == ["d"] and state.manner == MANNER
    assert [one.account for one in open_accounts(plan, state)] == ["c", "d"]
    assert [one.account for one in open_accounts(plan, state, retry_failed=True)] == ["b", "c", "d"]
    assert list(state_of_fleet(plan, [*entries, BEGUN]).at_work) == []
    lost, over = WorkerGone(MADE, "c", 1, "killed"), FleetEnded(MADE, Exit.STOPPED, "R151", "2 failed")
    anew = state_of_fleet(plan, [*entries, AccountsBegun(MADE, 1, 2, 3), lost, over, BEGUN])
    assert (anew.lost, anew.wave, anew.ended) == ({}, None, None), "of the time before"


def test_the_time_between_two_coordinators_is_no_time_of_work() -> None:
    """The first one was killed, and somebody went on with the fleet the next morning."""
    later = MADE + timedelta(hours=9)
    first = [BEGUN, replace(ended("a"), ended=MADE + timedelta(seconds=5))]
    planned = PlansAdded(later - timedelta(seconds=30), "f" * 12, "e" * 12, ("b",))
    over = FleetEnded(later + timedelta(seconds=7), Exit.OK)
    state = state_of_fleet(fleet_of("a", "b"), [*first, planned, replace(BEGUN, at=later), over])
    assert state.worked == 12


def test_the_journal_of_another_fleet_is_refused() -> None:
    with pytest.raises(BatchUpdateError) as caught:
        state_of_fleet(fleet_of("a", name="other"), [BEGUN])
    assert caught.value.code == "U162"


def test_lines_that_come_together_are_all_there_before_anybody_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "fleet.jsonl"

    async def main() -> None:
        journal = FleetJournal(path)

        async def one(number: int) -> None:
            await journal.note(ShardBegun(MADE, f"a{number}"))
            names = [entry.account for entry in read_fleet_journal(path) if isinstance(entry, ShardBegun)]
            assert f"a{number}" in names

        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(one, number)

    anyio.run(main)
    assert len(read_fleet_journal(path)) == 40
