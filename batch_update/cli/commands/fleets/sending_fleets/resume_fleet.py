"""`fleet resume`: goes on with a fleet that did not come to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from batch_update.cli.commands.changing.resume import RETRY_FAILED
from batch_update.cli.commands.fleets.group import LAST_FLEET, app
from batch_update.cli.commands.fleets.sending_fleets.apply_fleet import apply_planned
from batch_update.cli.commands.fleets.sending_fleets.fleet_flags import FleetFlags, orders
from batch_update.cli.commands.fleets.sending_fleets.seeing import get_yes, send_fleet, tell_fleet
from batch_update.cli.documents import telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import is_silent, settings_of, takes
from batch_update.cli.screens.screen import say
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.fleet.running.fleet_order import FleetOrder
    from batch_update.model.reports import Exit


@app.command("resume", cls=Command)
@takes("fleet resume")
@orders
def resume_many(
    given: dict[str, Any], flags: FleetFlags, fleet: LAST_FLEET = "last", retry_failed: RETRY_FAILED = False
) -> None:
    """Go on with a fleet: accounts that were not begun, were stopped, or whose worker was lost.

    Accounts that are over are left alone. In the others, rows that may have been sent are compared first. Waves,
    canaries and limits are those of the last time, unless given anew. The file stop in its folder is removed. A fleet
    that was not begun yet is sent as by fleet apply.

    Exit status: the worst of its accounts; that of the fleet where nothing is left to do.
    """
    given = flags.settings(given)
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.record.fleet_finding import find_fleet

        order = flags.order(given, retry_failed=retry_failed)
        raise typer.Exit(int(_go_on(find_fleet(fleet, settings), order, settings)))


def _go_on(folder: FleetFolder, order: FleetOrder, settings: Settings) -> Exit:
    from batch_update.fleet.outlook.last_words import end_as_recorded
    from batch_update.fleet.record.fleet_file import read_fleet
    from batch_update.fleet.record.fleet_journal import read_fleet_journal
    from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet

    plan = read_fleet(folder)
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    if state.begun is None:  # nobody has said yes to it, and what forbids it has not been looked at
        return apply_planned(folder, order, settings)
    left = open_accounts(plan, state, retry_failed=order.retry_failed)
    if not left:
        end = end_as_recorded(folder, plan, state)
        if not is_silent(settings):
            say(f"{printable(str(folder.path))} is finished: nothing is left to send.")
        tell_fleet(end, folder, settings)
        return end.exit
    get_yes(f"Go on with {counted(len(left), 'account')} of {len(plan.accounts):,}?", settings)
    return send_fleet(folder, plan, order, settings)
