"""The end of a fleet, put together: how each account ended, those that were never begun, and what stopped it."""

from __future__ import annotations

from collections.abc import Mapping

from batch_update.codes import Trait, has_trait
from batch_update.errors import BatchUpdateError
from batch_update.model.fleets import AccountPlan, FleetEnd, FleetPlan, ShardEnd
from batch_update.model.reports import Exit

_BY_FAMILY = {"S": Exit.SHEET_INVALID, "V": Exit.SHEET_INVALID, "U": Exit.USAGE}
"""First letter of the code by which an account could not be planned -> the exit status that a run has by it."""


def end_of_fleet(plan: FleetPlan, ends: Mapping[str, ShardEnd], stopped: Exception | None) -> FleetEnd:
    """Return the end of a fleet: one for each account of its plan, and what stopped it as a whole."""
    accounts = tuple(ends.get(one.account) or unbegun_end(one) for one in plan.accounts)
    if stopped is None:
        return FleetEnd(plan, accounts)
    exit_of = stopped.exit if isinstance(stopped, BatchUpdateError) else Exit.BUG
    return FleetEnd(plan, accounts, getattr(stopped, "code", ""), str(stopped), exit_of)


def unbegun_end(one: AccountPlan) -> ShardEnd:
    """Return the end of an account that was never begun: since it could not be planned, or the fleet ended before."""
    if one.code or not one.digest:
        return ShardEnd(one.account, 0, _exit_by(one.code), one.code, one.message)
    return ShardEnd(
        one.account, 0, Exit.STOPPED, "R158", "the fleet ended before its turn, or while it was at work"
    )


def _exit_by(code: str) -> Exit:
    return Exit.KEY_REFUSED if has_trait(code, Trait.OF_THE_KEY) else _BY_FAMILY.get(code[:1], Exit.STOPPED)
