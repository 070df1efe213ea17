"""`fleet resume`: goes on with a fleet that did not come to its end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import typer

from batch_update.cli.commands.changing.resume import RETRY_FAILED
from batch_update.cli.commands.fleets.group import LAST_FLEET, MAX_ACCOUNTS, app
from batch_update.cli.commands.fleets.plan_screen import PlanProgress
from batch_update.cli.commands.fleets.sending_fleets.apply_fleet import (
    allowed_order,
    apply_planned,
    with_allowed,
    with_limits,
)
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
    from batch_update.fleet.record.fleet_state import FleetState
    from batch_update.fleet.replanning.planning_left import Replanned
    from batch_update.fleet.running.fleet_order import FleetOrder
    from batch_update.model.fleets import AccountPlan, FleetPlan
    from batch_update.model.reports import Exit


@app.command("resume", cls=Command)
@takes("fleet resume")
@orders
def resume_many(
    given: dict[str, Any],
    flags: FleetFlags,
    fleet: LAST_FLEET = "last",
    max_accounts: MAX_ACCOUNTS = None,
    retry_failed: RETRY_FAILED = False,
) -> None:
    """Go on with a fleet: accounts that were not begun, not planned, were stopped, or whose worker was lost.

    Accounts that are over are left alone. In the others, rows that may have been sent are compared first. Those that
    could not be planned are planned anew and shown, since nobody has approved them. Waves, canaries and limits are
    those of the last time, unless given anew. The file stop in its folder is removed. A fleet that was not begun yet is
    sent as by fleet apply.

    Exit status: the worst of its accounts; that of the fleet where nothing is left to do.
    """
    given = flags.settings(given)
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.record.fleet_finding import find_fleet

        order = flags.order(given, retry_failed=retry_failed)
        raise typer.Exit(int(_go_on(find_fleet(fleet, settings), order, given, max_accounts)))


def _go_on(folder: FleetFolder, order: FleetOrder, given: dict[str, Any], max_accounts: int | None) -> Exit:
    from batch_update.fleet.record.fleet_file import expect_fleet, read_fleet
    from batch_update.fleet.record.fleet_journal import read_fleet_journal
    from batch_update.fleet.record.fleet_state import open_accounts, state_of_fleet
    from batch_update.fleet.replanning.left_rows import has_left_rows
    from batch_update.fleet.replanning.planning_left import Replanned, draft_in
    from batch_update.fleet.replanning.taking_in import take_in

    plan, settings = read_fleet(folder), settings_of(given)
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    has_left = has_left_rows(folder, plan)
    if state.begun is None and not has_left:
        # Nobody has said yes to it, and what forbids it has not been looked at.
        return apply_planned(folder, order, settings, max_accounts)
    with draft_in(folder) if has_left else nullcontext(folder) as draft:
        of_plan = settings_of(given, beneath=dict(plan.settings))
        found = _planned_anew(folder, plan, draft, of_plan) if has_left else Replanned(plan, plan)
        expect_fleet(found.plan, settings.expect)
        left = open_accounts(found.plan, state, retry_failed=order.retry_failed)
        if left:
            found, order = _approved(found, left, state, order, of_plan, max_accounts)
        plan = anyio.run(take_in, folder, found, draft)
    if left:
        return send_fleet(folder, plan, order, settings)
    return _tell_finished(folder, plan, state, settings)


def _tell_finished(folder: FleetFolder, plan: FleetPlan, state: FleetState, settings: Settings) -> Exit:
    from batch_update.fleet.outlook.last_words import end_as_recorded

    end = end_as_recorded(folder, plan, state)
    if not is_silent(settings):
        rows = sum(one.rows for one in plan.accounts if one.code)
        said = (
            f": nothing can be sent now, and {counted(rows, 'row')} could not be planned."
            if rows
            else " is finished: nothing is left to send."
        )
        say(printable(str(folder.path)) + said)
    tell_fleet(end, folder, settings, state.engine)
    return end.exit


# ---------------------------------------------------------------- accounts that could not be planned


def _planned_anew(folder: FleetFolder, plan: FleetPlan, draft: FleetFolder, settings: Settings) -> Replanned:
    """Return the fleet with what could be planned now, and show that; nothing of it counts yet."""
    from batch_update.cli.watcher import Reader
    from batch_update.fleet.replanning.planning_left import plan_left
    from batch_update.report.screen.fleet_lines import account_table
    from batch_update.run.steps.means import Means

    watcher = PlanProgress(settings, "Planning anew what could not be planned ...")
    found = anyio.run(plan_left, folder, plan, draft, settings, Means(Reader(settings)), watcher)
    if found.accounts and not (is_silent(settings) and settings.yes):
        for line in account_table([one.plan for one in found.accounts]):
            say(line)
        if found.fresh:
            words = counted(len(found.fresh), "account")
            say(f"Planned now, so that nobody has approved it: {words} (digest of all: {found.plan.digest})")
    return found


def _approved(
    found: Replanned,
    left: Sequence[AccountPlan],
    state: FleetState,
    order: FleetOrder,
    settings: Settings,
    max_accounts: int | None,
) -> tuple[Replanned, FleetOrder]:
    """Get the yes to going on; what nobody has approved needs what the beginning of a fleet needs.

    Returns the fleet and the order with what was allowed. Raises as `allowed_order` does.
    """
    from batch_update.fleet.running.fleet_story import prospect_of

    order, settings = with_allowed(found.plan, order, settings)
    names = {one.account for one in found.fresh}
    fresh = [one for one in left if state.begun is None or one.account in names]
    if not any(one.changes for one in fresh):
        get_yes(f"Go on with {counted(len(left), 'account')} of {len(found.plan.accounts):,}?", settings)
        return found, order
    prospect = prospect_of(found.plan, fresh, order)
    order = allowed_order(prospect, order, settings, max_accounts, beside=len(left) - len(fresh))
    plan = with_limits(found.plan, settings, max_accounts)
    # In the plan, so that workers elsewhere heed it, too.
    allowed = {**plan.settings, "allow": list(order.given.get("allow", ()))}
    return replace(found, plan=replace(plan, settings=allowed)), order
