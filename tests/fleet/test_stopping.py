"""The file that ends the shards of a fleet, seen at the moment at which one begins to send."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from batch_update.errors import Interrupted
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.shards.stopping import stop_asked
from batch_update.run.steps.outside_end import OutsideEnd
from batch_update.send.signals import no_interrupts
from tests.api import virtual
from tests.clocks import virtual_clock


def test_who_is_about_to_send_as_the_file_is_seen_sends_nothing(tmp_path: Path) -> None:
    """Cancelled only at its next pause, it would note a first request and be cut off: a row nobody knows about."""
    FleetFolder(tmp_path).stop.touch()
    sent = []

    async def story() -> None:
        seen = anyio.Event()

        async def looking() -> int:
            number = await stop_asked(FleetFolder(tmp_path), virtual_clock())
            seen.set()
            return number

        end = OutsideEnd(looking)

        async def begin() -> None:
            with anyio.CancelScope(shield=True):  # the file is seen meanwhile
                await seen.wait()
            with end.opening(no_interrupts)():
                sent.append("a request")

        with pytest.raises(Interrupted) as caught:
            await end.bounding(begin)()
        assert caught.value.code == "R155"

    virtual.run(story, "asyncio")
    assert sent == []
