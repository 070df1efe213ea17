"""One sheet for many accounts: each gets its rows, is planned or says why not, and there is one digest over all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.cli.commands.fleets.sending_fleets.apply_fleet import allowed_order
from batch_update.errors import GuardStopped, RunStopped, SheetError, UsageError
from batch_update.fleet.outlook.foreseeing_fleet import FleetProspect
from batch_update.fleet.outlook.last_words import end_of_fleet
from batch_update.fleet.planning.fleet_planning import (
    OUTAGE,
    AccountChoice,
    _Warner,
    blocking_whole,
    plan_fleet,
    read_for_fleet,
)
from batch_update.fleet.planning.given_settings import carried_settings
from batch_update.fleet.planning.planned import PlannedAccount, PlannedFleet, whole_guards
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.running.fleet_order import FleetOrder
from batch_update.model.fleets import NO_ACCOUNT
from batch_update.model.reports import Event, Exit
from batch_update.model.sheets import Sheet
from batch_update.plan.saving import digest, read_plan
from batch_update.run.steps.means import Means
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import Settings
from tests.clocks import FakeTime
from tests.fleet.accounts_of_sandbox import many_here, write_list
from tests.sheet.tables import read_text

TEXT = (
    "Konto;id;Sprechgeschwindigkeit\n"
    "staging;110001;1,1\n"
    "hotel-002;210001;0,9\n"
    "PRAXIS-003;310001;1,1\n"
    "hotel-002;210002;0,9\n"
)


ALL_NAMED = AccountChoice()


class Silent:
    """Hears all that is told of planning."""

    def __init__(self) -> None:
        self.planned: list[str] = []
        self.warned: list[str] = []

    def warning(self, words: str) -> None:
        self.warned.append(words)

    def account_planned(self, account: PlannedAccount, done: int, total: int) -> None:
        self.planned.append(account.plan.account)


def planned(
    text: str, settings: Settings, means: Means, choice: AccountChoice = ALL_NAMED, **more: Any
) -> PlannedFleet:
    split = read_for_fleet(read_text(text), choice, settings, means)
    assert not blocking_whole(split, skip_invalid=settings.skip_invalid)
    return anyio.run(partial(plan_fleet, split, settings, means, Silent(), **more))


def by_name(fleet: PlannedFleet) -> dict[str, PlannedAccount]:
    return {one.plan.account: one for one in fleet.accounts}


def folders(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.runs_dir.iterdir())


def parts_of(sheet: Sheet, tmp_path: Path, choice: AccountChoice = ALL_NAMED) -> Any:
    settings = Settings(accounts_file=tmp_path / "accounts.toml")
    return read_for_fleet(sheet, choice, settings, Means())


# ---------------------------------------------------------------- the sheet taken apart


def test_each_account_gets_its_rows_with_the_numbers_that_people_see(tmp_path: Path) -> None:
    write_list(tmp_path, 3)
    split = parts_of(read_text(TEXT), tmp_path)
    assert {part.account.name: list(part.sheet.numbers) for part in split.parts} == {
        "hotel-002": [3, 5],
        "praxis-003": [4],
        "staging": [2],
    }
    assert not split.homeless and not blocking_whole(split, skip_invalid=False)


def test_rows_of_nobody_are_told_at_their_cells_and_forbid_all_unless_left_out(tmp_path: Path) -> None:
    write_list(tmp_path, 3)
    split = parts_of(read_text(TEXT + "hotle-002;1;1\n;2;1\n../x;3;1\n"), tmp_path)
    assert [(p.code, split.sheet.numbers[p.index or 0], p.column) for p in split.homeless] == [
        ("S150", 6, 0),
        ("S151", 7, 0),
        ("S150", 8, 0),
    ]
    assert split.homeless[0].remedy == "did you mean hotel-002?"
    assert blocking_whole(split, skip_invalid=False) and not blocking_whole(split, skip_invalid=True)


def test_chosen_accounts_leave_out_the_rows_of_others_and_tell_who_has_none(tmp_path: Path) -> None:
    write_list(tmp_path, 4)
    split = parts_of(read_text(TEXT), tmp_path, AccountChoice(("tag:hotel", "kanzlei-004")))
    assert [part.account.name for part in split.parts] == ["hotel-002"]
    assert (split.left_out, split.idle) == ({"staging": 1, "praxis-003": 1}, ("kanzlei-004",))
    assert len(parts_of(read_text(TEXT), tmp_path, AccountChoice(every=True)).parts) == 3
    with pytest.raises(UsageError) as error:
        parts_of(read_text(TEXT), tmp_path, AccountChoice(("hotle-002",)))
    assert "did you mean 'hotel-002'?" in error.value.message


def test_a_sheet_that_names_no_account_is_for_one_or_for_each_that_is_named_by_name(tmp_path: Path) -> None:
    write_list(tmp_path, 2)
    ids, names = read_text("id;name\n'1;a\n"), read_text("Assistent;Stimme\nEmpfang;Clara\n")
    assert len(parts_of(ids, tmp_path, AccountChoice(("staging",))).parts) == 1
    assert len(parts_of(names, tmp_path, AccountChoice(every=True)).parts) == 2
    for sheet, choice in ((ids, AccountChoice(every=True)), (ids, AccountChoice()), (names, AccountChoice())):
        with pytest.raises(SheetError) as error:
            parts_of(sheet, tmp_path, choice)
        assert error.value.code == "S153"


def test_a_total_follows_the_account_above_it_and_is_no_row_without_an_account(tmp_path: Path) -> None:
    write_list(tmp_path, 3)
    split = parts_of(read_text(TEXT + "Konto;id;Sprechgeschwindigkeit\n"), tmp_path)
    assert not split.homeless and sum(len(part.rows) for part in split.parts) == len(split.sheet)


# ---------------------------------------------------------------- the plan


def test_each_account_is_planned_with_its_own_key_and_saved_and_one_digest_is_over_all(
    tmp_path: Path,
) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet = planned(TEXT, settings, means)
    assert fleet.exit is Exit.CHANGES_PENDING and read_fleet(fleet.folder) == fleet.plan
    assert fleet.folder.path.stat().st_mode & 0o777 == 0o700
    for one in fleet.plan.accounts:
        with fleet.folder.plan_of(one.account).open("rb") as file:
            saved = read_plan(one.account, file)
        assert (digest(saved), len(saved.changes), one.code) == (one.digest, one.rows, "")
        assert one.owner == saved.account != ""
    text = fleet.folder.plan.read_text("ascii")
    assert "sandbox-key" not in text and "keys/" not in text


def test_what_one_account_meets_keeps_no_other_from_being_planned(tmp_path: Path) -> None:
    with many_here(tmp_path, 5) as (_, settings, means):
        (tmp_path / "keys" / "staging").unlink()
        (tmp_path / "keys" / "hotel-002").write_text((tmp_path / "keys" / "praxis-003").read_text())
        (tmp_path / "keys" / "kanzlei-004").write_text("a-key-that-nobody-knows\n")
        rows = "kanzlei-004;410001;1,1\nrestaurant-005;510001;9\nrestaurant-005;510002;1,1\n"
        fleet = planned(TEXT + rows, settings, means)
    told = {name: (one.plan.code, one.exit, one.plan.invalid) for name, one in by_name(fleet).items()}
    assert told == {
        "staging": ("U104", Exit.KEY_REFUSED, 0),
        "hotel-002": ("X312", Exit.STOPPED, 0),
        "kanzlei-004": ("A401", Exit.KEY_REFUSED, 0),
        "restaurant-005": ("V104", Exit.SHEET_INVALID, 1),
        "praxis-003": ("", Exit.OK, 0),
    }
    assert fleet.exit is Exit.KEY_REFUSED
    assert [(one.plan.changes, one.plan.tripped) for one in fleet.accounts if one.plan.code] == [(0, ())] * 4
    ends = {one.account: one.exit for one in end_of_fleet(fleet.plan, {}, {}).accounts if one.code}
    assert ends == {name: told[name][1] for name in told.keys() - {"praxis-003"}}
    numbers = [n for one in fleet.plan.accounts for n in _saved_rows(fleet, one.account)]
    assert sorted(numbers) == list(range(2, 9)), "each row of the sheet is in one of the saved plans"
    assert [p.code for p in fleet.problems] == ["V104"]
    assert fleet.split.sheet.numbers[fleet.problems[0].index or 0] == 7


def test_a_row_of_an_account_that_cannot_be_planned_tells_what_kept_it_and_not_what_was_not_looked_up(
    tmp_path: Path,
) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        (tmp_path / "keys" / "staging").unlink()
        fleet = planned("Konto;id;Sprechgeschwindigkeit\nstaging;Reception;1,1\n", settings, means)
    with fleet.folder.plan_of("staging").open("rb") as file:
        settled = read_plan("staging", file).settled
    assert all("no API key" in one.message for one in settled.values()) and len(settled) == 1


def test_an_account_that_is_down_is_named_and_does_not_hold_up_the_plan_of_the_others(tmp_path: Path) -> None:
    """Unless somebody says how long: that is the time until a plan for all others can be looked at."""
    assert OUTAGE <= 30 < Settings().max_outage
    heard = Silent()
    told: set[str] = set()
    for name in ("krone", "sonne"):
        _Warner(heard, name, told).event(Event("pause", "no connection"))
    assert len(heard.warned) == 1 and heard.warned[0].startswith("krone (others perhaps, too) cannot be")


@pytest.mark.parametrize(("given", "least", "most"), [({}, 20.0, 45.0), ({"max_outage": 120.0}, 90.0, 180.0)])
def test_an_account_that_is_down_is_waited_for_as_long_as_is_said(
    tmp_path: Path, given: dict[str, float], least: float, most: float
) -> None:
    async def down(scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionRefusedError

    fake = FakeTime()
    with many_here(tmp_path, 1) as (_, settings, means):
        settings, means = settings.model_copy(update=given), replace(means, app=down, clock=fake.clock)
        fleet = planned("Konto;id;Sprechgeschwindigkeit\nstaging;110001;1,1\n", settings, means)
    assert by_name(fleet)["staging"].plan.code == "R103"
    assert least < fake.skipped < most


def test_an_account_that_a_header_keeps_from_being_planned_tells_the_header_and_counts_no_rows(
    tmp_path: Path,
) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        split = read_for_fleet(read_text("Konto;id;Blub\nstaging;110001;1\n"), ALL_NAMED, settings, means)
        fleet = anyio.run(partial(plan_fleet, split, settings, means, Silent()))
    (one,) = fleet.plan.accounts
    assert (one.code, one.message) == ("H102", "'Blub' matches no field")
    assert end_of_fleet(fleet.plan, {}, {}).exit is fleet.exit is Exit.SHEET_INVALID


def _saved_rows(fleet: PlannedFleet, account: str) -> list[int]:
    with fleet.folder.plan_of(account).open("rb") as file:
        return [int(number) for number in read_plan(account, file).sheet.numbers]


def test_good_rows_go_on_where_wrong_ones_are_left_out(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        settings = settings.model_copy(update={"skip_invalid": True})
        fleet = planned(TEXT + "nobody;7;1,1\nstaging;110002;9\n", settings, means)
    found = by_name(fleet)
    assert (found["staging"].plan.changes, found["staging"].plan.invalid) == (1, 1)
    assert (found[NO_ACCOUNT].plan.code, _saved_rows(fleet, NO_ACCOUNT)) == ("S150", [6])
    assert fleet.exit is Exit.SOME_FAILED


@pytest.mark.parametrize(
    "row", ["hotel-007;Nix;1,1", "staging;110001;1,1\nstaging;110001;1,2"], ids=["C111", "X201"]
)
def test_rows_that_keep_an_account_from_being_planned_end_it_as_an_invalid_sheet(
    tmp_path: Path, row: str
) -> None:
    """As a run of its own would end, whether the fleet is only planned or sent."""
    with many_here(tmp_path, 7) as (_, settings, means):
        fleet = planned(f"Konto;id;Sprechgeschwindigkeit\n{row}\n", settings, means)
    assert end_of_fleet(fleet.plan, {}, {}).exit is fleet.exit is Exit.SHEET_INVALID


def test_a_problem_of_rows_that_several_accounts_share_is_told_once(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        text = "id;Sprechgeschwindigkeit\nReception;9\n"
        fleet = planned(text, settings, means, AccountChoice(every=True))
    assert [one.code for one in fleet.problems] == ["V104"] and len(fleet.accounts) == 3


def test_an_account_is_guarded_by_itself_and_the_whole_as_a_whole(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        settings = settings.model_copy(update={"max_changes": 3, "max_change_percent": 15.0})
        fleet = planned(TEXT, settings, means, max_accounts=2)
    assert {one.plan.account: one.plan.tripped for one in fleet.accounts if one.plan.tripped} == {
        "hotel-002": ("G121",)
    }
    assert [(one.code, one.lifts) for one in fleet.tripped] == [
        ("G130", {"max_accounts": 3}),
        ("G120", {"max_changes": 4}),
    ]
    (tmp_path / "again").mkdir()
    with many_here(tmp_path / "again", 3) as (_, settings, means):
        fleet = planned(TEXT, settings.model_copy(update={"max_changes": 1}), means)
    assert not any(one.plan.tripped for one in fleet.accounts), "the limit is that of the whole"
    assert whole_guards(replace(fleet.plan, max_accounts=3, settings={"max_changes": 4})) == ()


def test_the_digest_that_was_approved_is_held_to_and_what_fails_leaves_no_folder(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        wanted = planned(TEXT, settings, means).plan.digest
        again = planned(TEXT, settings.model_copy(update={"expect": wanted}), means)
        assert again.plan.digest == wanted
        before = folders(settings)
        with pytest.raises(RunStopped) as error:
            planned(TEXT, settings.model_copy(update={"expect": "0" * 12}), means)
    assert error.value.code == "X311" and folders(settings) == before


def test_an_interrupted_plan_leaves_no_folder(tmp_path: Path) -> None:
    async def cut_short(split: Any, settings: Settings, means: Means) -> None:
        with anyio.move_on_after(0.05):
            await plan_fleet(split, settings, means, Silent())

    with many_here(tmp_path, 3, latency=5.0) as (_, settings, means):
        split = read_for_fleet(read_text(TEXT), AccountChoice(), settings, means)
        anyio.run(cut_short, split, settings, means)
    assert folders(settings) == []


def test_settings_that_are_carried_mean_the_same_there_and_hold_no_secret(tmp_path: Path) -> None:
    given = {
        "rate": ["5/10", "50/60"], "allow": "mode,clear", "waves": "1,5,rest", "skip_invalid": True,
        "max_failures": "5%",
        "proxy": "http://me:secret@proxy:8080", "set": {"name": "a text of the sheet"}, "accounts_file": "a.toml",
        "key_file": "k", "expect": "abc", "runs_dir": "elsewhere", "pause": "ask", "max_changes": 4,
        "on_duplicate": "last",
    }  # fmt: skip
    carried = carried_settings(read_settings(given))
    assert carried.keys() == {
        "rate",
        "allow",
        "waves",
        "skip_invalid",
        "max_failures",
        "pause",
        "max_changes",
        "accounts_file",
        "on_duplicate",
    }
    there, here = read_settings(carried), read_settings(given)
    assert all(getattr(there, name) == getattr(here, name) for name in carried if name != "accounts_file")
    assert there.accounts_file == Path("a.toml").absolute()
    plain = carried_settings(read_settings({"proxy": "http://proxy:8080"}))
    assert plain == {"proxy": "http://proxy:8080"}


def test_a_yes_lifts_no_limit_over_the_whole(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        plan = planned(TEXT, settings, means, max_accounts=2).plan
    with pytest.raises(GuardStopped) as error:
        allowed_order(FleetProspect(plan, plan.accounts, 1.0), FleetOrder(), Settings(yes=True))
    assert error.value.code == "G130" and "max_accounts=3" in error.value.remedy
