"""A fleet that was planned, as the commands that plan one show it, and the commands that come next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from batch_update.cli.printed_commands import Following, command_of, told_here
from batch_update.cli.screens.screen import out, paint
from batch_update.model.sheets import Problem
from batch_update.settings.tunables import Settings
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.fleet.planning.planned import PlannedAccount, PlannedFleet


AT_SERVER = ("accounts_file", "proxy")
"""Settings that say where the servers of accounts are that a printed command asks."""


def told_in_accounts(
    problems: Iterable[Problem], accounts: Iterable[PlannedAccount], settings: Settings
) -> list[Problem]:
    """Return the problems, the commands in whose remedies ask the account that each is about."""
    homes = {_kept_of(one): each.plan.account for each in accounts for one in each.problems}
    told: list[Problem] = []
    for one in problems:
        own = settings.model_copy(update={"account": homes.get(_kept_of(one))})
        told += told_here([one], own, groups=("account", *AT_SERVER))
    return told


def _kept_of(problem: Problem) -> tuple[int | None, str, str]:
    """Return what a problem keeps where accounts that share a row have it told once."""
    return problem.index, problem.code, problem.message


def show_accounts(planned: PlannedFleet, *, full: bool = False) -> None:
    """Show what would change in each account, what has to be allowed first, and where the plan lies."""
    from batch_update.fleet.planning.planned import summed_guards
    from batch_update.report.documents.fleets.of_fleet_plans import fleet_totals
    from batch_update.report.guards import guard_lines
    from batch_update.report.screen.fleet_lines import account_table, beside_lines, fleet_totals_line

    plan, split = planned.plan, planned.split
    for line in (*account_table(plan.accounts, full=full), *beside_lines(split.left_out, split.idle)):
        out(line)
    if tripped := [*planned.tripped, *summed_guards(planned.accounts)]:
        heading = f"\n{paint('Has to be allowed', 'warning')} before it is sent:"
        out("\n".join([heading, *guard_lines(tripped)]))
    out(f"\n{fleet_totals_line(fleet_totals(plan.accounts, planned.seconds))}")
    out(f"Digest {plan.digest}")
    out(f"Folder {printable(str(planned.folder.path))}")


def commands_to_send(planned: PlannedFleet, settings: Settings, again: Callable[..., str]) -> Following:
    """Return the commands that send a fleet and look at one of its accounts; none where nothing would change.

    `again`: makes the command that planned it, with these settings and options changed.
    """
    first = next((one.plan.account for one in planned.accounts if one.plan.changes), None)
    if first is None:
        return {}
    own, path = settings.model_copy(update={"account": first}), planned.folder.plan_of(first)
    look = command_of("plan", own, path, groups=("account", *AT_SERVER))
    return {**_sending_command(planned, settings, again), "look": look}


def _sending_command(planned: PlannedFleet, settings: Settings, again: Callable[..., str]) -> Following:
    """Return the command that sends a fleet with what its guards found; where limits forbid that, a new plan."""
    from batch_update.fleet.planning.planned import all_hazards
    from batch_update.report.guards import lifted

    hazards = all_hazards(planned.accounts)
    allow = {"allow": (*settings.allow, *hazards)} if hazards else {}
    limits = lifted([*(one for each in planned.accounts for one in each.tripped), *planned.tripped])
    if limits:
        return {"go_on": again(**limits, **allow)}
    return {"apply": command_of("fleet apply", settings.model_copy(update=allow), planned.folder.path)}
