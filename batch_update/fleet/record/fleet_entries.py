"""The entries of a fleet's journal, one line for each: about the fleet as a whole or about one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from batch_update.errors import UsageError
from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.model.as_json import made_from
from batch_update.model.fleets import ShardEnd
from batch_update.model.reports import Exit
from batch_update.settings.parsing import Failures, Seconds, Waves
from batch_update.settings.tunables import Settings


@dataclass(frozen=True, slots=True)
class FleetManner:
    """How carefully a fleet is sent: in which order its accounts come, and how many of them may fail."""

    canaries: tuple[str, ...] = ()
    """accounts that come before all waves"""
    waves: Waves = ()
    """shares of the other accounts, one after another, and then the rest; none: all at once"""
    max_failed: Failures | None = None
    """end where so many accounts failed, of a wave or of all; None: no limit; 1 where there are waves or canaries"""
    pause: Seconds | Literal["ask"] = 0.0
    """seconds before each further wave, or a question"""


def manner_of(given: Mapping[str, object]) -> FleetManner:
    """Return how carefully a fleet is to be sent, from options by their names. Raises UsageError U101."""
    manner = FleetManner()
    for option, value in given.items():
        name = _FIELDS.get(option, option)
        try:
            manner = replace(manner, **{name: getattr(made_from(FleetManner, {name: value}), name)})
        except ValueError as error:
            words = str(error).removeprefix(f"{name}: ").removeprefix("Value error, ")
            kind = "setting" if option in Settings.model_fields else "option"
            raise UsageError(f"the {kind} {option}: {words}", code="U101") from None
    return manner


_FIELDS = {"canary": "canaries", "max_failed_accounts": "max_failed"}


@dataclass(frozen=True, slots=True)
class FleetBegun:
    """A coordinator took the fleet up, for the first time or again."""

    at: datetime
    """UTC"""
    run: str
    """the id of the fleet"""
    digest: str
    """of its plan"""
    pid: int
    host: str
    engine: str
    manner: FleetManner
    scheduler: SchedulerAddress | None = None
    workers: int | None = None

    @property
    def by(self) -> EngineOrder:
        """Return what carried its accounts out."""
        return EngineOrder(self.engine, self.scheduler, self.workers)


@dataclass(frozen=True, slots=True)
class PlansAdded:
    """Accounts that could not be planned at first were planned now, and are part of the fleet."""

    at: datetime
    """UTC"""
    digest: str
    """of the fleet's plan from now on"""
    before: str
    """its digest until then"""
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountsBegun:
    """A wave of accounts was begun."""

    at: datetime
    """UTC"""
    number: int
    """from 1 on; canaries are a wave before it, which is 0"""
    of: int
    """how many waves there are, without that of canaries"""
    accounts: int
    """that had to be done in it"""


def wave_called(number: int, of: int) -> str:
    """Return what a wave of accounts is called: `wave 2 of 4`; `all accounts` where it is the only one."""
    if not number:
        return "the canary accounts"
    return f"wave {number} of {of}" if of > 1 else "all accounts"


@dataclass(frozen=True, slots=True)
class ShardBegun:
    """An account was handed to the engine."""

    at: datetime
    """UTC"""
    account: str


@dataclass(frozen=True, slots=True)
class WorkerGone:
    """Whoever worked on an account is gone, and it is to be tried again."""

    at: datetime
    """UTC"""
    account: str
    times: int
    """that this happened to the account since the fleet was taken up"""
    message: str = ""


@dataclass(frozen=True, slots=True)
class FleetEnded:
    """The coordinator let go of the fleet: it came to its end, or was stopped in order."""

    at: datetime
    """UTC"""
    exit: Exit
    """what the fleet as a whole adds to the exit statuses of its accounts"""
    code: str = ""
    message: str = ""


FleetEntry: TypeAlias = (
    FleetBegun | PlansAdded | AccountsBegun | ShardBegun | WorkerGone | ShardEnd | FleetEnded
)
