"""Undo: a plan that brings back what a run changed, as far as it is known, and only where nobody changed it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from batch_update.check.fault import Fault, has_errors
from batch_update.check.judging.cells import cell_of, judge_cell
from batch_update.fields.facts import all_fields
from batch_update.fields.names import ID
from batch_update.fields.remembered.memory import remembered
from batch_update.fields.rules import MODE_SETTINGS, fits_mode
from batch_update.fields.tools import FillerConfig
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Dialect, Json, Problem, Role, Severity, Sheet, picked, without
from batch_update.outcomes import was_sent


def undo_plan(report: Report, name: str) -> Plan:
    """Return the plan that takes a run back. Each change is planned from what the run wrote.

    Its sheet is the one of `undo.csv`, under the name of the run. What cannot be brought back is a warning, and a
    row of which nothing can be is NOT_SENT. Send it after `planning.look_again(..., by_field=True)`.
    """
    dialect = _dialect_of(report.plan.sheet.dialect)
    rows = list(restorations(report, dialect.decimal))
    changes = tuple(_change(one, index) for index, one in enumerate(rows) if one.values)
    settled = {index: _lost_row(one) for index, one in enumerate(rows) if not one.values}
    problems = tuple(_warning(one, index) for index, one in enumerate(rows) if one.lost)
    return Plan(
        _sheet(rows, name, dialect),
        changes,
        settled,
        problems,
        report.plan.account,
        report.plan.server,
    )


def _change(one: Restoration, index: int) -> Change:
    relevant = {*one.values, "mode"}
    # What going back would reset counts, too; what is not reported cannot be told from what it was.
    if "mode" in one.values:
        relevant |= one.change.before.keys() & set(MODE_SETTINGS)
    written = without(one.written, one.written.keys() - relevant)
    return Change(one.change.assistant_id, one.values, (index,), before=written, name=one.change.name)


def _dialect_of(sheet: Dialect) -> Dialect:
    return Dialect("csv", "utf-8-sig", sheet.delimiter, "," if sheet.delimiter == ";" else ".")


def _sheet(rows: list[Restoration], name: str, dialect: Dialect) -> Sheet:
    header = undo_header(rows)
    cells = [undo_cells(one, header) for one in rows]
    columns = [_column(field, [row[place] for row in cells]) for place, field in enumerate(header)]
    return Sheet(name, dialect, tuple(columns), range(2, len(rows) + 2), None)


def _column(header: str, texts: list[str]) -> Column:
    return Column(header, texts, Role.ID) if header == ID else Column(header, texts, Role.FIELD, header)


def _lost_words(one: Restoration) -> str:
    return "; ".join(f"{name} cannot be brought back: {reason}" for name, reason in one.lost.items())


def _lost_row(one: Restoration) -> Outcome:
    return Outcome(Status.NOT_SENT, "X320", _lost_words(one))


def _warning(one: Restoration, index: int) -> Problem:
    fault = Fault("X320", _lost_words(one), severity=Severity.WARNING)
    return fault.at(index, None, one.change.assistant_id)


NO_FILLERS: Json = {kind: [] for kind in FillerConfig.model_fields}
"""No filler words at all, in a form that an update may send: it may not send {}."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """One assistant as it was before a run changed it."""

    change: Change
    """the change that was sent"""
    written: Mapping[str, Json]
    """what the run left there, as far as it is known: what it sent, what a change of mode reset, and the mode"""
    values: Mapping[str, Json]
    """field -> what it held, for every field that can be brought back"""
    cells: Mapping[str, str]
    """the same, as it stands in a sheet"""
    lost: Mapping[str, str]
    """field -> why it cannot be"""


def restorations(report: Report, decimal: str = ".") -> Iterator[Restoration]:
    """Yield a restoration of each assistant that was changed, or may have been, in the order of the sheet.

    `decimal`: the sign that numbers in its cells have.
    """
    for change in report.plan.changes:
        outcome = report.outcomes[change.indexes[0]]
        if was_sent(outcome):
            yield _restore(change, outcome, decimal)


def _restore(change: Change, outcome: Outcome, decimal: str) -> Restoration:
    before = _known_before(change)
    either = dict.fromkeys((*change.body, *before))
    names = [name for name in either if not _follows_mode(name, change, before)]
    known = picked(before, names)
    said = {name: _cell_to_send(name, value, decimal) for name, value in known.items()}
    cells = {name: cell for name, cell in said.items() if cell is not None}
    values = picked(known, cells)
    lost = {name: _why_lost(name, change) for name in without(picked(change.body, names), values)}
    return Restoration(change, _written(change, outcome, without(before, values)), values, cells, lost)


def _known_before(change: Change) -> dict[str, Json]:
    """Return what was there, as far as it is known, of the fields that the run may have touched."""
    before = dict(change.before)
    if "mode" not in change.body:  # only a change of mode touches what is not sent
        before = without(before, before.keys() - change.body.keys())
    if before.get("filler_config") == {}:
        before["filler_config"] = NO_FILLERS
    return before


def _follows_mode(name: str, change: Change, before: Mapping[str, Json]) -> bool:
    """Whether bringing back the mode takes care of a field, which the mode that was there has not."""
    mode = before.get("mode") if "mode" in change.body else None
    return bool(mode) and name in before and not fits_mode(name, before[name], str(mode))


def _why_lost(name: str, change: Change) -> str:
    if name in change.before:
        return "the API does not take what it was"
    was_readable = all_fields()[name].reported
    who = "run did not read" if was_readable and not change.before else "API does not report"
    return f"the {who} what it was"


def _written(change: Change, outcome: Outcome, rest: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what the run left there. `rest`: what it held of fields that are not brought back."""
    if (
        "mode" in change.body
    ):  # of a reset that was not read back nothing is known, and what it held is the best guess
        return {**rest, **outcome.after_reset, **change.body}
    mode = change.before.get("mode")
    return {"mode": mode, **change.body} if mode else dict(change.body)


def _cell_to_send(name: str, value: Json, decimal: str) -> str | None:
    """Return the cell that says this value; None where no update may: it is out of bounds, or null where none is."""
    # Thousands of assistants have the same few numbers and ids; texts differ, and would fill the memory.
    sound_cell = _sound_cell if isinstance(value, _KEPT) else _sound_cell.__wrapped__
    return sound_cell(name, value, decimal)


_KEPT = (int, float, type(None))


@lru_cache(4096, typed=True)
def _sound_cell(name: str, value: Json, decimal: str) -> str | None:
    text = cell_of(name, value, decimal)
    is_sound = text is not None and not has_errors(judge_cell(all_fields()[name], text, decimal)[1])
    return text if is_sound else None


def undo_header(rows: list[Restoration]) -> list[str]:
    """Return `id` and every field of which something can be brought back."""
    names = {name for one in rows for name in one.values}
    return [ID, *(name for name in all_fields() if name in names)]


def undo_cells(one: Restoration, header: list[str]) -> list[str]:
    """Return the row of `undo.csv` for one assistant."""
    return [str(one.change.assistant_id), *(one.cells.get(name, "") for name in header[1:])]


def undo_memory(one: Restoration, plan: Plan) -> str:
    """Return what the row remembers: what the run left there, so that what others changed since is a conflict.

    Nothing where the list of assistants did not tell whose they are, as it will have to when the sheet is applied.
    """
    is_told = plan.compared and "@" not in plan.account
    return remembered(one.change.assistant_id, plan.account, one.written) if is_told else ""
