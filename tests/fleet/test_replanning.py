"""What a fleet could not plan is planned anew from what its folder keeps, and a kill at any moment loses no row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from batch_update.errors import RunLocked
from batch_update.fleet.planning.planned import PlannedFleet
from batch_update.fleet.record.fleet_file import read_fleet, save_fleet
from batch_update.fleet.replanning.left_rows import has_left_rows
from batch_update.fleet.replanning.planning_left import Replanned, draft_in, plan_left
from batch_update.fleet.replanning.taking_in import take_in
from batch_update.model.fleets import NO_ACCOUNT, FleetPlan
from batch_update.plan.saving import read_plan
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings
from tests.fleet.accounts_of_sandbox import many_here
from tests.fleet.test_planning import Silent, planned

TEXT = (
    "Konto;id;Sprechgeschwindigkeit\n"
    "staging;110001;1,1\n"
    "hotel-002;210001;0,9\n"
    "hotel-002;Summe;\n"
    "praxis-003;310001;1,1\n"
)
CHANGED = "[accounts.praxis-003]", "[accounts.praxis-3]"


def anew(fleet: PlannedFleet, settings: Settings, means: Means, *, keep: bool = True) -> Replanned:
    """What could not be planned, planned anew; and taken in, unless that is not wanted."""
    plan = read_fleet(fleet.folder)
    with draft_in(fleet.folder) as draft:
        found = anyio.run(partial(plan_left, fleet.folder, plan, draft, settings, means, Silent()))
        if keep:
            anyio.run(take_in, fleet.folder, found, draft)
    return found


def rows_in(fleet: PlannedFleet, plan: FleetPlan) -> list[int]:
    """The numbers of the rows in the saved plans of all accounts."""
    found: list[int] = []
    for one in plan.accounts:
        with fleet.folder.plan_of(one.account).open("rb") as file:
            found += map(int, read_plan(one.account, file).sheet.numbers)
    return sorted(found)


def of_both(folder: Path, settings: Settings, means: Means) -> tuple[PlannedFleet, Settings]:
    """A fleet with an account that has no key, and one whose name is wrong in the list; both are mended since."""
    settings = settings.model_copy(update={"skip_invalid": True})
    key, known = folder / "keys" / "hotel-002", folder / "accounts.toml"
    right_key, right_list = key.read_text(), known.read_text()
    key.unlink()
    known.write_text(right_list.replace(*CHANGED))
    fleet = planned(TEXT, settings, means)
    key.write_text(right_key)
    known.write_text(right_list)
    return fleet, settings


def test_rows_are_planned_as_they_would_have_been_at_first(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet, settings = of_both(tmp_path, settings, means)
        assert {one.account: one.code for one in fleet.plan.accounts} == {
            NO_ACCOUNT: "S150", "hotel-002": "U104", "staging": "",
        }  # fmt: skip
        found = anew(fleet, settings, means)
        whole = planned(TEXT, settings, means)
    assert read_fleet(fleet.folder) == found.plan and found.plan.accounts == whole.plan.accounts
    assert found.plan.digest == whole.plan.digest, "a total is a total, whenever it is planned"
    assert rows_in(fleet, found.plan) == [2, 3, 4, 5] and not has_left_rows(fleet.folder, found.plan)
    assert not fleet.folder.plan_of(NO_ACCOUNT).exists()


def test_until_it_is_taken_in_the_fleet_is_as_it_was(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet, settings = of_both(tmp_path, settings, means)
        before = {path: path.read_bytes() for path in fleet.folder.path.rglob("*.json")}
        anew(fleet, settings, means, keep=False)
        assert {path: path.read_bytes() for path in fleet.folder.path.rglob("*.json")} == before
        assert not list(fleet.folder.path.glob(".resume-*"))


def test_rows_that_found_their_account_are_not_planned_twice_by_whoever_goes_on_after_a_kill(
    tmp_path: Path,
) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet, settings = of_both(tmp_path, settings, means)
        nobodys = fleet.folder.plan_of(NO_ACCOUNT).read_bytes()
        first = anew(fleet, settings, means)
        # As if it was killed between the plan of the fleet and the rest of nobody's rows, some of which stay.
        left = next(one for one in fleet.plan.accounts if one.account == NO_ACCOUNT)
        accounts = tuple(sorted((left, *first.plan.accounts), key=lambda one: one.account))
        save_fleet(fleet.folder, replace(first.plan, accounts=accounts))
        fleet.folder.plan_of(NO_ACCOUNT).write_bytes(nobodys)
        again = anew(fleet, settings, means)
    assert again.accounts == () and again.plan.accounts == first.plan.accounts
    assert rows_in(fleet, again.plan) == [2, 3, 4, 5]


def test_an_account_whose_name_has_another_case_in_the_list_by_now_is_the_one_it_was(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet, settings = of_both(tmp_path, settings, means)
        known = tmp_path / "accounts.toml"
        known.write_text(known.read_text().replace("[accounts.hotel-002]", "[accounts.Hotel-002]"))
        (tmp_path / "keys" / "hotel-002").rename(tmp_path / "keys" / "Hotel-002")
        found = anew(fleet, settings, means)
    assert [one.account for one in found.plan.accounts] == ["hotel-002", "praxis-003", "staging"]


def test_of_two_who_planned_the_same_the_second_is_refused(tmp_path: Path) -> None:
    with many_here(tmp_path, 3) as (_, settings, means):
        fleet, settings = of_both(tmp_path, settings, means)
        slow = anew(fleet, settings, means, keep=False)
        anew(fleet, settings, means)
        with pytest.raises(RunLocked) as error, draft_in(fleet.folder) as draft:
            anyio.run(take_in, fleet.folder, slow, draft)
    assert error.value.code == "R152" and read_fleet(fleet.folder) == slow.plan
