"""`apply`: check, look at what is there, show what will happen, ask, send, read back, report."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import typer

from batch_update.cli.checking import FILE, describe
from batch_update.cli.connecting import account_lock, account_of, client_for, placed, server_name
from batch_update.cli.options import command_of, settings_of, takes
from batch_update.cli.screen import (
    ask,
    ask_meanwhile,
    on_terminal,
    out,
    out_json,
    paint,
    say,
    show_error,
    telling_errors,
)
from batch_update.errors import RunStopped, UsageError
from batch_update.model import Exit, Plan, Report
from batch_update.settings import ALL_HAZARDS, Settings
from batch_update.text import counted, excerpt, printable

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.cli.progress import Display
    from batch_update.report.document import RunFacts
    from batch_update.report.files import Written
    from batch_update.run.locking import AccountLock
    from batch_update.run.looking import Looked
    from batch_update.run.progress import EventLog

    Look = Callable[[Plan, Client], Awaitable[Looked]]

PROBLEMS_SHOWN = 10
"""Problems that `apply` shows before it points to `check`, which shows all."""
SENDING = ("Sheet", "Rows", "Plan", "Guards", "Waves", "Connection", "Sandbox", "Pace", "Output", "Limits")
"""The groups of settings of every command that sends."""
WHAT_IS_WRONG = ("Sheet", "only", "no_fetch", "Connection", "sandbox", "sandbox_state", "Limits")
"""The settings that decide which problems a sheet has."""


@takes(*SENDING)
def apply(file: FILE, given: dict[str, Any]) -> None:
    """Apply a sheet, or a plan that was saved: check, show what will happen, ask, send, read back, report.

    Without a terminal it needs --yes. Invalid rows stop it before anything is sent, unless --skip-invalid.

    Exit status: 0 all as wanted, 1 some rows not, 2 usage, 3 sheet invalid and nothing sent, 4 key missing or
    refused, 5 stopped, 130 or 143 interrupted.
    """
    raise typer.Exit(int(run_sheet(file, settings_of(given))))


def run_sheet(file: str, settings: Settings) -> Exit:
    """The main job on one sheet, with everything that people see of it."""
    with telling_errors(as_json=settings.json_):
        plan, is_saved = plan_of(file, settings)
        from batch_update.report.summary import quoted

        look = partial(look_at, settings=settings, is_saved=is_saved)
        all_shown = command_of("batch-update plan", settings, WHAT_IS_WRONG)
        return carry_out(plan, look, settings, shown_by=f"{all_shown} {quoted(file)}")


def plan_of(file: str, settings: Settings) -> tuple[Plan, bool]:
    """The plan of a sheet, or the plan that the file holds; whether it was saved earlier."""
    talk = not (settings.json_ or settings.quiet)
    if talk:
        say(f"Reading {printable(file)} ...")
    from batch_update.plan.checking import make_plan
    from batch_update.run.saving import is_saved_plan, load_plan
    from batch_update.sheet.reading import read_sheet

    if file.endswith(".json"):
        content = read_bytes(file, settings)
        if is_saved_plan(content):
            return load_plan(file, content.decode("utf-8", "replace")), True
    sheet = read_sheet(file, settings)
    plan = make_plan(
        sheet, on_duplicate=settings.on_duplicate, only=settings.only, fetched=not settings.no_fetch
    )
    if talk:
        say(describe(sheet))
    return plan, False


def read_bytes(file: str, settings: Settings) -> bytes:
    """A whole file, no larger than a CSV may be. Raises SheetError."""
    from batch_update.sheet.sources import opened

    with opened(file, None, settings) as source:
        return source.read()


def carry_out(
    plan: Plan, look: Look, settings: Settings, *, shown_by: str, command: str = "apply", parent: str = ""
) -> Exit:
    """Send a plan, with everything that people see of it.

    `look` holds it against what is there; `shown_by` is the command that shows all of its problems; `parent` is the
    run that it takes back.
    """
    from batch_update.cli.progress import choose_display
    from batch_update.run.applying import refused_report
    from batch_update.run.progress import EventLog

    refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=datetime.now(UTC))
    if refused is not None:
        _show_problems(plan, settings, shown_by)
        return tell(refused, write_somewhere(refused, _folder(plan, settings), facts_of(settings)), settings)
    pace = " and ".join(map(str, settings.rate))
    display = choose_display(quiet=settings.quiet or settings.json_, limits=pace, numbers=plan.sheet.numbers)
    events = EventLog(display.event)
    account = account_of(settings)
    client = client_for(settings, events, account)
    with account_lock(account, settings, command) as lock:
        report, files = anyio.run(
            _carry_out, plan, look, client, settings, display, events, shown_by, command, parent, lock
        )
    return tell(report, files, settings, client)


async def _carry_out(
    plan: Plan,
    look: Look,
    client: Client,
    settings: Settings,
    display: Display,
    events: EventLog,
    shown_by: str,
    command: str,
    parent: str,
    lock: AccountLock,
) -> tuple[Report, Written]:
    from batch_update.report.planning import plan_screen
    from batch_update.run.applying import apply_plan, refused_report, stopped_report
    from batch_update.run.journal import Journal
    from batch_update.run.recorded import Facts
    from batch_update.run.signals import open_interrupts
    from batch_update.run.verifying import read_back
    from batch_update.run.waves import caution_of, check_failures

    caution = caution_of(settings, client, ask_meanwhile if on_terminal() else None)
    async with client:
        looked = await look(plan, client)
        plan = looked.plan
        _show_problems(plan, settings, shown_by)
        if command == "undo" and not (settings.json_ or settings.quiet):
            duration = duration_of(len(plan.changes), settings)
            say(plan_screen(plan, requests=looked.pages, duration=duration))
        refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=datetime.now(UTC))
        if refused is not None:
            return refused, write_somewhere(refused, _folder(plan, settings), facts_of(settings, client))
        stop = agree(looked, settings, (ALL_HAZARDS,) if command == "undo" else settings.allow)
        folder = _folder(plan, settings)
        lock.works_in(folder)
        facts = Facts(command, settings=placed(settings), parent=parent)
        with Journal.create(folder, plan, facts) as journal, open_interrupts() as interrupted:
            if stop is not None:
                report = stopped_report(plan, stop, started=datetime.now(UTC), journal=journal)
                return report, write_somewhere(report, folder, facts_of(settings, client))
            with display:
                report = await apply_plan(
                    plan,
                    client,
                    concurrency=settings.concurrency,
                    skip_invalid=settings.skip_invalid,
                    on_progress=display.progress,
                    on_outcome=display.outcome,
                    interrupted=interrupted,
                    events=events,
                    rates=settings.rate,
                    grace=settings.grace,
                    journal=journal,
                    caution=caution,
                )
            if not settings.no_verify and report.stopped is None and not settings.waves:
                report = check_failures(await read_back(report, client), settings.max_failures)
                journal.verified(report)
                if report.stopped is not None:
                    journal.end(report.seconds, report.stopped, client.stats)
            return report, write_somewhere(report, folder, facts_of(settings, client))


async def look_at(plan: Plan, client: Client, settings: Settings, *, is_saved: bool) -> Looked:
    """The plan against what is there, unless nothing shall be fetched."""
    from batch_update.plan.checking import keep_first
    from batch_update.run.looking import Looked, expect, look

    to_end = settings.max_change_percent is not None
    if is_saved:
        return await look_at_made(plan, client, settings)
    looked = Looked(plan, 0) if settings.no_fetch else await look(plan, client, to_end=to_end)
    looked = replace(looked, plan=keep_first(looked.plan, settings.limit))
    expect(looked.plan, settings.expect)
    return looked


async def look_at_made(plan: Plan, client: Client, settings: Settings, *, by_field: bool = False) -> Looked:
    """A plan that was made earlier, or that takes a run back, against what is there."""
    from batch_update.plan.checking import keep_first, keep_only
    from batch_update.run.looking import expect, look_again

    if settings.no_fetch:
        raise UsageError(
            "a plan that was made earlier is held against what is there, which --no-fetch forbids",
            code="U101",
        )
    expect(plan, settings.expect)
    to_end = settings.max_change_percent is not None
    looked = await look_again(keep_only(plan, settings.only), client, by_field=by_field, to_end=to_end)
    return replace(looked, plan=keep_first(looked.plan, settings.limit))


def write_somewhere(report: Report, folder: Path, facts: RunFacts) -> Written:
    """Write the run's files; where its folder cannot take them, into a temporary one, since they must not be lost."""
    from tempfile import mkdtemp

    from batch_update.report.files import write_run

    try:
        return write_run(report, folder, facts)
    except OSError as error:
        other = Path(mkdtemp(prefix="batch-update-"))
        say(f"{folder} cannot be written: {error.strerror}. The results go to {other}.")
        return write_run(report, other, facts)


