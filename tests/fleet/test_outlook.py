"""What is told of a fleet beforehand and from beside: how long it takes, what has to be allowed, who works on it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import TTL, Lease
from batch_update.fleet.outlook.fleet_stage import stage_of
from batch_update.fleet.outlook.foreseeing_fleet import foresee_fleet, guards_of_fleet
from batch_update.fleet.outlook.last_words import end_as_recorded
from batch_update.fleet.outlook.looking_on import LookedOn, is_coordinated, look_on
from batch_update.fleet.record.fleet_entries import FleetBegun, FleetManner, ShardBegun
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.record.fleet_state import state_of_fleet
from batch_update.fleet.shards.written_end import write_end
from batch_update.model.fleets import FleetEnd, FleetStage, ShardEnd
from batch_update.model.plans import Status
from batch_update.model.reports import Exit, Share
from batch_update.settings.tunables import Settings
from tests.fleet.fleets import MADE, ended, fleet_of, planned

BEGUN = FleetBegun(MADE, "fleet", "f" * 12, 7, "host", "here", FleetManner())


def test_a_fleet_takes_as_long_as_its_slowest_account_and_as_all_of_them_in_the_slots_there_are() -> None:
    plan = fleet_of(replace(planned("a"), changes=300), "b", "c", "d")
    settings = Settings(no_verify=True)

    def seconds(most: int, manner: FleetManner | None = None) -> float:
        return foresee_fleet(plan, plan.accounts, manner or FleetManner(), settings, most).seconds

    slowest = seconds(4)
    assert slowest > 120, "300 changes at 100 a minute"
    assert seconds(1) == slowest + 3, "a second each for the others, one after another"
    assert seconds(4, FleetManner(waves=(Share(1),))) == slowest + 1, "one wave after another"


def test_what_accounts_have_in_common_has_to_be_allowed_once_and_each_looks_at_a_share_itself() -> None:
    accounts = [replace(planned("a"), tripped=("G101", "G121")), replace(planned("b"), tripped=("G101",))]
    told = [(one.code, one.hazard, one.assistants) for one in guards_of_fleet(accounts, Settings())]
    assert told == [("G101", "mode", 4), ("G121", "", 2)]
    for given, left in (
        ({"allow": ("mode",)}, ["G121"]),
        ({"allow": ("all",)}, ["G121"]),
        ({"max_change_percent": 30.0}, ["G101"]),
    ):
        assert [one.code for one in guards_of_fleet(accounts, Settings().model_copy(update=given))] == left


def test_how_long_a_fleet_still_takes_follows_from_what_is_left_wave_by_wave() -> None:
    """Not from how quick it was so far: two canary accounts say nothing about the hundred that follow at once."""
    plan = fleet_of(*(replace(planned(name), changes=300) for name in "abcd"))
    manner = FleetManner(canaries=("a",), waves=(Share(1),))
    state = state_of_fleet(plan, [replace(BEGUN, manner=manner)])

    def seconds(*ends: ShardEnd) -> float | None:
        end = FleetEnd(plan, ends)
        return LookedOn(end, state, ("c",), True, MADE + timedelta(seconds=20)).seconds_left

    whole = seconds()
    assert whole is not None and whole > 3 * 120, "three waves of 300 changes at 100 a minute"
    done = replace(ended("a"), counts={Status.UPDATED: 300})
    half = replace(ended("b"), counts={Status.UPDATED: 200})
    assert seconds(done) == pytest.approx(whole * 2 / 3)
    assert seconds(done, half) < whole / 2
    assert LookedOn(FleetEnd(plan, ()), state, (), False, MADE).seconds_left is None


def test_an_account_that_was_begun_again_has_not_ended_as_it_did_before(tmp_path: Path) -> None:
    plan = fleet_of("a")
    state = state_of_fleet(plan, [BEGUN, ended("a", Exit.STOPPED, "R103"), BEGUN, ShardBegun(MADE, "a")])
    (end,) = end_as_recorded(FleetFolder(tmp_path), plan, state).accounts
    assert end.code != "R103"


def test_a_fleet_whose_shards_something_else_began_is_as_far_as_they_have_written_down(
    tmp_path: Path,
) -> None:
    """GNU parallel, ssh, Kubernetes: there is no coordinator, and no journal of the fleet."""
    folder, plan = FleetFolder(tmp_path / "fleet"), fleet_of("a", "b", "c")
    folder.path.mkdir()
    save_fleet(folder, plan)
    assert stage_of(folder, plan, MADE) is FleetStage.PLANNED
    for name in "ab":
        folder.run_of(name, 1).mkdir(parents=True)
    write_end(folder.run_of("a", 1), ended("a"))

    async def while_b_is_at_work() -> LookedOn:
        lease = Lease(folder.lease_of("b"))
        await lease.take()
        seen = look_on(folder, MADE)
        lease.release()
        return seen

    seen = anyio.run(while_b_is_at_work)
    assert (seen.at_work, seen.is_at_work) == (("b",), False)
    assert [(one.account, one.exit, one.code) for one in look_on(folder, MADE).end.accounts] == [
        ("a", Exit.OK, ""),
        ("b", Exit.STOPPED, "R158"),
        ("c", Exit.STOPPED, ""),
    ]
    assert stage_of(folder, plan, MADE) is FleetStage.OPEN
    for name in "bc":
        folder.run_of(name, 1).mkdir(parents=True, exist_ok=True)
        write_end(folder.run_of(name, 1), ended(name))
    assert stage_of(folder, plan, MADE) is FleetStage.OVER


@pytest.mark.parametrize(("age", "works"), [(TTL, True), (TTL * 3, False)])
def test_of_a_coordinator_on_another_machine_the_age_of_its_stamp_tells_whether_it_lives(
    tmp_path: Path, age: float, works: bool
) -> None:
    folder = FleetFolder(tmp_path)
    assert not is_coordinated(folder, MADE)

    async def main() -> None:
        await Lease(folder.own_lease, machine="elsewhere").take()

    anyio.run(main)
    then = MADE.timestamp() - age
    os.utime(folder.own_lease / "stamp-000001", (then, then))
    assert is_coordinated(folder, MADE) == works
