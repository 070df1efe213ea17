"""The common part of commands that send a fleet: it is watched to its end, its files are written, its end is told."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from batch_update.cli.after_run import from_here
from batch_update.cli.commands.changing.sending import ticking
from batch_update.cli.commands.fleets.sending_fleets.fleet_flags import engine_flags
from batch_update.cli.documents import out_document
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screens.screen import ask, on_terminal, out, painted, room_on, say
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.model.reports import Exit
from batch_update.settings.layers import given_beside
from batch_update.settings.tunables import Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.fleet.engine.engine_order import EngineOrder
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.fleet.running.fleet_order import FleetOrder
    from batch_update.model.fleets import FleetEnd, FleetPlan
    from batch_update.report.fleet.fleet_commands import FleetCommands
    from batch_update.report.fleet.fleet_files import WrittenFleet


def get_yes(question: str, settings: Settings) -> None:
    """Ask, unless the setting yes answered. Raises UsageError U102 where the answer is no, or nobody can give one."""
    if settings.yes:
        return
    if not on_terminal():
        raise UsageError("sending needs a yes, and nobody can be asked here", code="U102")
    if not ask(question):
        raise UsageError("nothing was sent", code="U102", remedy="answer y to send")


def send_fleet(folder: FleetFolder, plan: FleetPlan, order: FleetOrder, settings: Settings) -> Exit:
    """See a fleet to its end, with everything that people see of it. Returns its exit status."""
    from batch_update.cli.screens.fleet_onlooker import FleetOnlooker
    from batch_update.fleet.running.fleet_story import see_fleet
    from batch_update.send.signals import open_interrupts

    try:
        with FleetOnlooker(is_silent=is_silent(settings)) as watcher:
            story = partial(see_fleet, folder, plan, order, watcher=watcher, interrupts=open_interrupts)
            end = anyio.run(ticking, story, watcher.tick)
        tell_fleet(end, folder, settings, order.engine)
    except KeyboardInterrupt:  # once more than the fleet heeds: no summary follows
        say(f"\nGo on   {fleet_commands(folder, plan, settings, order.engine).resume}")
        raise
    return end.exit


def tell_fleet(end: FleetEnd, folder: FleetFolder, settings: Settings, engine: EngineOrder) -> None:
    """Write the files over all accounts, and tell how the fleet ended that this engine carried out."""
    from batch_update.report.documents.fleets.of_fleets import sent_fleet
    from batch_update.report.fleet.fleet_commands import commands_for_fleet
    from batch_update.report.fleet.fleet_summary import fleet_summary

    commands = fleet_commands(folder, end.plan, settings, engine)
    written = _files_of_end(end, folder, commands)
    if settings.json_:
        following = commands_for_fleet(written.standing, written.files, commands)
        document = sent_fleet(written.standing, written.files, folder.path)
        out_document(document, exit=end.exit, error=_stop_of(end), following=following)
    elif not (settings.quiet and end.exit is Exit.OK):
        room = room_on(sys.stdout)
        out(painted(fleet_summary(written.standing, written.files, commands=commands, room=room)))


def _files_of_end(end: FleetEnd, folder: FleetFolder, commands: FleetCommands) -> WrittenFleet:
    """Return the fleet with its files; where they cannot be written it is told all the same."""
    from batch_update.report.fleet.account_states import standing_of_fleet
    from batch_update.report.fleet.fleet_files import WrittenFleet, write_fleet_report
    from batch_update.report.fleet.fleet_paths import FleetFiles

    try:
        return write_fleet_report(end, folder, commands)
    except OSError as error:
        place = printable(str(error.filename2 or error.filename or folder.path))
        say(f"{place} cannot be written: {error.strerror}. To make the report again: {commands.report}")
        return WrittenFleet(standing_of_fleet(end), FleetFiles())


def _stop_of(end: FleetEnd) -> BatchUpdateError | None:
    """Return what ended the fleet as a whole as an error, for the document."""
    from batch_update.errors import Interrupted, RunStopped

    if not end.code:
        return None
    if end.own_exit > 128:  # by a signal
        return Interrupted(end.message, signal=int(end.own_exit) - 128, code=end.code)
    return RunStopped(end.message, code=end.code)


def fleet_commands(
    folder: FleetFolder, plan: FleetPlan, settings: Settings, engine: EngineOrder
) -> FleetCommands:
    """Return the commands about a fleet that go on from here, as they can be pasted: each asks before it sends.

    `engine`: what carried it out so far, and does what they send.
    """
    from batch_update.report.fleet.fleet_commands import FleetCommands

    # What is sent next has another digest.
    settings = settings.model_copy(update={"yes": False, "expect": None})
    is_begun, by = folder.journal.is_file(), engine_flags(engine)
    anew = _with_list_of(plan, settings)
    return FleetCommands(
        begin="" if is_begun else command_of("fleet apply", settings, folder.path, more=by),
        resume=command_of("fleet resume", settings, folder.path, more=by),
        apply=command_of("fleet apply", anew, groups=("accounts_file", "runs_dir"), more=by),
        undo=command_of("fleet undo", settings, folder.path, more=by),
        report=command_of("fleet report", settings, folder.path, groups=("runs_dir",)),
    )


def _with_list_of(plan: FleetPlan, settings: Settings) -> Settings:
    """Return the settings with the list of accounts that the fleet was planned by, unless a flag names another one.

    Its own folder remembers that list, and a sheet that is planned anew does not.
    """
    by_plan = plan.settings.get("accounts_file")
    if not by_plan or "accounts_file" in given_beside(settings, os.environ):
        return settings
    return settings.model_copy(update={"accounts_file": from_here(Path(str(by_plan)))})
