"""A journal copied while it is written: the copy is whole, and promises nothing of what came after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch_update.errors import JournalError
from batch_update.journal.copying import COPIED, copy_journal, doubt_all, holds_journal, take_along
from batch_update.journal.reading import read_run
from batch_update.journal.rows_so_far import RowsSoFar
from batch_update.journal.storing.database import JOURNAL
from batch_update.journal.storing.mark import MARK, read_mark
from batch_update.journal.writing import Journal
from batch_update.model.plans import Status
from batch_update.model.reports import Pace
from tests.journal.journals import Witness, copy_of, journalled
from tests.made import plan_of

ONE = Pace((), concurrency=1)


def test_of_a_copy_of_a_run_that_went_on_all_that_is_not_done_is_in_doubt(tmp_path: Path) -> None:
    """Whatever came after the copy may have been sent."""
    run, home, further = (tmp_path / name for name in ("run", "home", "further"))
    journalled(plan_of(9), run, Witness(lambda row: copy_journal(run, home), 5, answered=True), pace=ONE)
    copied = read_run(home)
    assert 0 < len(copied.outcomes) < 9
    take_along(home, further)
    taken = read_run(further)
    assert taken.lost and taken.outcomes == copied.outcomes
    again = tmp_path / "again"
    take_along(further, again, doubt=True)
    assert read_run(again).lost, "what is in doubt stays so"


@pytest.mark.parametrize("is_over", [True, False], ids=["one that is over", "one that was left"])
def test_a_copy_in_doubt_is_so_at_each_moment_at_which_a_kill_could_leave_it(
    is_over: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, left, to = (tmp_path / name for name in ("run", "left", "to"))
    journalled(plan_of(3), run, Witness(lambda row: copy_of(run, left), 2))
    moments: list[bool] = []

    def seen(change: Callable[..., None]) -> Callable[..., None]:
        def changed(*names: Any, **more: Any) -> None:
            change(*names, **more)
            if (to / JOURNAL).exists():
                moments.append(read_mark(to) == COPIED or bool(read_run(to).lost))

        return changed

    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(os, name, seen(getattr(os, name)))
    take_along(run if is_over else left, to, doubt=True)
    monkeypatch.undo()
    assert len(moments) >= 2 and all(moments) and read_run(to).lost


def test_what_a_worker_brings_home_while_its_run_is_taken_over_is_in_doubt_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of one that stood still, and brings home what it has once it goes on."""
    run, home, to = (tmp_path / name for name in ("run", "home", "to"))
    journalled(plan_of(4), run, Witness(lambda row: copy_journal(run, home), 1), pace=ONE)

    def mkdir(*names: Any, make: Callable[..., None] = os.mkdir, **more: Any) -> None:
        make(*names, **more)
        shutil.copy(run / JOURNAL, home / JOURNAL)

    assert read_run(home).lines < read_run(run).lines
    monkeypatch.setattr(os, "mkdir", mkdir)
    take_along(home, to)
    monkeypatch.undo()
    assert read_run(to).lines == read_run(run).lines and read_run(to).lost


def test_of_a_run_whose_worker_died_what_it_had_at_work_is_in_doubt_and_the_rest_is_not(
    tmp_path: Path,
) -> None:
    """Its own folder tells all that it began."""
    run, left, further = (tmp_path / name for name in ("run", "left", "further"))
    journalled(plan_of(9), run, Witness(lambda row: copy_of(run, left), 5))
    take_along(left, further)
    taken = read_run(further)
    assert not taken.lost and taken.in_flight and len(taken.outcomes) + len(taken.in_flight) <= 9


def test_a_later_copy_takes_the_place_of_an_earlier_one_and_one_that_is_over_is_whole(tmp_path: Path) -> None:
    run, home, further = (tmp_path / name for name in ("run", "home", "further"))
    journalled(plan_of(4), run, Witness(lambda row: copy_journal(run, home), 2))
    assert (home / MARK).exists()
    copy_journal(run, home)
    assert not (home / MARK).exists() and read_run(home).complete
    take_along(home, further)
    assert read_run(further).complete and len(read_run(further).outcomes) == 4


def test_a_journal_in_which_only_the_plan_stands_can_be_taken_for_one_whose_end_is_lost(
    tmp_path: Path,
) -> None:
    Journal.create(tmp_path, plan_of(3)).close()
    assert not read_run(tmp_path).lost
    doubt_all(tmp_path)
    assert read_run(tmp_path).lost
    doubt_all(tmp_path)
    assert read_run(tmp_path).lost


def test_whether_a_journal_lies_in_a_folder_is_told_or_it_is_said_why_not(tmp_path: Path) -> None:
    assert not holds_journal(tmp_path)
    Journal.create(tmp_path / "run", plan_of(1)).close()
    assert holds_journal(tmp_path / "run")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / JOURNAL).write_bytes(
        b"no journal at all, but longer than a header of SQLite would be" * 9
    )
    with pytest.raises(JournalError):
        holds_journal(tmp_path / "odd")
    with pytest.raises(OSError, match="cannot be copied"):
        copy_journal(tmp_path / "odd", tmp_path / "home")


def test_rows_that_are_done_are_counted_from_where_the_last_look_left_off(tmp_path: Path) -> None:
    rows, seen = RowsSoFar(tmp_path / "run"), []
    assert not rows.look() and rows.counts == {}

    def look(row: str) -> None:
        assert rows.look() and not rows.look(), "nothing new the second time"
        seen.append(dict(rows.counts))

    journalled(plan_of(6), tmp_path / "run", Witness(look, 4, answered=True), pace=ONE)
    assert rows.look() and rows.counts == {Status.UPDATED: 6}
    assert len(seen) == 1 and 0 < seen[0].get(Status.UPDATED, 0) < 6
