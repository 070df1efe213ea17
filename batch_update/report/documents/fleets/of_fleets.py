"""The documents of a fleet: `fleet-report.json`, and what the commands that send one, or show how far it is, print.

They name accounts, and hold no cell of the sheet, no address beyond the host and no key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import ClassVar

from batch_update.journal.folders import host_of
from batch_update.model.fleets import FleetEnd
from batch_update.model.plans import Status
from batch_update.model.sheets import Json
from batch_update.report.documents.envelope import Purpose, enveloped
from batch_update.report.fleet.account_states import (
    AccountStanding,
    AccountState,
    FleetStanding,
    counts_told,
    standing_of_fleet,
)
from batch_update.report.fleet.fleet_paths import FleetFiles


@dataclass(frozen=True, slots=True)
class ToldAccount:
    """One account of a fleet."""

    account: str
    """its name in the list of accounts"""
    state: AccountState
    """how far it is: stopped, not_planned, not_all, not_begun, at_work or as_wanted"""
    exit: int
    """the exit status that it adds to the fleet's"""
    code: str
    """of what kept it from its end; empty where it came to it"""
    message: str
    """of the same"""
    server: str
    """its host and port"""
    owner: str
    """whose account it is, and where; empty where that is not known"""
    rows: int
    """of its part of the sheet"""
    changes: int
    """assistants that were to change"""
    counts: Mapping[Status, int]
    """how many rows ended how"""
    left: int
    """rows that are still to be done"""
    codes: Mapping[str, int]
    """code -> how many of these have it; empty where no journal was read, as for the status"""
    requests: int
    """that were sent for it"""
    seconds: float
    """of sending"""
    began: datetime | None
    """when it was begun first; null where it never was"""
    ended: datetime | None
    """when it ended; null where it was not begun, or did not end"""
    epoch: int
    """how many times it was begun"""


@dataclass(frozen=True, slots=True)
class FleetFileNames:
    """The files of a fleet; null for one that there is not. In `fleet-report.json` their names, else their paths."""

    page: str | None
    """all accounts as a page to look at: `report.html`"""
    accounts: str | None
    """a row for each account: `fleet.csv`"""
    results: str | None
    """every row of the sheet in its order, with its account"""
    failed: str | None
    """the rows that are still to be done, with their accounts"""
    workbook: str | None
    """accounts, rows and figures as a workbook, where the sheet was one"""
    report: str | None
    """the fleet in figures: `fleet-report.json`"""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """How far a fleet is, from its journals."""

    KIND: ClassVar[str] = "fleet-status"

    fleet: str
    """its id: the name of its folder"""
    sheet: str
    """the name of the sheet; of an undo the id of the fleet that is taken back"""
    digest: str
    """over all that was to be sent to all accounts"""
    states: Mapping[AccountState, int]
    """how many accounts are how far, without states that none is in"""
    counts: Mapping[Status, int]
    """how many rows of all accounts ended how"""
    left: int
    """rows of all accounts that are still to be done"""
    requests: int
    """of all accounts"""
    began: datetime | None
    """when the first account was begun; null where none was"""
    ended: datetime | None
    """when the last account ended; null where none did"""
    code: str
    """of what ended the fleet as a whole; empty for none"""
    message: str
    """of the same"""
    accounts: tuple[ToldAccount, ...]
    """the worst first"""


@dataclass(frozen=True, slots=True)
class FleetFigures(FleetStatus):
    """A fleet in figures."""

    KIND: ClassVar[str] = "fleet-report"

    files: FleetFileNames
    """over all accounts"""


@dataclass(frozen=True, slots=True)
class SentFleet(FleetFigures):
    """A fleet that came to an end, in order or not."""

    KIND: ClassVar[str] = "fleet"

    folder: str
    """with its plan, its journal and its files"""


def fleet_status(end: FleetEnd, at_work: Collection[str] = ()) -> FleetStatus:
    """Return how far a fleet is. `at_work`: the names of the accounts that somebody works on."""
    return FleetStatus(**_told_fleet(standing_of_fleet(end, at_work)))


def sent_fleet(standing: FleetStanding, files: FleetFiles, folder: Path) -> SentFleet:
    """Return a fleet that came to an end, with the paths of its files."""
    return SentFleet(**_told_fleet(standing), files=_file_names(files, str), folder=str(folder))


def fleet_file(
    standing: FleetStanding, files: FleetFiles, following: Mapping[Purpose, str] | None = None
) -> dict[str, Json]:
    """Return `fleet-report.json` as a document. Made again from the journals, it is the same."""
    end = standing.end
    figures = FleetFigures(**_told_fleet(standing), files=_file_names(files, attrgetter("name")))
    at = figures.ended or end.plan.made
    return enveloped(figures, command=end.plan.command, at=at, exit=end.exit, following=following)


def _told_fleet(standing: FleetStanding) -> dict[str, Json]:
    """Return the keys of FleetStatus."""
    end = standing.end
    return {
        "fleet": end.plan.id,
        "sheet": end.plan.sheet,
        "digest": end.plan.digest,
        "states": standing.states,
        "counts": dict.fromkeys(Status, 0) | standing.counts,
        "left": standing.left,
        "requests": standing.requests,
        "began": standing.began,
        "ended": standing.ended,
        "code": end.code,
        "message": end.message,
        "accounts": tuple(map(_told_account, standing.accounts)),
    }


def _told_account(one: AccountStanding) -> ToldAccount:
    end = one.end
    return ToldAccount(
        account=one.account,
        state=one.state,
        exit=int(end.exit),
        code=one.code,
        message=one.why,
        server=host_of(one.plan.server),
        owner=one.plan.owner,
        rows=one.plan.rows,
        changes=one.plan.changes,
        counts=dict.fromkeys(Status, 0) | dict(counts_told(one.plan, end)),
        left=one.left,
        codes=one.codes,
        requests=end.requests,
        seconds=round(end.seconds, 3),
        began=end.began,
        ended=end.ended,
        epoch=end.epoch,
    )


def _file_names(files: FleetFiles, said: Callable[[Path], str]) -> FleetFileNames:
    found = (getattr(files, name) for name in FleetFileNames.__match_args__)
    return FleetFileNames(*(None if path is None else said(path) for path in found))
