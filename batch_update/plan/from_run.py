"""Undo: a plan that brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batch_update.check.cells import judge
from batch_update.fields.cells import show_cell
from batch_update.fields.facts import all_fields
from batch_update.fields.rules import MODE_SETTINGS, fits_mode
from batch_update.fields.tools import FillerConfig
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Dialect, Json, Problem, Role, Severity, Sheet
from batch_update.outcomes import was_sent


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


NO_FILLERS: Json = {kind: [] for kind in FillerConfig.model_fields}
"""No filler words at all, in a form that an update may send: it may not send {}."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What one assistant was before a run changed it."""

    change: Change
    """the change that was sent"""
    written: Mapping[str, Json]
    """what the run left there, as far as it is known: what it sent, what a change of mode reset, and the mode"""
    values: Mapping[str, Json]
    """field -> what it held, for every field that can be brought back"""
    lost: Mapping[str, str]
    """field -> why it cannot be"""


def restorations(report: Report) -> Iterator[Restoration]:
    """One for each assistant that was changed, or may have been, in the order of the sheet."""
    for change in report.plan.changes:
        outcome = report.outcomes[change.indexes[0]]
        if was_sent(outcome):
            yield _restore(change, outcome)


def _restore(change: Change, outcome: Outcome) -> Restoration:
    values: dict[str, Json] = {}
    lost: dict[str, str] = {}
    mode = change.before.get("mode")
    changes_mode = "mode" in change.body
    left = outcome.after_reset if changes_mode else {"mode": mode} if mode else {}
    written = {**left, **change.body}
    # Of what the run did not send, only a change of mode may have touched something.
    before = {name: value for name, value in change.before.items() if name in change.body or changes_mode}
    if before.get("filler_config") == {}:
        before["filler_config"] = NO_FILLERS
    for name in dict.fromkeys((*change.body, *before)):
        if name not in before:
            unread = not change.before and all_fields()[name].reported
            lost[name] = f"the {'run did not read' if unread else 'API does not report'} what it was"
        elif changes_mode and mode and not fits_mode(name, before[name], mode):
            continue  # the change of mode takes care of it
        elif _can_be_sent(name, before[name]):
            values[name] = before[name]
        elif name in change.body:
            lost[name] = "the API does not take what it was"
    if changes_mode:  # of a reset that was not read back nothing is known, and what it held is the best guess
        written = {**{name: before[name] for name in before if name not in values}, **written}
    return Restoration(change, written, values, lost)


def _can_be_sent(name: str, value: Json) -> bool:
    """Whether an update can say this value, which may be out of the documented bounds, or null where null is none."""
    try:
        text = show_cell(name, value)
    except (ValueError, RecursionError):  # JSON has no NaN, and no hundred levels
        return False
    _, faults = judge(all_fields()[name], text, ".")
    return not any(fault.severity is Severity.ERROR for fault in faults)


def undo_header(found: list[Restoration]) -> list[str]:
    """`id` and every field that something of it can be brought back."""
    names = {name for one in found for name in one.values}
    return ["id", *(name for name in all_fields() if name in names)]


def undo_cells(one: Restoration, header: list[str], decimal: str) -> list[str]:
    """The row of `undo.csv` for one assistant."""
    cells = (show_cell(name, one.values[name], decimal) if name in one.values else "" for name in header[1:])
    return [str(one.change.assistant_id), *cells]
