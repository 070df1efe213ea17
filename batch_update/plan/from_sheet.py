"""A plan made from a sheet: every row in one of the changes to send, or settled already. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from batch_update.check.advice.placeholders import brace_problems
from batch_update.check.checking import Examined, OnDuplicate, checkable, examine
from batch_update.check.combinations import part_problems, parts_without_present
from batch_update.check.rows import ReadRows
from batch_update.check.settled_names import Names
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
    names: Names | None = None,
) -> Plan:
    """Return the plan of a sheet: every row in one of the changes or settled, with every problem.

    `on_duplicate`: which of several rows with different values for one assistant is taken, if any.
    `only`: assistants; the rows of all others are left out, and their problems do not count. Empty: all.
    `limit`: the first so many changes are kept.
    `fetched`: what is there was read, and the plan goes through `compare` before it is sent: the rules across fields
    wait for it, since only what differs is sent and can break them, and changes may have parts. What the rows
    remember of an export counts only then: nothing else tells whether somebody changed it since.
    `names`: what the names in place of ids stand for. None: nothing was looked up, so that rows with names are not
    sent; the plan says which names have to be looked up before it is made again.
    Whether anything may be sent while there are errors is the caller's decision. Raises UsageError where `only`
    names an assistant that the sheet does not.
    """
    between = _before_looking if fetched else _offline
    examined = examine(sheet, on_duplicate, only, between, names, remembers=fetched)
    waiting = dict.fromkeys(examined.rows.waiting - examined.settled.keys(), _WAITING)
    examined.settled.update(waiting)
    done = examined.left()
    senders = [row for row in range(len(sheet)) if row not in done]
    settled = dict(sorted(examined.settled.items()))
    changes = tuple(_changes(examined, senders, remember=fetched))
    unnamed = frozenset(examined.rows.names())
    plan = Plan(sheet, changes, settled, examined.problems, unnamed=unnamed, excused=examined.excused)
    return keep_first(plan, limit)


_WAITING = Outcome(Status.NOT_SENT, "X261", "not sent: its names were not looked up, since nothing was sent")


def keep_only(plan: Plan, only: Collection[int]) -> Plan:
    """Return the plan with the changes of these assistants; the rows of the others are left out. Empty: all are kept.

    Raises UsageError where one is named that the plan does not change.
    """
    if not only:
        return plan
    if missing := sorted(set(only) - {change.assistant_id for change in plan.changes}):
        raise UsageError(
            f"the setting only names assistants that the plan does not change: {listed(missing)}",
            code="U101",
            remedy="check these ids, or leave them out",
        )
    kept = [change for change in plan.changes if change.assistant_id in only]
    return _keep(plan, kept, "left out by the setting only")


def keep_first(plan: Plan, limit: int | None) -> Plan:
    """Return the plan with its first so many changes; the rows of the others are left out. None keeps all."""
    if limit is None or len(plan.changes) <= limit:
        return plan
    return _keep(plan, plan.changes[:limit], f"left out by the setting limit={limit}")


def _keep(plan: Plan, kept: Collection[Change], words: str) -> Plan:
    """Return the plan with these of its changes; `words` tell why the rows of the others are left out."""
    first_rows = {change.indexes[0] for change in kept}
    others = (change.indexes for change in plan.changes if change.indexes[0] not in first_rows)
    left_out = dict.fromkeys(chain.from_iterable(others), Outcome(Status.NOT_SENT, "X205", words))
    return replace(plan, changes=tuple(kept), settled=dict(sorted({**plan.settled, **left_out}.items())))


def _changes(examined: Examined, senders: Iterable[int], *, remember: bool) -> Iterator[Change]:
    memories = examined.rows.memories
    bases = examined.rows.sheet.columns[memories.column].texts if remember and memories.column else None
    for row in senders:
        assistant_id = examined.rows.assistant(row)
        assert assistant_id is not None, "a row without a readable id is settled as invalid"
        indexes = (row, *examined.merged.get(row, ()))
        base = bases[row] if bases is not None and row in memories.of_row else ""
        yield Change(assistant_id, examined.rows.body(row), indexes, examined.rows.parts(row), base=base)


def _before_looking(rows: ReadRows) -> Iterator[Problem]:
    """Yield the problems between cells that can be told before it is known what is there."""
    yield from part_problems(rows)
    yield from brace_problems(rows)


def _offline(rows: ReadRows) -> Iterator[Problem]:
    """Yield the problems between cells of a plan that is sent without knowing what is there."""
    yield from checkable(rows)
    yield from parts_without_present(rows)
