"""The story of `apply`: read, check, look, guard, ask, send, read back and write, with the account held meanwhile."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batch_update.account.account import Account, placed
from batch_update.account.whose import with_account
from batch_update.api.client import Client
from batch_update.errors import GuardStopped
from batch_update.journal.recorded import SessionFacts
from batch_update.journal.writing import Journal
from batch_update.model.compact.packed_changes import packed
from batch_update.model.plans import ALL_HAZARDS, Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import without_cells
from batch_update.report.files.folder import folder_for
from batch_update.run.planning import Made, What, look_at, made_at_home, with_names
from batch_update.run.steps.agreeing import agree
from batch_update.run.steps.desk import desk_of
from batch_update.run.steps.means import Hold, Means, Sequel, before_sending, holding, speaking
from batch_update.run.steps.session import Ended, Session, caution_for, facts_now, written_report
from batch_update.run.steps.signature import occasion_of
from batch_update.send.accounting import refused_report, stopped_report
from batch_update.send.progress import EventLog
from batch_update.settings.tunables import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """A plan that is to be sent, and as what."""

    made: Made
    command: str = "apply"
    parent: str = ""
    """the run that it takes back: the name of its folder"""

    @property
    def is_undo(self) -> bool:
        return self.command == "undo"


def begin_apply(what: What, settings: Settings, means: Means) -> Sequel[Ended]:
    """Read and check a sheet, or take a plan; the sequel looks what is there, asks, sends, reads back and writes.

    A sheet whose problems forbid sending comes to its end without a key: `report.stopped` is a SheetError then. So is
    what a guard forbids, a GuardStopped. Raises SheetError where the sheet cannot be read, AccessError without a
    usable key, UsageError where a setting is wrong or the yes is missing, RunLocked where another run is at work,
    RunStopped and ApiError where it cannot be told what is there, or the plan is for something else.
    """
    made, settings = made_at_home(what, settings, means)
    refused = refused_report(made.plan, skip_invalid=settings.skip_invalid, started=means.clock.wall())
    if refused is not None:
        means.watcher.problems(made.plan, settings)
        return partial(_refused, refused, settings, means)
    return partial(_apply_held, Task(made), means.account(settings), settings, means)


async def _apply_held(task: Task, account: Account, settings: Settings, means: Means) -> Ended:
    async with holding(account, settings, means, task.command) as hold:
        return await carry_out(task, hold, settings, means)


async def carry_out(task: Task, hold: Hold, settings: Settings, means: Means) -> Ended:
    """Look, ask, send, read back and write, where the account is held: from here on nobody else sends to it.

    One of many lets go of the plan as it was read, of the cells of its sheet and of what its changes say twice, once
    all of it is in its journal.
    """
    watcher, command = means.watcher, task.command
    events = EventLog(watcher.event, clock=means.clock)
    async with speaking(settings, hold.account, means, events) as client:
        caution = caution_for(settings, client, watcher)
        with before_sending():
            desk = desk_of(client, hold.account, settings, means)
            made = await with_names(task.made, desk, settings, watcher)
            looked = await look_at(made, client, settings, watcher, desk=desk, by_field=task.is_undo)
            plan = replace(await with_account(looked.plan, client), server=placed(settings).base_url)
        watcher.problems(plan, settings)
        refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=means.clock.wall())
        if refused is not None:
            return await _refused(refused, settings, means, client, command=command)
        allow = (ALL_HAZARDS,) if task.is_undo else settings.allow
        stop, pages = agree(looked, command, settings, watcher, allow=allow), max(1, looked.pages)
        async with AsyncExitStack() as stack:
            folder, journal = await means.aside(partial(_written_down, task, plan, hold, settings, means))
            if journal is not None:
                stack.push_async_callback(means.aside, journal.close)
            later = means.among is not None and journal is not None
            if later:
                plan = replace(plan, sheet=without_cells(plan.sheet), changes=packed(plan.changes))
            del task, made, looked
            interrupted = stack.enter_context(means.interrupts())
            session = Session(client, settings, means, events, caution, interrupted, journal, pages)
            report = await _send(plan, session, stop, means)
            facts = facts_now(settings, client, occasion_of(settings, means), command=command)
            report = await written_report(report, folder, facts, watcher, client, later=later)
            return Ended(report, facts, settings)


async def _send(plan: Plan, session: Session, stop: GuardStopped | None, means: Means) -> Report:
    """Send the plan and read it back; where a guard forbids that, only write it down."""
    if stop is None:
        return await session.read_back(await session.send(plan, skip_invalid=session.settings.skip_invalid))
    return stopped_report(
        plan, stop, started=means.clock.wall(), journal=session.journal, stats=session.client.stats
    )


def _written_down(
    task: Task, plan: Plan, hold: Hold, settings: Settings, means: Means
) -> tuple[Path | None, Journal | None]:
    """Return the run's folder, and its journal with the whole plan in it; neither where none is wanted."""
    if not means.journal:
        return None, None
    folder = _folder(plan, settings, means)
    hold.works_in(folder)
    occasion = occasion_of(settings, means)
    facts = SessionFacts(task.command, placed(settings), task.parent, hold.account.name, occasion)
    return folder, Journal.create(folder, plan, facts, clock=means.clock, disk=means.disk)


async def _refused(
    report: Report, settings: Settings, means: Means, client: Client | None = None, *, command: str = "apply"
) -> Ended:
    """End a run whose sheet is wrong: it has a folder with results, and no journal, since nothing is sent."""
    means.check_words(settings)
    folder = _folder(report.plan, settings, means) if means.journal else None
    facts = facts_now(settings, client, occasion_of(settings, means), command=command)
    return Ended(await written_report(report, folder, facts, means.watcher, client), facts, settings)


def _folder(plan: Plan, settings: Settings, means: Means) -> Path:
    return folder_for(settings, plan.sheet.name, means.clock.wall().astimezone(), job=means.job)
