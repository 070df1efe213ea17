"""`fleet undo`: takes back what a fleet did to all of its accounts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from batch_update.cli.commands.fleets.group import app
from batch_update.cli.commands.fleets.sending_fleets.apply_fleet import apply_planned
from batch_update.cli.commands.fleets.sending_fleets.fleet_flags import FleetFlags, orders
from batch_update.cli.documents import telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes


@app.command("undo", cls=Command)
@takes("fleet undo")
@orders
def undo_many(
    given: dict[str, Any],
    flags: FleetFlags,
    fleet: Annotated[
        str,
        typer.Argument(
            metavar="FLEET", help="A fleet's folder, its name, a unique beginning of one, or last."
        ),
    ],
) -> None:
    """Take a fleet back: in each account that it changed, every field that still holds what it wrote.

    Fields that somebody changed since are left alone and reported as conflicts. It is a fleet of its own: shown, asked
    about once, sent, with a report over all, and can be undone itself.

    Exit status: the worst of its accounts; 1 where there are conflicts.
    """
    given = flags.settings(given)
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.planning.undoing_fleet import plan_undo_of_fleet
        from batch_update.fleet.record.fleet_file import read_fleet
        from batch_update.fleet.record.fleet_finding import find_fleet

        order = flags.order(given)
        folder = find_fleet(fleet, settings, may_be_last=lambda one: one.journal.is_file())
        undo = plan_undo_of_fleet(folder, read_fleet(folder), settings)
        raise typer.Exit(int(apply_planned(undo, order, settings)))
