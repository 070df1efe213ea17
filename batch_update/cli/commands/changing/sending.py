"""The common part of all commands that send: the story is begun and watched, and its end is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import anyio

from batch_update.cli.after_run import allowing, commands_after, following_run
from batch_update.cli.documents import out_document, out_failure
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import Errand, Following, command_of
from batch_update.cli.screens.log_lines import dated, log_tail, out_dated
from batch_update.cli.screens.screen import painted, room_on, say, show_error
from batch_update.cli.watcher import Onlooker
from batch_update.errors import GuardStopped, UsageError
from batch_update.model.reports import Exit
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.run.steps.means import Means, Sequel
    from batch_update.run.steps.session import Ended
    from batch_update.send.signals import Interrupts


T = TypeVar("T")
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
        return anyio.run(ticking, begin(means), watcher.tick)


async def ticking(story: Sequel[T], tick: Callable[[], None]) -> T:
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