def facts_of(settings: Settings, client: Client | None = None) -> RunFacts:
    """What `run.json` tells beside the outcomes."""
    from batch_update.report.document import RunFacts

    return RunFacts(placed(settings), client.stats if client else None)


def _folder(plan: Plan, settings: Settings) -> Path:
    from batch_update.report.files import claim_folder, run_folder

    if settings.run_dir is not None:
        return claim_folder(settings.run_dir)
    return run_folder(settings.runs_dir, plan.sheet.name, datetime.now())


def _show_problems(plan: Plan, settings: Settings, shown_by: str) -> None:
    """A line for each of the first problems, and the command that shows all."""
    from batch_update.report.problems import count_words, problem_line

    if not plan.problems or settings.json_ or settings.quiet:
        return
    for problem in plan.problems[:PROBLEMS_SHOWN] if shown_by else plan.problems:
        say(f"  {problem_line(plan.sheet, problem)}")
    say(f"Found {count_words(plan.problems)}" + (f": {shown_by} shows all." if shown_by else "."))


def agree(looked: Looked, settings: Settings, allow: Collection[str]) -> RunStopped | None:
    """Says what will happen and asks. Returns why a guard forbids it; raises UsageError where there is no yes.

    A yes on the terminal lets hazards through, --yes does not. Limits are lifted by their flags alone.
    """
    from batch_update.plan.guarding import blind_spots, guard, refusal
    from batch_update.report.planning import plan_totals

    talk = not (settings.json_ or settings.quiet)
    server = server_name(settings)
    if talk:
        duration = duration_of(len(looked.plan.changes), settings)
        say(f"{server}: " + plan_totals(looked.plan, duration=duration))
        if blind := blind_spots(looked.plan, allow):
            say(f"  {blind}")
    tripped = guard(
        looked.plan,
        total=looked.total,
        max_changes=settings.max_changes,
        max_change_percent=settings.max_change_percent,
        allow=allow,
    )
    if tripped and not (on_terminal() and all(one.hazard for one in tripped)):
        return refusal(tripped)
    for one in tripped:
        say(f"  {paint('careful', 'warning', sys.stderr)}[{one.code}]: {one.sentence}")
    if looked.plan.changes and (tripped or not settings.yes):
        _ask_to_send(looked.plan, server, [one.hazard for one in tripped])
    return None


