"""The document of the demo: what its three steps tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from batch_update.report.documents.of_runs import SentRun
from batch_update.report.documents.of_sheets import CheckedSheet, PlannedSheet


@dataclass(frozen=True, slots=True)
class ShownDemo:
    """A sample sheet that was checked, planned and sent to a sandbox of its own."""

    KIND: ClassVar[str] = "demo"

    sheet: str
    """its path"""
    check: CheckedSheet
    """what is wrong with it"""
    plan: PlannedSheet
    """for its first three rows"""
    run: SentRun
    """what came of sending its good rows"""
