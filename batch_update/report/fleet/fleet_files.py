"""The files over all accounts of a fleet, made from its end and from the journals of its accounts, one at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from batch_update.model.fleets import FleetEnd
from batch_update.model.reports import Report
from batch_update.model.sheets import Dialect
from batch_update.report.documents.envelope import Purpose, json_text
from batch_update.report.documents.fleets.of_fleets import fleet_file
from batch_update.report.files.attempting import removed
from batch_update.report.files.folder import PAGE
from batch_update.report.files.private_text import write_text
from batch_update.report.fleet.account_reports import AccountReport, account_reports
from batch_update.report.fleet.account_states import FleetStanding, standing_of_fleet
from batch_update.report.fleet.fleet_paths import FleetFiles, FleetPaths
from batch_update.report.fleet.fleet_tables import ACCOUNT_COLUMNS, account_rows, report_link, spool_rows
from batch_update.report.fleet.row_spool import RowSpool
from batch_update.settings.locales import signs_here
from batch_update.sheet.writing.records import csv_dialect, dialect_of_ours, dialect_of_signs, write_table

ACCOUNTS, RESULTS_OF_ALL, FAILED_OF_ALL, FIGURES = (
    "fleet.csv",
    "results.csv",
    "failed.csv",
    "fleet-report.json",
)
MOST_TOLD = 5
"""Accounts of which it is told why their rows are not known."""


@dataclass(frozen=True, slots=True)
class WrittenFleet:
    """A fleet with the files that were written of it."""

    standing: FleetStanding
    """with what the journals tell of the rows"""
    files: FleetFiles


@dataclass(slots=True)
class _Gathering:
    """What is known once the journals of all accounts were read."""

    dialect: Dialect | None = None
    """of the sheet"""
    left: dict[str, int] = field(default_factory=dict)
    """account -> rows that are still to be done"""
    links: dict[str, str] = field(default_factory=dict)
    """account -> where its own report lies"""
    ends: list[AccountReport] = field(default_factory=list)
    """without their reports"""
    told: list[str] = field(default_factory=list)


def write_fleet_report(
    end: FleetEnd, paths: FleetPaths, following: Mapping[Purpose, str] | None = None
) -> WrittenFleet:
    """Write the files over all accounts into the folder of the fleet, and return them with how it stands.

    It reads the journals of all accounts, one after another, and holds none of them: it takes a while where they are
    many, and belongs on no event loop. `following`: the commands that make sense now. Raises OSError.
    """
    folder = paths.path
    with RowSpool() as results, RowSpool() as failed:
        gathered = _gather(end, paths, results, failed)
        dialect = gathered.dialect or dialect_of_signs("csv", signs_here(os.environ))
        tables = csv_dialect(dialect)
        all_rows = write_table(folder / RESULTS_OF_ALL, results.header, results.rows(), tables)
        to_mend = None
        if len(failed):
            to_mend = write_table(folder / FAILED_OF_ALL, failed.header, failed.rows(), tables)
    standing = standing_of_fleet(_with_counts(end, gathered), left=gathered.left)
    told = list(gathered.told) + ([] if to_mend else list(removed(folder / FAILED_OF_ALL)))
    ours = dialect_of_ours(dialect)
    accounts = write_table(
        folder / ACCOUNTS,
        ACCOUNT_COLUMNS,
        account_rows(standing.accounts, gathered.links, ours.decimal),
        ours,
    )
    files = FleetFiles(None, accounts, all_rows, to_mend, None, folder / FIGURES, tuple(told))
    write_text(folder / FIGURES, json_text(fleet_file(standing, files, following)) + "\n")
    return WrittenFleet(standing, files)


def _gather(end: FleetEnd, paths: FleetPaths, results: RowSpool, failed: RowSpool) -> _Gathering:
    """Read all accounts, keep their rows, and return what else there is to know."""
    found = _Gathering()
    told = []
    for one in account_reports(end, paths):
        if one.told:
            told.append(one.told)
        if one.report is not None:
            found.dialect = found.dialect or one.report.plan.sheet.dialect
            found.left[one.plan.account] = spool_rows(one.plan.account, one.report, results, failed)
        if one.folder is not None and (one.folder / PAGE).exists():
            found.links[one.plan.account] = report_link(one.plan.account, int(one.folder.name), PAGE)
        found.ends.append(_counted_report(one))
    more = len(told) - MOST_TOLD
    found.told = told[:MOST_TOLD] + ([f"and so it is with {more} more accounts"] if more > 0 else [])
    return found


def _counted_report(one: AccountReport) -> AccountReport:
    """Return an account without its report, and with what that tells of its rows and of its requests."""
    report: Report | None = one.report
    if report is None:
        return one
    stats = one.facts.stats
    end = replace(one.end, counts=report.counts(), requests=stats.requests if stats else one.end.requests)
    return replace(one, report=None, end=end)


def _with_counts(end: FleetEnd, gathered: _Gathering) -> FleetEnd:
    return replace(end, accounts=tuple(one.end for one in gathered.ends))
