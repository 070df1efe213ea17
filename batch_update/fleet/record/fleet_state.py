"""How far a fleet is, as its journal tells: the latest end of each account, and what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from batch_update.errors import UsageError
from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.record.fleet_entries import (
    AccountsBegun,
    FleetBegun,
    FleetEnded,
    FleetEntry,
    FleetManner,
    PlansAdded,
    ShardBegun,
    WorkerGone,
)
from batch_update.model.fleets import AccountPlan, FleetPlan, ShardEnd


@dataclass(frozen=True, slots=True)
class FleetState:
    """How far a fleet is, as its journal tells."""

    ends: Mapping[str, ShardEnd] = field(default_factory=dict)
    """account -> how it ended last"""
    at_work: Mapping[str, datetime] = field(default_factory=dict)
    """account -> since when somebody works on it, or did as the coordinator was lost"""
    lost: Mapping[str, int] = field(default_factory=dict)
    """account -> how often its worker was lost since the fleet was taken up last"""
    begun: FleetBegun | None = None
    """how the fleet was taken up last; None where it never was"""
    wave: AccountsBegun | None = None
    """the wave that was begun last since then"""
    ended: FleetEnded | None = None
    """how the coordinator let go of it; None where it did not, since it works on it or is gone"""
    worked: float = 0.0
    """seconds that coordinators worked on it, each up to its last line"""

    @property
    def manner(self) -> FleetManner:
        """Return how carefully the fleet was sent the last time."""
        return self.begun.manner if self.begun is not None else FleetManner()

    @property
    def engine(self) -> EngineOrder:
        """Return what carried its accounts out the last time."""
        return self.begun.by if self.begun is not None else EngineOrder()


def state_of_fleet(plan: FleetPlan, entries: Sequence[FleetEntry]) -> FleetState:
    """Return how far a fleet is. Raises UsageError U162 where the journal is that of another fleet."""
    ends: dict[str, ShardEnd] = {}
    at_work: dict[str, datetime] = {}
    lost: dict[str, int] = {}
    begun: FleetBegun | None = None
    wave: AccountsBegun | None = None
    ended: FleetEnded | None = None
    for entry in entries:
        if isinstance(entry, FleetBegun):
            _refuse_other(plan, entry)
            begun, wave, ended, lost = entry, None, None, {}
            at_work.clear()
        elif isinstance(entry, AccountsBegun):
            wave = entry
        elif isinstance(entry, ShardBegun):
            at_work[entry.account] = entry.at
        elif isinstance(entry, WorkerGone):
            lost[entry.account] = entry.times
        elif isinstance(entry, ShardEnd):
            ends[entry.account] = entry
            at_work.pop(entry.account, None)
        elif not isinstance(entry, PlansAdded):  # the plan has them already
            ended = entry
    return FleetState(ends, at_work, lost, begun, wave, ended, _seconds_worked(entries))


def _seconds_worked(entries: Sequence[FleetEntry]) -> float:
    """Return how long coordinators worked, without the time between them."""
    spans: list[tuple[datetime, datetime]] = []
    for entry in entries:
        if isinstance(entry, FleetBegun):
            spans.append((entry.at, entry.at))
        elif spans and isinstance(
            entry, FleetEnded
        ):  # by the clock of who began; that of a shard may be another
            begun, _ = spans[-1]
            spans[-1] = begun, max(begun, entry.at)
        elif spans and not isinstance(entry, PlansAdded):
            begun, last = spans[-1]
            at = entry.ended if isinstance(entry, ShardEnd) else entry.at
            spans[-1] = begun, max(last, at or last)
    return sum((last - begun).total_seconds() for begun, last in spans)


def _refuse_other(plan: FleetPlan, begun: FleetBegun) -> None:
    if begun.run != plan.id:
        raise UsageError(
            f"the journal beside the plan of the fleet {plan.id} is that of another fleet, {begun.run}",
            code="U162",
        )


def open_accounts(plan: FleetPlan, state: FleetState, *, retry_failed: bool = False) -> list[AccountPlan]:
    """Return the accounts that can be sent and are not over; with `retry_failed` also those with rows that failed."""
    return [one for one in plan.accounts if one.is_planned and _is_open(one, state, retry_failed)]


def _is_open(one: AccountPlan, state: FleetState, retry_failed: bool) -> bool:
    end = state.ends.get(one.account)
    return end is None or not end.is_over or (retry_failed and end.exit != 0)
