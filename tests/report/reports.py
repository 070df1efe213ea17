"""Reports made by hand: rows with outcomes, and no run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Dialect, Role, Sheet

OK = Outcome(Status.UPDATED, http=200, attempts=1, changed=("name",))
FAILED = Outcome(Status.FAILED, "A404", "refused (404): Assistant not found", 404, 1)
INVALID = Outcome(Status.INVALID, "V104", "speech_speed is above the maximum (1.7, allowed 0.7 to 1.2)")
UNCHANGED = Outcome(Status.UNCHANGED, "X204", "nothing to change")
UNKNOWN = Outcome(Status.UNKNOWN, "N502", "sent, and no answer came: reset", attempts=4)
NOT_SENT = Outcome(Status.NOT_SENT, "R101", "not sent: the run was interrupted by SIGINT")
LEFT_OUT = Outcome(Status.NOT_SENT, "X205", "left out by --limit 2")
OTHER_TAKEN = Outcome(Status.UNCHANGED, "X203", "row 3 was taken for this assistant")


def column(header: str, texts: Sequence[str], field: str | None = None) -> Column:
    if header == "id":
        return Column(header, texts, Role.ID)
    if header.startswith("_"):
        return Column(header, texts, Role.OWN)
    return Column(header, texts, Role.FIELD, field or header)


def sheet_of(columns: Sequence[Column], rows: int, **more: Any) -> Sheet:
    numbers = range(2, 2 + rows)
    return Sheet("changes.csv", more.pop("dialect", Dialect("csv")), tuple(columns), numbers, numbers, **more)


def report_of(*outcomes: Outcome, columns: Sequence[Column] = (), sheet: Any = None, **more: Any) -> Report:
    """A report with these outcomes. Without columns the sheet has ids and names."""
    if sheet is None:
        given = columns or (
            column("id", [str(101 + index) for index in range(len(outcomes))]),
            column("name", [f"Name {index}" for index in range(len(outcomes))]),
        )
        sheet = sheet_of(given, len(outcomes))
    return Report(Plan(sheet, (), dict(enumerate(outcomes))), outcomes, **more)
