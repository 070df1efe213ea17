"""`fleet status`: how far a fleet is, from journals alone."""

from __future__ import annotations

import sys
from typing import Any

from batch_update.cli.commands.fleets.group import LAST_FLEET, app
from batch_update.cli.commands.fleets.sending_fleets.seeing import fleet_commands
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screens.screen import out, painted, room_on
from batch_update.clock import SYSTEM


@app.command("status", cls=Command)
@takes("fleet status")
def status(given: dict[str, Any], fleet: LAST_FLEET = "last") -> None:
    """Tell how far a fleet is: each account, the worst first, rows by outcome, and how long it still takes.

    It reads journals, sends nothing, and needs no key: also while the fleet is at work here or on another machine.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.outlook.looking_on import look_on
        from batch_update.fleet.record.fleet_finding import find_fleet
        from batch_update.report.documents.fleets.of_fleets import fleet_status
        from batch_update.report.fleet.account_states import standing_of_fleet
        from batch_update.report.fleet.fleet_commands import FleetCommands, commands_for_fleet
        from batch_update.report.fleet.fleet_files import files_there
        from batch_update.report.fleet.fleet_paths import FleetFiles
        from batch_update.report.fleet.fleet_summary import fleet_summary

        folder = find_fleet(fleet, settings)
        seen = look_on(folder, SYSTEM.wall())
        commands = (
            FleetCommands()
            if seen.is_at_work
            else fleet_commands(folder, seen.end.plan, settings, seen.state.engine)
        )
        standing = standing_of_fleet(seen.end, seen.at_work)
        is_still = seen.state.ended is not None or seen.state.begun is None
        files = files_there(folder) if is_still else FleetFiles()
        if settings.json_:
            following = commands_for_fleet(standing, files, commands)
            out_document(fleet_status(seen.end, seen.at_work), following=following)
            return
        room = room_on(sys.stdout)
        out(painted(fleet_summary(standing, files, commands=commands, room=room)))
        for line in seen.words():
            out(line)
