"""The document of accounts of a fleet that one process saw to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.model.plans import Status


@dataclass(frozen=True, slots=True)
class SeenShard:
    """One account of a fleet, and how it ended."""

    account: str
    """its name in the list of accounts"""
    exit: int
    """the exit status that it adds"""
    code: str
    """of what ended it early or kept it from beginning; empty where it came to its end"""
    message: str
    """of the same"""
    counts: Mapping[Status, int]
    """how many rows ended how"""
    requests: int
    """that were sent for it"""
    seconds: float
    """of sending"""
    began: datetime | None
    """when it was begun first; null where it never was"""
    ended: datetime | None
    """when it ended"""
    epoch: int
    """how many times it was begun; 0 where it never was"""


@dataclass(frozen=True, slots=True)
class SeenShards:
    """Accounts of a fleet that one process saw to their end, by name."""

    KIND: ClassVar[str] = "shards"

    fleet: str
    """its id: the name of its folder"""
    digest: str
    """over all that was to be sent to all of its accounts"""
    accounts: tuple[SeenShard, ...]
    """none where no account has the index that was given"""


def seen_shards(plan: FleetPlan, ends: Sequence[ShardEnd]) -> SeenShards:
    """Return what there is to say of these accounts."""
    return SeenShards(plan.id, plan.digest, tuple(map(_seen_shard, ends)))


def _seen_shard(end: ShardEnd) -> SeenShard:
    return SeenShard(
        account=end.account,
        exit=int(end.exit),
        code=end.code,
        message=end.message,
        counts=dict.fromkeys(Status, 0) | dict(end.counts),
        requests=end.requests,
        seconds=round(end.seconds, 3),
        began=end.began,
        ended=end.ended,
        epoch=end.epoch,
    )
