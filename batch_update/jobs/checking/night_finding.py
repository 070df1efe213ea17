"""Findings of a look at a job before its night: mistakes that would keep it from its work, and oddities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batch_update.errors import BatchUpdateError
from batch_update.model.reports import Exit


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that would be found out at night only."""

    message: str
    """safe to show"""
    remedy: str = ""
    exit: Exit = Exit.OK
    """of the check; OK for a warning: the run does its work, and whoever is to hear of it does"""
    sheet: str = ""
    """the sheet that is at fault"""

    @property
    def is_warning(self) -> bool:
        return self.exit is Exit.OK


def worst_of_checks(statuses: Iterable[Exit]) -> Exit:
    """Return the exit status of several findings, or of several jobs: a job file that is wrong counts most."""
    found = {Exit.OK, *statuses}
    return Exit.USAGE if Exit.USAGE in found else max(found)


def findings_of(error: BatchUpdateError, *, is_warning: bool = False) -> list[Finding]:
    """Return what an error tells, each of its lines; the remedy stands with the last."""
    *lines, last = error.details
    status = Exit.OK if is_warning else error.exit
    return [*(Finding(line, exit=status) for line in lines), Finding(last, error.remedy, status)]
