"""Figures of a run and a plan: what they count, over which time, and that no value of them is a secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from batch_update.errors import RunStopped
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Status, Verified, Why
from batch_update.model.reports import Event, Report, Window
from batch_update.report.changed import Became, changed_by_plan, changed_by_run
from batch_update.report.figures.figures import figures_of, figures_of_plan
from batch_update.report.figures.latency import latency_of
from batch_update.report.figures.standing import Reached
from batch_update.report.figures.throughput import Throughput, most_rate
from batch_update.report.figures.typical import typical_of, typical_words
from tests.clocks import NOON
from tests.made import plan_of

RATES = (Window(20, 10), Window(100, 60))


def ran(*outcomes: Outcome, events: tuple[Event, ...] = (), **more: Any) -> Report:
    """A run of one change for each outcome."""
    return Report(plan_of(len(outcomes)), outcomes, events, **{"started": NOON} | more)


def sent(after: float, ms: int | None = 100, **more: Any) -> Outcome:
    """A change that was begun so many seconds after noon."""
    given: dict[str, Any] = {"status": Status.UPDATED, "attempts": 1, "changed": ("speech_speed",)} | more
    return Outcome(started=NOON + timedelta(seconds=after), ms=ms, **given)


def fast(report: Report) -> Throughput:
    found = figures_of(report, RATES).throughput
    assert found is not None
    return found


# ---------------------------------------------------------------- changes


def test_each_field_has_an_end_and_none_of_its_values_is_a_secret() -> None:
    tools = [{"type": "check_availability_cal_com", "calcom_api_key": "cal_live_1234567"}]
    other = [{"type": "check_availability_cal_com", "calcom_api_key": "cal_live_7654321"}]
    held = Conflict("voice_id", Why.CHANGED, 1, 2, 3)
    changes = [
        Change(1, {"tools": tools, "name": "A"}, (0,), before={"tools": other}, name="Weiß"),
        Change(2, {"mode": "dualplex"}, (1,), before={"mode": "pipeline", "voice_id": 4}, held=(held,)),
        Change(3, {"name": "B"}, (2, 3), before={"name": "B0"}),
    ]
    plan = plan_of(changes, {4: Outcome(Status.CONFLICT, "X301", conflicts=(held,))})
    planned = list(changed_by_plan(plan))
    assert [(one.assistant_id, one.field, one.became.value) for one in planned] == [
        (1, "tools", "planned"),
        (1, "name", "planned"),
        (2, "mode", "planned"),
        (2, "voice_id", "held"),
        (3, "name", "planned"),
    ]
    assert planned[0].is_secret and planned[1].before is UNKNOWN and planned[0].name == "Weiß"
    ends = (
        Outcome(Status.UPDATED, changed=("tools", "name"), verified=Verified.VERIFIED, wave=2),
        Outcome(Status.CONFLICT, "X301", changed=("mode",), conflicts=(held,), after_reset={"voice_id": 9}),
        Outcome(Status.UNKNOWN, "N502"),
        Outcome(Status.UNKNOWN, "N502"),
        plan.settled[4],
    )
    told = list(changed_by_run(Report(plan, ends)))
    assert [(one.row, one.field, one.became) for one in told] == [
        (2, "tools", Became.APPLIED),
        (2, "name", Became.APPLIED),
        (3, "mode", Became.APPLIED),
        (3, "voice_id", Became.HELD),
        (3, "voice_id", Became.RESET),
        (4, "name", Became.PERHAPS),
        (6, "voice_id", Became.HELD),
    ]
    assert told[0].verified is Verified.VERIFIED and told[0].wave == 2
    assert (told[3].before, told[3].after, told[3].why) == (3, 2, Why.CHANGED)
    assert "cal_live" not in repr((planned, told)) + "".join(map(str, (*planned, *told)))


def test_what_is_typical_of_a_field_is_told_in_both_languages() -> None:
    speeds = [Change(n, {"speech_speed": 1.5}, (n - 1,), before={"speech_speed": n / 2}) for n in (1, 2)]
    figure = figures_of_plan(plan_of(speeds)).fields[0]
    assert (figure.field, figure.changes, figure.clears) == ("speech_speed", 2, 0)
    assert figure.typical is not None
    assert typical_words(figure.typical, "speech_speed") == "0.5-1 -> 1.5"
    assert typical_words(figure.typical, "speech_speed", language="de") == "0.5-1 -> 1.5"
    alike = typical_of([replace(one, before=1.0) for one in changed_by_plan(plan_of(speeds))])
    assert typical_words(alike, "speech_speed", language="de") == "1.0 -> 1.5   (alle 2)"


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("seconds", "width"), [(0.4, 0.1), (1.0, 0.1), (9.0, 0.2), (29.0, 0.5), (61.0, 10.0), (36_000.0, 600.0)]
)
def test_a_run_of_any_length_has_a_handful_of_buckets(seconds: float, width: float) -> None:
    found = fast(ran(sent(0), sent(seconds, 0)))
    assert found.width == width and 1 <= len(found.counts) <= 61 and found.changes == 2


def test_what_is_permitted_is_never_less_than_the_windows_let_through_in_a_bucket() -> None:
    """20 in 10 s at once and again 10 s later, as the windows permit."""
    starts = [10 * turn for turn in range(5) for _ in range(20)]
    found = fast(ran(*(sent(start, 1) for start in starts), seconds=60))
    assert found.width == 10.0 and found.permitted[0].rate == 2.0 == found.peak
    assert [most_rate(RATES, width) for width in (1.0, 60.0)] == [20.0, 100 / 60]
    assert most_rate((), 1.0) is None


def test_marks_have_their_place_and_length_and_a_slow_down_lowers_what_is_permitted() -> None:
    events = (
        Event("gate", "too many requests", 5.0, at=NOON + timedelta(seconds=20)),
        Event("slow", "slowing down", at=NOON + timedelta(seconds=20), window=Window(14, 10)),
        Event("wave", "wave 1 of 2", 28.0, at=NOON + timedelta(seconds=30), wave=1),
        Event("stored", "no mark"),
        Event("gate", "of a journal that knows no time", 5.0),
    )
    found = fast(ran(sent(2), sent(59), events=events, seconds=60.0))
    assert [(mark.kind, mark.begin, mark.seconds, mark.wave) for mark in found.marks] == [
        ("gate", 20.0, 5.0, 0),
        ("slow", 20.0, 0.0, 0),
        ("wave", 2.0, 28.0, 1),
    ]
    assert [(step.begin, step.rate) for step in found.permitted] == [(0.0, 2.0), (20.0, 1.4)]


def test_days_between_two_sessions_are_left_out_of_the_axis() -> None:
    later = 86_400.0
    resumed = Event("resumed", "the run was resumed", at=NOON + timedelta(seconds=later))
    found = fast(ran(sent(0), sent(9), sent(later + 1), sent(later + 4), events=(resumed,)))
    assert found.seconds == pytest.approx(9.1 + 4.1)
    assert [(mark.kind, mark.begin) for mark in found.marks] == [("resumed", pytest.approx(9.1))]


def test_a_run_that_sent_nothing_has_no_rate_and_no_latency() -> None:
    figures = figures_of(ran(Outcome(Status.NOT_SENT), stopped=RunStopped("no", code="R103")), RATES)
    assert figures.throughput is None and figures.latency is None
    assert (figures.standing.reached, figures.standing.stop_code) == (Reached.NOT_SENT, "R103")


# ---------------------------------------------------------------- latency, codes


def test_percentiles_are_values_that_occurred_and_bins_hold_all() -> None:
    found = latency_of([sent(0, ms, attempts=1 + (ms > 98)) for ms in range(1, 101)])
    assert found is not None
    assert (found.p50, found.p95, found.p99, found.most, found.again) == (50, 95, 99, 100, 2)
    assert [(one.least, one.below, one.count) for one in found.bins][-2:] == [(50, 100, 50), (100, 200, 1)]
    assert sum(one.count for one in found.bins) == 100


def test_rows_that_are_not_as_wanted_are_counted_by_their_codes() -> None:
    refused = Outcome(Status.FAILED, "A422")
    figures = figures_of(ran(sent(0), Outcome(Status.FAILED, "A404"), refused, refused))
    assert [(one.code, one.rows, one.indexes) for one in figures.failures] == [
        ("A422", 2, (2, 3)),
        ("A404", 1, (1,)),
    ]
    assert all(one.title for one in figures.failures)
    assert figures.standing.reached is Reached.PART and figures.standing.left == {Status.FAILED: 3}
    assert (figures.standing.assistants, figures.standing.verified) == (1, 0)


def test_a_run_that_ended_early_was_stopped_once_something_was_sent_and_not_begun_before() -> None:
    stop = RunStopped("too many failed", code="R104")
    not_sent = Outcome(Status.NOT_SENT, "R104", "not sent")
    assert figures_of(ran(sent(0), not_sent, stopped=stop)).standing.reached is Reached.STOPPED
    assert figures_of(ran(not_sent, not_sent, stopped=stop)).standing.reached is Reached.NOT_SENT


def test_of_a_field_counts_as_verified_what_was_applied() -> None:
    """A change that turned out to be so already, or was refused, reads back as it is, too."""
    refused = sent(1, status=Status.FAILED, changed=(), verified=Verified.VERIFIED)
    (figure,) = figures_of(ran(sent(0, verified=Verified.VERIFIED), refused)).fields
    assert (figure.changes, figure.verified) == (2, 1)
