"""Applying a plan: nothing is sent while the sheet is wrong, and every row is accounted for at the end."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Sequence
from datetime import datetime
from functools import partial

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import SheetError
from batch_update.journal.writing import Journal
from batch_update.model.compact.outcomes_by_row import OutcomesByRow
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Pace, Report, Stats
from batch_update.model.sheets import Problem, rows_with
from batch_update.outcomes import not_begun, spread
from batch_update.plan.sound import misplaced_rows, refuse_unmerged
from batch_update.send.brake import Caution
from batch_update.send.dispatch import Sender, send_changes
from batch_update.send.progress import EventLog, Meter, Progress
from batch_update.send.waves import agenda_for, send_in_waves
from batch_update.text import counted

UNPACED = Pace(())
"""without any windows"""


async def apply_plan(
    plan: Plan,
    client: Sender,
    *,
    pace: Pace = UNPACED,
    skip_invalid: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_outcome: Callable[[Change, Outcome], None] | None = None,
    interrupted: AsyncIterable[int] | None = None,
    events: EventLog | None = None,
    grace: float = 45.0,
    clock: Clock = SYSTEM,
    journal: Journal | None = None,
    caution: Caution | None = None,
    pages: int = 1,
) -> Report:
    """Send the plan's changes; every row of its sheet gets exactly one outcome.

    `pace` says how many are under way at once. `interrupted` yields the numbers of signals (see
    `signals.open_interrupts`); `grace` is how many seconds requests under way may take after the first one. `events`
    is the log that the client writes to. `journal` holds the plan, or one of which this is the rest; what happens is
    written down there. `caution`: in which waves, and how much may go wrong. `pages`: requests that reading back will
    take. What ended the run early is on `Report.stopped`, never raised; ValueError where the plan does not account for
    every row exactly once.
    """
    events = events or EventLog(clock=clock)
    started = clock.wall()
    if refused := refused_report(plan, skip_invalid=skip_invalid, started=started):
        return refused

    _check_accounts(plan)
    if journal is not None:
        journal.begin(started)
        events.keep(journal.event)
    caution = caution or Caution()
    total, ahead = len(plan.changes), getattr(client, "outlook", None)
    agenda = agenda_for(plan, caution, pages=pages)
    meter = Meter(total, on_progress, on_outcome, events=events, agenda=agenda, look_ahead=ahead, clock=clock)
    send = partial(
        send_changes, concurrency=pace.concurrency, meter=meter, grace=grace, clock=clock, journal=journal
    )
    sent = await send_in_waves(
        plan,
        client,
        send,
        caution,
        meter=meter,
        events=events,
        interrupted=interrupted,
        journal=journal,
        clock=clock,
    )
    seconds = meter.elapsed
    stopped = _ended(journal, seconds, sent.stopped, getattr(client, "stats", None))
    return Report(plan, _in_order(plan, sent.outcomes), events.events, seconds, stopped, started)


def _ended(
    journal: Journal | None, seconds: float, stopped: Exception | None, stats: Stats | None
) -> Exception | None:
    """Write down that a run ended, and return what ended it early: that the journal cannot be written is a reason."""
    if journal is None:
        return stopped
    journal.end(seconds, stopped, stats)
    return stopped or journal.trouble


def blocking_problems(plan: Plan, *, skip_invalid: bool) -> tuple[Problem, ...]:
    """Return the problems that forbid sending. One that concerns the whole sheet cannot be skipped."""
    return tuple(p for p in plan.errors if p.index is None or not skip_invalid)


def refused_report(plan: Plan, *, skip_invalid: bool, started: datetime) -> Report | None:
    """Return the report of a plan whose problems forbid sending anything; None where sending is in order."""
    blocking = blocking_problems(plan, skip_invalid=skip_invalid)
    if not blocking:
        return None
    return Report(plan, _refused(plan, blocking), stopped=_sheet_error(plan, blocking), started=started)


def stopped_report(
    plan: Plan,
    stop: Exception,
    *,
    started: datetime,
    journal: Journal | None = None,
    stats: Stats | None = None,
) -> Report:
    """The report of a run that a guard ended before anything was sent. With a journal, the run can go on later."""
    if journal is not None:
        journal.begin(started)
        journal.end(0.0, stop, stats)
    return Report(plan, _all_never(plan, not_begun(stop)), (), 0.0, stop, started)


def looked_report(plan: Plan, *, started: datetime) -> Report:
    """Return the report of a plan that a job only looked at: what would change was not sent."""
    never = Outcome(Status.NOT_SENT, "X207", "not sent: the job only looks")
    return Report(plan, _all_never(plan, never), started=started)


def _all_never(plan: Plan, never: Outcome) -> Sequence[Outcome]:
    """Return the outcomes of a plan of which no change was begun."""
    sent = OutcomesByRow(len(plan.sheet))
    for change in plan.changes:
        sent |= spread(change, never, plan.sheet.numbers)
    return _in_order(plan, sent)


def _check_accounts(plan: Plan) -> None:
    """Raises ValueError for a plan that cannot be sent, with the row that is lost, or would be sent twice."""
    refuse_unmerged(plan)
    for words in misplaced_rows(plan):
        raise ValueError(words)


def _refused(plan: Plan, blocking: tuple[Problem, ...]) -> tuple[Outcome, ...]:
    whole = next((p for p in blocking if p.index is None), None)
    reason = f"the sheet has a problem ({whole.code}: {whole.message})" if whole else "other rows are invalid"
    not_sent = Outcome(Status.NOT_SENT, "X206", f"not sent: {reason}")
    return tuple(plan.settled.get(index, not_sent) for index in range(len(plan.sheet)))


def _sheet_error(plan: Plan, blocking: tuple[Problem, ...]) -> SheetError:
    rows = len(rows_with(blocking))
    where = f" in {counted(rows, 'row')}" if rows else ""
    can_skip = bool(plan.changes) and all(p.index is not None for p in blocking)
    whole = next((p.remedy for p in blocking if p.index is None and p.remedy), "")
    remedy = whole or "mend the sheet" + (
        ", or send the good rows with the setting skip_invalid" if can_skip else ""
    )
    return SheetError(
        f"the sheet has {counted(len(blocking), 'error')}{where}; nothing was sent",
        code="X206",
        remedy=remedy,
        problems=plan.errors,
    )


def _in_order(plan: Plan, sent: OutcomesByRow) -> Sequence[Outcome]:
    """Return the outcomes of all rows of the sheet: of those that were sent, and of those that were settled before."""
    sent |= plan.settled
    return sent.in_order()
