"""The unit of work of a fleet: one account. It travels to engines, and holds no key and no text of a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from batch_update.model.fleets import ShardEnd


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One account that is to be seen to its end, as whoever does it is told."""

    folder: Path
    """of the fleet, as the worker finds it"""
    run: str
    """the id of the fleet: a folder with another one in it is refused"""
    account: str
    digest: str
    """of the account's saved plan: another one is refused"""
    local: Path | None = None
    """a folder of the worker's machine, where its journal lies while it works; None: it lies in the fleet's folder"""
    retry_failed: bool = False
    """whether the rows that failed are sent as well"""


class Engine(Protocol):
    """Carries shards out, here or elsewhere, each at least once."""

    @property
    def most(self) -> int:
        """Return how many shards it works on at once."""

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        """See one shard to its end. Raises WorkerLost where whoever worked on it is gone."""


class WorkerLost(Exception):
    """Whoever worked on a shard is gone; how far it came, its journal tells."""
