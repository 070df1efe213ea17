"""Resume: what is left of a run, told from its journal; what is in doubt is compared with what is there first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from batch_update.model import Change, Event, Outcome, Plan, Reply, Report, Status
from batch_update.run.applying import apply_plan
from batch_update.run.dispatch import Sender
from batch_update.run.fetching import Lister
from batch_update.run.journal import Journal, read_run
from batch_update.run.looking import look_again
from batch_update.run.outcomes import replied, spread
from batch_update.run.progress import EventLog
from batch_update.run.recorded import OPEN, RecordedRun, report_of


class Resumer(Sender, Lister, Protocol):
    """What resuming needs of a client; `api.client.Client` is one."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a run."""

    plan: Plan
    """the whole sheet: changes that are still to be sent, all other rows settled as they were"""
    doubtful: frozenset[int]
    """first rows of the changes that may have landed: to be compared with what is there before they are sent"""
    found: Mapping[int, Outcome]
    """row -> outcome of what comparing has settled; empty before"""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to send."""
        return not self.plan.changes


def plan_rest(recorded: RecordedRun, *, retry_failed: bool = False) -> Rest:
    """What is left of a run. Pure.

    Rows that are done are left alone. Those that were not sent are to be sent; those that may have been are in
    doubt. Failed ones were certainly not applied, and are sent with `retry_failed` alone.
    """
    outcomes = report_of(recorded).outcomes
    wanted = OPEN | {Status.FAILED} if retry_failed else OPEN
    status = {c.indexes[0]: outcomes[c.indexes[0]].status for c in recorded.plan.changes}
    changes = tuple(c for c in recorded.plan.changes if status[c.indexes[0]] in wanted)
    doubtful = frozenset(c.indexes[0] for c in changes if status[c.indexes[0]] is Status.UNKNOWN)
    left = {index for change in changes for index in change.indexes}
    settled = {index: outcome for index, outcome in enumerate(outcomes) if index not in left}
    return Rest(replace(recorded.plan, changes=changes, settled=settled), doubtful, {})


async def clear_up(recorded: RecordedRun, rest: Rest, client: Lister) -> Rest:
    """The rest, compared with what is there now: what has landed is updated, what somebody changed is a conflict.

    Compared are the changes in doubt; where the plan was made from present values, all of them. Raises what the
    client raises, and RunStopped X310 where the key is for another account.
    """
    changes = rest.plan.changes
    if not rest.plan.account:
        changes = tuple(change for change in changes if change.indexes[0] in rest.doubtful)
    if not changes:
        return rest
    by_field = recorded.facts.command == "undo"
    looked = await look_again(replace(rest.plan, changes=changes), client, by_field=by_field)
    # Of a row held back by field only a part may be sent. Any other is sent whole, as it was planned.
    kept = {c.indexes[0]: c for c in looked.plan.changes}
    before = report_of(recorded).outcomes
    found: dict[int, Outcome] = {}
    for change in changes:
        first = change.indexes[0]
        if first in kept:
            continue
        outcome = looked.plan.settled[first]
        if first in rest.doubtful and outcome.status is Status.UNCHANGED:
            outcome = _landed(change, before[first])
        found |= spread(change, outcome, rest.plan.sheet.numbers)
    left = (
        kept.get(c.indexes[0], c) if by_field else c for c in rest.plan.changes if c.indexes[0] not in found
    )
    plan = replace(rest.plan, changes=tuple(left), settled={**rest.plan.settled, **found})
    return Rest(plan, rest.doubtful & set(kept), found)


def _landed(change: Change, before: Outcome) -> Outcome:
    message = "its answer was never seen, but what was sent was there when the run was resumed"
    reply = Reply(Status.UPDATED, message=message, attempts=before.attempts, started=before.started)
    return replied(change, reply)


async def resume_run(
    journal: Journal,
    client: Resumer,
    *,
    retry_failed: bool = False,
    events: EventLog | None = None,
    **sending: Any,
) -> Report:
    """Go on with a run in its own folder; the report covers every row of its sheet, old outcomes and new.

    `sending` as for `apply_plan`. A run that is finished is reported as it is. Raises, before anything is sent, what
    the client raises while it reads what is there, and RunStopped X310 where the key is for another account.
    """
    recorded = read_run(journal.folder)
    before = report_of(recorded)
    rest = plan_rest(recorded, retry_failed=retry_failed)
    if rest.is_finished:
        return before
    events = events or EventLog()
    events(Event("resumed", f"the run was resumed with {len(rest.plan.changes)} changes left"))
    rest = await clear_up(recorded, rest, client)
    journal.settle(rest.found)
    # Whoever began to send had leave to leave out the rows with problems.
    sending.setdefault("skip_invalid", bool(recorded.sessions))
    return merged(before, await apply_plan(rest.plan, client, events=events, journal=journal, **sending))


def merged(before: Report, after: Report) -> Report:
    """The report of a run that was resumed, from the one before and the one of what was left."""
    return replace(
        after,
        plan=before.plan,
        outcomes=tuple(_better(before, after)),
        events=before.events + after.events,
        seconds=before.seconds + after.seconds,
        started=before.started,
    )


def _better(before: Report, after: Report) -> Iterator[Outcome]:
    """That a row was not sent again takes nothing back of what is known of it."""
    for old, new in zip(before.outcomes, after.outcomes, strict=True):
        yield old if new.status is Status.NOT_SENT and old.status is not Status.NOT_SENT else new
