"""Progress tells the truth, never slows the run, and never ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from batch_update.api.pace.outlook import Lane, Outlook
from batch_update.model.plans import Change, Outcome, Status
from batch_update.model.reports import Event, Window
from batch_update.send.progress import EVERY, EventLog, Meter, Progress
from tests.clocks import NOON, FakeTime

CHANGE = Change(10001, {"record": True}, (0,))


def metered(
    total: int, tell: Callable[[Progress], None] | None = None, **more: Any
) -> tuple[Meter, FakeTime, EventLog]:
    time = FakeTime()
    events = EventLog(clock=time.clock)
    return Meter(total, tell, events=events, clock=time.clock, **more), time, events


def add(meter: Meter, status: Status = Status.UPDATED) -> None:
    meter.add(Change(1, {}, (0,)), Outcome(status))


def test_counts_rate_and_time_left() -> None:
    meter, clock, _ = metered(100)
    for status in [Status.UPDATED] * 19 + [Status.FAILED]:
        meter.add(CHANGE, Outcome(status))
    clock.skipped += 10
    seen = meter.progress()
    assert seen == Progress(20, 100, {Status.UPDATED: 19, Status.FAILED: 1}, 2.0, 40.0)


def test_before_anything_is_done_nothing_is_promised() -> None:
    assert metered(100)[0].progress().eta is None


def test_the_rate_is_that_of_the_last_minute_and_never_that_of_a_first_burst() -> None:
    meter, clock, _ = metered(400)
    clock.skipped += 1
    for _ in range(20):
        add(meter)
    assert meter.progress().rate == 2.0
    for _ in range(180):
        clock.skipped += 1
        add(meter)
    assert meter.progress().rate == pytest.approx(1.0, abs=0.02)
    clock.skipped += 30
    assert meter.progress().rate == pytest.approx(2 / 3, abs=0.02)


def test_a_pause_that_is_over_gives_no_time_left_that_counts_it() -> None:
    outlook = Outlook((Lane(Window(20, 10)),), latency=1.0)
    meter, clock, events = metered(10, look_ahead=lambda: outlook)
    assert meter.progress() == Progress(0, 10, {}, 0.0, 2.0, Window(20, 10))
    events(Event("pause", "pausing 30 s before wave 2 of 2", 30))
    assert (meter.progress().eta, meter.progress().waiting) == (32.0, 30.0)
    clock.skipped += 30
    assert meter.progress().waiting is None


def test_a_callback_is_told_at_the_start_at_the_end_and_seldom_between() -> None:
    seen: list[Progress] = []
    meter, clock, _ = metered(1000, seen.append)
    for _ in range(1000):
        clock.skipped += EVERY / 20
        meter.add(CHANGE, Outcome(Status.UPDATED))
    assert seen[0].done == 0 and seen[-1].done == 1000
    assert 40 <= len(seen) <= 53


def test_a_pause_is_shown_at_once_and_ends_by_itself() -> None:
    seen: list[Progress] = []
    _meter, clock, events = metered(10, seen.append)
    events(Event("gate", "the server asks to wait", 60))
    assert len(seen) == 2 and events.paused_until == 60.0
    clock.skipped += 60
    assert events.paused_until is None


def test_a_pause_adds_to_the_time_left() -> None:
    meter, clock, events = metered(20)
    for _ in range(10):
        meter.add(CHANGE, Outcome(Status.UPDATED))
    clock.skipped += 10
    events(Event("pause", "the server is down", 15))
    assert meter.progress().eta == 25
    events(Event("resume", "it is back"))
    assert meter.progress().eta == 10 and events.paused_until is None


def test_a_callback_that_fails_does_not_end_the_run_and_is_told_once() -> None:
    calls = 0

    def broken(progress: Progress) -> None:
        nonlocal calls
        calls += 1
        raise BrokenPipeError("the terminal is gone")

    meter, _, events = metered(3, broken)
    for _ in range(3):
        meter.add(CHANGE, Outcome(Status.UPDATED))
    assert calls == 1 and meter.progress().done == 3
    assert events.events == (Event("display", "progress is not shown any more: BrokenPipeError", at=NOON),)


def test_events_are_kept_in_order_and_passed_on() -> None:
    told: list[Event] = []
    log = EventLog(told.append)
    events = (Event("gate", "a", 1, at=NOON), Event("slow", "b", at=NOON))
    for event in events:
        log(event)
    assert log.events == events and told == list(events)


def test_each_outcome_is_told_with_its_change() -> None:
    told: list[tuple[Change, Outcome]] = []
    meter = Meter(1, None, lambda change, outcome: told.append((change, outcome)), events=EventLog())
    add(meter, Status.FAILED)
    assert told == [(Change(1, {}, (0,)), Outcome(Status.FAILED))]


def test_who_shows_events_and_fails_is_not_told_again_and_does_no_harm() -> None:
    calls = 0

    def broken(event: Event) -> None:
        nonlocal calls
        calls += 1
        raise BrokenPipeError("the terminal is gone")

    log = EventLog(broken)
    log(Event("gate", "a", 1))
    log(Event("slow", "b"))
    assert calls == 1 and [event.kind for event in log.events] == ["gate", "display", "slow"]
