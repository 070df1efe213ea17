"""What it takes to bring back what a run changed: as values, and as the ordinary sheet `undo.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batch_update.fields.cells import show_cell
from batch_update.fields.reference import all_fields
from batch_update.fields.rules import MODE_FACTS
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
    """what the run left there, as far as it is known: what it sent, and what a change of mode reset"""
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
    # Of what the run did not send, only a change of mode may have touched something.
    before = {
        name: value for name, value in change.before.items() if name in change.body or "mode" in change.body
    }
    if before.get("filler_config") == {}:
        before["filler_config"] = NO_FILLERS
    for name in dict.fromkeys((*change.body, *before)):
        if name not in before:
            lost[name] = "the API does not report what it was"
        elif not _is_for(name, before[name], mode):
            continue
        elif _can_be_sent(name, before[name]):
            values[name] = before[name]
        elif name in change.body:
            lost[name] = "the API does not take what it was"
    return Restoration(change, {**outcome.after_reset, **change.body}, values, lost)


def _is_for(name: str, value: Json, mode: Json) -> bool:
    """Whether the mode that comes back has the field; if not, the change of mode takes care of it."""
    return all(
        mode in fact.modes or not (value is None or fact.applies(value))
        for fact in MODE_FACTS
        if fact.field == name and mode
    )


def _can_be_sent(name: str, value: Json) -> bool:
    """What is there may be out of the documented bounds, or null where null cannot be said."""
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
