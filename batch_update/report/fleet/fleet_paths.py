"""The files of a fleet: where its report is made from, and what it is made into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class FleetPaths(Protocol):
    """Where in the folder of a fleet each thing lies."""

    @property
    def path(self) -> Path:
        """Return the folder of the fleet, whose name is its id."""

    def plan_of(self, account: str) -> Path:
        """Return the saved plan of an account."""

    def run_of(self, account: str, epoch: int) -> Path:
        """Return the run folder of one epoch of an account."""


@dataclass(frozen=True, slots=True)
class FleetFiles:
    """The files over all accounts, as they are really called; None for one that there is not."""

    page: Path | None = None
    """all accounts as a page to look at: `report.html`"""
    accounts: Path | None = None
    """a row for each account, the worst first: `fleet.csv`"""
    results: Path | None = None
    """every row of the sheet in its order, with its account: `results.csv`"""
    failed: Path | None = None
    """the rows that are still to be done, with their accounts, to be mended and applied: `failed.csv`"""
    workbook: Path | None = None
    """accounts, rows that are still to be done and figures, where the sheet was a workbook: `fleet.xlsx`"""
    report: Path | None = None
    """the fleet in figures, for programs: `fleet-report.json`"""
    told: tuple[str, ...] = ()
    """why something is not there that there usually is, each a sentence without its end"""
