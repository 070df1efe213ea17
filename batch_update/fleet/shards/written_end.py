"""How one epoch of an account ended, written down in its folder, so that a shard that is asked for again knows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from batch_update.disk import read_plain, replace_private
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.journal.across.in_fleets import END
from batch_update.model.as_json import made_from
from batch_update.model.fleets import ShardEnd
from batch_update.strict_json import read_own_json
from batch_update.text import utc_text

_LARGEST = 64 * 1024


def write_end(folder: Path, end: ShardEnd) -> None:
    """Write down in the folder of its run how a shard ended. Raises OSError."""
    times = {name: at and utc_text(at) for name, at in (("began", end.began), ("ended", end.ended))}
    replace_private(folder / END, (json.dumps({**asdict(end), **times}) + "\n").encode("ascii"))


def last_end(folder: FleetFolder, account: str) -> ShardEnd | None:
    """Return how the newest epoch of an account ended; None where none was begun, or it did not end."""
    epoch = folder.latest_epoch(account)
    return read_end(folder, account, epoch) if epoch else None


def read_end(folder: FleetFolder, account: str, epoch: int) -> ShardEnd | None:
    """Return how an epoch of an account ended; None where it did not, or what stands there makes no sense."""
    try:
        found = read_own_json(read_plain(folder.run_of(account, epoch) / END, _LARGEST).decode("ascii"))
        end = made_from(ShardEnd, found)
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None
    return end if (end.account, end.epoch) == (account, epoch) else None
