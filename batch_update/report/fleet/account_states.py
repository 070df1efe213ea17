"""How far each account of a fleet is, and in which order accounts are told of: the worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetEnd, ShardEnd, summed
from batch_update.model.plans import Status
from batch_update.model.reports import WORST_LAST, Exit
from batch_update.outcomes import DONE

FLEET_STOPPED = "R155"
"""an account was stopped with its fleet"""


class AccountState(StrEnum):
    """How far an account of a fleet is. The worst come first."""

    STOPPED = "stopped"
    """it was begun, or was to be, and did not come to its end"""
    NOT_PLANNED = "not_planned"
    """it was left out, since nothing could be planned for it"""
    NOT_ALL = "not_all"
    """it came to its end, and some of its rows are not as wanted"""
    NOT_BEGUN = "not_begun"
    """its turn did not come"""
    AT_WORK = "at_work"
    """somebody works on it"""
    AS_WANTED = "as_wanted"


@dataclass(frozen=True, slots=True)
class RowsLeft:
    """The rows of an account that are still to be done, as its journal tells."""

    count: int
    codes: Mapping[str, int] = field(default_factory=dict)
    """code -> how many of them have it, the most frequent first"""


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """An account of a fleet: its part of the plan, how it ended, and what that comes to."""

    plan: AccountPlan
    end: ShardEnd
    state: AccountState
    left: int
    """rows that are still to be done"""
    codes: Mapping[str, int] = field(default_factory=dict)
    """code -> how many of these have it, the most frequent first; {} where no journal was read"""

    @property
    def account(self) -> str:
        """Return the name of the account."""
        return self.plan.account

    @property
    def is_one(self) -> bool:
        """Whether it is an account, and does not stand for rows that belong to none."""
        return self.plan.account != NO_ACCOUNT

    @property
    def code(self) -> str:
        """Return the code of what kept the account from its end; "" for none, or while somebody works on it."""
        return "" if self.state is AccountState.AT_WORK else self.plan.code or self.end.code

    @property
    def why(self) -> str:
        """Return what kept the account from its end, in words."""
        if self.state is AccountState.AT_WORK:
            return ""
        return self.plan.message if self.plan.code else self.end.message


@dataclass(frozen=True, slots=True)
class FleetStanding:
    """A fleet as it stands: how it ended, and each account, the worst first."""

    end: FleetEnd
    accounts: tuple[AccountStanding, ...]

    @property
    def whole(self) -> int:
        """Return how many accounts there are."""
        return sum(one.is_one for one in self.accounts)

    @property
    def left(self) -> int:
        """Return how many rows of all accounts are still to be done."""
        return sum(one.left for one in self.accounts)

    @property
    def states(self) -> dict[AccountState, int]:
        """Return how many accounts are how far, the worst first; states that none is in are left out."""
        counts = {state: sum(one.state is state for one in self.accounts) for state in AccountState}
        return {state: count for state, count in counts.items() if count}

    @property
    def counts(self) -> dict[Status, int]:
        """Return how many rows of all accounts ended how; statuses that none has are left out."""
        return summed(counts_told(one.plan, one.end) for one in self.accounts)

    @property
    def requests(self) -> int:
        """Return how many requests were sent for all accounts."""
        return sum(one.requests for one in self.end.accounts)

    @property
    def began(self) -> datetime | None:
        """Return when the first account was begun; None where none was."""
        return min((one.began for one in self.end.accounts if one.began), default=None)

    @property
    def ended(self) -> datetime | None:
        """Return when the last account ended; None where none did."""
        return max((one.ended for one in self.end.accounts if one.ended), default=None)

    @property
    def seconds(self) -> float:
        """Return how long it was worked on; where nobody handed accounts out, from the first begin to the last end."""
        if self.end.seconds is not None:
            return self.end.seconds
        began, ended = self.began, self.ended
        return max(0.0, (ended - began).total_seconds()) if began and ended else 0.0


def standing_of_fleet(
    end: FleetEnd, at_work: Collection[str] = (), left: Mapping[str, RowsLeft] | None = None
) -> FleetStanding:
    """Return how a fleet stands. `at_work`: the names of the accounts that somebody works on.

    `left`: account -> its rows that are still to be done, where journals were read; else that follows from how many
    rows ended how, and a row that reads back otherwise is not known.
    """
    found = []
    for plan, one in zip(end.plan.accounts, end.accounts, strict=True):
        state = _state(plan, one, is_at_work=plan.account in at_work)
        rest = (left or {}).get(plan.account) or RowsLeft(_left_by_counts(plan, one))
        found.append(AccountStanding(plan, one, state, rest.count, rest.codes))
    return FleetStanding(end, tuple(sorted(found, key=_rank_of_account)))


def _state(plan: AccountPlan, end: ShardEnd, *, is_at_work: bool) -> AccountState:
    if is_at_work:
        return AccountState.AT_WORK
    if plan.code:
        return AccountState.NOT_PLANNED
    if end.exit is Exit.OK:
        return AccountState.AS_WANTED
    if end.exit is Exit.SOME_FAILED:
        return AccountState.NOT_ALL
    return AccountState.STOPPED if end.epoch or end.code else AccountState.NOT_BEGUN


def _left_by_counts(plan: AccountPlan, end: ShardEnd) -> int:
    if end.exit is Exit.OK:
        return 0
    if not end.counts:
        return plan.rows
    return sum(count for status, count in end.counts.items() if status not in DONE)


_STATES = list(AccountState)


def _rank_of_account(one: AccountStanding) -> tuple[int, int, int, str]:
    return _STATES.index(one.state), -WORST_LAST.index(one.end.exit), -one.left, one.account


def counts_told(plan: AccountPlan, end: ShardEnd) -> Mapping[Status, int]:
    """Return the rows of an account by their outcome; of one that was never begun, none was sent."""
    never = {Status.INVALID: plan.invalid, Status.NOT_SENT: plan.rows - plan.invalid}
    return end.counts or {status: count for status, count in never.items() if count > 0}