def _ask_to_send(plan: Plan, server: str, hazards: list[str]) -> None:
    """Raises UsageError where the answer is no, or nobody can give one."""
    if not on_terminal():
        raise UsageError("sending needs a yes, and nobody can be asked here", code="U102", remedy="add --yes")
    account = excerpt(plan.account, 80) or server
    count = counted(len(plan.changes), "assistant")
    allowing = f", allowing {', '.join(hazards)}" if hazards else ""
    if not ask(f"Change {count} of {account}{allowing}?"):
        raise UsageError("nothing was sent", code="U102", remedy="answer y to send")


def duration_of(requests: int, settings: Settings) -> str:
    """`about 1 min 10 s`: how long so many requests take at the permitted pace."""
    from batch_update.run.progress import shortest_time

    minutes, rest = divmod(round(shortest_time(requests, settings.rate)), 60)
    if not minutes:
        return f"about {max(rest, 1)} s"
    return f"about {minutes} min" + (f" {rest} s" if rest else "")


def tell(report: Report, files: Written, settings: Settings, client: Client | None = None) -> Exit:
    """The summary, or the run as JSON; then the exit status."""
    from batch_update.report.status import exit_status

    try:
        _show_report(report, files, settings, client)
    except UsageError as error:  # the run is over and on disk: its status stands
        show_error(error)
    return exit_status(report)


def _show_report(report: Report, files: Written, settings: Settings, client: Client | None) -> None:
    from batch_update.report.document import run_document
    from batch_update.report.status import exit_status
    from batch_update.report.summary import summary

    status = exit_status(report)
    if settings.json_:
        names = {
            "results": str(files.results),
            "failed": files.failed and str(files.failed),
            "run": str(files.run),
        }
        out_json(run_document(report, facts_of(settings, client)) | {"files": names})
    elif not (settings.quiet and status is Exit.OK):
        quiet_now = settings.model_copy(update={"sandbox_faults": ""})
        command = command_of("batch-update apply", quiet_now, ("Sheet", "Connection", "Sandbox", "Pace"))
        undo = command_of("batch-update undo", quiet_now, ("Connection", "Sandbox", "Pace"))
        stats = client.stats if client else None
        text = summary(report, files, stats=stats, command=command, undo=undo)
        first, _, rest = text.partition("\n")
        out(paint(first, "good" if status is Exit.OK else "error") + ("\n" + rest if rest else ""))
