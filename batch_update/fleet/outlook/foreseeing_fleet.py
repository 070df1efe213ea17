"""A fleet before it is sent: what it would change, how long that takes, and what has to be allowed first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batch_update.account.connect import pace_of
from batch_update.errors import GuardStopped, UsageError
from batch_update.fleet.record.fleet_entries import FleetManner
from batch_update.fleet.record.fleet_state import FleetState
from batch_update.fleet.running.account_waves import account_waves
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.plans import ALL_HAZARDS, HAZARDS, Tripped
from batch_update.send.agenda import agenda_of, seconds_from_scratch
from batch_update.settings.tunables import Settings
from batch_update.text import counted, listed

_NAMES = {hazard.code: name for name, hazard in HAZARDS.items()}
"""Code of a guard -> the hazard that it is about; the others are about limits."""
_SHARE = "G121"
_LIMITS = {"G120": "max_changes"}
"""Code of a guard -> the setting that is its limit; a share of the assistants for all others."""


@dataclass(frozen=True, slots=True)
class FleetProspect:
    """The accounts of a fleet that are about to be sent, and how long that takes."""

    plan: FleetPlan
    accounts: tuple[AccountPlan, ...]
    """that can be sent and are not over"""
    seconds: float
    """that sending takes at the permitted pace"""

    @property
    def changes(self) -> int:
        """Return how many assistants would change."""
        return sum(one.changes for one in self.accounts)

    @property
    def unplanned(self) -> tuple[AccountPlan, ...]:
        """Return the accounts that could not be planned."""
        return tuple(one for one in self.plan.accounts if one.code)


def foresee_fleet(
    plan: FleetPlan, accounts: Sequence[AccountPlan], manner: FleetManner, settings: Settings, most: int
) -> FleetProspect:
    """Return what is about to be sent. `most`: accounts that are worked on at once.

    Raises what `account_waves` raises for canaries.
    """
    changes = {one.account: one.changes for one in accounts}
    seconds = 0.0
    for wave in account_waves(plan, manner, changes.keys()):
        needed = sorted(_seconds_for(changes[name], settings) for name in wave.accounts)
        seconds += max(needed[-1], sum(needed) / max(1, most))
    return FleetProspect(plan, tuple(accounts), seconds)


def _seconds_for(changes: int, settings: Settings) -> float:
    agenda = agenda_of((changes,) if changes else (), pages=0 if settings.no_verify else 1, pause=0.0)
    return max(1.0, seconds_from_scratch(agenda, pace_of(settings)))


def refuse_begun(folder: str, state: FleetState) -> None:
    """Raises UsageError U165 where a fleet was begun already: it is gone on with."""
    if state.begun is not None:
        raise UsageError(
            "this fleet was begun already",
            code="U165",
            remedy=f"go on with it: batch-update fleet resume {folder}",
        )


def guards_of_fleet(accounts: Sequence[AccountPlan], settings: Settings) -> tuple[Tripped, ...]:
    """Return what has to be allowed before these accounts are sent, each thing once for all of them.

    A share that the settings give is looked at by each account, which knows how many assistants it has.
    """
    if ALL_HAZARDS in settings.allow:
        allowed = set(HAZARDS)
    else:
        allowed = set(settings.allow)
    has_share = settings.max_change_percent is not None
    found: dict[str, list[AccountPlan]] = {}
    for one in accounts:
        for code in one.tripped:
            if _NAMES.get(code) not in allowed and not (code == _SHARE and has_share):
                found.setdefault(code, []).append(one)
    return tuple(_tripped_in(code, found[code], settings) for code in sorted(found))


def _tripped_in(code: str, accounts: Sequence[AccountPlan], settings: Settings) -> Tripped:
    names = listed([one.account for one in accounts], 3)
    where = f"in {counted(len(accounts), 'account')}: {names}"
    changes = sum(one.changes for one in accounts)
    if name := _NAMES.get(code):
        return Tripped(code, name, f"{HAZARDS[name].words}, {where}", changes, f"the setting allow={name}")
    limit = _LIMITS.get(code, "max_change_percent")
    most = max(one.changes for one in accounts) if limit == "max_changes" else 100.0
    words = f"more assistants would change than the setting {limit} allows, {where}"
    return Tripped(code, "", words, changes, f"the setting {limit}={most:g}", lifts={limit: most})


def guarded_fleet(tripped: Sequence[Tripped]) -> GuardStopped:
    """Return what ends a fleet whose guards have tripped (at least one), and what would let it through."""
    hazards = [one.hazard for one in tripped if one.hazard]
    settings = [one.override for one in tripped if not one.hazard]
    if hazards:
        settings.append(f"the setting allow={','.join(hazards)}")
    message = "; ".join(_guard_sentences(tripped))
    return GuardStopped(
        message, code=tripped[0].code, remedy=f"go on with {' and '.join(settings)}", tripped=tuple(tripped)
    )


def _guard_sentences(tripped: Sequence[Tripped]) -> Iterator[str]:
    for number, one in enumerate(tripped):
        yield one.words if not number else f"{one.words} [{one.code}]"
