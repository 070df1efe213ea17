"""A fleet looked at from beside: how far it is, and whether anybody works on it, from its journals alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import TTL, this_machine
from batch_update.fleet.leases.lease_files import LeaseFiles
from batch_update.fleet.outlook.fleet_meter import rows_sent
from batch_update.fleet.outlook.foreseeing_fleet import foresee_fleet
from batch_update.fleet.outlook.last_words import UNDER_WAY, end_as_recorded
from batch_update.fleet.record.fleet_entries import wave_called
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.record.fleet_journal import read_fleet_journal
from batch_update.fleet.record.fleet_state import FleetState, state_of_fleet
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.model.fleets import FleetEnd, ShardEnd
from batch_update.model.plans import Status
from batch_update.settings.layers import read_settings
from batch_update.text import how_long, local_time, printable


@dataclass(frozen=True, slots=True)
class LookedOn:
    """A fleet as its journals tell it at one moment."""

    end: FleetEnd
    """how it ended, or how it would if it ended now"""
    state: FleetState
    at_work: tuple[str, ...]
    """accounts that somebody works on"""
    is_at_work: bool
    """whether somebody hands its accounts out"""
    now: datetime

    @property
    def seconds_left(self) -> float | None:
        """Return how long sending the rest takes at the permitted pace, wave by wave; None where nobody works on it."""
        if not self.is_at_work:
            return None
        sent = {end.account: rows_sent(end.counts) for end in self.end.accounts}
        left = [
            replace(one, changes=one.changes - sent.get(one.account, 0))
            for one in self.end.plan.accounts
            if one.is_planned and one.changes > sent.get(one.account, 0)
        ]
        settings = read_settings(self.end.plan.settings)
        return foresee_fleet(self.end.plan, left, self.state.manner, settings, len(left)).seconds

    def words(self) -> Iterator[str]:
        """Yield who works on it, since when, and how long it still takes."""
        begun = self.state.begun
        if begun is None:
            return
        who = f"process {begun.pid} on {printable(begun.host)}"
        if self.is_at_work:
            at = self.state.wave
            wave = f", {wave_called(at.number, at.of)}" if at else ""
            left = self.seconds_left
            about = f", about {how_long(left)} left" if left else ""
            yield f"At work since {local_time(begun.at)}: {who}{wave}{about}."
        elif self.state.ended is None:
            yield f"Nobody works on it: {who}, which took it up {local_time(begun.at)}, is gone."


def look_on(folder: FleetFolder, now: datetime) -> LookedOn:
    """Return how far a fleet is. Writes nothing. Raises UsageError and JournalError where that cannot be read."""
    plan = read_fleet(folder)
    state = state_of_fleet(plan, read_fleet_journal(folder.journal))
    is_at_work = state.begun is not None and state.ended is None and is_coordinated(folder, now)
    end = end_as_recorded(folder, plan, state)
    at_work = tuple(state.at_work) if is_at_work else tuple(_seen_by_others(folder, end, now))
    return LookedOn(_with_rows_so_far(folder, end, at_work), state, at_work, is_at_work, now)


def _seen_by_others(folder: FleetFolder, end: FleetEnd, now: datetime) -> Iterator[str]:
    """Yield the accounts that a shard works on which no coordinator began."""
    yield from (
        one.account
        for one in end.accounts
        if one.code == UNDER_WAY and _is_held(folder.lease_of(one.account), now)
    )


def is_coordinated(folder: FleetFolder, now: datetime) -> bool:
    """Whether somebody hands out the accounts of a fleet; on another machine, as far as the age of files tells."""
    return _is_held(folder.own_lease, now)


def _is_held(lease: Path, now: datetime) -> bool:
    """Whether somebody holds a lease; on another machine, as far as the age of its files tells."""
    machine = this_machine()
    with suppress(OSError):
        if not lease.is_dir():
            return False
        files = LeaseFiles(lease, machine)
        look = files.look(machine)
        if look.is_free or look.holder is None:
            return False
        if look.holder.machine == machine and look.holder.is_locked:
            return True
        renewed = datetime.fromtimestamp(files.stamp(look.epoch).stat().st_mtime, UTC)
        return abs((now - renewed).total_seconds()) < 2 * TTL
    return False


def _with_rows_so_far(folder: FleetFolder, end: FleetEnd, at_work: Collection[str]) -> FleetEnd:
    """Return the end with what the journals of accounts that have none tell of their rows."""
    return replace(
        end, accounts=tuple(_so_far(folder, one, is_at_work=one.account in at_work) for one in end.accounts)
    )


def _so_far(folder: FleetFolder, end: ShardEnd, *, is_at_work: bool) -> ShardEnd:
    if not end.epoch or end.counts:
        return end
    with suppress(BatchUpdateError):
        recorded = read_run(folder.run_of(end.account, end.epoch))
        if is_at_work:  # what is under way will have its answer
            recorded = replace(recorded, in_flight={})
        report = report_of(recorded)
        counts: Mapping[Status, int] = Counter(outcome.status for outcome in report.outcomes)
        return replace(end, counts=dict(counts), began=report.started)
    return end
