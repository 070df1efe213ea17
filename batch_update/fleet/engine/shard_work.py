"""A shard in the hands of a worker of Dask, in a thread of its own, with an event loop of its own.

One loop for all of a worker's shards takes a fifth less of the processor, and a shard whose disk or server holds it up
would hold up all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from batch_update.account.account import own_folder
from batch_update.errors import UsageError
from batch_update.fleet.processes.open_files import capacity_for
from batch_update.fleet.shards.running import run_shard_here
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import ShardEnd

SHARDS_AT_ONCE = 250
"""in one worker: an account waits for its pace nearly all the time"""


def see_here(task: ShardTask, given: Mapping[str, Any]) -> ShardEnd:
    """See a shard to its end on the machine of the coordinator, as the coordinator would."""
    return run_shard_here(task, given=given)


def see_elsewhere(task: ShardTask, given: Mapping[str, Any]) -> ShardEnd:
    """See a shard to its end on a machine that shares nothing but the folder of the fleet: its journal lies here."""
    capacity_for(SHARDS_AT_ONCE)  # how many threads it has was for who began the worker to say
    return see_here(replace(task, local=task.local or own_folder() / "shards"), given)


def refuse_secret(given: Mapping[str, Any]) -> None:
    """Raise UsageError (U101) for a setting that holds a password, which must not travel to workers."""
    if holds_password(given):
        message = "the setting proxy holds a password, which no task of an engine may hold"
        raise UsageError(message, code="U101", remedy="set BATCH_UPDATE_PROXY where the workers run")


def holds_password(given: Mapping[str, Any]) -> bool:
    """Whether these settings hold a password."""
    return "@" in str(given.get("proxy") or "")
