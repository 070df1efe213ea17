"""Runs that are parts of fleets: history finds them, and nothing that tidies up takes one of them away."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

import batch_update
from batch_update.journal.across.in_fleets import fleet_of, name_of_run, runs_in_fleets
from tests.cli.conftest import Run
from tests.cli.test_commands import SEND
from tests.cli.test_history import rewrite_head
from tests.report.fleet.made_fleets import REFUSED, UPDATED, Made, made_fleet

FLEET = "2026-11-22T1200_fleet_all"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A fleet in the folder of runs: an account that was begun twice, one of which a row failed, one never begun."""
    path = tmp_path / "runs" / FLEET
    made_fleet(path, {"anna": Made((UPDATED,), epochs=2), "berta": Made((UPDATED, REFUSED)), "carl": Made()})
    return path


def files_below(path: Path) -> set[Path]:
    return {one for one in path.rglob("*") if one.is_file()}


def test_history_finds_the_newest_run_of_each_account_under_the_name_of_its_fleet(
    run: Run, fleet: Path
) -> None:
    shown = run("history", "10002")
    assert shown.exit == 0 and shown.out.count(f"{FLEET}/anna") == 1
    table = list(csv.DictReader(StringIO(run("history", "-o", "-").out.lstrip("\ufeff"))))
    assert sorted((row["run"], row["id"]) for row in table) == [
        (f"{FLEET}/anna", "10002"),
        (f"{FLEET}/berta", "10003"),
    ]


def test_history_of_one_account_tells_of_no_other_and_counts_what_cannot_be_told(
    run: Run, fleet: Path
) -> None:
    """Also of an account that is gone from the list, and of runs whose journals keep no name of an account."""
    assert run("apply", "good.csv", *SEND, "--run-dir", "runs/own").exit == 0

    def told(*words: str) -> tuple[set[str], int]:
        document = run("history", *words, "--json").json
        return {one["run"] for one in document["changes"]}, document["untold"]

    anna = "--account", "ANNA"
    assert told() == ({f"{FLEET}/anna", f"{FLEET}/berta", "own"}, 0)
    assert told(*anna) == ({f"{FLEET}/anna"}, 1)
    assert "left out: 1 run of which" in run("history", *anna).err
    assert run("history", "--account", "nobody").exit == 2
    Path("list.toml").write_text(
        '[accounts.anna]\nbase-url = "https://here.example/api"\nowner = "IT@anna.example"\n'
        'key = { env = "NO_SUCH" }\n',
        "utf-8",
    )
    listed = *anna, "--accounts-file", "list.toml"
    assert told(*listed) == ({f"{FLEET}/anna"}, 0), "the sandbox is another server"
    rewrite_head(Path("runs/own"), "https://sandbox/api", "https://here.example/api")
    assert told(*listed) == ({f"{FLEET}/anna"}, 1), "whose it was there is not known"
    rewrite_head(Path("runs/own"), "user 501", "it@anna.example")
    assert told(*listed) == ({f"{FLEET}/anna", "own"}, 0)
    assert {one.run for one in batch_update.history(account="berta").changes} == {f"{FLEET}/berta"}


def test_runs_list_says_where_fleets_are_told_of(run: Run, fleet: Path) -> None:
    listed = run("runs", "list")
    assert "1 fleet beside them: batch-update fleet list" in listed.err
    assert run("runs", "list", "--json").json["fleets"] == [FLEET]
    shown = run("runs", "show", FLEET)
    assert shown.exit == 2 and f"batch-update fleet status {FLEET}" in shown.err
    assert f"{FLEET}/ACCOUNT" in shown.err


def test_a_run_of_a_fleet_is_found_by_the_name_that_history_gives_it(run: Run, fleet: Path) -> None:
    shown = run("runs", "show", f"{FLEET}/anna", "--json")
    assert Path(shown.json["folder"]).parts[-3:] == ("accounts", "anna", "2")
    for name in (f"{FLEET}/carl", f"{FLEET}/nobody", f"{FLEET}/..", f"{FLEET}/", "/anna", "other/anna"):
        assert run("runs", "show", name).exit == 2


def test_prune_leaves_fleets_whole_wherever_it_looks(run: Run, fleet: Path) -> None:
    before = files_below(fleet)
    run("apply", "good.csv", *SEND)
    pruned = run("runs", "prune", "--keep", "0", "--yes", "--force")
    assert pruned.out.startswith("removed") and "1 fleet stays" in pruned.err
    for place in (fleet / "accounts" / "anna", fleet / "accounts", fleet):
        inside = run("runs", "prune", "--keep", "0", "--yes", "--force", "--runs-dir", str(place))
        assert inside.exit == 0 and "removed" not in inside.out
    assert files_below(fleet) == before
    assert (
        f"it is part of the fleet {FLEET}"
        in run("runs", "prune", "--keep", "0", "--yes", "--runs-dir", str(fleet / "accounts" / "anna")).err
    )


def test_a_run_is_part_of_a_fleet_only_where_that_has_a_plan(fleet: Path) -> None:
    newest = runs_in_fleets(fleet.parent)
    assert [name_of_run(one) for one in newest] == [f"{FLEET}/anna", f"{FLEET}/berta"]
    assert [one.name for one in newest] == ["2", "1"]
    assert fleet_of(newest[0]) == fleet and fleet_of(fleet) is None
    (fleet / "fleet.json").unlink()
    assert (fleet_of(newest[0]), name_of_run(newest[0])) == (None, "2")
