"""The file that ends the shards of a fleet, seen at the moment at which one begins to send."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from batch_update.errors import Interrupted
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.shards.stopping import StopFile
from batch_update.send.signals import no_interrupts
from tests.api import virtual
from tests.clocks import virtual_clock


def test_who_is_about_to_send_as_the_file_is_seen_sends_nothing(tmp_path: Path) -> None:
    """Cancelled only at its next pause, it would note a first request and be cut off: a row nobody knows about."""
    FleetFolder(tmp_path).stop.touch()
    sent = []

    async def story() -> None:
        async with anyio.create_task_group() as tasks:
            stop = StopFile(FleetFolder(tmp_path), virtual_clock(), tasks)

            async def begin() -> None:
                with anyio.CancelScope(shield=True):  # the file is seen meanwhile
                    await stop.watch()
                with stop.opening(no_interrupts)():
                    sent.append("a request")

            with pytest.raises(Interrupted) as caught:
                await stop.bounded(begin)
            assert caught.value.code == "R155"
            tasks.cancel_scope.cancel()

    virtual.run(story, "asyncio")
    assert sent == []
