"""The common part of all commands that send: the story is begun and watched, and its end is told."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio

from batch_update.cli.after_run import allowing, commands_after, following_run, from_here
from batch_update.cli.documents import out_document, out_failure
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import Errand, Following, command_of, with_program
from batch_update.cli.screens.screen import (
    MOST_WORDS,
    lines_below,
    out,
    out_raw,
    painted,
    room_on,
    say,
    show_error,
)
from batch_update.cli.spelling import as_flags
from batch_update.cli.watcher import Onlooker
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError, GuardStopped, UsageError
from batch_update.model.reports import Exit
from batch_update.text import excerpt, log_close, log_heading, printable

if TYPE_CHECKING:
    from batch_update.run.steps.means import Means, Sequel
    from batch_update.run.steps.session import Ended


T = TypeVar("T")
Interrupts = Callable[[], AbstractContextManager[AsyncIterable[int]]]
MOST_LOGGED = 200
"""Characters of an error in the log of a job."""
TICK = 0.5
"""Seconds between two looks at the clock, for what is shown while nothing happens."""


def see_through(errand: Errand, begin: Callable[[Means], Sequel[Ended]]) -> Exit:
    """Watch a story from its beginning to its end, with everything that people see of it. Returns its exit status."""
    ended = watch(errand, begin)
    return tell(ended, errand.at(ended.settings))


def watch(errand: Errand, begin: Callable[[Means], Sequel[T]], *, interrupts: Interrupts | None = None) -> T:
    """Watch a story from its beginning to its end, with all that is told and asked on the way.

    `interrupts` opens the stream of signals that end sending.
    """
    from batch_update.run.steps.means import Means
    from batch_update.send.signals import open_interrupts

    with Onlooker(errand) as watcher:
        means = Means(watcher, interrupts=interrupts or open_interrupts, job=errand.job)
        return anyio.run(_ticking, begin(means), watcher.tick)


async def _ticking(story: Sequel[T], tick: Callable[[], None]) -> T:
    """See a story to its end, and tell `tick` meanwhile that time goes by."""

    async def tick_on() -> None:
        with suppress(Exception):  # what is shown must not end a run that goes well
            while True:
                await anyio.sleep(TICK)
                tick()

    found: list[T] = []
    failures: list[BaseException] = []  # raised at the end, outside of a group
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick_on)
        try:
            found.append(await story())
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001  # whatever it is
            failures.append(error)
        tasks.cancel_scope.cancel()
    for failure in failures:
        raise failure
    return found[0]


# ---------------------------------------------------------------- the last words


def tell(ended: Ended, errand: Errand) -> Exit:
    """Show how a run ended. Returns the exit status."""
    stop = ended.report.stopped
    if ended.was_held and isinstance(stop, GuardStopped):
        return _tell_held(stop, errand)
    if ended.was_finished:
        return _tell_finished(ended, errand)
    return _tell_report(ended, errand)


def _tell_finished(ended: Ended, errand: Errand) -> Exit:
    """Say that nothing was left to do; which rows were not done, and what can be done about them, if any."""
    if not is_silent(errand.settings):
        say(f"{printable(errand.place)} is finished: nothing is left to send.")
        say(f"Look    {command_of('runs show', errand.settings, errand.place)}")
    if ended.exit is not Exit.OK or errand.settings.json_:
        _tell_report(ended, errand)
    return ended.exit


def _tell_report(ended: Ended, errand: Errand) -> Exit:
    """The summary, or the run as JSON."""
    try:
        _show_report(ended, errand, ended.exit)
    except UsageError as error:  # the run is over and on disk: its status stands
        show_error(error)
    return ended.exit


def _show_report(ended: Ended, errand: Errand, status: Exit) -> None:
    from batch_update.report.documents.of_runs import sent_run
    from batch_update.report.screen.summary import summary

    settings, report, files, facts = errand.settings, ended.report, ended.report.files, ended.facts
    if settings.json_:
        following = following_run(report, errand)
        out_document(sent_run(report, facts), exit=status, error=report.stopped, following=following)
    elif not (settings.quiet and status is Exit.OK):
        commands = commands_after(report, errand)
        pieces = summary(
            report,
            files,
            stats=facts.stats,
            commands=commands,
            room=room_on(sys.stdout),
            heading=dated(errand.job, report.started),
        )
        tail = log_tail(errand.job, status, report.folder)
        pieces[0] = pieces[0]._replace(text=pieces[0].text + tail)
        text = painted(pieces[:1] if errand.job and status is Exit.OK and not sys.stdout.isatty() else pieces)
        if files is None and report.folder and commands.undo:
            text += f"\nReport  {command_of('report', settings, report.folder)}"
        out_dated(text, errand.job)


def dated(job: str, moment: datetime | None = None) -> str:
    """`2026-11-22 03:00 CET  opening-hours: `, where a job writes into a log; "" for all else."""
    if not job or sys.stdout.isatty():
        return ""
    return log_heading(moment or SYSTEM.wall(), job)


def out_dated(text: str, job: str) -> None:
    """Print a result whose first line, that of a job in a log, stays one line however long it is."""
    if not job or sys.stdout.isatty():
        out(text)
        return
    first, _, rest = text.partition("\n")
    out_raw(as_flags(first))
    if rest:
        out(rest)


def log_tail(job: str, status: Exit, folder: Path | None) -> str:
    """`; exit 0, runs/2026-11-22T0300-nightly`: what stands at the end of a job's dated line; "" for all else."""
    if not job or sys.stdout.isatty():
        return ""
    return log_close(int(status), () if folder is None else (from_here(folder),))


def tell_error(error: Exception, errand: Errand) -> None:
    """Show what ended a job before it came to a result: its dated line all the same, and the error as anywhere."""
    from batch_update.cli.program.ending import tell_bug

    as_json = errand.settings.json_
    if not isinstance(error, BatchUpdateError):
        tell_bug(error)
        if as_json:
            out_failure(error, Exit.BUG)
        return
    if as_json:
        out_failure(error, error.exit)
    elif heading := dated(errand.job):
        _log_error(heading, error, errand)
    else:
        show_error(error)


def _log_error(heading: str, error: BatchUpdateError, errand: Errand) -> None:
    """Write an error into the log of a job: once, so that cron does not mail it twice."""
    first, tail = error.details[0], log_tail(errand.job, error.exit, None)
    out_dated(f"{heading}error[{error.code}]: {excerpt(first, MOST_LOGGED)}{tail}", errand.job)
    if len(first) > MOST_LOGGED:
        out(f"  {excerpt(first, MOST_WORDS)}")
    for line in lines_below(error):
        out(with_program(line))


def _tell_held(stop: GuardStopped, errand: Errand) -> Exit:
    """Tell what a guard forbids of a run that exists already, which stays as it was. Returns the exit status."""
    from batch_update.report.screen.summary import guarded

    look, allow = allowing(stop, errand)
    if errand.settings.json_:
        following: Following = {"look": look, "go_on": allow} if look else {"go_on": allow}
        out_failure(stop, stop.exit, following=following)
    else:
        for line in guarded(stop, look, allow):
            say(line)
    return stop.exit
