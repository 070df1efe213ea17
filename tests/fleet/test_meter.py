"""How far a fleet is, as it is shown while it runs."""

from __future__ import annotations

from dataclasses import replace

from batch_update.fleet.outlook.fleet_meter import FleetMeter
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.send.progress import Progress
from tests.fleet.fleets import ended, fleet_of


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


def test_accounts_that_are_stopped_with_the_fleet_have_not_failed_and_what_was_not_sent_is_not_done() -> None:
    meter = FleetMeter(fleet_of("a", "b"), (), lambda: 0.0)
    for name in "ab":
        meter.shard_begun(name)
        meter.rows_done(name, Progress(2, 2, {Status.UPDATED: 1, Status.NOT_SENT: 1}, 1.0, None))
    seen = [meter.seen()]
    meter.shard_ended(replace(ended("a", Exit.INTERRUPTED, "R155"), counts={Status.UPDATED: 1}))
    meter.shard_ended(ended("b", Exit.KEY_REFUSED, "A401"))
    seen.append(meter.seen())
    assert [(one.done, one.failed) for one in seen] == [(2, 0), (3, 1)]
