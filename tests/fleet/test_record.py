"""A fleet's plan as a file comes back as it was written, or says why not; and the fleet that is meant is found."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batch_update.errors import RunLocked, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record import fleet_file
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.record.fleet_finding import all_fleets, find_fleet
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.fleet.running.fleet_story import with_order
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import Settings

DOWN = AccountPlan("berlin", "https://b.example/api", rows=3, code="N101", message="refused")
GOOD = AccountPlan(
    "Köln".replace("ö", "oe"), "https://k.example/api", "k@k.example", "0" * 16, 3, 5, 1, ("G101",)
)


def plan(name: str, **more: Any) -> FleetPlan:
    made = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    return FleetPlan(
        name,
        "apply",
        "ände\u202erungen.csv",
        made,
        (GOOD, DOWN),
        {"waves": "1,rest", "rate": ["20/10"]},
        **more,
    )


def saved(runs: Path, name: str) -> FleetFolder:
    folder = FleetFolder(runs / name)
    folder.path.mkdir(parents=True)
    save_fleet(folder, plan(name))
    return folder


def why_not(folder: FleetFolder) -> str:
    with pytest.raises(UsageError) as error:
        read_fleet(folder)
    assert str(folder.path) in error.value.message
    return error.value.code


def rewritten(folder: FleetFolder, **changed: Any) -> None:
    """Change the file, and seal it as somebody would who knows how."""
    document = json.loads(folder.plan.read_text("ascii")) | changed
    version, _ = document.pop(fleet_file.MARK), document.pop(fleet_file.SEAL)
    sealed = {fleet_file.MARK: version, fleet_file.SEAL: fleet_file._seal(document), **document}
    folder.plan.write_text(json.dumps(sealed), "ascii")


def test_a_fleet_comes_back_as_it_was_saved_and_is_its_makers_alone(tmp_path: Path) -> None:
    folder = saved(tmp_path, "f")
    assert read_fleet(folder) == plan("f")
    assert read_fleet(folder).digest == plan("f").digest
    assert folder.plan.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.path.iterdir()] == ["fleet.json"]


def test_what_cannot_be_used_says_why(tmp_path: Path) -> None:
    assert why_not(FleetFolder(tmp_path / "none")) == "U150"
    cut = saved(tmp_path, "cut")
    cut.plan.write_bytes(cut.plan.read_bytes()[:-30])
    assert why_not(cut) == "U151"
    edited = saved(tmp_path, "edited")
    edited.plan.write_text(edited.plan.read_text("ascii").replace("b.example", "e.example"), "ascii")
    assert why_not(edited) == "U151"
    newer = saved(tmp_path, "newer")
    newer.plan.write_text(newer.plan.read_text("ascii").replace('fleet": 1', 'fleet": 2'), "ascii")
    assert why_not(newer) == "U152"
    copied = FleetFolder(tmp_path / "copy")
    saved(tmp_path, "original").path.rename(copied.path)
    assert why_not(copied) == "U153"
    linked = saved(tmp_path, "linked")
    linked.plan.unlink()
    linked.plan.symlink_to(cut.plan)
    assert why_not(linked) == "U151"


@pytest.mark.parametrize(
    "changed",
    [
        {"command": "rm"},
        {"settings": {"no_such": 1}},
        {"settings": {"concurrency": 1000}},
        {"made": "yesterday"},
        {"accounts": []},
        {"more": 1},
        {"id": 7},
        *(
            {"accounts": [{"account": name, "server": "s", "code": "N101"}]}
            for name in ("../x", ".x", "a/b", "")
        ),
    ],
    ids=repr,
)
def test_a_seal_alone_makes_nothing_trusted(tmp_path: Path, changed: dict[str, Any]) -> None:
    folder = saved(tmp_path, "f")
    rewritten(folder, **changed)
    assert why_not(folder) == "U151"


def test_an_account_stands_once_whatever_its_case(tmp_path: Path) -> None:
    folder = FleetFolder(tmp_path)
    twice = (replace(DOWN, account="BERLIN"), DOWN)
    save_fleet(folder, replace(plan(tmp_path.name), accounts=twice))
    assert why_not(folder) == "U151"


def test_a_fleet_is_found_by_path_name_beginning_or_as_the_last(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    settings = Settings(runs_dir=runs)
    with pytest.raises(UsageError, match="there is no fleet 'last'"):
        find_fleet("last", settings)
    older, newer = saved(runs, "2026-a"), saved(runs, "2026-b")
    os.utime(older.plan, (1, 1))
    saved(runs, ".2026-c.part")
    (runs / "2026-run").mkdir()
    assert all_fleets(runs) == [newer, older]
    assert [find_fleet(text, settings) for text in ("last", "2026-b", "2026-a", str(older.path))] == [
        newer,
        newer,
        older,
        older,
    ]
    assert find_fleet("last", settings, may_be_last=lambda one: one == older) == older
    for text in ("2026", "x", "", "a\0b", "2026-run", "x" * 5000):
        with pytest.raises(UsageError) as error:
            find_fleet(text, settings)
        assert error.value.code == "U150"
    older.journal.touch()  # it is worked on
    assert find_fleet("last", settings) == older


def test_what_a_yes_allowed_stands_in_the_plan_that_workers_read_and_changes_no_digest(
    tmp_path: Path,
) -> None:
    folder = FleetFolder(tmp_path / "fleet")
    folder.path.mkdir()
    save_fleet(folder, made := plan("fleet"))
    order = FleetOrder({"allow": ("mode",)})
    saved = with_order(folder, made, order, replace(made, settings={**made.settings, "max_changes": 9}))
    assert read_fleet(folder) == saved and saved.digest == made.digest
    assert read_settings(saved.settings).allow == ("mode",) and saved.settings["max_changes"] == 9


def test_a_plan_that_another_process_has_changed_while_a_yes_was_waited_for_is_not_written_over(
    tmp_path: Path,
) -> None:
    folder = FleetFolder(tmp_path / "fleet")
    folder.path.mkdir()
    seen, newer = plan("fleet"), replace(plan("fleet"), settings={"max_changes": 9})
    save_fleet(folder, newer)
    with pytest.raises(RunLocked) as refused:
        with_order(folder, seen, FleetOrder({"allow": ("mode",)}))
    assert refused.value.code == "R152" and read_fleet(folder) == newer
