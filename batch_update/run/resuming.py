"""The story of `resume`: see what is left of a run, ask, send, read back, and write its results anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from batch_update.account.account import Account, placed
from batch_update.account.known.of_settings import at_account
from batch_update.account.whose import at_home, refuse_another
from batch_update.api.client import Client
from batch_update.errors import GuardStopped
from batch_update.journal.finding import find_run, open_at
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import (
    RecordedRun,
    SessionFacts,
    facts_of,
    report_of,
    waves_begun,
    with_stats,
)
from batch_update.journal.writing import Journal
from batch_update.model.plans import ALL_HAZARDS, Outcome, Plan, Status
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import without_cells
from batch_update.report.files.folder import written_in
from batch_update.run.planning import Looked, expect
from batch_update.run.steps.agreeing import agree
from batch_update.run.steps.leftover import Rest, is_finished, look_at_rest
from batch_update.run.steps.means import Means, Sequel, before_sending, holding, speaking, tell_way
from batch_update.run.steps.session import Ended, Session, caution_for, written_report
from batch_update.run.steps.signature import occasion_of
from batch_update.run.watching import Watcher
from batch_update.send.progress import EventLog
from batch_update.settings.tunables import Settings
from batch_update.text import counted

BOUNDS = ("max_changes", "max_change_percent")
"""The settings that say how much a run may change."""


def run_to_resume(run: str, settings: Settings) -> Path:
    """Return the folder of a run, by its path, name or beginning; last is what last sent something or is open.

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
    settings = at_home(at_account(settings), recorded.plan.server, recorded.facts.settings)
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
        recorded = await means.aside(partial(read_run, folder))
        if is_finished(recorded, retry_failed=retry_failed):
            return await _as_it_is(recorded, settings)
        if means.among is not None:  # its files are made of its journal, which has the cells
            plan = replace(recorded.plan, sheet=without_cells(recorded.plan.sheet))
            recorded = replace(recorded, plan=plan)
        return await _go_on(recorded, account, settings, means, retry_failed)


async def _as_it_is(recorded: RecordedRun, settings: Settings, stop: GuardStopped | None = None) -> Ended:
    """End a run that is left alone: nothing is left to do, or a guard forbids going on."""
    report = replace(report_of(recorded), folder=recorded.folder, files=written_in(recorded.folder))
    if stop is None:
        return Ended(report, facts_of(recorded), settings, was_finished=True)
    return Ended(replace(report, stopped=stop), facts_of(recorded), settings, was_held=True)


async def _go_on(
    recorded: RecordedRun, account: Account, settings: Settings, means: Means, retry_failed: bool
) -> Ended:
    watcher, settings = means.watcher, _bounded(recorded, settings)
    expect(recorded.plan, settings.expect)
    events = EventLog(watcher.event, clock=means.clock)
    async with speaking(settings, account, means, events) as client:
        caution = caution_for(settings, client, watcher, waves_before=waves_begun(recorded))
        with before_sending():
            if recorded.facts.key != account.name:  # one key at one server always is one account
                await refuse_another(recorded.plan, client)
            rest = await _looked_at(recorded, client, settings, retry_failed)
        _tell_rest(recorded, rest, watcher)
        looked, allow = Looked(rest.plan, rest.pages, rest.total), _allowed(recorded, settings)
        if stop := agree(looked, "resume", settings, watcher, allow=allow):
            return await _as_it_is(recorded, settings, stop)
        occasion = occasion_of(settings, means)
        facts = SessionFacts("resume", placed(settings), key=account.name, occasion=occasion)
        begin = partial(Journal.open, recorded.folder, facts, clock=means.clock, disk=means.disk)
        async with AsyncExitStack() as stack:
            journal = await means.aside(begin)
            stack.push_async_callback(means.aside, journal.close)
            interrupted = stack.enter_context(means.interrupts())
            session = Session(
                client, settings, means, events, caution, interrupted, journal, max(1, rest.pages)
            )
            report = await send_rest(recorded, rest, journal, events, session.send)
            report = await session.read_back(report, sent=rest.plan.changes)
            known = with_stats(recorded, facts, client.stats)
            report = await written_report(
                report, recorded.folder, known, watcher, client, later=means.among is not None
            )
            return Ended(report, known, settings)


async def _looked_at(recorded: RecordedRun, client: Client, settings: Settings, retry_failed: bool) -> Rest:
    """Return what is left of a run, as far as the settings choose it."""
    return await look_at_rest(
        recorded,
        client,
        retry_failed=retry_failed,
        only=settings.only,
        limit=settings.limit,
        fetch=not settings.no_fetch,
        to_end=settings.max_change_percent is not None,
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


def _bounded(recorded: RecordedRun, settings: Settings) -> Settings:
    """Return the settings with the bounds that stopped the run, where none are given now: to go on lifts none."""
    made = recorded.facts.settings
    if made is None or not isinstance(recorded.stopped, GuardStopped):
        return settings
    kept = {name: getattr(made, name) for name in BOUNDS if getattr(settings, name) is None}
    return settings.model_copy(update=kept)


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
    """Return the report of a run that was resumed, from the one before and the one of what was left."""
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
