"""How far a fleet is: accounts and changes, the rate, and the time that is left, as far as that can be told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from batch_update.fleet.running.account_brake import failed
from batch_update.fleet.running.account_waves import AccountWave
from batch_update.model.fleets import FleetPlan, ShardEnd, summed
from batch_update.model.plans import Status
from batch_update.report.fleet.account_states import FLEET_STOPPED
from batch_update.send.progress import FEWEST_SECONDS, LATELY, Progress

_SENT = (Status.UPDATED, Status.FAILED, Status.UNKNOWN)
_TOLD = (*_SENT, Status.NOT_SENT)


@dataclass(frozen=True, slots=True)
class FleetProgress:
    """How far a fleet is at one moment."""

    accounts: int
    """that can be sent"""
    over: int
    """of them, in order or not"""
    at_work: int
    failed: int
    """that ended early, but for those that were stopped with the fleet, or have rows that are not as wanted"""
    unplanned: int
    """accounts beside them that could not be planned"""
    wave: str
    """what the wave at work is called; "" where there are none"""
    done: int
    """changes"""
    total: int
    counts: Mapping[Status, int]
    """of what was sent"""
    rate: float
    """changes a second, of the last minute; 0 in the first moments, of which none can be told"""
    eta: float | None
    """seconds until the end, as far as that can be told"""

    @property
    def waiting(self) -> int:
        """Return how many accounts were not begun yet."""
        return self.accounts - self.over - self.at_work


class FleetMeter:
    """Adds up what is told of the accounts of a fleet."""

    def __init__(self, plan: FleetPlan, ends: Sequence[ShardEnd], clock: Callable[[], float]) -> None:
        self._changes = {one.account: one.changes for one in plan.accounts if one.is_planned}
        self._unplanned = len(plan.accounts) - len(self._changes)
        self._ends = {end.account: end for end in ends if end.is_over}
        self._at_work: dict[str, Progress | None] = {}
        self._wave = ""
        self._is_last_wave = True
        self._clock = clock
        self._told_at: dict[str, float] = {}
        self._marks: deque[tuple[float, int]] = deque([(clock(), self._done())])

    def wave_begun(self, wave: AccountWave) -> None:
        self._wave = "" if wave.is_whole else wave.name
        self._is_last_wave = wave.number == wave.of

    def shard_begun(self, account: str) -> None:
        self._ends.pop(account, None)
        self._at_work[account] = None

    def rows_done(self, account: str, progress: Progress) -> None:
        if account in self._at_work:
            self._at_work[account] = progress
            self._told_at[account] = self._clock()

    def shard_ended(self, end: ShardEnd) -> None:
        self._at_work.pop(end.account, None)
        self._ends[end.account] = end

    def seen(self) -> FleetProgress:
        """Return how far the fleet is now."""
        done, total = self._done(), sum(self._changes.values())
        rate = self._rate(done)
        return FleetProgress(
            len(self._changes),
            len(self._ends),
            len(self._at_work),
            sum(failed(end) and end.code != FLEET_STOPPED for end in self._ends.values()),
            self._unplanned,
            self._wave,
            done,
            total,
            self._counts(),
            rate,
            self._eta(total - done, rate),
        )

    def _done(self) -> int:
        over = sum(min(self._changes.get(name, 0), rows_sent(end.counts)) for name, end in self._ends.items())
        # Rows that were not sent, as of an account that is stopped, are not done.
        return over + sum(rows_sent(one.counts) for one in self._at_work.values() if one is not None)

    def _counts(self) -> Mapping[Status, int]:
        found = summed(
            [
                *(end.counts for end in self._ends.values()),
                *(one.counts for one in self._at_work.values() if one is not None),
            ]
        )
        return {status: found[status] for status in _TOLD if status in found}

    def _rate(self, done: int) -> float:
        now = self._clock()
        if now - self._marks[-1][0] >= 1.0:
            self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= LATELY:
            self._marks.popleft()
        since, before = self._marks[0]
        # The first moments tell nothing of a rate: each account begins with a burst, and many are not begun yet.
        return max(0, done - before) / (now - since) if now - since >= FEWEST_SECONDS else 0.0

    def _eta(self, left: int, rate: float) -> float | None:
        """Return the longer of two: what the slowest account at work needs, and what is left at the present rate.

        Before the last wave that cannot be told: how quick a canary is says nothing of hundreds that follow at once.
        """
        if not self._is_last_wave:
            return None
        now = self._clock()
        told = ((one.eta, self._told_at[name]) for name, one in self._at_work.items() if one and one.eta)
        longest = max((eta - (now - at) for eta, at in told), default=0.0)
        longest = max(0.0, longest)  # the machine may have slept since
        if len(self._changes) - len(self._ends) == len(self._at_work):  # nothing waits for its turn
            return longest or (left / rate if rate else None)
        return max(longest, left / rate) if rate else None


def rows_sent(counts: Mapping[Status, int]) -> int:
    """Return how many rows were sent, whatever became of them."""
    return sum(counts.get(status, 0) for status in _SENT)
