"""Whether a plan makes sense in itself: nothing is written down or sent of one that does not."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from itertools import chain, pairwise

from batch_update.codes import CODES
from batch_update.fields.facts import all_fields
from batch_update.model.plans import Change, Plan, Status
from batch_update.model.sheets import Problem, Sheet

UNSENT = {Status.UNCHANGED, Status.INVALID, Status.NOT_SENT, Status.CONFLICT}
"""How a row may have ended before anything is sent."""


def refuse_unmerged(plan: Plan) -> None:
    """Raises ValueError for a plan with a change whose parts are not merged into what is there."""
    if unmerged := next((change for change in plan.changes if change.parts), None):
        raise ValueError(f"the change of assistant {unmerged.assistant_id} has parts that are not merged")


def misplaced_rows(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each row that would be lost, or sent twice: it has not one home, a change or an outcome."""
    homes = bytearray(len(plan.sheet))
    of_changes = chain.from_iterable(change.indexes for change in plan.changes)
    for index in chain(plan.settled, of_changes):
        if 0 <= index < len(homes):
            homes[index] = min(homes[index] + 1, 2)
        else:
            yield f"the plan speaks of row index {index}; the sheet has {len(homes)} rows"
    for index, home in enumerate(homes):
        if home != 1:
            fault = "is in no change and not settled" if home == 0 else "stands in the plan twice"
            yield f"row {plan.sheet.numbers[index]} {fault}"


def accounts_for_each_row(plan: Plan) -> bool:
    """Whether every row is settled already or belongs to one change."""
    return next(misplaced_rows(plan), None) is None


def check_plan(plan: Plan) -> None:
    """Raises ValueError with the first thing that makes no sense."""
    for is_so, words in _LAWS:
        if not is_so(plan):
            raise ValueError(words)


def _changes_each_once(plan: Plan) -> bool:
    ids = [change.assistant_id for change in plan.changes]
    return len(set(ids)) == len(ids)


def _has_true_changes(plan: Plan) -> bool:
    return all(map(_is_change, plan.changes))


def _is_change(change: Change) -> bool:
    named = {*change.body, *change.before, *(one.field for one in change.held)}
    is_for_rows = change.assistant_id > 0 and bool(change.indexes)
    return is_for_rows and bool(change.body) and not change.parts and named <= all_fields().keys()


def _has_sent_nothing(plan: Plan) -> bool:
    return all(outcome.status in UNSENT and _is_code(outcome.code) for outcome in plan.settled.values())


def _is_code(code: str) -> bool:
    return not code or code in CODES


def _has_problems_at_home(plan: Plan) -> bool:
    return all(_is_at_home(problem, plan.sheet) for problem in (*plan.problems, *plan.sheet.problems))


def _is_at_home(problem: Problem, sheet: Sheet) -> bool:
    rows, columns = range(len(sheet)), range(len(sheet.columns))
    is_row = problem.index is None or problem.index in rows
    is_column = problem.column is None or problem.column in columns
    return problem.code in CODES and is_row and is_column and all(index in rows for index in problem.also)


def _sets_known_fields(plan: Plan) -> bool:
    named = {column.field for column in plan.sheet.columns} - {None}
    return named <= all_fields().keys()


def _has_rows_in_order(plan: Plan) -> bool:
    numbers = plan.sheet.numbers
    return all(sooner < later for sooner, later in pairwise((0, *numbers)))


def _has_true_dialect(plan: Plan) -> bool:
    dialect = plan.sheet.dialect
    try:
        codecs.lookup(dialect.encoding)
    except LookupError:
        return False
    is_sign = len(dialect.delimiter) == 1 and dialect.delimiter not in '"\r\n\0'
    return is_sign and dialect.decimal in (".", ",")


_LAWS: tuple[tuple[Callable[[Plan], bool], str], ...] = (
    (accounts_for_each_row, "it does not account for each row once"),
    (_changes_each_once, "an assistant would be changed twice"),
    (_has_true_changes, "a change is none that can be sent"),
    (_has_sent_nothing, "a row would have an outcome before anything is sent"),
    (_has_problems_at_home, "a problem is at no place of the sheet"),
    (_sets_known_fields, "a column sets a field that there is none of"),
    (_has_rows_in_order, "its rows are not in their order"),
    (_has_true_dialect, "no sheet is written down so"),
)
"""Each law that a plan keeps, and what is said where it does not."""
