"""`fleet shard`: one account, or a share of them, seen to its end by a process that anything may start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from batch_update.errors import UsageError
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.shards.several import share_of
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetPlan
from tests.cli.conftest import Run
from tests.clocks import NOON
from tests.fleet.planned_parts import NAME, fleet_at_sandbox

FLEET = FleetPlan("f", "apply", "s.csv", NOON, tuple(AccountPlan(name, "https://x/api") for name in "abcde"))


def test_a_shard_by_name_and_by_index_and_a_second_time_for_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet_at_sandbox(tmp_path / "runs" / "f")
    first = run("fleet", "shard", NAME, "--fleet", "runs/f", "--local", "own")
    assert (first.exit, first.err) == (0, "")
    assert first.out == f"{NAME}: 3 updated\n"
    assert (tmp_path / "own" / "f" / NAME / "1" / "journal.db").exists()
    again = run("fleet", "shard", "--fleet", "f", "--index", "0")
    assert (again.exit, again.out) == (0, first.out)
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "0")
    assert run("fleet", "shard", "--fleet", "f", "--shards", "2").out == first.out
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "1")
    none = run("fleet", "shard", "--fleet", "f", "--shards", "2")
    assert (none.exit, none.out) == (0, "") and "No account has this index" in none.err
    assert not (tmp_path / "runs" / "f" / "accounts" / NAME / "2").exists()


def test_rows_that_failed_are_sent_again_where_that_is_asked_for_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet_at_sandbox(tmp_path / "runs" / "f")
    shard = ("fleet", "shard", NAME, "--fleet", "f")
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_FAULTS", "422@1")
    first = run(*shard)
    assert (first.exit, first.out) == (1, f"{NAME}: 2 updated, 1 failed\n")
    monkeypatch.delenv("BATCH_UPDATE_SANDBOX_FAULTS")
    unasked = run(*shard)
    assert (unasked.exit, unasked.out) == (1, first.out)
    again = run(*shard, "--retry-failed")
    assert (again.exit, again.out) == (0, f"{NAME}: 3 updated\n")


@pytest.mark.parametrize(
    ("words", "exit", "told"),
    [
        (("nobody",), 2, "no account 'nobody'"),
        ((), 2, "wanted the name of an account, --index, or JOB_COMPLETION_INDEX"),
        (("a", "--index", "1"), 2, "neither --index nor --shards"),
        (("--index", "-1"), 2, "given -1"),
        (("--index", "2", "--shards", "2"), 2, "wanted 0 to 1 of 2 shards"),
        (("--index", "0", "--shards", "0"), 2, "given 0, wanted 1 or more"),
        ((NAME, "--expect", "0" * 12), 5, "expected was 000000000000"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(
    run: Run, tmp_path: Path, words: tuple[str, ...], exit: int, told: str
) -> None:
    fleet_at_sandbox(tmp_path / "runs" / "f")
    result = run("fleet", "shard", "--fleet", "f", *words)
    assert (result.exit, told in result.err) == (exit, True), result.err


def test_an_account_that_could_not_be_planned_says_why(run: Run, tmp_path: Path) -> None:
    folder = fleet_at_sandbox(tmp_path / "runs" / "f")
    plan = read_fleet(folder)
    lost = replace(plan.accounts[0], digest="", changes=0, code="N101", message="it is down")
    save_fleet(folder, replace(plan, accounts=(lost,)))
    result = run("fleet", "shard", NAME, "--fleet", "f")
    assert result.exit == 5
    assert result.out == f"{NAME}: nothing could be planned for account {NAME}: it is down (N101)\n"
    for code, exit in {"U104": 4, "X312": 5, "U110": 2, "S101": 3}.items():
        save_fleet(folder, replace(plan, accounts=(replace(lost, code=code),)))
        assert run("fleet", "shard", NAME, "--fleet", "f").exit == exit, "as under fleet apply"


def test_a_fleet_over_its_limits_is_sent_by_no_command_that_nobody_allowed_it_to(
    run: Run, tmp_path: Path
) -> None:
    folder = fleet_at_sandbox(tmp_path / "runs" / "f", max_changes=2)
    plan = read_fleet(folder)
    for words in (("shard", NAME, "--fleet", "f"), ("resume", "f", "--yes"), ("apply", "f", "--yes")):
        refused = run("fleet", *words)
        assert refused.exit == 5 and "G120" in refused.err, words
    assert not (folder.path / "accounts").exists()
    for share, exit in {"1": 5, "100": 0}.items():
        save_fleet(folder, replace(plan, accounts=(replace(plan.accounts[0], tripped=("G121",)),)))
        folder.journal.unlink(missing_ok=True)
        given = ("--max-changes", "3", "--max-change-percent", share)
        assert run("fleet", "apply", "f", "--yes", *given).exit == exit, share
    assert run("fleet", "shard", NAME, "--fleet", "f").exit == 0, "it was allowed"


@pytest.mark.parametrize(
    ("index", "shards", "names"), [(1, 2, "bd"), (0, 2, "ace"), (4, None, "e"), (5, None, "")]
)
def test_processes_that_share_the_accounts_leave_none_out(index: int, shards: int | None, names: str) -> None:
    nobodys = replace(FLEET, accounts=(AccountPlan(NO_ACCOUNT, ""), *FLEET.accounts))
    for fleet in (FLEET, nobodys):  # rows of nobody are no account, and are not counted
        assert "".join(one.account for one in share_of(fleet, index, shards)) == names
    with pytest.raises(UsageError):
        share_of(FLEET, 5, 5)
