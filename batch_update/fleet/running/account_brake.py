"""The brake of a fleet: it ends where more accounts failed than its settings allow."""

from __future__ import annotations

from batch_update.errors import RunStopped
from batch_update.fleet.record.fleet_entries import FleetManner
from batch_update.fleet.running.account_waves import AccountWave
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.model.reports import Exit, Share
from batch_update.text import counted


def failed(end: ShardEnd) -> bool:
    """Whether an account counts as failed: it ended early, or not all of its rows are as wanted.

    Rows that are invalid, and were left out, do not make it so: these were shown, and somebody said yes.
    """
    return end.exit is not Exit.OK and not end.went_well


class AccountBrake:
    """Counts the accounts that failed, of a wave and of all, against the limit.

    Accounts that could not be planned count, too, against a limit that was given: whoever gave none has seen them, and
    said yes. Of canaries none may fail.
    """

    def __init__(self, manner: FleetManner, plan: FleetPlan) -> None:
        is_careful = bool(manner.waves or manner.canaries)
        self._limit = manner.max_failed or (Share(1) if is_careful else None)
        self._total = len(plan.accounts)
        self._unplanned = sum(bool(one.code) for one in plan.accounts) if manner.max_failed else 0
        self._wave: AccountWave | None = None
        self._in_wave = self._in_all = 0

    def begin(self, wave: AccountWave) -> None:
        """A wave begins."""
        self._wave, self._in_wave = wave, 0

    def add(self, end: ShardEnd) -> None:
        """An account came to its end."""
        if failed(end):
            self._in_wave += 1
            self._in_all += 1

    def stop(self) -> RunStopped | None:
        """Return why the fleet has to stop; None where it may go on."""
        if self._wave is not None and self._wave.number == 0 and self._in_wave:
            return RunStopped(f"{counted(self._in_wave, 'canary account')} failed", code="R151")
        if self._limit is None:
            return None
        found = [(self._in_all + self._unplanned, self._total)]
        if self._wave is not None:
            found.insert(0, (self._in_wave, len(self._wave.accounts)))
        for count, of in found:
            if count >= self._limit.of(of):
                words = f"{count} of {counted(of, 'account')} failed"
                return RunStopped(
                    f"{words}, and the option max_failed_accounts is {self._limit}", code="R151"
                )
        return None
