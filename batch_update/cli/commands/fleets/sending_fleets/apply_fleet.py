"""`fleet apply`: sends the plan of a fleet to all of its accounts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.fleets.group import ACCOUNTS, ALL_ACCOUNTS, MAX_ACCOUNTS, app
from batch_update.cli.commands.fleets.plan_fleet import planned_by_sheet
from batch_update.cli.commands.fleets.plan_screen import PlanScreen
from batch_update.cli.commands.fleets.sending_fleets.fleet_flags import FleetFlags, orders
from batch_update.cli.commands.fleets.sending_fleets.seeing import get_yes, send_fleet
from batch_update.cli.documents import telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import STDOUT as STDIN
from batch_update.cli.options import is_silent, or_environment, settings_of, takes
from batch_update.cli.screens.screen import on_terminal, paint, say
from batch_update.errors import UsageError
from batch_update.model.fleets import NO_ACCOUNT
from batch_update.settings.heeding import refuse_for_planned
from batch_update.settings.layers import read_settings, variable_of
from batch_update.settings.tunables import Settings
from batch_update.sheet.endings import PLAIN
from batch_update.text import counted, how_long, printable, quoted, quoted_path

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.fleet.outlook.foreseeing_fleet import FleetProspect
    from batch_update.fleet.planning.fleet_planning import AccountChoice
    from batch_update.fleet.running.fleet_order import FleetOrder
    from batch_update.model.fleets import FleetPlan
    from batch_update.model.reports import Exit


@app.command("apply", cls=Command)
@takes("fleet apply")
@orders
def apply_many(
    given: dict[str, Any],
    flags: FleetFlags,
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|FLEET",
            help="A sheet with a column account, or a fleet that was planned: its folder, its name, the beginning of "
            "one, or last.",
        ),
    ],
    accounts: ACCOUNTS = None,
    all_accounts: ALL_ACCOUNTS = False,
    max_accounts: MAX_ACCOUNTS = None,
) -> None:
    """Plan a sheet for many accounts and send it, or send a fleet that was planned: show, ask once, send, report.

    All accounts at once, or canaries and waves of accounts one after another. Accounts that cannot be planned are told
    of and left out, the others are done. Without a terminal it needs --yes.

    Exit status: the worst of its accounts.
    """
    given = flags.settings(given)
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.planning.fleet_planning import AccountChoice

        order = flags.order(given)
        choice = AccountChoice(tuple(or_environment(accounts, "accounts")), all_accounts)
        folder = _folder_of(what, choice, settings, max_accounts, flags={**given, "accounts": accounts})
        raise typer.Exit(int(apply_planned(folder, order, settings, max_accounts)))


def _folder_of(
    what: str,
    choice: AccountChoice,
    settings: Settings,
    max_accounts: int | None,
    *,
    flags: Mapping[str, Any],
) -> FleetFolder:
    """Return the folder of the fleet that is meant; of a sheet that of the fleet that it makes now.

    `flags`: what was really given. Raises UsageError for what is about a sheet where the fleet was planned.
    """
    from batch_update.fleet.record.fleet_finding import find_fleet

    if what != STDIN and not Path(what).is_file() and Path(what).suffix.casefold() not in PLAIN:
        folder = find_fleet(what, settings)
        refuse_for_planned(
            flags, f"the fleet {printable(folder.id)}", groups=("Limits", *_of_planning(folder))
        )
        _refuse_choice(folder, flags["accounts"], every=choice.every)
        return folder
    screen = PlanScreen(what, choice, settings, max_accounts, full=False)
    planned = planned_by_sheet(what, choice, settings, screen, max_accounts=max_accounts)
    screen.before_sending(planned)
    return planned.folder


def _refuse_choice(folder: FleetFolder, chosen: Sequence[str] | None, *, every: bool) -> None:
    """Raises UsageError for flags that choose accounts, but for what the environment says to all commands."""
    if chosen:
        raise UsageError(
            f"--accounts chooses among the accounts of a sheet, and {printable(folder.id)} was planned: all of its "
            "accounts would be sent",
            code="U101",
            remedy=f"plan them alone: batch-update fleet plan with --accounts {quoted(','.join(chosen))}",
        )
    if every and variable_of("all_accounts") not in os.environ:
        raise UsageError(
            f"--all-accounts sends a sheet to all accounts of the list, and {printable(folder.id)} was planned: those "
            "of its plan would be sent, and no others",
            code="U101",
            remedy="leave it out to send that plan; for others, plan the sheet: batch-update fleet plan with "
            "--all-accounts",
        )


def _of_planning(folder: FleetFolder) -> tuple[str, ...]:
    """Return what counts only as a fleet is planned: to leave rows out, unless it was planned so."""
    from batch_update.fleet.record.fleet_file import read_fleet

    return () if read_fleet(folder).settings.get("skip_invalid") else ("skip_invalid",)


def apply_planned(
    folder: FleetFolder, order: FleetOrder, settings: Settings, max_accounts: int | None = None
) -> Exit:
    """Show what a planned fleet would change, ask, and see it to its end. Returns its exit status."""
    from batch_update.fleet.outlook.foreseeing_fleet import refuse_begun
    from batch_update.fleet.record.fleet_file import expect_fleet, read_fleet
    from batch_update.fleet.record.fleet_journal import read_fleet_journal
    from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
    from batch_update.fleet.running.fleet_story import prospect_of, with_order

    plan = read_fleet(folder)
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    refuse_begun(quoted_path(folder.path), state)
    expect_fleet(plan, settings.expect)
    prospect = prospect_of(plan, open_accounts(plan, state), order)
    _show_prospect(prospect, is_asked=not settings.yes, settings=settings)
    order, settings = with_allowed(plan, order, settings)
    order = allowed_order(prospect, order, settings, max_accounts)
    lifted = with_limits(plan, settings, max_accounts)
    return send_fleet(folder, with_order(folder, plan, order, lifted), order, settings)


def with_allowed(plan: FleetPlan, order: FleetOrder, settings: Settings) -> tuple[FleetOrder, Settings]:
    """Return the order and the settings with what was allowed as the fleet was planned, beside what is allowed now."""
    allow = tuple(dict.fromkeys((*read_settings(plan.settings).allow, *settings.allow)))
    if not allow:
        return order, settings
    return replace(order, given={**order.given, "allow": allow}), settings.model_copy(update={"allow": allow})


def allowed_order(
    prospect: FleetProspect,
    order: FleetOrder,
    settings: Settings,
    max_accounts: int | None = None,
    *,
    beside: int | None = None,
) -> FleetOrder:
    """Get the yes that a fleet needs, and return its order with the hazards that this allowed.

    `beside`: how many other accounts a fleet that is resumed goes on with; None for one that is begun.
    Raises UsageError U102 where the answer is no or nobody can give one, GuardStopped for what a yes does not allow.
    """
    from batch_update.fleet.outlook.foreseeing_fleet import guarded_fleet, guards_of_fleet
    from batch_update.fleet.planning.planned import whole_guards
    from batch_update.report.guards import guard_lines, hazards_of

    limited = with_limits(prospect.plan, settings, max_accounts)
    whole = whole_guards(limited) if beside is None else whole_guards(limited, way="")
    tripped = (*whole, *guards_of_fleet(prospect.accounts, settings))
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
    words += f" and go on with {counted(beside, 'account')} more" if beside else ""
    unplanned = sum(one.account != NO_ACCOUNT for one in prospect.unplanned)
    left = f", leaving out {counted(unplanned, 'account')}" if unplanned else ""
    allowing = f", allowing {', '.join(hazards)}" if hazards else ""
    get_yes(f"{words}{left}{allowing}?", settings.model_copy(update={"yes": settings.yes and not tripped}))
    return replace(order, given={**order.given, "allow": (*settings.allow, *hazards)}) if hazards else order


def with_limits(plan: FleetPlan, settings: Settings, max_accounts: int | None) -> FleetPlan:
    """Return the plan with the limits that were given now, where they were."""
    given = {name: getattr(settings, name) for name in ("max_changes", "max_change_percent")}
    limits = {name: value for name, value in given.items() if value is not None}
    most = plan.max_accounts if max_accounts is None else max_accounts
    return replace(plan, settings={**plan.settings, **limits}, max_accounts=most)


def _show_prospect(prospect: FleetProspect, *, is_asked: bool, settings: Settings) -> None:
    if is_silent(settings) and not is_asked:
        return
    from batch_update.report.screen.fleet_lines import account_table

    plan = prospect.plan
    for line in account_table(plan.accounts):
        say(line)
    say(
        f"{printable(plan.sheet)}: {counted(prospect.changes, 'assistant')} of "
        f"{counted(len(prospect.accounts), 'account')} to change, about {how_long(prospect.seconds)} "
        f"(digest {plan.digest})"
    )
