"""The nouns of a fleet: one piece of work on many accounts, each with a plan, a run and an end of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from batch_update.model.plans import Status
from batch_update.model.reports import Exit, worst

NO_ACCOUNT = "_no_account"
"""stands for the account of rows that belong to none that is known, and are left out"""
_OF_SHEET = ("S", "C", "V")
"""Beginnings of codes that tell what is wrong with a sheet, whatever the account holds."""
_OF_NAMES = ("C111", "C13")
"""Beginnings of those of them that are about a name: another time the account may have it."""


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """The part of a fleet's plan that is about one account."""

    account: str
    """its name in the list of accounts"""
    server: str
    """the base URL"""
    owner: str = ""
    """whose account it was when it was planned: `mail at server`; "" where that was not told"""
    digest: str = ""
    """of its saved plan; "" where nothing could be planned"""
    changes: int = 0
    """assistants that would change"""
    rows: int = 0
    """of its part of the sheet"""
    invalid: int = 0
    """rows with an error"""
    tripped: tuple[str, ...] = ()
    """codes of the guards that forbid sending it"""
    code: str = ""
    """of what kept it from being planned: a key that is missing, a server that is down, another owner; "" for none"""
    message: str = ""
    """of the same"""

    @property
    def is_planned(self) -> bool:
        """Whether there is a plan of it that can be sent."""
        return bool(self.digest) and not self.code

    @property
    def is_of_sheet(self) -> bool:
        """Whether its rows, and not its key or its server, kept it from being planned: they have to be mended."""
        return self.code.startswith(_OF_SHEET) and not self.code.startswith(_OF_NAMES)


class FleetStage(StrEnum):
    """How far a fleet is as a whole."""

    PLANNED = "planned"
    """nothing of it was sent"""
    AT_WORK = "at_work"
    """somebody hands its accounts out"""
    OPEN = "open"
    """accounts are left that can be gone on with"""
    OVER = "over"
    """each account that could be planned came to its end"""


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The plan of a fleet: one plan for each account, by name, and one digest over all."""

    id: str
    """the name of the fleet's folder"""
    command: str
    """apply or undo"""
    sheet: str
    """the name of the sheet, safe to show; of an undo the id of the fleet that is taken back"""
    made: datetime
    """UTC"""
    accounts: tuple[AccountPlan, ...]
    """sorted by name"""
    settings: Mapping[str, object] = field(default_factory=dict)
    """those that were given, by their Python names, as a job file has them: a shard elsewhere heeds them, too"""
    parent: str = ""
    """the id of the fleet that an undo takes back"""
    max_accounts: int | None = None
    """at most so many accounts may change; None: no limit was given"""

    @property
    def digest(self) -> str:
        """Return 12 hexadecimal digits for all that would be sent to all accounts."""
        lines = (
            f"{one.account}\t{one.digest}\n" for one in sorted(self.accounts, key=lambda one: one.account)
        )
        return sha256("".join(lines).encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """One account of a fleet as it came to an end, in order or not: what its shard tells whoever began it."""

    account: str
    epoch: int
    """how many times the account was begun, this one included; 0 where it never was"""
    exit: Exit
    code: str = ""
    """of what ended it early or kept it from beginning; "" where it came to its end"""
    message: str = ""
    """of the same, safe to show"""
    counts: Mapping[Status, int] = field(default_factory=dict)
    """rows by their outcome"""
    requests: int = 0
    seconds: float = 0.0
    """of sending, over all epochs"""
    began: datetime | None = None
    """UTC"""
    ended: datetime | None = None
    """UTC"""
    went_well: bool = False
    """whether all is as wanted but the rows that were invalid, of which was known before anybody said yes"""

    @property
    def is_over(self) -> bool:
        """Whether the account needs nothing more: it came to its end, whatever became of its rows."""
        return self.exit in (Exit.OK, Exit.SOME_FAILED)


@dataclass(frozen=True, slots=True)
class FleetEnd:
    """A fleet as it came to an end: what became of each account, by name."""

    plan: FleetPlan
    accounts: tuple[ShardEnd, ...]
    """one for each account of the plan, in its order; those that were not begun with epoch 0"""
    code: str = ""
    """of what ended the fleet as a whole: a guard, a signal, too many failed accounts; "" for none"""
    message: str = ""
    """of the same"""
    own_exit: Exit = Exit.OK
    """what the fleet as a whole adds to the exit statuses of its accounts"""
    seconds: float | None = None
    """that coordinators worked on it, without the time between them; None where accounts were begun without one"""

    @property
    def exit(self) -> Exit:
        """Return the exit status: the worst."""
        return worst((self.own_exit, *(one.exit for one in self.accounts)))

    def counts(self) -> dict[Status, int]:
        """Return how many rows of all accounts ended in each status; statuses that did not occur are left out."""
        return summed(one.counts for one in self.accounts)


def summed(counts: Iterable[Mapping[Status, int]]) -> dict[Status, int]:
    """Return the sums of several counts of rows, in the order of statuses."""
    found = dict.fromkeys(Status, 0)
    for some in counts:
        for status, count in some.items():
            found[status] += count
    return {status: count for status, count in found.items() if count}
