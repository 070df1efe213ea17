"""How far a fleet is, as it is shown while it runs."""

from __future__ import annotations

from dataclasses import replace

from batch_update.fleet.outlook.fleet_meter import FleetMeter
from batch_update.fleet.running.account_waves import AccountWave
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


def test_the_first_moments_tell_no_rate_and_no_time_left_but_what_accounts_foresee() -> None:
    """A dozen changes within a blink are a burst: they would make a rate of a dozen in ten seconds."""
    now = [0.0]
    meter = FleetMeter(fleet_of("a", "b"), (), lambda: now[0])
    meter.shard_begun("a")
    now[0] = 0.1
    meter.rows_done("a", Progress(1, 2, {Status.UPDATED: 1}, 1.0, 50.0))
    waiting = meter.seen()
    meter.shard_begun("b")
    all_begun = meter.seen()
    now[0] = 10.0
    assert (waiting.rate, waiting.eta) == (0.0, None)
    assert (all_begun.rate, all_begun.eta) == (0.0, 50.0), "nothing waits, and the slowest one tells"
    assert meter.seen().rate == 0.1
    for wave, is_told in ((AccountWave(0, 1, ("a",)), False), (AccountWave(1, 1, ("b",)), True)):
        meter.wave_begun(wave)
        assert (meter.seen().eta is not None) == is_told, (
            "a canary's pace is not that of all who follow at once"
        )
