"""Which accounts come when: canaries before all others, then the waves, as they were when the fleet began."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from batch_update.errors import RunStopped, UsageError
from batch_update.fleet.record.fleet_entries import FleetManner, wave_called
from batch_update.model.fleets import FleetPlan
from batch_update.send.waves import split
from batch_update.text import no_such


@dataclass(frozen=True, slots=True)
class AccountWave:
    """Accounts that are begun together, once all of the wave before are over."""

    number: int
    """from 1 on; 0 for the canaries, which come before the waves"""
    of: int
    """how many waves there are, that of the canaries not counted"""
    accounts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the wave is called: `the canary accounts`, `wave 2 of 4`."""
        return wave_called(self.number, self.of)

    @property
    def is_whole(self) -> bool:
        """Whether the fleet has this wave alone, so that nobody need be told of waves."""
        return self.number == self.of == 1


def account_waves(plan: FleetPlan, manner: FleetManner, left: Collection[str]) -> list[AccountWave]:
    """Return the waves of a fleet, with those of their accounts that are left; none is empty.

    They are cut from all accounts that can be sent, so that a fleet that is resumed keeps the waves that it had. Raises
    UsageError U163 for a canary that is no account of the fleet, RunStopped R157 for one that could not be planned.
    """
    able = [one.account for one in plan.accounts if one.is_planned]
    canaries = _canaries(plan, manner.canaries)
    parts = split([name for name in able if name not in canaries], manner.waves)
    waves = [AccountWave(0, len(parts), tuple(canaries))]
    waves += [AccountWave(number, len(parts), part) for number, part in enumerate(parts, 1)]
    open_ones = (
        AccountWave(wave.number, wave.of, tuple(name for name in wave.accounts if name in left))
        for wave in waves
    )
    return [wave for wave in open_ones if wave.accounts]


def _canaries(plan: FleetPlan, names: Sequence[str]) -> list[str]:
    """Return the accounts that are meant, spelled as the plan has them, none twice."""
    known = {one.account.casefold(): one for one in plan.accounts}
    found = []
    for name in names:
        one = known.get(name.casefold())
        if one is None:
            words = no_such("account of the fleet", name, [each.account for each in plan.accounts])
            raise UsageError(words, code="U163")
        if one.code:
            raise RunStopped(
                f"the canary account {one.account} could not be planned: {one.message}", code="R157"
            )
        found.append(one.account)
    return list(dict.fromkeys(found))
