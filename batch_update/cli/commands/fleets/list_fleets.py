"""`fleet list`: the fleets in a folder of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_update.cli.commands.fleets.group import app
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screens.screen import out, say
from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.report.documents.fleets.of_fleet_plans import ListedFleet


@app.command("list", cls=Command)
@takes("fleet list")
def list_fleets(given: dict[str, Any]) -> None:
    """List the fleets, the one that was last worked on first: when each was planned, what it changes, how far it is."""
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.record.fleet_finding import all_fleets
        from batch_update.report.documents.fleets.of_fleet_plans import ListedFleets
        from batch_update.report.screen.fleet_lines import fleet_lines

        found = tuple(map(_as_listed, all_fleets(settings.runs_dir)))
        if settings.json_:
            out_document(ListedFleets(found))
            return
        if not found:
            say(f"{printable(str(settings.runs_dir))} holds no fleets.")
        for line in fleet_lines(found):
            out(line)


def _as_listed(folder: FleetFolder) -> ListedFleet:
    from batch_update.fleet.outlook.fleet_stage import stage_of
    from batch_update.fleet.record.fleet_file import read_fleet
    from batch_update.report.documents.fleets.of_fleet_plans import listed_fleet

    plan = None
    try:
        plan = read_fleet(folder)
        state = stage_of(folder, plan, SYSTEM.wall())
    except BatchUpdateError as error:
        return listed_fleet(folder.id, str(folder.path), plan, error=error.message)
    return listed_fleet(folder.id, str(folder.path), plan, state)
