"""The file in the folder of a fleet that asks each of its shards to end, as one more signal would."""

from __future__ import annotations

import anyio
import anyio.to_thread

from batch_update.clock import Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.send.signals import EndAsked, interruption

GLANCE = 1.0
"""seconds between two looks for the file, of a shard and of who hands them out"""
STOPPED = EndAsked("the fleet was stopped, by Ctrl-C or the file stop in its folder", "R155")


def refuse_stopped(folder: FleetFolder, seen: anyio.Event | None = None) -> None:
    """Raises Interrupted (R155) where the fleet is to be left alone. `seen`: as for `stop_asked`."""
    if folder.is_stopped() or (seen is not None and seen.is_set()):
        raise interruption(STOPPED)


async def stop_asked(folder: FleetFolder, clock: Clock, seen: anyio.Event | None = None) -> EndAsked:
    """Wait until the file is there, and return the signal that it stands for.

    `seen` is set by whoever looks for the file on behalf of many.
    """
    if seen is not None:
        await seen.wait()
        return STOPPED
    while not await anyio.to_thread.run_sync(folder.is_stopped, abandon_on_cancel=True):
        await clock.sleep(GLANCE)
    return STOPPED
