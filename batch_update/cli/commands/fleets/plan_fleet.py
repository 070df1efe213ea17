"""`fleet plan`: shows what a sheet would change in many accounts, and saves the plans in a folder to be approved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.commands.fleets.group import ACCOUNTS, ALL_ACCOUNTS, MAX_ACCOUNTS, app
from batch_update.cli.commands.fleets.plan_screen import PlanProgress, PlanScreen
from batch_update.cli.documents import telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import FILE, or_environment, settings_of, takes
from batch_update.cli.watcher import Reader
from batch_update.model.reports import Exit
from batch_update.settings.tunables import Settings
from batch_update.text import counted

if TYPE_CHECKING:
    from batch_update.fleet.planning.fleet_planning import AccountChoice
    from batch_update.fleet.planning.planned import PlannedFleet

FULL = Annotated[bool, typer.Option("--full", help="Show every account.")]
EXIT_CODE = Annotated[bool, typer.Option("--exit-code", help="End with 10 where something would change.")]


@app.command("plan", cls=Command)
@takes("fleet plan")
def plan_many(
    file: FILE,
    given: dict[str, Any],
    accounts: ACCOUNTS = None,
    all_accounts: ALL_ACCOUNTS = False,
    max_accounts: MAX_ACCOUNTS = None,
    full: FULL = False,
    exit_code: EXIT_CODE = False,
) -> None:
    """Show what a sheet with a column account would change in each, and save the plans for fleet apply.

    Nothing is sent. An account that cannot be planned is told of, and the others go on.

    Exit status: the worst of all accounts: 0, or 10 with --exit-code where something would change; 2 to 5 where an
    account cannot be planned.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.planning.fleet_planning import AccountChoice

        choice = AccountChoice(tuple(or_environment(accounts, "accounts")), all_accounts)
        screen = PlanScreen(file, choice, settings, max_accounts, full=full)
        planned = planned_by_sheet(file, choice, settings, screen, max_accounts=max_accounts)
        status = Exit.OK if planned.exit is Exit.CHANGES_PENDING and not exit_code else planned.exit
        screen.planned(planned, status)
        raise typer.Exit(int(status))


def planned_by_sheet(
    file: str,
    choice: AccountChoice,
    settings: Settings,
    screen: PlanScreen,
    *,
    max_accounts: int | None,
) -> PlannedFleet:
    """Return the fleet that a sheet makes, planned and saved; ends the command where it forbids that as a whole."""
    from batch_update.fleet.planning.fleet_planning import (
        blocking_whole,
        plan_fleet,
        problems_offline,
        read_for_fleet,
    )
    from batch_update.run.steps.means import Means

    means = Means(Reader(settings))
    split = read_for_fleet(file, choice, settings, means)
    if blocking_whole(split, skip_invalid=settings.skip_invalid):
        screen.refused(split, problems_offline(split, settings))
        raise typer.Exit(int(Exit.SHEET_INVALID))
    watcher = PlanProgress(settings, f"Planning {counted(len(split.parts), 'account')} ...")
    return anyio.run(partial(plan_fleet, split, settings, means, watcher, max_accounts=max_accounts))
