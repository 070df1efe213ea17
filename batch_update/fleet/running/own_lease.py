"""The fleet's own lease: of two coordinators of one fleet the second does not begin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from batch_update.clock import Clock
from batch_update.errors import RunLocked, RunStopped
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import Lease


@asynccontextmanager
async def own_lease(folder: FleetFolder, clock: Clock) -> AsyncIterator[Callable[[], str]]:
    """Keep other coordinators out; yield what tells why that is so no more, "" while it is.

    Raises RunLocked R152 where one is at work.
    """
    lease = Lease(folder.own_lease, clock, what=f"the fleet {folder.id}")
    try:
        async with lease.kept():

            def why_lost() -> str:
                try:
                    lease.held()
                except RunStopped as lost:
                    return lost.message
                return ""

            yield why_lost
    except RunLocked as error:
        if error.code != "R141":
            raise
        raise RunLocked(error.message, code="R152") from None
