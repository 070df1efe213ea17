"""`apply`: check, look at what is there, show what will happen, ask, send, read back, report."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anyio
import typer

from batch_update.account.account import Account, account_of, placed, server_name
from batch_update.cli.commands.sending import Stage, run_facts, tell, write_somewhere
from batch_update.cli.options import FILE, is_silent, settings_of, takes
from batch_update.cli.printed_commands import Errand
from batch_update.cli.screen import ask, ask_meanwhile, on_terminal, paint, say, showing_on, telling_errors
from batch_update.cli.targets import account_lock, at_home, say_way, warner
from batch_update.errors import AccessError, ApiError, GuardStopped, RunStopped, UsageError
from batch_update.model.plans import ALL_HAZARDS, Plan, Tripped
from batch_update.model.reports import Exit, Report
from batch_update.report.screen.sheet import describe
from batch_update.settings.tunables import Settings
from batch_update.text import counted, excerpt, printable

if TYPE_CHECKING:
    from batch_update.account.locking import AccountLock
    from batch_update.api.client import Client
    from batch_update.journal.recorded import Facts
    from batch_update.report.files.folder import Written
    from batch_update.run.planning import Looked
    from batch_update.send.brake import Caution

    Look = Callable[[Plan, Client], Awaitable[Looked]]

PROBLEMS_SHOWN = 10
"""Problems that `apply` shows before it points to `check`, which shows all."""


@takes("apply")
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
        say_way(settings)
        plan, is_saved = plan_of(file, settings)
        before, settings = settings, at_home(settings, plan.server)
        if settings.base_url != before.base_url:
            say_way(settings)
        look = partial(look_at, settings=settings, is_saved=is_saved)
        return carry_out(plan, look, Errand("apply", file, settings))


def plan_of(file: str, settings: Settings) -> tuple[Plan, bool]:
    """The plan of a sheet, or the plan that the file holds; whether it was saved earlier."""
    talk = not is_silent(settings)
    if talk:
        say(f"Reading {printable(file)} ...")
    from batch_update.plan.from_sheet import make_plan
    from batch_update.plan.saving import is_saved_plan, read_plan
    from batch_update.sheet.opening import opened
    from batch_update.sheet.reading import read_sheet

    with opened(file, None, settings) as source:
        if is_saved_plan(source):
            return read_plan(printable(file), source), True
        sheet = read_sheet(file, settings, stdin=source)
        source.seek(0)
        sheet = replace(sheet, sha256=file_digest(cast(BufferedReader, source), "sha256").hexdigest())
    plan = make_plan(
        sheet, on_duplicate=settings.on_duplicate, only=settings.only, fetched=not settings.no_fetch
    )
    if talk:
        say(describe(sheet))
    return plan, False


def carry_out(plan: Plan, look: Look, errand: Errand) -> Exit:
    """Send a plan, with everything that people see of it. The account's lock is taken first, then one looks and asks.

    `look` holds it against what is there.
    """
    from batch_update.run.applying import refused_report

    settings = errand.settings
    refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=datetime.now(UTC))
    if refused is not None:
        _show_problems(plan, errand)
        folder = _folder(plan, settings)
        files = write_somewhere(refused, folder, run_facts(settings))
        return tell(refused, files, folder, errand, run_facts(settings))
    account = account_of(settings, warner(settings))
    with account_lock(account, settings, errand.verb) as lock:
        return send(plan, look, errand, account, lock)


def send(
    plan: Plan, look: Look, errand: Errand, account: Account, lock: AccountLock, *, parent: str = ""
) -> Exit:
    """Send a plan where the account's lock is held: from here on nobody else sends to it.

    `parent` is the run that it takes back.
    """
    from batch_update.journal.recorded import Facts

    settings = errand.settings
    stage = Stage(settings, account, plan.sheet.numbers)
    facts = Facts(errand.verb, settings=placed(settings), parent=parent, key=account.name)
    report, files, folder = anyio.run(_send, plan, look, stage, facts, lock, errand)
    return tell(report, files, folder, errand, run_facts(settings, stage.client))


async def _send(
    plan: Plan, look: Look, stage: Stage, facts: Facts, lock: AccountLock, errand: Errand
) -> tuple[Report, Written | None, Path]:
    from batch_update.account.whose import with_account
    from batch_update.journal.writing import Journal
    from batch_update.report.screen.preview import plan_screen
    from batch_update.run.applying import apply_plan, refused_report, stopped_report
    from batch_update.send.signals import open_interrupts

    settings, client = stage.settings, stage.client
    is_undo = facts.command == "undo"
    caution = caution_for(settings, client)
    async with client:
        with before_sending():
            looked = await look(plan, client)
            plan = replace(await with_account(looked.plan, client), server=placed(settings).base_url)
        _show_problems(plan, errand)
        if is_undo and not is_silent(settings):
            say(plan_screen(plan, requests=looked.pages, showing=showing_on(sys.stderr)))
        refused = refused_report(plan, skip_invalid=settings.skip_invalid, started=datetime.now(UTC))
        if refused is not None:
            folder = _folder(plan, settings)
            return refused, await stage.write(refused, folder), folder
        stop = agree(looked, settings, (ALL_HAZARDS,) if is_undo else settings.allow, is_shown=is_undo)
        folder = _folder(plan, settings)
        lock.works_in(folder)
        with Journal.create(folder, plan, facts) as journal, open_interrupts() as interrupted:
            if stop is not None:
                report = stopped_report(
                    plan, stop, started=datetime.now(UTC), journal=journal, stats=client.stats
                )
            else:
                manner = stage.manner(interrupted, caution)
                with stage.display:
                    report = await apply_plan(
                        plan, client, skip_invalid=settings.skip_invalid, journal=journal, **manner
                    )
                report = await stage.finish(report, journal, interrupted)
            return report, await stage.write(report, folder), folder


@contextmanager
def before_sending() -> Iterator[None]:
    """An answer of the server inside that ends the command says, too, that nothing was sent by it."""
    try:
        yield
    except (AccessError, ApiError, RunStopped) as error:
        error.message = error.message.rstrip(".") + "; nothing was sent by this command"
        raise


def caution_for(settings: Settings, client: Client) -> Caution:
    """How carefully is sent. Raises UsageError where a question is wanted and nobody can be asked."""
    from batch_update.send.waves import caution_of

    return caution_of(settings, client, ask_meanwhile if on_terminal() else None)


async def look_at(plan: Plan, client: Client, settings: Settings, *, is_saved: bool) -> Looked:
    """The plan against what is there, unless nothing shall be fetched."""
    from batch_update.account.whose import with_account
    from batch_update.plan.from_sheet import keep_first
    from batch_update.run.planning import Looked, expect, look

    if is_saved:
        return await look_at_made(plan, client, settings)
    to_end = settings.max_change_percent is not None
    looked = Looked(plan, 0)
    if not settings.no_fetch:
        _say_reading(settings)
        looked = await look(plan, client, to_end=to_end)
        looked = replace(looked, plan=await with_account(looked.plan, client))
    looked = replace(looked, plan=keep_first(looked.plan, settings.limit))
    expect(looked.plan, settings.expect)
    return looked


async def look_at_made(plan: Plan, client: Client, settings: Settings, *, by_field: bool = False) -> Looked:
    """A plan that was made earlier, or that takes a run back, against what is there."""
    from batch_update.plan.from_sheet import keep_first, keep_only
    from batch_update.run.planning import expect, look_again

    if settings.no_fetch:
        raise UsageError(
            "a plan that was made earlier is held against what is there, which --no-fetch forbids",
            code="U101",
        )
    expect(plan, settings.expect)
    to_end = settings.max_change_percent is not None
    _say_reading(settings)
    looked = await look_again(keep_only(plan, settings.only), client, by_field=by_field, to_end=to_end)
    return replace(looked, plan=keep_first(looked.plan, settings.limit))


def _say_reading(settings: Settings) -> None:
    """Of a server that is slow or down nothing else is heard for a while."""
    if not is_silent(settings):
        say(f"Reading what is there at {server_name(settings)} ...")


def _folder(plan: Plan, settings: Settings) -> Path:
    from batch_update.report.files.folder import claim_folder, run_folder

    if settings.run_dir is not None:
        return claim_folder(settings.run_dir)
    return run_folder(settings.runs_dir, plan.sheet.name, datetime.now())


def _show_problems(plan: Plan, errand: Errand) -> None:
    """A line for each of the first problems, and the command that shows all."""
    from batch_update.report.screen.problems import count_words, problem_line

    if not plan.problems or is_silent(errand.settings):
        return
    all_shown = errand.look()
    for problem in plan.problems[:PROBLEMS_SHOWN] if all_shown else plan.problems:
        say(f"  {problem_line(plan.sheet, problem)}")
    say(f"Found {count_words(plan.problems)}.")
    if all_shown:
        say(f"All of them: {all_shown}")


def agree(
    looked: Looked, settings: Settings, allow: Collection[str], *, is_shown: bool = False
) -> GuardStopped | None:
    """Says what will happen, field by field, and asks. Returns why a guard forbids it; UsageError without a yes.

    A yes on the terminal lets hazards through, --yes does not. Limits are lifted by their flags alone. `is_shown`:
    the plan was shown already.
    """
    from batch_update.plan.guarding import refusal
    from batch_update.report.guards import guard_lines

    tripped = tripped_by(looked, settings, allow)
    can_ask = on_terminal() and all(one.hazard for one in tripped)
    has_to_ask = bool(looked.plan.changes) and (bool(tripped) or not settings.yes)
    if not is_silent(settings) or (can_ask and has_to_ask):
        _say_what_happens(looked.plan, settings, allow, is_shown=is_shown)
    if tripped and not can_ask:
        return refusal(tripped)
    if tripped:
        say(paint("Careful:", "warning", sys.stderr))
        for line in guard_lines(tripped):
            say(line)
    if has_to_ask:
        _ask_to_send(looked.plan, server_name(settings), [one.hazard for one in tripped])
    return None


def tripped_by(looked: Looked, settings: Settings, allow: Collection[str]) -> tuple[Tripped, ...]:
    """The guards of these settings that forbid sending the plan."""
    from batch_update.plan.guarding import guard

    return guard(
        looked.plan,
        total=looked.total,
        max_changes=settings.max_changes,
        max_change_percent=settings.max_change_percent,
        allow=allow,
    )


def _say_what_happens(plan: Plan, settings: Settings, allow: Collection[str], *, is_shown: bool) -> None:
    from batch_update.plan.guarding import blind_spots
    from batch_update.report.screen.preview import field_lines, plan_totals

    for line in () if is_shown else field_lines(plan.changes):
        say(line)
    duration = duration_of(len(plan.changes), settings)
    say(f"{server_name(settings)}: {plan_totals(plan, duration=duration)}")
    if blind := blind_spots(plan, allow):
        say(f"  {blind}")
    if settings.no_verify and any("mode" in change.body for change in plan.changes):
        say(
            "  --no-verify: what changes of mode reset will not be known, and undo not bring back those modes"
        )


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
    from batch_update.send.progress import shortest_time

    minutes, rest = divmod(round(shortest_time(requests, settings.rate)), 60)
    if not minutes:
        return f"about {max(rest, 1)} s"
    return f"about {minutes} min" + (f" {rest} s" if rest else "")
