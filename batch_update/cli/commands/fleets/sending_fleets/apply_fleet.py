"""`fleet apply`: sends the plan of a fleet to all of its accounts."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.fleets.group import app
from batch_update.cli.commands.fleets.sending_fleets.fleet_flags import FleetFlags, orders
from batch_update.cli.commands.fleets.sending_fleets.seeing import get_yes, send_fleet
from batch_update.cli.documents import telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import is_silent, settings_of, takes
from batch_update.cli.screens.screen import on_terminal, paint, say
from batch_update.settings.tunables import Settings
from batch_update.text import counted, excerpt, how_long, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.fleet.outlook.foreseeing_fleet import FleetProspect
    from batch_update.fleet.running.fleet_order import FleetOrder
    from batch_update.model.reports import Exit

MOST_UNPLANNED = 10
"""Accounts that could not be planned, of which each gets a line."""


@app.command("apply", cls=Command)
@takes("fleet apply")
@orders
def apply_many(
    given: dict[str, Any],
    flags: FleetFlags,
    fleet: Annotated[
        str,
        typer.Argument(
            metavar="FLEET",
            help="A planned fleet: its folder, its name, a unique beginning of one, or last.",
        ),
    ],
) -> None:
    """Send the plan of a fleet: all accounts at once, or canaries and waves of accounts one after another.

    Accounts that could not be planned are told and left out, the others are done. Without a terminal it needs --yes.

    Exit status: the worst of its accounts.
    """
    given = flags.settings(given)
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.record.fleet_finding import find_fleet

        order = flags.order(given)
        raise typer.Exit(int(apply_planned(find_fleet(fleet, settings), order, settings)))


def apply_planned(folder: FleetFolder, order: FleetOrder, settings: Settings) -> Exit:
    """Show what a planned fleet would change, ask, and see it to its end. Returns its exit status."""
    from batch_update.fleet.outlook.foreseeing_fleet import expect_fleet, refuse_begun
    from batch_update.fleet.record.fleet_file import read_fleet
    from batch_update.fleet.record.fleet_journal import read_fleet_journal
    from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
    from batch_update.fleet.running.fleet_story import prospect_of

    plan = read_fleet(folder)
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    refuse_begun(quoted_path(folder.path), state)
    expect_fleet(plan, settings.expect)
    prospect = prospect_of(plan, open_accounts(plan, state), order)
    _show_prospect(prospect, is_asked=not settings.yes, settings=settings)
    order = allowed_order(prospect, order, settings)
    return send_fleet(folder, plan, order, settings)


def allowed_order(prospect: FleetProspect, order: FleetOrder, settings: Settings) -> FleetOrder:
    """Get the yes that a fleet needs, and return its order with the hazards that this allowed.

    Raises UsageError U102 where the answer is no or nobody can give one, GuardStopped for what a yes does not allow.
    """
    from batch_update.fleet.outlook.foreseeing_fleet import guarded_fleet, guards_of_fleet
    from batch_update.fleet.planning.planned import whole_guards
    from batch_update.report.guards import guard_lines, hazards_of

    tripped = (*whole_guards(prospect.plan), *guards_of_fleet(prospect.accounts, settings))
    can_ask = on_terminal() and all(one.hazard for one in tripped)
    if tripped and not can_ask:
        raise guarded_fleet(tripped)
    if not prospect.changes:
        return order
    hazards = hazards_of(tripped)
    if tripped:
        say(paint("Careful:", "warning", sys.stderr))
        for line in guard_lines(tripped):
            say(line)
    words = f"Change {counted(prospect.changes, 'assistant')} of {counted(len(prospect.accounts), 'account')}"
    allowing = f", allowing {', '.join(hazards)}" if hazards else ""
    get_yes(f"{words}{allowing}?", settings.model_copy(update={"yes": settings.yes and not tripped}))
    return replace(order, given={**order.given, "allow": (*settings.allow, *hazards)}) if hazards else order


def _show_prospect(prospect: FleetProspect, *, is_asked: bool, settings: Settings) -> None:
    if is_silent(settings) and not is_asked:
        return
    plan = prospect.plan
    for one in prospect.unplanned[:MOST_UNPLANNED]:
        say(f"  {printable(one.account)} is left out: {one.code} {excerpt(one.message, 160)}")
    if (more := len(prospect.unplanned) - MOST_UNPLANNED) > 0:
        say(f"  and {counted(more, 'more account')} that could not be planned")
    say(
        f"{printable(plan.sheet)}: {counted(prospect.changes, 'assistant')} of "
        f"{counted(len(prospect.accounts), 'account')} to change, about {how_long(prospect.seconds)} "
        f"(digest {plan.digest})"
    )
