"""`resume`: goes on with a run that did not come to its end, in its own folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.applying import agree, facts_of, tell, write_somewhere
from batch_update.cli.connecting import account_lock, account_of, client_for
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screen import ask_meanwhile, on_terminal, say, telling_errors
from batch_update.cli.undoing import RUN
from batch_update.model import Exit, Report
from batch_update.settings import ALL_HAZARDS, ENV_PREFIX, Settings
from batch_update.text import counted

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.cli.progress import Display
    from batch_update.report.files import Written
    from batch_update.run.locking import AccountLock
    from batch_update.run.progress import EventLog
    from batch_update.run.recorded import RecordedRun

RETRY_FAILED = Annotated[
    bool,
    typer.Option("--retry-failed", help="Send the failed rows as well.", envvar=f"{ENV_PREFIX}RETRY_FAILED"),
]


@takes("Rows", "Plan", "Guards", "Waves", "Connection", "Sandbox", "Pace", "Output")
def resume(run: RUN, given: dict[str, Any], retry_failed: RETRY_FAILED = False) -> None:
    """Go on with a run after a crash, a signal, a guard or a full disk. What is done costs no request.

    Rows that may have been sent are compared with what is there first. The plan is in the run's journal: an edited
    sheet is no obstacle. The folder stays the same, and its report covers all rows.

    Exit status: as apply; that of the run where nothing is left to do.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.run.runs import find_run

        raise typer.Exit(
            int(resume_folder(find_run(run, settings.runs_dir), settings, retry_failed=retry_failed))
        )


def resume_folder(folder: Path, settings: Settings, *, retry_failed: bool = False) -> Exit:
    """Go on with the run in this folder, with everything that people see of it."""
    from batch_update.cli.progress import choose_display
    from batch_update.report.status import exit_status
    from batch_update.run.journal import read_run
    from batch_update.run.looking import Looked
    from batch_update.run.progress import EventLog
    from batch_update.run.recorded import report_of
    from batch_update.run.resuming import plan_rest

    recorded = read_run(folder)
    rest = plan_rest(recorded, retry_failed=retry_failed).plan
    if not rest.changes:
        if not settings.quiet:
            say(f"{folder} is finished: nothing is left to send.")
        return exit_status(report_of(recorded))
    if settings.quiet is False and settings.json_ is False:
        say(f"{folder}: {counted(len(rest.changes), 'assistant')} left to change")
    if stop := agree(Looked(rest, 0), settings, _allowed(recorded, settings)):
        raise stop
    pace = " and ".join(map(str, settings.rate))
    numbers = recorded.plan.sheet.numbers
    display = choose_display(quiet=settings.quiet or settings.json_, limits=pace, numbers=numbers)
    events = EventLog(display.event)
    account = account_of(settings)
    client = client_for(settings, events, account)
    with account_lock(account, settings, "resume") as lock:
        report, files = anyio.run(_resume, folder, client, settings, display, events, retry_failed, lock)
    return tell(report, files, settings, client)


def _allowed(recorded: RecordedRun, settings: Settings) -> tuple[str, ...]:
    """What was allowed when the run began still is; an undo may do what it must."""
    if recorded.facts.command == "undo":
        return (ALL_HAZARDS,)
    return (*settings.allow, *(recorded.facts.settings.allow if recorded.facts.settings else ()))


async def _resume(
    folder: Path,
    client: Client,
    settings: Settings,
    display: Display,
    events: EventLog,
    retry_failed: bool,
    lock: AccountLock,
) -> tuple[Report, Written]:
    from batch_update.run.journal import Journal
    from batch_update.run.resuming import resume_run
    from batch_update.run.signals import open_interrupts
    from batch_update.run.verifying import read_back
    from batch_update.run.waves import caution_of, check_failures

    caution = caution_of(settings, client, ask_meanwhile if on_terminal() else None)
    lock.works_in(folder)
    async with client:
        with Journal.open(folder) as journal, open_interrupts() as interrupted:
            with display:
                report = await resume_run(
                    journal,
                    client,
                    retry_failed=retry_failed,
                    events=events,
                    concurrency=settings.concurrency,
                    on_progress=display.progress,
                    on_outcome=display.outcome,
                    interrupted=interrupted,
                    rates=settings.rate,
                    grace=settings.grace,
                    caution=caution,
                )
            if not settings.no_verify and report.stopped is None and not settings.waves:
                report = check_failures(await read_back(report, client), settings.max_failures)
                journal.verified(report)
                if report.stopped is not None:
                    journal.end(report.seconds, report.stopped, client.stats)
            return report, write_somewhere(report, folder, facts_of(settings, client))
