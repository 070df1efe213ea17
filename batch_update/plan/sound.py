"""Whether a plan that was read from a file makes sense in itself: nothing is sent of one that does not."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator

from batch_update.codes import CODES
from batch_update.fields.facts import all_fields
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.sheets import Dialect, Problem, Sheet

UNSENT = {Status.UNCHANGED, Status.INVALID, Status.NOT_SENT, Status.CONFLICT}
"""What a plan may say of a row: nothing has been sent yet."""


def refuse_unmerged(plan: Plan) -> None:
    """Raises ValueError for a plan with a change whose parts are not merged into what is there."""
    if unmerged := next((change for change in plan.changes if change.parts), None):
        raise ValueError(f"the change of assistant {unmerged.assistant_id} has parts that are not merged")


def accounts_for_each_row(plan: Plan) -> bool:
    """Whether every row is settled already or belongs to one change: else it would be lost, or sent twice."""
    homes = [*plan.settled, *(index for change in plan.changes for index in change.indexes)]
    return sorted(homes) == list(range(len(plan.sheet)))


def check_plan(plan: Plan) -> None:
    """Raises ValueError with the first thing that makes no sense."""
    for fault in _faults(plan):
        raise ValueError(fault)


def _faults(plan: Plan) -> Iterator[str]:
    if not accounts_for_each_row(plan):
        yield "it does not account for each row once"
    ids = [change.assistant_id for change in plan.changes]
    if len(set(ids)) != len(ids):
        yield "an assistant would be changed twice"
    if not all(map(_is_change, plan.changes)):
        yield "a change is none that can be sent"
    if not all(map(_is_unsent, plan.settled.values())):
        yield "a row would have an outcome before anything is sent"
    if not all(_is_at_home(problem, plan.sheet) for problem in (*plan.problems, *plan.sheet.problems)):
        yield "a problem is at no place of the sheet"
    yield from _sheet_faults(plan.sheet)


def _is_change(change: Change) -> bool:
    known = all_fields().keys()
    held = {one.field for one in change.held}
    is_known = change.body.keys() <= known and change.before.keys() <= known and held <= known
    return (
        change.assistant_id > 0
        and bool(change.indexes)
        and bool(change.body)
        and is_known
        and not change.parts
    )


def _is_unsent(outcome: Outcome) -> bool:
    return outcome.status in UNSENT and (not outcome.code or outcome.code in CODES)


def _is_at_home(problem: Problem, sheet: Sheet) -> bool:
    rows = range(len(sheet))
    is_row = problem.index is None or problem.index in rows
    is_column = problem.column is None or problem.column in range(len(sheet.columns))
    return problem.code in CODES and is_row and is_column and all(index in rows for index in problem.also)


def _sheet_faults(sheet: Sheet) -> Iterator[str]:
    known: Collection[str] = all_fields().keys()
    if any(column.field is not None and column.field not in known for column in sheet.columns):
        yield "a column sets a field that there is none of"
    if any(later <= sooner for sooner, later in zip((0, *sheet.numbers), sheet.numbers, strict=False)):
        yield "its rows are not in their order"
    if not _is_dialect(sheet.dialect):
        yield "no sheet is written down so"


def _is_dialect(dialect: Dialect) -> bool:
    try:
        codecs.lookup(dialect.encoding)
    except LookupError:
        return False
    is_sign = len(dialect.delimiter) == 1 and dialect.delimiter not in '"\r\n\0'
    return is_sign and dialect.decimal in (".", ",")
