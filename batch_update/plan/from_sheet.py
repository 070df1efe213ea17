"""A plan made from a sheet: every row in one of the changes to send, or settled already. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from batch_update.check.checking import Examined, OnDuplicate, checkable, examine
from batch_update.check.combinations import part_problems, parts_without_present
from batch_update.check.rows import Rows
from batch_update.errors import UsageError
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.sheets import Problem, Sheet
from batch_update.text import listed


def make_plan(
    sheet: Sheet,
    *,
    on_duplicate: OnDuplicate = "error",
    only: Collection[int] = (),
    limit: int | None = None,
    fetched: bool = False,
) -> Plan:
    """Return the plan of a sheet: every row in one of the changes or settled, with every problem.

    `on_duplicate`: which of several rows with different values for one assistant is taken, if any.
    `only`: assistants; the rows of all others are left out, and their problems do not count. Empty: all.
    `limit`: the first so many changes are kept.
    `fetched`: what is there was read, and the plan goes through `compare` before it is sent: the rules across fields
    wait for it, since only what differs is sent and can break them, and changes may have parts.
    Whether anything may be sent while there are errors is the caller's decision. Raises UsageError where `only`
    names an assistant that the sheet does not.
    """
    found = examine(sheet, on_duplicate, only, _offline if not fetched else part_problems)
    followers = {row for rows in found.merged.values() for row in rows}
    senders = [row for row in range(len(sheet)) if row not in found.settled and row not in followers]
    plan = Plan(sheet, tuple(_changes(found, senders)), dict(sorted(found.settled.items())), found.problems)
    return keep_first(plan, limit)


def keep_only(plan: Plan, only: Collection[int]) -> Plan:
    """Return the plan with the changes of these assistants; the rows of the others are left out. Empty: all are kept.

    Raises UsageError where one is named that the plan does not change.
    """
    if not only:
        return plan
    missing = sorted(set(only) - {change.assistant_id for change in plan.changes})
    if missing:
        raise UsageError(
            f"the setting only names assistants that the plan does not change: {listed(missing)}",
            code="U101",
            remedy="check these ids, or leave them out",
        )
    left_out = Outcome(Status.NOT_SENT, "X205", "left out by the setting only")
    rest = {i: left_out for change in plan.changes if change.assistant_id not in only for i in change.indexes}
    kept = tuple(change for change in plan.changes if change.assistant_id in only)
    return replace(plan, changes=kept, settled=dict(sorted({**plan.settled, **rest}.items())))


def keep_first(plan: Plan, limit: int | None) -> Plan:
    """Return the plan with its first so many changes; the rows of the others are left out. None keeps all."""
    if limit is None or len(plan.changes) <= limit:
        return plan
    left_out = Outcome(Status.NOT_SENT, "X205", f"left out by the setting limit={limit}")
    rest = {index: left_out for change in plan.changes[limit:] for index in change.indexes}
    settled = dict(sorted({**plan.settled, **rest}.items()))
    return replace(plan, changes=plan.changes[:limit], settled=settled)


def _changes(found: Examined, senders: Iterable[int]) -> Iterator[Change]:
    for row in senders:
        assistant_id = found.rows.assistant(row)
        assert assistant_id is not None, "a row without a readable id is settled as invalid"
        indexes = (row, *found.merged.get(row, ()))
        yield Change(assistant_id, found.rows.body(row), indexes, found.rows.parts(row))


def _offline(rows: Rows) -> Iterator[Problem]:
    """Yield the problems between cells of a plan that is sent without knowing what is there."""
    yield from checkable(rows)
    yield from parts_without_present(rows)
