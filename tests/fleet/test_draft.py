"""The folder of a fleet is there as a whole, or not at all."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from batch_update.errors import UsageError
from batch_update.fleet.record.fleet_draft import new_fleet

NOW = datetime(2026, 11, 28, 21, 30)


def test_a_fleet_that_was_not_kept_leaves_nothing(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with pytest.raises(KeyboardInterrupt), new_fleet(runs, "x", NOW) as draft:
        draft.folder.plan_of("nord").write_text("{}")
        raise KeyboardInterrupt
    assert list(runs.iterdir()) == []


def test_two_fleets_of_one_minute_have_folders_of_their_own_open_to_nobody_else(tmp_path: Path) -> None:
    with new_fleet(tmp_path, "x", NOW) as one, new_fleet(tmp_path, "x", NOW) as other:
        folders = [one.keep(), other.keep()]
    assert [folder.id for folder in folders] == ["2026-11-28T2130-fleet-x", "2026-11-28T2130-fleet-x-2"]
    assert {folder.path.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert folders == [one.final, other.final]


def test_where_no_folder_can_be_made_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(UsageError) as error, new_fleet(tmp_path / "runs", "x", NOW):
        raise AssertionError
    assert error.value.code == "U154"
