"""How far accounts are that others carry out is read from their journals while these are written, and no further."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.rows_at_work import RowsAtWork
from batch_update.journal.storing.database import JOURNAL
from batch_update.model.plans import Status
from batch_update.model.reports import Pace
from tests.journal.journals import Witness, copy_of, journalled
from tests.made import plan_of

PLAN = plan_of(6)


def test_rows_show_while_another_process_writes_them_and_those_that_are_known_are_not_told_again(
    tmp_path: Path,
) -> None:
    folder, seen = FleetFolder(tmp_path), []
    rows = RowsAtWork(folder, {"a": 6, "b": 6})
    run = folder.run_of("a", 1)
    run.parent.mkdir(parents=True)

    def look(_: str) -> None:
        seen.append([(name, one.done, one.total, dict(one.counts)) for name, one in rows.look(["a", "b"])])

    journalled(PLAN, run, Witness(look, 4), pace=Pace((), concurrency=1))
    look("at the end")
    look("once more")
    assert seen == [
        [("a", 3, 6, {Status.UPDATED: 3})],
        [("a", 6, 6, {Status.UPDATED: 6})],
        [],
    ]


def test_a_journal_that_came_home_as_a_copy_or_is_damaged_and_a_newer_run_are_told_as_they_are(
    tmp_path: Path,
) -> None:
    folder = FleetFolder(tmp_path / "fleet")
    rows, home = RowsAtWork(folder, {"a": 6}), folder.run_of("a", 1)
    home.parent.mkdir(parents=True)
    journalled(PLAN, tmp_path / "away")
    copy_of(tmp_path / "away", home)
    assert [one.done for _, one in rows.look(["a"])] == [6]
    folder.run_of("a", 2).mkdir()
    (folder.run_of("a", 2) / JOURNAL).write_bytes(b"no journal")
    assert rows.look(["a"]) == []


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_a_round_that_takes_long_goes_on_with_the_others_the_next_time(
    tmp_path: Path, seconds: float
) -> None:
    folder, ticks = FleetFolder(tmp_path), count()
    for name in "abc":
        folder.run_of(name, 1).parent.mkdir(parents=True)
        journalled(PLAN, folder.run_of(name, 1))
    rows = RowsAtWork(folder, dict.fromkeys("abc", 6), passed=lambda: next(ticks) * seconds)
    rounds = [[name for name, _ in rows.look("abc")] for _ in range(3)]
    assert rounds == ([["a"], ["b"], ["c"]] if seconds else [["a", "b", "c"], [], []])
