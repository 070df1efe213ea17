"""Where in the folder of a fleet each thing lies. The folder may be shared by several machines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from batch_update.journal.across.in_fleets import ACCOUNTS, PLAN, epochs_in


@dataclass(frozen=True, slots=True)
class FleetFolder:
    """The folder of one fleet, `runs/2026-11-28T2130-fleet-SHEET`."""

    path: Path

    @property
    def id(self) -> str:
        """Return the id of the fleet: the name of its folder."""
        return self.path.name

    @property
    def plan(self) -> Path:
        """Return the plan over all accounts, a `FleetPlan` as JSON, whole or not at all.

        It is written before anything is sent, and again where accounts were planned later that could not be at first:
        what it says of the others stays.
        """
        return self.path / PLAN

    def earlier_plan(self, number: int) -> Path:
        """Return the plan over all accounts as it was before accounts were added, from 1 on."""
        return self.path / f"fleet-{number}.json"

    @property
    def journal(self) -> Path:
        """Return the fleet's journal: JSON Lines, which the one coordinator appends to and sees on disk."""
        return self.path / "fleet.jsonl"

    @property
    def stop(self) -> Path:
        """Return the file whose being there has each shard end as after one Ctrl-C."""
        return self.path / "stop"

    def is_stopped(self) -> bool:
        """Whether the file is there that stops the fleet; a link that leads nowhere is one, too."""
        return os.path.lexists(self.stop)

    def plan_of(self, account: str) -> Path:
        """Return the saved plan of an account."""
        return self.path / "plans" / f"{account}.json"

    def lease_of(self, account: str) -> Path:
        """Return the folder of the lease of an account: a file for each epoch, made exclusively, and its stamp."""
        return self.path / "leases" / account

    def run_of(self, account: str, epoch: int) -> Path:
        """Return the run folder of one epoch of an account, with its journal and its reports as they came home."""
        return self.path / ACCOUNTS / account / str(epoch)

    def epochs_of(self, account: str) -> list[int]:
        """Return the epochs of an account in which something was begun, the newest last."""
        return epochs_in(self.run_of(account, 0).parent)

    def latest_epoch(self, account: str) -> int:
        """Return the latest epoch of an account that has a run folder here; 0 where none has."""
        return max(self.epochs_of(account), default=0)

    @property
    def own_lease(self) -> Path:
        """Return the folder of the lease that keeps two coordinators of the fleet apart."""
        return self.path / "leases" / ".fleet"
