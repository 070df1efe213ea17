"""A report without the values of some fields: a marker stands in their place wherever they were. Pure.

Each writer gets such a report and knows nothing of it. Secrets are left out of every report that is made so, the
sheet's own cells included. Ids stay, and names do unless they are named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from batch_update.codes import CODES, Trait, has_trait, remedy_of
from batch_update.errors import SheetError
from batch_update.fields.left_out import marker_of
from batch_update.fields.references import catalogs_of
from batch_update.fields.remembered.memory import BASE
from batch_update.fields.tools import holds_secret, redact
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Part, Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Json, Problem, Role, Sheet
from batch_update.report.own_columns import REPORTED, is_ours
from batch_update.report.sharing.asked import Withheld, withheld
from batch_update.report.sharing.scrubbing import scrubbed
from batch_update.report.sharing.told_of_whole import (
    event_without_quotes,
    outcome_without_stop,
    without_quotes,
)
from batch_update.text import REDACTED, without_query

T = TypeVar("T")
_REMEMBER = (BASE, REPORTED)
"""Columns of exports that tell of values that may be left out: a digest of each, and those that cannot be sent."""
_TEXTS = {"initial_message", "system_prompt", "reengagement_prompt", "voice_mail_message", "name"}


def redacted(report: Report, names: Iterable[str] = ()) -> Report:
    """Return the report without secrets and without the values of these groups, fields and columns.

    The groups are prompts (all that callers hear or that instructs) and secrets. Raises UsageError (U101).
    """
    plan = report.plan
    return _Redaction(plan, withheld(plan.sheet, names)).report(report)


class _Redaction:
    """Takes the values that are withheld out of a plan and what came of it."""

    def __init__(self, plan: Plan, left_out: Withheld) -> None:
        self._plan = plan
        self._fields = left_out.fields
        self._columns = left_out.columns
        self._changes = {index: change for change in plan.changes for index in change.indexes}

    def report(self, report: Report) -> Report:
        plan, stopped = self.plan(report.plan), report.stopped
        if isinstance(stopped, SheetError):
            problems = tuple(map(self._problem, stopped.problems))
            stopped = SheetError(stopped.message, code=stopped.code, remedy=stopped.remedy, problems=problems)
        elif stopped is not None:
            stopped = without_quotes(stopped)
        events = tuple(map(event_without_quotes, report.events))
        outcomes = tuple(self._outcome(index, outcome) for index, outcome in enumerate(report.outcomes))
        return replace(
            report, plan=plan, outcomes=outcomes, events=events, stopped=stopped, folder=None, files=None
        )

    def plan(self, plan: Plan) -> Plan:
        hidden = {catalog for name in self._fields for catalog in catalogs_of(name)}
        called = {catalog: names for catalog, names in plan.called.items() if catalog not in hidden}
        return replace(
            plan,
            sheet=self._sheet(plan.sheet),
            changes=tuple(map(self._change, plan.changes)),
            settled={index: self._outcome(index, outcome) for index, outcome in plan.settled.items()},
            problems=tuple(map(self._problem, plan.problems)),
            excused=tuple(map(self._problem, plan.excused)),
            unnamed=frozenset(),
            called=called,
        )

    # ------------------------------------------------------------ the sheet

    def _sheet(self, sheet: Sheet) -> Sheet:
        columns = tuple(self._column(place, column) for place, column in enumerate(sheet.columns))
        kept = {text for column in columns for text in column.texts} if sheet.files else set()
        return replace(
            sheet,
            columns=columns,
            ragged={index: self._torn(cells) for index, cells in sheet.ragged.items()},
            problems=tuple(map(self._problem, sheet.problems)),
            around=replace(sheet.around, above=""),
            files={cell: file for cell, file in sheet.files.items() if cell in kept},
        )

    def _column(self, place: int, column: Column) -> Column:
        if is_ours(column) or (column.role is Role.OWN and column.header.strip().casefold() in _REMEMBER):
            return replace(column, texts=[""] * len(column.texts))
        is_text = column.field in _TEXTS or column.field is None
        shown = {
            text: _marker_of_cell(text, is_text=is_text) if place in self._columns else _secretless(text)
            for text in set(column.texts)
        }
        return replace(column, texts=[shown[text] for text in column.texts])

    def _torn(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """Return the cells of a row of which is not clear which cell belongs to which column: ids alone stay."""
        if not self._columns:
            return tuple(map(_secretless, cells))
        return tuple(cell if cell.strip().isdecimal() else _marker_of_cell(cell) for cell in cells)

    # ------------------------------------------------------------ what was to be sent

    def _change(self, change: Change) -> Change:
        return replace(
            change,
            body=self._values(change.body),
            parts=tuple(map(self._part, change.parts)),
            before=self._values(change.before),
            name=marker_of(change.name) if "name" in self._fields and change.name else change.name,
            held=tuple(map(self._conflict, change.held)),
            base="",
        )

    def _value(self, field: str, value: T) -> T | str:
        if value is UNKNOWN:
            return value
        return marker_of(value) if field in self._fields else redact(value)

    def _values(self, values: Mapping[str, Json]) -> dict[str, Json]:
        return {name: self._value(name, value) for name, value in values.items()}

    def _part(self, part: Part) -> Part:
        return replace(part, value=self._value(part.field, part.value))

    def _conflict(self, one: Conflict) -> Conflict:
        return replace(
            one,
            planned=self._value(one.field, one.planned),
            wanted=self._value(one.field, one.wanted),
            now=self._value(one.field, one.now),
            mode=REDACTED if "mode" in self._fields and one.mode else one.mode,
            rule=scrubbed(one.rule, self._quotable(one.field, one)),
        )

    def _quotable(self, field: str, one: Conflict) -> tuple[Json, ...]:
        return (one.planned, one.wanted, one.now) if field in self._fields else ()

    # ------------------------------------------------------------ what is said

    def _problem(self, problem: Problem) -> Problem:
        """Return a problem of a cell that is left out by its code alone, since its words may quote the cell."""
        if problem.column in self._columns:
            words = CODES[problem.code].title if problem.code in CODES else problem.code
            field = self._plan.sheet.columns[problem.column].field if problem.column is not None else None
            return replace(
                problem,
                message=f"{field}: {words}" if field else words,
                given=REDACTED if problem.given else "",
                remedy=remedy_of(problem.code),
            )
        values = () if problem.index is None else tuple(self._values_of(problem.index))
        said = (problem.message, problem.given, problem.remedy)
        message, given, remedy = (scrubbed(without_query(text), values) for text in said)
        return replace(problem, message=message, given=given, remedy=remedy)

    def _outcome(self, index: int, outcome: Outcome) -> Outcome:
        if not (outcome.message or outcome.field_errors or outcome.conflicts or outcome.after_reset):
            return outcome
        outcome = outcome_without_stop(outcome)
        held = (value for one in outcome.conflicts for value in self._quotable(one.field, one))
        values = (*self._values_of(index), *held)
        return replace(
            outcome,
            message=self._message(index, outcome, values),
            field_errors={
                name: tuple(scrubbed(without_query(text), values) for text in texts)
                for name, texts in outcome.field_errors.items()
            },
            conflicts=tuple(map(self._conflict, outcome.conflicts)),
            after_reset=self._values(outcome.after_reset),
        )

    def _message(self, index: int, outcome: Outcome, values: Iterable[Json]) -> str:
        """Return why a row ended so. What compares values may quote one that stands nowhere else."""
        change = self._changes.get(index)
        touched = set() if change is None else {*change.body, *change.before}
        if has_trait(outcome.code, Trait.COMPARING) and not self._fields.isdisjoint(touched):
            return CODES[outcome.code].title
        return scrubbed(without_query(outcome.message), values)

    def _values_of(self, index: int) -> Iterator[Json]:
        """Yield all values of a row that are left out, as anything may have quoted them."""
        sheet = self._plan.sheet
        for place in self._columns:
            cell = sheet.columns[place].texts[index]
            yield cell
            yield _read(cell)
            if cell in sheet.files:
                yield sheet.files[cell].text
        if self._columns:
            yield from (cell for cell in sheet.ragged.get(index, ()) if not cell.strip().isdecimal())
        change = self._changes.get(index)
        for values in (change.body, change.before) if change else ():
            yield from (value for name, value in values.items() if name in self._fields)
        for one in change.held if change else ():
            yield from self._quotable(one.field, one)
        if change is not None and "name" in self._fields:
            yield change.name


def _read(cell: str) -> Json:
    """Return what a cell of JSON holds, so that its texts are found by themselves; None for any other."""
    if cell[:1] not in ("[", "{", '"'):
        return None
    try:
        return json.loads(cell, strict=False)
    except (ValueError, RecursionError):
        return None


def _marker_of_cell(cell: str, *, is_text: bool = True) -> str:
    """Return the marker of a cell; an empty one stays."""
    return marker_of(cell if is_text else None) if cell.strip() else cell


def _secretless(cell: str) -> str:
    """Return a cell without what nobody but its owner may know; with a secret setting it is a marker as a whole."""
    return REDACTED if holds_secret(cell) else without_query(cell)
