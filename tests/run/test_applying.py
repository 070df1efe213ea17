"""Nothing is sent while the sheet is wrong, and every row of the sheet has exactly one outcome."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.clock import Clock
from batch_update.errors import Interrupted, SheetError
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.reports import Event, Exit, Pace, Report
from batch_update.model.sheets import Problem, Severity
from batch_update.send.accounting import apply_plan
from batch_update.send.progress import EventLog, Progress
from tests.clocks import virtual_clock
from tests.made import plan_of
from tests.run.fakes import FOREVER, NOON, Act, FakeClient, Stream, run_virtually

INVALID = Outcome(Status.INVALID, "V104", "speech_speed is above the maximum")
UNCHANGED = Outcome(Status.UNCHANGED, "X204", "nothing to change")


def applied(plan: Plan, acts: dict[int, Act] | None = None, **more: Any) -> tuple[Report, FakeClient]:
    async def main() -> tuple[Report, FakeClient]:
        client = FakeClient(acts)
        signals = more.pop("signals", ())
        interrupted = Stream(*signals) if signals else None
        return await apply_plan(
            plan, client, interrupted=interrupted, **{"clock": virtual_clock(), **more}
        ), client

    return run_virtually(main)


def with_problems(plan: Plan, *problems: Problem) -> Plan:
    return Plan(plan.sheet, plan.changes, plan.settled, problems)


def row_problem(index: int, severity: Severity = Severity.ERROR) -> Problem:
    return Problem("V104", "speech_speed is above the maximum", severity, index=index)


def test_the_report_has_every_row_in_the_order_of_the_sheet() -> None:
    report, client = applied(plan_of({11: (0,), 12: (3, 2)}, {1: UNCHANGED}))
    assert [str(outcome.status) for outcome in report.outcomes] == [
        "updated",
        "unchanged",
        "updated",
        "updated",
    ]
    assert sorted(client.asked) == [11, 12]
    assert report.stopped is None and report.started == NOON


def test_one_invalid_row_and_nothing_is_sent() -> None:
    plan = with_problems(plan_of({11: (0,), 12: (3,)}, {1: INVALID, 2: UNCHANGED}), row_problem(1))
    report, client = applied(plan)
    assert client.asked == []
    assert [str(o.status) for o in report.outcomes] == ["not_sent", "invalid", "unchanged", "not_sent"]
    assert report.outcomes[0].code == "X206"
    assert isinstance(report.stopped, SheetError) and report.stopped.problems == plan.problems
    assert report.stopped.message == "the sheet has 1 error in 1 row; nothing was sent"
    assert "the setting skip_invalid" in report.stopped.remedy


def test_the_good_rows_are_sent_where_the_user_said_so() -> None:
    plan = with_problems(plan_of({11: (0,)}, {1: INVALID}), row_problem(1))
    report, client = applied(plan, skip_invalid=True)
    assert client.asked == [11] and report.stopped is None
    assert [str(outcome.status) for outcome in report.outcomes] == ["updated", "invalid"]


def test_a_problem_of_the_whole_sheet_cannot_be_skipped() -> None:
    plan = with_problems(plan_of(2), Problem("H102", "a column matches no field", column=1))
    report, client = applied(plan, skip_invalid=True)
    assert client.asked == [] and isinstance(report.stopped, SheetError)
    assert "H102" in report.outcomes[0].message and "the setting skip_invalid" not in report.stopped.remedy


def test_a_warning_stops_nothing() -> None:
    report, _ = applied(with_problems(plan_of(2), row_problem(1, Severity.WARNING)))
    assert report.counts() == {Status.UPDATED: 2} and report.stopped is None


@pytest.mark.parametrize(
    ("changes", "settled", "message"),
    [
        ({1: (0,)}, {0: UNCHANGED}, "row 2 stands in the plan twice"),
        ({1: (0,), 2: (0,)}, {1: UNCHANGED}, "row 2 stands in the plan twice"),
        ({1: (0,)}, {7: UNCHANGED}, "the plan speaks of row index 7; the sheet has 2 rows"),
    ],
)
def test_a_plan_that_does_not_account_for_each_row_once_is_refused(
    changes: dict[int, tuple[int, ...]], settled: dict[int, Outcome], message: str
) -> None:
    made = tuple(Change(number, {"record": True}, indexes) for number, indexes in changes.items())
    with pytest.raises(ValueError, match=message):
        applied(Plan(plan_of(2).sheet, made, settled))


def test_a_row_that_the_plan_forgot_is_refused() -> None:
    with pytest.raises(ValueError, match="row 3 is in no change and not settled"):
        applied(Plan(plan_of(2).sheet, plan_of(1).changes, {}))


def test_events_progress_and_time_are_on_the_report() -> None:
    seen: list[Progress] = []
    events = EventLog()
    events(Event("slow", "the limit was lowered"))
    ticks = iter(range(100, 1000))
    report, _ = applied(plan_of(3), events=events, on_progress=seen.append, clock=Clock(lambda: next(ticks)))
    assert [(event.kind, event.message) for event in report.events] == [("slow", "the limit was lowered")]
    assert report.seconds > 0
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 3, 3)


def test_an_interrupted_run_has_a_report() -> None:
    acts = {number: Act(flight=10) for number in range(1, 30)}
    report, _ = applied(plan_of(29), acts, pace=Pace((), concurrency=8), signals=((5, signal.SIGTERM),))
    assert report.counts() == {Status.UPDATED: 8, Status.NOT_SENT: 21}
    assert isinstance(report.stopped, Interrupted) and report.stopped.exit is Exit.TERMINATED


@settings(max_examples=100)
@given(
    homes=st.lists(
        st.sampled_from(["alone", "with the last", "invalid", "unchanged"]), min_size=1, max_size=25
    ),
    skip=st.booleans(),
    stop=st.sampled_from([0.5, 2.5, FOREVER]),
    flights=st.lists(st.sampled_from([0.0, 1.0, 4.0]), min_size=25, max_size=25),
)
def test_rows_in_are_outcomes_out(homes: list[str], skip: bool, stop: float, flights: list[float]) -> None:
    changes: dict[int, tuple[int, ...]] = {}
    settled: dict[int, Outcome] = {}
    for index, home in enumerate(homes):
        if home in {"invalid", "unchanged"}:
            settled[index] = INVALID if home == "invalid" else UNCHANGED
        elif home == "alone" or not changes:
            changes[index + 1] = (index,)
        else:
            last = max(changes)
            changes[last] = (*changes[last], index)
    problems = [row_problem(index) for index, outcome in settled.items() if outcome is INVALID]
    plan = with_problems(plan_of(changes, settled), *problems)
    acts = {number: Act(flight=flight) for number, flight in enumerate(flights, 1)}
    report, client = applied(
        plan, acts, skip_invalid=skip, pace=Pace((), concurrency=3), signals=((stop, signal.SIGINT),)
    )

    assert len(report.outcomes) == len(homes)
    assert all(report.outcomes[index] == outcome for index, outcome in settled.items())
    if problems and not skip:
        assert client.asked == [] and isinstance(report.stopped, SheetError)
        assert report.counts().get(Status.NOT_SENT, 0) == sum(map(len, changes.values()))
    for change in plan.changes:
        expected = Status.UPDATED if change.assistant_id in client.answered else Status.NOT_SENT
        assert {report.outcomes[index].status for index in change.indexes} == {expected}
