"""The files over all accounts of a fleet, made from its end and from the journals of its accounts, one at a time."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch_update.model.fleets import FleetEnd, ShardEnd
from batch_update.model.sheets import Dialect
from batch_update.report.documents.envelope import Purpose, json_text
from batch_update.report.documents.fleets.of_fleets import fleet_file
from batch_update.report.files.attempting import attempted, removed
from batch_update.report.files.folder import PAGE
from batch_update.report.files.private_text import write_text
from batch_update.report.fleet.account_reports import account_reports
from batch_update.report.fleet.account_states import FleetStanding, RowsLeft, standing_of_fleet
from batch_update.report.fleet.first_left import FirstLeft
from batch_update.report.fleet.fleet_commands import FleetCommands, commands_for_fleet
from batch_update.report.fleet.fleet_paths import FleetFiles, FleetPaths
from batch_update.report.fleet.fleet_tables import ACCOUNT_COLUMNS, account_rows, report_link, spool_rows
from batch_update.report.fleet.row_spool import RowSpool
from batch_update.report.workbook.in_folder import FAILED
from batch_update.settings.locales import language_here, signs_here
from batch_update.sheet.endings import WORKBOOKS
from batch_update.sheet.writing.formats import write_texts
from batch_update.sheet.writing.records import csv_dialect, dialect_of_ours, dialect_of_signs, write_table
from batch_update.text import counted

ACCOUNTS, BOOK, RESULTS_OF_ALL, FAILED_OF_ALL, FIGURES = (
    "fleet.csv",
    "fleet.xlsx",
    "results.csv",
    "failed.csv",
    "fleet-report.json",
)
MOST_CELLS_AT_ONCE = 1_000_000
"""Cells of rows to mend beyond which they go into a CSV, of a workbook too: a workbook has them all in memory."""
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
    """The facts that the journals of all accounts told, apart from their rows, which lie on the disk."""

    first: FirstLeft
    """rows that are still to be done, as many as are shown"""
    dialect: Dialect = field(default_factory=lambda: dialect_of_signs("csv", signs_here(os.environ)))
    """of the sheet, where one could be read"""
    left: dict[str, RowsLeft] = field(default_factory=dict)
    """account -> its rows that are still to be done"""
    links: dict[str, str] = field(default_factory=dict)
    """account -> where its own report lies"""
    ends: list[ShardEnd] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def write_fleet_report(
    end: FleetEnd,
    paths: FleetPaths,
    commands: FleetCommands | None = None,
    *,
    at_work: Collection[str] = (),
) -> WrittenFleet:
    """Write the files over all accounts into the folder of the fleet, and return them with how it stands.

    It reads the journals of all accounts, one after another, and holds none of them: it takes a while where they are
    many, and belongs on no event loop. What people look at comes after the tables, and where it cannot be made, that
    is told. `commands`: those that may be named. `at_work`: the accounts that somebody works on.
    Raises OSError.
    """
    folder = paths.path
    with RowSpool() as results, RowSpool() as failed:
        gathered = _gather(standing_of_fleet(end, at_work), paths, results, failed)
        tables = csv_dialect(gathered.dialect)
        all_rows = write_table(folder / RESULTS_OF_ALL, results.header, results.rows(), tables)
        to_mend, why = _rows_to_mend(failed, folder, gathered.dialect)
    told = [*gathered.told, *why]
    standing = standing_of_fleet(replace(end, accounts=tuple(gathered.ends)), at_work, left=gathered.left)
    ours = dialect_of_ours(gathered.dialect)
    rows = account_rows(standing.accounts, gathered.links, ours.decimal)
    accounts = write_table(folder / ACCOUNTS, ACCOUNT_COLUMNS, rows, ours)
    files = FleetFiles(None, accounts, all_rows, to_mend, None, folder / FIGURES, tuple(told))
    following = commands_for_fleet(standing, files, commands or FleetCommands())
    files = _with_book(standing, files, gathered, folder / BOOK)
    files = _with_fleet_page(standing, files, gathered, folder / PAGE, following)
    write_text(folder / FIGURES, json_text(fleet_file(standing, files, following)) + "\n")
    return WrittenFleet(standing, files)


def files_there(paths: FleetPaths) -> FleetFiles:
    """Return the files over all accounts that an earlier end of the fleet has left in its folder."""

    def there(*names: str) -> Path | None:
        return next((path for name in names if (path := paths.path / name).is_file()), None)

    return FleetFiles(
        there(PAGE),
        there(ACCOUNTS),
        there(RESULTS_OF_ALL),
        there(FAILED, FAILED_OF_ALL),
        there(BOOK),
        there(FIGURES),
    )


def _rows_to_mend(failed: RowSpool, folder: Path, dialect: Dialect) -> tuple[Path | None, tuple[str, ...]]:
    """Write the rows that are still to be done, as a workbook where the sheet was one, and return what is told of it.

    What an earlier report left there and is not true any more is removed.
    """
    book, csv, why = folder / FAILED, folder / FAILED_OF_ALL, tuple[str, ...]()
    written = None
    # A row that could not be read goes out as many cells too long as it was, which no workbook shows.
    fits = failed.is_even and len(failed) * len(failed.header) <= MOST_CELLS_AT_ONCE
    if len(failed) and fits and dialect.format in WORKBOOKS:
        written, why = attempted(
            FAILED, lambda: write_texts(book, failed.header, list(failed.rows()), title="Results")
        )
    if len(failed) and written is None:
        written = write_table(csv, failed.header, failed.rows(), csv_dialect(dialect))
    stale = [path for path in (book, csv) if path != written]
    return written, (*why, *(said for path in stale for said in removed(path)))


def _with_book(standing: FleetStanding, files: FleetFiles, gathered: _Gathering, path: Path) -> FleetFiles:
    """Write the workbook where the sheet was one, and return the files with it, or with why there is none."""
    if gathered.dialect.format not in WORKBOOKS:
        return replace(files, told=(*files.told, *removed(path)))

    def write() -> Path:
        from batch_update.report.workbook.fleet_book import write_fleet_book

        failed = files.failed.name if files.failed else ""
        language = language_here(os.environ)
        return write_fleet_book(path, standing, gathered.first.rows(), language, failed=failed)

    book, why = attempted(BOOK, write)
    return replace(files, workbook=book, told=(*files.told, *why))


def _with_fleet_page(
    standing: FleetStanding,
    files: FleetFiles,
    gathered: _Gathering,
    path: Path,
    following: Mapping[Purpose, str],
) -> FleetFiles:
    """Write the page, which names itself, and return the files with it, or with why there is none."""
    with_page = replace(files, page=path)

    def write() -> Path:
        # What makes pages is imported once there is one.
        from batch_update.report.fleet.fleet_page import fleet_page

        text = fleet_page(
            standing,
            with_page,
            language_here(os.environ),
            links=gathered.links,
            left=gathered.first.rows(),
            following=following,
            delimiter=gathered.dialect.delimiter,
        )
        return write_text(path, text)

    page, why = attempted(PAGE, write)
    return replace(files, page=page, told=(*files.told, *why, *(() if page else removed(path))))


def _gather(standing: FleetStanding, paths: FleetPaths, results: RowSpool, failed: RowSpool) -> _Gathering:
    """Read all accounts, keep their rows, and return what else there is to know."""
    end, ranks = standing.end, {one.account: place for place, one in enumerate(standing.accounts)}
    found = _Gathering(FirstLeft(ranks))
    told = []
    for one in account_reports(end, paths):
        account, report = one.plan.account, one.report
        told += [one.told] if one.told else []
        if report is not None:
            found.dialect = report.plan.sheet.dialect
            found.left[account] = spool_rows(account, report, results, failed)
            found.first.take(account, report)
        if one.folder is not None and (one.folder / PAGE).exists():
            found.links[account] = report_link(account, int(one.folder.name), PAGE)
        found.ends.append(one.end)
    more = len(told) - MOST_TOLD
    found.told = told[:MOST_TOLD] + (
        [f"and so it is with {counted(more, 'more account')}"] if more > 0 else []
    )
    return found
