"""`apply`: check, show what will happen, ask, send, report."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import typer

from batch_update.cli.checking import FILE, describe
from batch_update.cli.options import command_of, settings_of, takes
from batch_update.cli.screen import (
    ask,
    on_terminal,
    out,
    out_json,
    paint,
    say,
    telling_errors,
)
from batch_update.errors import UsageError
from batch_update.model import Exit, Plan, Report
from batch_update.settings import Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.api.client import Client
    from batch_update.cli.progress import Display
    from batch_update.report.document import RunFacts
    from batch_update.report.files import Written
    from batch_update.run.progress import EventLog

PROBLEMS_SHOWN = 10
"""Problems that `apply` shows before it points to `check`, which shows all."""


@takes("Sheet", "Rows", "Connection", "Sandbox", "Pace", "Output", "Limits")
def apply(file: FILE, given: dict[str, Any]) -> None:
    """Apply a sheet: check it, show what will happen, ask, send, report.

    Without a terminal it needs --yes. Invalid rows stop it before anything is sent, unless --skip-invalid.

    Exit status: 0 all as wanted, 1 some rows not, 2 usage, 3 sheet invalid and nothing sent, 4 key missing or
    refused, 5 stopped, 130 or 143 interrupted.
    """
    raise typer.Exit(int(run_sheet(file, settings_of(given))))


def run_sheet(file: str, settings: Settings) -> Exit:
    """The main job on one sheet, with everything that people see of it."""
    with telling_errors(as_json=settings.json_):
        return _run_sheet(file, settings)


def _run_sheet(file: str, settings: Settings) -> Exit:
    talk = not (settings.json_ or settings.quiet)
    if talk:
        say(f"Reading {printable(file)} ...")
    from batch_update.cli.progress import choose_display
    from batch_update.plan.checking import make_plan
    from batch_update.run.applying import refused_report
    from batch_update.run.progress import EventLog
    from batch_update.sheet.reading import read_sheet

    sheet = read_sheet(file, settings)
    plan = make_plan(sheet, on_duplicate=settings.on_duplicate, only=settings.only, limit=settings.limit)
    if talk:
        say(describe(sheet))
        _show_problems(plan, file)
    refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=datetime.now(UTC))
    if refused is not None:
        return _tell(refused, write_somewhere(refused, _folder(plan, settings), facts_of(settings)), settings)
    display = choose_display(
        quiet=settings.quiet or settings.json_,
        limits=" and ".join(map(str, settings.rate)),
        numbers=sheet.numbers,
    )
    events = EventLog(display.event)
    client = _client(settings, events)
    _agree(plan, settings, talk=talk)
    folder = _folder(plan, settings)
    report, files = anyio.run(_send, plan, client, settings, display, events, folder)
    return _tell(report, files, settings, client)


async def _send(
    plan: Plan, client: Client, settings: Settings, display: Display, events: EventLog, folder: Path
) -> tuple[Report, Written]:
    """Send, and write what came of it; meanwhile signals only ask for an early end."""
    from batch_update.run.applying import apply_plan
    from batch_update.run.signals import open_interrupts

    with open_interrupts() as interrupted:
        with display:
            async with client:
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
                )
        return report, write_somewhere(report, folder, facts_of(settings, client))


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

    return RunFacts(settings, client.stats if client else None)


def _folder(plan: Plan, settings: Settings) -> Path:
    from batch_update.report.files import claim_folder, run_folder

    if settings.run_dir is not None:
        return claim_folder(settings.run_dir)
    return run_folder(settings.runs_dir, plan.sheet.name, datetime.now())


def _client(settings: Settings, events: EventLog) -> Client:
    """A client for the server, or for the sandbox in this process."""
    from batch_update.run.library import connect

    if not settings.sandbox:
        return connect(settings, on_event=events)
    from batch_update.api.keys import ApiKey
    from batch_update.cli.sandbox import sandbox_app
    from batch_update.sandbox.app import SANDBOX_KEY

    return connect(settings, key=ApiKey(SANDBOX_KEY), app=sandbox_app(settings), on_event=events)


def _show_problems(plan: Plan, file: str) -> None:
    """A line for each of the first problems; `check` shows all, with excerpts."""
    from batch_update.report.problems import count_words, problem_line
    from batch_update.report.summary import quoted

    if not plan.problems:
        return
    for problem in plan.problems[:PROBLEMS_SHOWN]:
        say(f"  {problem_line(plan.sheet, problem)}")
    say(f"Found {count_words(plan.problems)}: batch-update check {quoted(file)} shows all.")


def _agree(plan: Plan, settings: Settings, *, talk: bool) -> None:
    """Says what will happen and asks. Raises UsageError where nobody can be asked."""
    from batch_update.run.progress import shortest_time

    server = "the sandbox" if settings.sandbox else urlsplit(settings.base_url).netloc
    count = len(plan.changes)
    fields = Counter(name for change in plan.changes for name in change.body)
    if talk:
        most = ", ".join(f"{name} {times}" for name, times in fields.most_common(6))
        more = f" and {len(fields) - 6} more fields" if len(fields) > 6 else ""
        seconds = shortest_time(count, settings.rate)
        say(f"{server}: {count} assistants to change, {duration_words(seconds)}")
        if fields:
            say(f"  {most}{more}")
    if settings.yes or not count:
        return
    if not on_terminal():
        raise UsageError("sending needs a yes, and nobody can be asked here", code="U102", remedy="add --yes")
    if not ask(f"Change {count} assistants at {server}?"):
        raise UsageError("nothing was sent", code="U102", remedy="answer y to send")


def duration_words(seconds: float) -> str:
    """`about 1 min 10 s`."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"about {max(rest, 1)} s"
    return f"about {minutes} min" + (f" {rest} s" if rest else "")


def _tell(report: Report, files: Written, settings: Settings, client: Client | None = None) -> Exit:
    """The summary, or the run as JSON; then the exit status."""
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
        command = command_of("batch-update apply", settings, ("Sheet", "Connection", "Sandbox", "Pace"))
        text = summary(report, files, stats=client.stats if client else None, command=command)
        first, _, rest = text.partition("\n")
        out(paint(first, "good" if status is Exit.OK else "error") + ("\n" + rest if rest else ""))
    return status
