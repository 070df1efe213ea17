"""A fleet as it was planned: each account with what people have to know before they say yes, and the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.splitting import SplitSheet
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.plans import Tripped
from batch_update.model.reports import Exit, worst
from batch_update.model.sheets import Problem
from batch_update.settings.layers import read_settings
from batch_update.text import counted


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """One account of a fleet, planned or not."""

    plan: AccountPlan
    exit: Exit = Exit.OK
    """that of what kept it from being planned"""
    tripped: tuple[Tripped, ...] = ()
    """the guards that have to be lifted first"""
    problems: tuple[Problem, ...] = ()
    """of its rows, at their indexes in the whole sheet"""
    requests: int = 0
    """that planning took"""
    seconds: int = 0
    """that sending takes at the account's own pace"""


@dataclass(frozen=True, slots=True)
class PlannedFleet:
    """A fleet, planned: nothing was sent."""

    plan: FleetPlan
    folder: FleetFolder
    split: SplitSheet
    accounts: tuple[PlannedAccount, ...]
    """in the order of the plan"""
    problems: tuple[Problem, ...]
    """of all rows, in the order of the whole sheet"""
    tripped: tuple[Tripped, ...]
    """the guards over the whole that forbid sending it"""

    @property
    def exit(self) -> Exit:
        """Return the exit status: the worst of its accounts; 10 where something would change and nothing is wrong."""
        pending = Exit.CHANGES_PENDING if any(one.plan.changes for one in self.accounts) else Exit.OK
        return worst((pending, *(one.exit for one in self.accounts)))

    @property
    def seconds(self) -> int:
        """Return how long sending takes where all accounts are sent at once: each has a pace of its own."""
        return max((one.seconds for one in self.accounts), default=0)


_NEW_PLAN = "a new plan: batch-update fleet plan with "


def whole_guards(plan: FleetPlan, *, way: str = _NEW_PLAN) -> tuple[Tripped, ...]:
    """Return what forbids sending this fleet as a whole: too many assistants of all accounts, or too many accounts.

    The limits are those that it was planned with. `way`: how others are given, as a message begins that names them.
    """
    found = []
    max_accounts, max_changes = plan.max_accounts, read_settings(plan.settings).max_changes
    changing = [one for one in plan.accounts if one.changes]
    count = sum(one.changes for one in changing)
    if max_accounts is not None and len(changing) > max_accounts:
        words = f"{counted(len(changing), 'account')} would change, at most {max_accounts} may"
        found.append(_limit("G130", words, count, f"{way}the option", "max_accounts", len(changing)))
    if max_changes is not None and count > max_changes:
        words = f"{counted(count, 'assistant')} of {counted(len(changing), 'account')} would change"
        words += f", at most {max_changes} of all may"
        found.append(_limit("G120", words, count, f"{way}the setting", "max_changes", count))
    return tuple(found)


def _limit(code: str, words: str, count: int, way: str, name: str, enough: int) -> Tripped:
    return Tripped(code, "", words, count, f"{way} {name}={enough}", lifts={name: enough})


def all_hazards(accounts: Iterable[PlannedAccount]) -> tuple[str, ...]:
    """Return the names of all hazards that the accounts' guards found, each once."""
    return tuple(dict.fromkeys(one.hazard for each in accounts for one in each.tripped if one.hazard))


def summed_guards(accounts: Iterable[PlannedAccount]) -> list[Tripped]:
    """Return what the guards of all accounts found, each thing once with all assistants."""
    found: dict[str, list[Tripped]] = {}
    for each in accounts:
        for one in each.tripped:
            found.setdefault(one.code, []).append(one)
    return [
        replace(
            ones[0],
            words=f"{ones[0].words if ones[0].hazard else _LIMIT_WORDS}, in {counted(len(ones), 'account')}",
            assistants=sum(one.assistants for one in ones),
            rows=tuple(sorted(row for one in ones for row in one.rows)),
        )
        for ones in found.values()
    ]


_LIMIT_WORDS = "more of an account's assistants would change than may"
