"""Fleets made by hand: a plan and journals in their folders, as if accounts had been worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.journal.recorded import SessionFacts
from batch_update.journal.writing import Journal
from batch_update.model.fleets import AccountPlan, FleetEnd, FleetPlan, ShardEnd
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Exit, Stats
from batch_update.model.sheets import Column, Dialect, Role
from batch_update.plan.saving import digest, save_plan
from tests.clocks import NOON
from tests.made import column, ids, sheet_of

UPDATED = Outcome(Status.UPDATED, http=200, attempts=1, changed=("speech_speed",), ms=120)
REFUSED = Outcome(Status.FAILED, "A422", "the server refuses it", 422, 1)
SEMICOLONS = Dialect("csv", "utf-8-sig", ";", ",", "\r\n")


@dataclass(frozen=True)
class Made:
    """An account of a made fleet: how each of its rows ends; none for an account that is not begun."""

    outcomes: Sequence[Outcome] = ()
    rows: int = 2
    exit: Exit | None = None
    code: str = ""
    message: str = ""
    epochs: int = 1
    """how many times it was begun; each has the journal"""
    plan_code: str = ""
    notes: Sequence[str] = ()


def plan_of_account(
    name: str, numbers: Sequence[int], notes: Sequence[str] = (), dialect: Dialect = SEMICOLONS
) -> Plan:
    """The part of a sheet that is about an account: rows with these numbers, all to be changed."""
    columns = (
        Column("account", [name] * len(numbers), Role.ACCOUNT),
        ids(10_000 + number for number in numbers),
        column("speech_speed", ["1,1"] * len(numbers)),
        column("?note", [*notes, *[""] * (len(numbers) - len(notes))]),
    )
    sheet = sheet_of(
        *(replace(one, header=one.header.lstrip("?")) for one in columns),
        name="all.csv",
        dialect=dialect,
        lines=numbers,
    )
    sheet = replace(sheet, numbers=list(numbers))
    changes = tuple(
        Change(10_000 + number, {"speech_speed": 1.1}, (index,), before={"speech_speed": 1.0})
        for index, number in enumerate(numbers)
    )
    return Plan(sheet, changes, {}, account=f"{name}@example.org", server="https://app.example.org/api")


def made_fleet(
    path: Path, accounts: Mapping[str, Made], dialect: Dialect = SEMICOLONS
) -> tuple[FleetEnd, FleetFolder]:
    """A fleet whose accounts ended so, with its folder. Rows of the accounts take turns in the sheet."""
    folder, names = FleetFolder(path), sorted(accounts)
    (path / "plans").mkdir(parents=True)
    folder.plan.write_text("{}", "ascii")
    plans, ends, began = [], [], NOON
    for place, name in enumerate(names):
        one = accounts[name]
        count = len(one.outcomes) or one.rows
        numbers = [2 + place + len(names) * row for row in range(count)]
        plan = plan_of_account(name, numbers, one.notes, dialect)
        folder.plan_of(name).write_text(save_plan(plan), "utf-8")
        if one.outcomes:
            for epoch in range(1, one.epochs + 1):
                _journal(plan, folder.run_of(name, epoch), one.outcomes)
        seal = "" if one.plan_code else digest(plan)
        plans.append(AccountPlan(name, plan.server, plan.account, seal, 0 if one.plan_code else count, count))
        if one.plan_code:
            plans[-1] = replace(plans[-1], code=one.plan_code, message=one.message)
        ends.append(_end_of(name, one, began + timedelta(seconds=place)))
    fleet = FleetPlan(path.name, "apply", "all.csv", NOON, tuple(plans))
    return FleetEnd(fleet, tuple(ends)), folder


def _end_of(name: str, one: Made, began: datetime) -> ShardEnd:
    counts = dict.fromkeys(Status, 0)
    for outcome in one.outcomes:
        counts[outcome.status] += 1
    is_good = all(outcome.status is Status.UPDATED for outcome in one.outcomes)
    exit = one.exit
    if exit is None:
        exit = Exit.STOPPED if not one.outcomes else Exit.OK if is_good else Exit.SOME_FAILED
    return ShardEnd(
        name,
        one.epochs if one.outcomes else 0,
        exit,
        one.code,
        "" if one.plan_code else one.message,
        {status: count for status, count in counts.items() if count},
        len(one.outcomes),
        12.5 if one.outcomes else 0.0,
        began if one.outcomes else None,
        began + timedelta(seconds=12.5) if one.outcomes else None,
    )


def _journal(plan: Plan, folder: Path, outcomes: Sequence[Outcome]) -> None:
    """The journal of a run that is over, in which each row ended so."""
    with Journal.create(folder, plan, SessionFacts()) as journal:
        journal.begin(NOON)
        journal.settle(dict(enumerate(outcomes)))
        journal.end(12.5, None, Stats(requests=len(outcomes) + 3))
