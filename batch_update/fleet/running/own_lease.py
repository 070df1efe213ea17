"""The fleet's own lease: of two coordinators of one fleet the second does not begin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from batch_update.clock import Clock
from batch_update.errors import RunLocked, RunStopped
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.leases.lease import Lease


@asynccontextmanager
async def own_lease(folder: FleetFolder, clock: Clock) -> AsyncIterator[Callable[[], bool]]:
    """Keep other coordinators out; yield whether that is still so. Raises RunLocked R152 where one is at work."""
    lease = Lease(folder.own_lease, clock, what=f"the fleet {folder.id}")
    try:
        async with lease.kept():

            def is_held() -> bool:
                with suppress(RunStopped):
                    lease.held()
                    return True
                return False

            yield is_held
    except RunLocked as error:
        if error.code != "R141":
            raise
        raise RunLocked(error.message, code="R152") from None
