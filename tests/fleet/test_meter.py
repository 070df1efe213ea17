"""How far a fleet is, as it is shown while it runs."""

from __future__ import annotations

from batch_update.fleet.outlook.fleet_meter import FleetMeter
from batch_update.send.progress import Progress
from tests.fleet.fleets import fleet_of


def test_the_time_left_is_never_less_than_none() -> None:
    """A machine that slept tells it long after the account did."""
    now = [0.0]
    meter = FleetMeter(fleet_of("a"), (), lambda: now[0])
    meter.shard_begun("a")
    meter.rows_done("a", Progress(1, 2, {}, 1.0, 28.0))
    left = []
    for now[0] in (0.0, 10.0, 7_200.0):
        left.append(meter.seen().eta)
    assert left[:2] == [28.0, 18.0]
    assert left[2] is None or left[2] >= 0.0
