"""The report on each account of a fleet, from the journal of its newest run, or from its plan where it has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from batch_update.errors import BatchUpdateError, JournalError, RunStopped
from batch_update.journal.across.in_fleets import END, epochs_in
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RunFacts, facts_of, report_of
from batch_update.model.fleets import AccountPlan, FleetEnd, ShardEnd
from batch_update.model.plans import Plan
from batch_update.model.reports import Report
from batch_update.outcomes import exit_status, not_begun, spread
from batch_update.plan.saving import read_plan
from batch_update.report.fleet.account_states import FLEET_STOPPED
from batch_update.report.fleet.fleet_paths import FleetPaths

NO_JOURNAL = "J103"
"""there is none in that folder"""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """The rows of one account of a fleet with how they ended, and how far its journal tells it."""

    plan: AccountPlan
    end: ShardEnd
    """with what the journal tells of its rows and requests"""
    report: Report | None
    """None where neither a journal nor a plan can be read"""
    facts: RunFacts
    folder: Path | None = None
    """of the run that was read; None where the plan alone was"""
    told: str = ""
    """why its rows, or the newest of them, are not known, as a sentence without its end"""


def account_reports(end: FleetEnd, paths: FleetPaths) -> Iterator[AccountReport]:
    """Yield what became of each account, in the order of the plan, one at a time: they may be many.

    The newest journal that is there counts: of a worker that died, the last one may not have come home, and of a
    fleet whose coordinator died, an account may have come further than its end tells.
    """
    for plan, one in zip(end.plan.accounts, end.accounts, strict=True):
        yield account_report(plan, one, paths, end.message)


def account_report(plan: AccountPlan, end: ShardEnd, paths: FleetPaths, stopped: str = "") -> AccountReport:
    """Return what became of one account. `stopped`: what ended the fleet, for an account that was not begun."""
    told = ""
    there = epochs_in(paths.run_of(plan.account, 1).parent)
    for epoch in sorted({*there, *range(1, end.epoch + 1)}, reverse=True):
        folder = paths.run_of(plan.account, epoch)
        try:
            recorded = read_run(folder)
        except JournalError as error:
            is_gone = error.code == NO_JOURNAL
            why = f"there is no journal of its run {epoch}" if is_gone else error.message
            if not (is_gone and _never_wrote(end, epoch, folder)):
                told = told or f"{plan.account}: {why}"
            continue
        report, facts = report_of(recorded), facts_of(recorded)
        return AccountReport(plan, _as_recorded(end, epoch, report, facts), report, facts, folder, told)
    try:
        with paths.plan_of(plan.account).open("rb") as file:
            saved = read_plan(plan.account, file)
    except (OSError, BatchUpdateError):
        told = told or f"{plan.account}: there is no plan of it, so that its rows are not among those here"
        return AccountReport(plan, end, None, RunFacts(), None, told)
    report = _unsent(saved, plan, end, stopped)
    return AccountReport(plan, replace(end, counts=report.counts()), report, RunFacts(), None, told)


def _never_wrote(end: ShardEnd, epoch: int, folder: Path) -> bool:
    """Whether a run of an account ended before it had a journal: by its own account, as where no server answered.

    An earlier one did where its end lies there: of one whose worker died, how the account ended tells nothing.
    """
    if epoch != end.epoch:
        return (folder / END).is_file()
    told_itself = end.began is not None and bool(end.code) and not end.counts and not end.requests
    return end.code == FLEET_STOPPED or told_itself


def _as_recorded(end: ShardEnd, epoch: int, report: Report, facts: RunFacts) -> ShardEnd:
    """Return the end of an account with what its journal tells: its rows and requests; all, where it went further."""
    requests = facts.stats.requests if facts.stats else end.requests
    end = replace(end, counts=report.counts(), requests=requests)
    if epoch <= end.epoch:
        return end
    stopped = report.stopped
    message = stopped.message if isinstance(stopped, BatchUpdateError) else ""
    until = report.started and report.started + timedelta(seconds=report.seconds)
    return replace(
        end,
        epoch=epoch,
        exit=exit_status(report),
        code=getattr(stopped, "code", ""),
        message=message,
        seconds=report.seconds,
        began=report.started,
        ended=until,
    )


def _unsent(saved: Plan, plan: AccountPlan, end: ShardEnd, stopped: str) -> Report:
    """Return the report of an account of which nothing was sent."""
    why = RunStopped(plan.message or stopped or end.message or "the account was not begun", code="R101")
    outcomes = dict(saved.settled)
    for change in saved.changes:
        outcomes |= spread(change, not_begun(why), saved.sheet.numbers)
    return Report(saved, tuple(outcomes[index] for index in range(len(saved.sheet))), stopped=why)
