"""The story of `resume`: what is left of a run, by its journal, and what is in doubt compared with what is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from batch_update.account.account import Account, placed
from batch_update.account.whose import Asked, at_home, refuse_another
from batch_update.errors import GuardStopped, UsageError
from batch_update.journal.finding import find_run, open_at
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import Facts, RecordedRun, facts_of, report_of, with_stats
from batch_update.journal.writing import Journal
from batch_update.model.plans import ALL_HAZARDS, Change, Outcome, Plan, Status, Verified
from batch_update.model.reports import Event, Reply, Report
from batch_update.outcomes import is_open, is_unread, replied, spread
from batch_update.plan.from_sheet import keep_first, keep_only
from batch_update.report.files.folder import written_in
from batch_update.run.agreeing import agree
from batch_update.run.ending import Ended, Session, caution_for, written_report
from batch_update.run.means import Means, Sequel, before_sending, holding, speaking, tell_way
from batch_update.run.planning import Looked, expect, look_again
from batch_update.run.watching import Watcher
from batch_update.send.progress import EventLog
from batch_update.send.verifying import BY_WHOM, is_proof
from batch_update.settings.tunables import Settings
from batch_update.text import counted


def run_to_resume(run: str, settings: Settings) -> Path:
    """The folder of a run, by itself, its name or the beginning of one; last is what last sent something or is open.

    Raises UsageError where there is none.
    """
    return find_run(run, settings.runs_dir, last=open_at)


def begin_resume(
    folder: Path, settings: Settings, means: Means, *, retry_failed: bool = False
) -> Sequel[Ended]:
    """Look what is left of a run; the sequel clears up what is in doubt, asks, sends, reads back and writes.

    `retry_failed`: the failed rows are sent as well. A run of which nothing is left comes to its end without a key.
    Raises what `begin_apply` raises, and JournalError where the journal cannot be read.
    """
    recorded = read_run(folder)
    # Also where nothing is left: the commands that are printed have to lead there.
    settings = at_home(settings, recorded.plan.server, recorded.facts.settings)
    if is_finished(recorded, retry_failed=retry_failed):
        return partial(_as_it_is, recorded, settings)
    tell_way(settings, means)
    return partial(_resume, folder, means.account(settings), settings, means, retry_failed)


async def _resume(
    folder: Path, account: Account, settings: Settings, means: Means, retry_failed: bool
) -> Ended:
    async with holding(account, settings, means, "resume") as hold:
        hold.works_in(folder)
        hold.refuse_company(folder)
        # What it tells counts only now: until the lock was free, another process may have gone on with it.
        recorded = read_run(folder)
        if is_finished(recorded, retry_failed=retry_failed):
            return await _as_it_is(recorded, settings)
        return await _go_on(recorded, account, settings, means, retry_failed)


async def _as_it_is(recorded: RecordedRun, settings: Settings, stop: GuardStopped | None = None) -> Ended:
    """The end of a run that is left alone: since nothing is left to do, or since a guard forbids going on."""
    report = replace(report_of(recorded), folder=recorded.folder, files=written_in(recorded.folder))
    if stop is None:
        return Ended(report, facts_of(recorded), settings, was_finished=True)
    return Ended(replace(report, stopped=stop), facts_of(recorded), settings, was_held=True)


async def _go_on(
    recorded: RecordedRun, account: Account, settings: Settings, means: Means, retry_failed: bool
) -> Ended:
    watcher = means.watcher
    expect(recorded.plan, settings.expect)
    events = EventLog(watcher.event, clock=means.clock)
    async with speaking(settings, account, means, events) as client:
        caution = caution_for(settings, client, watcher)
        with before_sending():
            if recorded.facts.key != account.name:  # one key at one server always is one account
                await refuse_another(recorded.plan, client)
            rest = await look_at_rest(
                recorded,
                client,
                retry_failed=retry_failed,
                only=settings.only,
                limit=settings.limit,
                fetch=not settings.no_fetch,
                to_end=settings.max_change_percent is not None,
            )
        _tell_rest(recorded, rest, watcher)
        looked, allow = Looked(rest.plan, rest.pages, rest.total), _allowed(recorded, settings)
        if stop := agree(looked, "resume", settings, watcher, allow=allow):
            return await _as_it_is(recorded, settings, stop)
        facts = Facts("resume", settings=placed(settings), key=account.name)
        with Journal.open(recorded.folder, facts) as journal, means.interrupts() as interrupted:
            session = Session(client, settings, watcher, events, caution, interrupted, journal, means.clock)
            report = await send_rest(recorded, rest, journal, events, session.send)
            report = await session.read_back(report, sent=rest.plan.changes)
            known = with_stats(recorded, facts, client.stats)
            return Ended(
                await written_report(report, recorded.folder, known, watcher, client), known, settings
            )


def _tell_rest(recorded: RecordedRun, rest: Rest, watcher: Watcher) -> None:
    first_rows = (change.indexes[0] for change in recorded.plan.changes)
    found = (rest.found[row].status for row in first_rows if row in rest.found)
    landed = sum(status is Status.UPDATED for status in found)
    watcher.left(recorded.folder, changes=len(rest.plan.changes), landed=landed, doubtful=len(rest.doubtful))


def _allowed(recorded: RecordedRun, settings: Settings) -> tuple[str, ...]:
    """Return the hazards that are allowed: those of now and of when the run began; for an undo, all of them."""
    if recorded.facts.command == "undo":
        return (ALL_HAZARDS,)
    return (*settings.allow, *(recorded.facts.settings.allow if recorded.facts.settings else ()))


# ---------------------------------------------------------------- what is left


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
    first = {change.indexes[0]: outcomes[change.indexes[0]] for change in recorded.plan.changes}
    wanted = {row for row, o in first.items() if is_open(o) or (retry_failed and o.status is Status.FAILED)}
    changes = tuple(change for change in recorded.plan.changes if change.indexes[0] in wanted)
    doubtful = frozenset(row for row in wanted if first[row].status is Status.UNKNOWN)
    left = {index for change in changes for index in change.indexes}
    settled = {index: outcome for index, outcome in enumerate(outcomes) if index not in left}
    return Rest(replace(recorded.plan, changes=changes, settled=settled), doubtful, {})


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
    """The rest with fewer changes."""
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
    """The rest, compared with what is there now: what has landed is updated, what somebody changed is a conflict.

    Compared are the changes in doubt; where the plan was made from present values, all of them. Raises what the
    client raises, and RunStopped X310 where the key is for another account.
    """
    changes = rest.plan.changes
    if not rest.plan.compared:
        changes = tuple(change for change in changes if change.indexes[0] in rest.doubtful)
    if not changes and not to_end:
        return rest
    by_field = recorded.facts.command == "undo"
    looked = await look_again(replace(rest.plan, changes=changes), client, by_field=by_field, to_end=to_end)
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
    return Rest(plan, rest.doubtful & set(kept), {**rest.found, **found}, looked.pages, looked.total)


def _landed(change: Change, before: Outcome) -> Outcome:
    """Return what became of a change whose answer was never seen, and that is as wanted now."""
    if not is_proof(change):
        message = "; ".join(text for text in (before.message, BY_WHOM) if text)
        return replace(before, verified=Verified.VERIFIED, message=message)
    message = "its answer was never seen, but what was sent was there when the run was resumed"
    reply = Reply(Status.UPDATED, message=message, attempts=before.attempts, started=before.started)
    return replied(change, reply)


class Send(Protocol):
    """Sends the changes of a plan, and accounts for every row of its sheet."""

    async def __call__(self, plan: Plan, *, skip_invalid: bool) -> Report: ...


async def send_rest(
    recorded: RecordedRun, rest: Rest, journal: Journal, events: EventLog, send: Send
) -> Report:
    """Send what is left of a run, or of it what shall be sent now; the report covers every row, old and new.

    Nobody else may have worked on the run since it was read.
    """
    events(Event("resumed", f"the run was resumed with {counted(len(rest.plan.changes), 'change')} left"))
    journal.settle(rest.found)
    # Whoever began to send had leave to leave out the rows with problems.
    begun_with = recorded.facts.settings
    has_leave = bool(recorded.sessions) or (begun_with is not None and begun_with.skip_invalid)
    return merged(report_of(recorded), await send(rest.plan, skip_invalid=has_leave))


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
    """Yield the outcome of each row: the new one, but where it only says that the row was not sent again."""
    for old, new in zip(before.outcomes, after.outcomes, strict=True):
        yield old if new.status is Status.NOT_SENT and old.status is not Status.NOT_SENT else new
