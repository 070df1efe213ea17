"""Undo: a plan that brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from batch_update.fields.rules import MODE_SETTINGS
from batch_update.model import (
    Change,
    Column,
    Dialect,
    Outcome,
    Plan,
    Problem,
    Report,
    Role,
    Severity,
    Sheet,
    Status,
)
from batch_update.report.undo import Restoration, restorations, undo_cells, undo_header


def undo_plan(report: Report, name: str) -> Plan:
    """The plan that takes a run back. Each change is planned from what the run wrote.

    Its sheet is the one of `undo.csv`, under the name of the run. What cannot be brought back is a warning, and a
    row of which nothing can be is NOT_SENT. Send it after `looking.look_again(..., by_field=True)`.
    """
    found = list(restorations(report))
    sheet = _sheet(found, name)
    changes = tuple(_change(one, index) for index, one in enumerate(found) if one.values)
    nothing = {index: _lost_row(one) for index, one in enumerate(found) if not one.values}
    problems = tuple(_warning(one, index) for index, one in enumerate(found) if one.lost)
    return Plan(sheet, changes, nothing, problems, report.plan.account, report.plan.server)


def _change(one: Restoration, index: int) -> Change:
    relevant = {*one.values, "mode"}
    # What going back would reset counts, too; what is not reported cannot be told from what it was.
    if "mode" in one.values:
        relevant |= {name for name in MODE_SETTINGS if name in one.change.before}
    written = {name: value for name, value in one.written.items() if name in relevant}
    return Change(one.change.assistant_id, one.values, (index,), before=written, name=one.change.name)


def _sheet(found: list[Restoration], name: str) -> Sheet:
    header = undo_header(found)
    rows = [undo_cells(one, header, ".") for one in found]
    texts = [[row[column] for row in rows] for column in range(len(header))]
    fields = [
        Column(field, cells, Role.FIELD, field) for field, cells in zip(header[1:], texts[1:], strict=True)
    ]
    columns = (Column("id", texts[0], Role.ID), *fields)
    return Sheet(name, Dialect("csv", "utf-8-sig"), columns, range(2, len(rows) + 2), None)


def _lost_words(one: Restoration) -> str:
    return "; ".join(f"{name} cannot be brought back: {reason}" for name, reason in one.lost.items())


def _lost_row(one: Restoration) -> Outcome:
    return Outcome(Status.NOT_SENT, "X320", _lost_words(one))


def _warning(one: Restoration, index: int) -> Problem:
    remedy = "set it by hand, where it matters"
    return Problem(
        "X320", _lost_words(one), Severity.WARNING, index, None, one.change.assistant_id, remedy=remedy
    )
