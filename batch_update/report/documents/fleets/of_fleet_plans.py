"""The documents of fleets: which there are, and what each would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.journal.folders import host_of
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetPlan, FleetStage
from batch_update.model.plans import Tripped
from batch_update.model.reports import Exit
from batch_update.report.documents.nouns import ToldGuard, ToldProblem, ToldSheet, told_guard


@dataclass(frozen=True, slots=True)
class ListedFleet:
    """A fleet: one piece of work on many accounts."""

    name: str
    """of its folder"""
    folder: str
    """its path"""
    command: str
    """apply or undo; empty where its plan cannot be read"""
    sheet: str
    """the name of its sheet; of an undo, the fleet that is taken back; empty where its plan cannot be read"""
    made: datetime | None
    """when it was planned; null where its plan cannot be read"""
    digest: str
    """over all accounts; empty where its plan cannot be read"""
    accounts: int
    """how many it has"""
    changing: int
    """accounts of which something would change"""
    changes: int
    """assistants of all accounts that would change"""
    unplanned: int
    """accounts that could not be planned"""
    state: FleetStage | None
    """how far it is: planned, at_work, open or over; null where its plan or its journal cannot be read"""
    error: str | None
    """why its plan or its journal cannot be read"""


@dataclass(frozen=True, slots=True)
class ListedFleets:
    """The fleets in a folder of runs, the one that was last worked on first."""

    KIND: ClassVar[str] = "fleets"

    fleets: tuple[ListedFleet, ...]
    """the one that was last worked on first"""


def listed_fleet(
    name: str,
    folder: str,
    plan: FleetPlan | None,
    state: FleetStage | None = None,
    error: str | None = None,
) -> ListedFleet:
    """Return what there is to say of the folder of a fleet."""
    if plan is None:
        return ListedFleet(name, folder, "", "", None, "", 0, 0, 0, 0, None, error)
    told = fleet_totals(plan.accounts)
    return ListedFleet(
        name,
        folder,
        plan.command,
        plan.sheet,
        plan.made,
        plan.digest,
        accounts=told.accounts,
        changing=told.changing,
        changes=told.changes,
        unplanned=told.unplanned,
        state=state,
        error=error,
    )


@dataclass(frozen=True, slots=True)
class PlannedAccountOfFleet:
    """One account of a fleet, as it was planned."""

    account: str
    """its name in the list of accounts; _no_account for rows that belong to none"""
    server: str
    """its host and port"""
    owner: str
    """whose account it is, and where; empty where that was not told"""
    digest: str
    """of what would be sent to it; empty where it could not be planned"""
    rows: int
    """of its part of the sheet"""
    changes: int
    """assistants that would change"""
    invalid: int
    """rows with errors"""
    guards: tuple[ToldGuard, ...]
    """that have to be lifted before anything is sent to it"""
    code: str
    """of what kept it from being planned; empty for none"""
    message: str
    """of the same"""
    exit: int
    """the exit status that it adds to the fleet's"""
    requests: int
    """that planning took"""
    seconds: int
    """that sending takes at its own pace"""
    plan: str | None
    """the path of its saved plan; null where there is none"""


@dataclass(frozen=True, slots=True)
class PlannedFleetTotals:
    """The numbers of a fleet's plan, over all of its accounts."""

    accounts: int
    """of the fleet"""
    changing: int
    """accounts of which something would change"""
    unplanned: int
    """accounts that could not be planned"""
    changes: int
    """assistants of all accounts that would change"""
    rows: int
    """of the sheet that belong to these accounts, or to none that is known"""
    invalid: int
    """rows with errors"""
    seconds: int
    """that sending takes where all accounts are sent at once"""


@dataclass(frozen=True, slots=True)
class PlannedFleetDocument:
    """The changes that a sheet would make to many accounts."""

    KIND: ClassVar[str] = "fleet-plan"

    sheet: ToldSheet
    """how it was understood"""
    fleet: str | None
    """the name of its folder; null where the sheet as a whole forbids to plan it"""
    folder: str | None
    """its path"""
    made: datetime | None
    """when it was planned"""
    digest: str | None
    """over all accounts"""
    totals: PlannedFleetTotals
    """over all accounts"""
    guards: tuple[ToldGuard, ...]
    """over the whole, that have to be lifted before anything is sent"""
    accounts: tuple[PlannedAccountOfFleet, ...]
    """sorted by name"""
    left_out: Mapping[str, int]
    """account that the sheet names and that was not chosen -> its rows"""
    idle: tuple[str, ...]
    """accounts that were chosen, and have no row"""
    problems: tuple[ToldProblem, ...]
    """of all rows, in the order of the sheet"""


def account_of_fleet(
    plan: AccountPlan,
    guards: Iterable[Tripped],
    *,
    exit: Exit,
    requests: int,
    seconds: int,
    saved: str | None,
) -> PlannedAccountOfFleet:
    """Return what there is to say of one account."""
    return PlannedAccountOfFleet(
        account=plan.account,
        server=host_of(plan.server),
        owner=plan.owner,
        digest=plan.digest,
        rows=plan.rows,
        changes=plan.changes,
        invalid=plan.invalid,
        guards=tuple(map(told_guard, guards)),
        code=plan.code,
        message=plan.message,
        exit=int(exit),
        requests=requests,
        seconds=seconds,
        plan=saved,
    )


def fleet_totals(accounts: Sequence[AccountPlan], seconds: int = 0) -> PlannedFleetTotals:
    """Return how many of what these accounts come to."""
    real = [one for one in accounts if one.account != NO_ACCOUNT]
    return PlannedFleetTotals(
        accounts=len(real),
        changing=sum(one.changes > 0 for one in accounts),
        unplanned=sum(bool(one.code) for one in real),
        changes=sum(one.changes for one in accounts),
        rows=sum(one.rows for one in accounts),
        invalid=sum(one.invalid for one in accounts),
        seconds=seconds,
    )
