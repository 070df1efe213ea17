"""The rest of a run by its journal: changes still to send, and those in doubt, compared with what is there now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from batch_update.account.whose import Asked
from batch_update.errors import UsageError
from batch_update.journal.recorded import RecordedRun, report_of
from batch_update.model.plans import Change, Outcome, Plan, Status, Verified
from batch_update.model.reports import Reply
from batch_update.outcomes import is_open, is_unread, replied, spread
from batch_update.plan.from_sheet import keep_first, keep_only
from batch_update.run.planning import look_again
from batch_update.send.verifying import BY_WHOM, is_proof


@dataclass(frozen=True, slots=True)
class Rest:
    """The part of a run that is left to do."""

    plan: Plan
    """the whole sheet: changes that are still to be sent, all other rows settled as they were, or left out"""
    doubtful: frozenset[int]
    """first rows of the changes that may have landed: to be compared with what is there before they are sent"""
    found: Mapping[int, Outcome]
    """row -> outcome that is new: settled by comparing, or left out; empty before"""
    pages: int = 0
    """requests that comparing took"""
    total: int | None = None
    """assistants of the account, where the whole list was read"""


def plan_rest(recorded: RecordedRun, *, retry_failed: bool = False) -> Rest:
    """Return what is left of a run. Pure.

    Rows that are done are left alone. Those that were not sent are to be sent; those that may have been are in
    doubt. Failed ones were certainly not applied: where the row was not the reason they are to be sent, else with
    `retry_failed` alone.
    """
    outcomes = report_of(recorded).outcomes
    changes = tuple(
        change for change in recorded.plan.changes if _is_left(outcomes[change.indexes[0]], retry_failed)
    )
    first_rows = (change.indexes[0] for change in changes)
    doubtful = frozenset(row for row in first_rows if outcomes[row].status is Status.UNKNOWN)
    left = {index for change in changes for index in change.indexes}
    settled = {index: outcome for index, outcome in enumerate(outcomes) if index not in left}
    return Rest(replace(recorded.plan, changes=changes, settled=settled), doubtful, {})


def _is_left(outcome: Outcome, retry_failed: bool) -> bool:
    return is_open(outcome) or (retry_failed and outcome.status is Status.FAILED)


def is_finished(recorded: RecordedRun, *, retry_failed: bool = False) -> bool:
    """Whether nothing is left to do. One that was cut off after its last row still has to be brought to its end, and
    what could not be read back is to be read.
    """
    rest = plan_rest(recorded, retry_failed=retry_failed)
    return recorded.complete and not rest.plan.changes and not is_unread(report_of(recorded))


async def look_at_rest(
    recorded: RecordedRun,
    client: Asked,
    *,
    retry_failed: bool = False,
    only: Collection[int] = (),
    limit: int | None = None,
    fetch: bool = True,
    to_end: bool = False,
) -> Rest:
    """Return what is left of a run and shall be sent now, compared with what is there as far as that is needed.

    `only`: assistants; `limit`: the first so many changes; what these leave out stays as it was. `fetch` False:
    nothing is read, and what may have landed is sent again. `to_end`: read the whole list, so that `total` is known.
    Raises what the client raises, RunStopped X310 where the key is for another account, UsageError where `only`
    names an assistant of which nothing is left, or where an undo shall go on unseen.
    """
    rest = _narrowed(plan_rest(recorded, retry_failed=retry_failed), partial(keep_only, only=only))
    if not fetch and recorded.facts.command == "undo":
        raise UsageError(
            "an undo is held against what is there, which the setting no_fetch forbids",
            code="U101",
            remedy="leave it out",
        )
    if fetch:
        rest = await _clear_up(recorded, rest, client, to_end=to_end)
    return _narrowed(rest, partial(keep_first, limit=limit))


def _narrowed(rest: Rest, narrow: Callable[[Plan], Plan]) -> Rest:
    """Return the rest with fewer changes."""
    plan = narrow(rest.plan)
    kept = {change.indexes[0] for change in plan.changes}
    left_out = {
        index: plan.settled[index]
        for change in rest.plan.changes
        if change.indexes[0] not in kept
        for index in change.indexes
    }
    return replace(rest, plan=plan, doubtful=rest.doubtful & kept, found={**rest.found, **left_out})


async def _clear_up(recorded: RecordedRun, rest: Rest, client: Asked, *, to_end: bool = False) -> Rest:
    """Compare the rest with what is there: what has landed is updated, what somebody changed is a conflict.

    Compared are the changes in doubt; where the plan was made from present values, all of them. Raises what the
    client raises, and RunStopped X310 where the key is for another account.
    """
    changes = _to_compare(rest)
    if not changes and not to_end:
        return rest
    by_field = recorded.facts.command == "undo"
    looked = await look_again(replace(rest.plan, changes=changes), client, by_field=by_field, to_end=to_end)
    kept = {change.indexes[0]: change for change in looked.plan.changes}
    found = dict(_settled_now(recorded, rest, looked.plan, (c for c in changes if c.indexes[0] not in kept)))
    left = (change for change in rest.plan.changes if change.indexes[0] not in found)
    if (
        by_field
    ):  # of a row held back by field only a part may be sent; any other is sent whole, as it was planned
        left = (kept.get(change.indexes[0], change) for change in left)
    plan = replace(rest.plan, changes=tuple(left), settled={**rest.plan.settled, **found})
    return Rest(plan, rest.doubtful & set(kept), {**rest.found, **found}, looked.pages, looked.total)


def _to_compare(rest: Rest) -> tuple[Change, ...]:
    """Return the changes in doubt; where the plan was made from present values, all."""
    if rest.plan.compared:
        return tuple(rest.plan.changes)
    return tuple(change for change in rest.plan.changes if change.indexes[0] in rest.doubtful)


def _settled_now(
    recorded: RecordedRun, rest: Rest, looked: Plan, gone: Iterable[Change]
) -> Iterator[tuple[int, Outcome]]:
    """Yield the rows of changes that are gone since what is there was looked at, and what became of each."""
    before = report_of(recorded).outcomes
    for change in gone:
        first = change.indexes[0]
        outcome = looked.settled[first]
        if first in rest.doubtful and outcome.status is Status.UNCHANGED:
            outcome = _landed(change, before[first])
        yield from spread(change, outcome, rest.plan.sheet.numbers).items()


def _landed(change: Change, before: Outcome) -> Outcome:
    """Return what became of a change whose answer was never seen, and that is as wanted now."""
    if not is_proof(change):
        message = "; ".join(text for text in (before.message, BY_WHOM) if text)
        return replace(before, verified=Verified.VERIFIED, message=message)
    message = "its answer was never seen, but what was sent was there when the run was resumed"
    reply = Reply(Status.UPDATED, message=message, attempts=before.attempts, started=before.started)
    return replied(replace(change, wave=before.wave), reply)
