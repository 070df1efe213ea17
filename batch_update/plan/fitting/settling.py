"""A plan without the rows whose ids are wrong: each problem at its cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from batch_update.check.checking import in_order, invalid_rows
from batch_update.fields.references import Reference
from batch_update.model.choices import Catalog, Choices
from batch_update.model.plans import Plan
from batch_update.model.sheets import Problem, Severity, Sheet
from batch_update.plan.fitting.misfit import Misfit


def settled_plan(plan: Plan, found: Iterable[Misfit]) -> Plan:
    """Return the plan with these problems, and without the changes that they forbid."""
    problems = [problem for misfit in found for problem in _problems(plan.sheet, misfit)]
    if not problems:
        return plan
    settled = {**plan.settled, **invalid_rows(problems)}
    return replace(
        plan,
        changes=tuple(change for change in plan.changes if change.indexes[0] not in settled),
        settled=dict(sorted(settled.items())),
        problems=in_order([*plan.problems, *problems]),
    )


def with_unknown(plan: Plan, choices: Choices, needed: Iterable[Catalog]) -> Plan:
    """Return the plan with a warning for each list that would have been needed and could not be had."""
    notes = tuple(
        Problem(
            "X270",
            f"the account's {catalog} could not be looked up, so their ids are sent unchecked: "
            + choices.unknown[catalog],
            Severity.WARNING,
        )
        for catalog in sorted(needed)
        if catalog in choices.unknown
    )
    return replace(plan, problems=in_order([*plan.problems, *notes])) if notes else plan


def _problems(sheet: Sheet, misfit: Misfit) -> Iterator[Problem]:
    """Yield a problem for each row that the change settles."""
    change = misfit.subject.change
    for index in change.indexes:
        column = _column_of(sheet, misfit.reference, index)
        yield misfit.fault.at(index, column, change.assistant_id, also=misfit.also)


def _column_of(sheet: Sheet, reference: Reference, index: int) -> int | None:
    """Return the column in which a row gives an id: of the columns of its field the first that is filled."""
    columns = [number for number, column in enumerate(sheet.columns) if column.field == reference.field]
    exact = [n for n in columns if sheet.columns[n].path == reference.path and reference.path]
    filled = [n for n in (*exact, *columns) if sheet.columns[n].texts[index].strip()]
    return next(iter(filled or columns), None)
