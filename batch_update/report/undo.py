"""What it takes to bring back what a run changed: as values, and as the ordinary sheet `undo.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batch_update.fields.cells import show_cell
from batch_update.fields.reference import all_fields
from batch_update.fields.rules import fits_mode
from batch_update.fields.tools import FillerConfig
from batch_update.model import Change, Json, Outcome, Report, Severity, Status
from batch_update.plan.judging import judge

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


def was_sent(outcome: Outcome) -> bool:
    """Whether the row was changed, or may have been."""
    return outcome.status in {Status.UPDATED, Status.UNKNOWN} or bool(outcome.changed)


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
