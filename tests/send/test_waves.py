"""Waves and --max-failures: a mistake stops small, and every row is accounted for all the same."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.errors import ApiError, Interrupted, RunStopped, UsageError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import SessionFacts, report_of, waves_begun
from batch_update.journal.writing import Journal
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Event, Exit, Pace, Reply, Report, Share
from batch_update.outcomes import as_wanted, exit_status
from batch_update.send.accounting import apply_plan
from batch_update.send.brake import Caution, check_failures
from batch_update.send.progress import EventLog
from batch_update.send.verifying import read_back_unless
from batch_update.send.waves import caution_of, split
from batch_update.settings.layers import read_settings
from tests.clocks import NOON, FakeTime, virtual_clock
from tests.made import plan_of
from tests.run.fakes import Act, FakeClient, Pages, Stream, run_virtually

FAILED = Act(Reply(Status.FAILED, "A422", "no", http=422, attempts=1))
LOST = Act(Reply(Status.UNKNOWN, "N503", "no answer was seen", attempts=4))
ALL = Share(100, is_percent=True)


class Shop(Pages, FakeClient):
    """A client whose list shows what was sent, but for what is said to differ."""

    server = "test"

    def __init__(
        self,
        acts: Mapping[int, Act] | None = None,
        *,
        differs: set[int] = frozenset(),
        landed: set[int] = frozenset(),
        error: Exception | None = None,
        reading: float = 0.0,
    ) -> None:
        super().__init__(acts)
        self.differs = differs
        self.landed = landed
        self.error = error
        self.reading = reading
        self.read: list[int] = []
        """how many had been asked for at each reading"""

    async def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Any], None]:
        self.read.append(len(self.asked))
        await anyio.sleep(self.reading)
        if self.error is not None:
            raise self.error
        for number in range(1, 400):
            done = number in self.answered and self.answered[number].status is Status.UPDATED
            so = (done or number in self.landed) and number not in self.differs
            yield {"id": number, "user_id": 7, "speech_speed": 1.1 if so else 1.0}


def sent(changes: int, shop: Shop, caution: Caution, **more: Any) -> Report:
    async def main() -> Report:
        moments = more.pop("signals", ())
        interrupted = Stream(*moments) if moments else None
        return await apply_plan(
            plan_of(changes),
            shop,
            interrupted=interrupted,
            caution=caution,
            **{"clock": virtual_clock(), **more},
        )

    return run_virtually(main)


def cautious(shop: Shop, *waves: int, most: int | None = 1, **more: Any) -> Caution:
    limit = None if most is None else Share(most)
    return Caution(tuple(map(Share, waves)), limit, reader=shop, **more)


def counts(report: Report) -> dict[str, int]:
    assert len(report.outcomes) == len(report.plan.sheet)
    return {str(status): count for status, count in report.counts().items()}


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("1,5,20%,rest", [1, 5, 40, 154]),
        ("1,5,20%", [1, 5, 40, 154]),
        ("1, 5", [1, 5, 194]),
        ("rest", [200]),
        ("100%", [200]),
        ("199", [199, 1]),
        ("200", [200]),
        ("201", [200]),
        ("0.1%", [1, 199]),
        ("50%,50%,50%", [100, 100]),
        ("12.6%", [26, 174]),
    ],
)
def test_waves_are_sizes_or_percentages_and_the_rest_comes_last(text: str, sizes: list[int]) -> None:
    changes = plan_of(200).changes
    assert [len(part) for part in split(changes, read_settings({"waves": text}).waves)] == sizes


@given(
    st.integers(0, 50),
    st.lists(st.builds(Share, st.integers(1, 60)) | st.builds(Share, st.integers(1, 100), st.just(True))),
)
def test_split_keeps_every_change_in_its_order_and_makes_no_empty_wave(count: int, waves: Any) -> None:
    changes = plan_of(count).changes
    parts = split(changes, waves)
    assert tuple(change for part in parts for change in part) == changes
    assert all(parts)


@pytest.mark.parametrize("text", ["0", "-1", "x", "1,rest,5", "101%", "0%", "1.5", "1,,2", ""])
def test_what_is_no_wave_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the setting waves"):
        read_settings({"waves": text})


@pytest.mark.parametrize(
    ("given", "expected"),
    [(3, "3"), ("3", "3"), ("5%", "5%"), ("0.5 %", "0.5%"), (None, "None")],
)
def test_max_failures_is_a_number_or_a_percentage(given: object, expected: str) -> None:
    settings = read_settings({"max_failures": given})
    assert str(settings.max_failures) == expected
    again = settings.model_dump(mode="json", include={"waves", "max_failures", "pause"})
    assert read_settings(again).max_failures == settings.max_failures


@pytest.mark.parametrize("given", ["0", "0%", "101%", "x", "-1", True])
def test_what_is_no_limit_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match="the setting max_failures"):
        read_settings({"max_failures": given})


def test_caution_is_what_the_settings_say() -> None:
    shop = Shop()

    async def ask(question: str) -> bool:
        return True

    assert caution_of(read_settings(), shop) == Caution(reader=shop)
    assert caution_of(read_settings({"waves": "1", "no_verify": True}), shop) == Caution(
        (Share(1),), Share(1)
    )
    assert caution_of(read_settings({"waves": "1", "max_failures": 3}), shop).max_failures == Share(3)
    assert caution_of(read_settings({"waves": "1", "pause": "30"}), shop).pause == 30.0
    assert caution_of(read_settings({"waves": "1", "pause": "ask"}), shop, ask).ask is ask
    with pytest.raises(UsageError, match="nobody can be asked"):
        caution_of(read_settings({"waves": "1", "pause": "ask"}), shop)
    for pause in ("30", "ask"):
        with pytest.raises(UsageError, match="there are none"):
            caution_of(read_settings({"pause": pause}), shop, ask)
    assert caution_of(read_settings({"pause": "0"}), shop).pause == 0.0


# ---------------------------------------------------------------- the limit, without waves


@pytest.mark.parametrize("act", [FAILED, LOST])
@pytest.mark.parametrize(("failures", "stops"), [(2, False), (3, True), (4, True)])
def test_without_waves_the_limit_holds_for_the_run(act: Act, failures: int, stops: bool) -> None:
    """At one under, at, and one over: of four failures the fourth is never begun."""
    shop = Shop(dict.fromkeys(range(1, failures + 1), act))
    report = sent(20, shop, Caution(max_failures=Share(3)), pace=Pace((), concurrency=1))
    if not stops:
        assert report.stopped is None and counts(report)["updated"] == 20 - failures
        return
    assert report.stopped.code == "R108" and exit_status(report) is Exit.STOPPED
    assert shop.asked == [1, 2, 3]
    assert counts(report) == {str(act.reply.status): 3, "not_sent": 17}
    assert "3 of 20 changes went wrong, and the setting max_failures is 3" in report.outcomes[-1].message


@pytest.mark.parametrize(("failures", "stops"), [(1, False), (2, True)])
def test_a_percentage_is_one_of_all_changes_and_rounded_up(failures: int, stops: bool) -> None:
    shop = Shop(dict.fromkeys(range(1, failures + 1), FAILED))
    report = sent(15, shop, Caution(max_failures=Share(10, is_percent=True)), pace=Pace((), concurrency=1))
    assert (report.stopped is not None) is stops


def test_what_is_under_way_lands_after_the_limit_is_reached() -> None:
    acts = {1: Act(FAILED.reply, flight=1.0), **{n: Act(flight=5.0) for n in range(2, 5)}}
    report = sent(20, Shop(acts), Caution(max_failures=Share(1)), pace=Pace((), concurrency=4))
    assert counts(report) == {"failed": 1, "updated": 3, "not_sent": 16}


def test_without_a_limit_failures_stop_nothing() -> None:
    report = sent(20, Shop(dict.fromkeys(range(1, 21), FAILED)), Caution())
    assert report.stopped is None and counts(report) == {"failed": 20}


@pytest.mark.parametrize(("differing", "stops"), [(1, False), (2, True), (3, True)])
def test_what_reads_back_differently_counts_too(differing: int, stops: bool) -> None:
    from batch_update.send.verifying import read_back

    shop = Shop(differs=set(range(1, differing + 1)))
    report = sent(5, shop, Caution(max_failures=Share(2)))
    report = run_virtually(lambda: read_back(report, shop))
    checked = check_failures(report, Share(2))
    assert (checked.stopped is not None) is stops
    assert checked.outcomes == report.outcomes
    assert check_failures(report, None) is report or check_failures(report, None) == report


# ---------------------------------------------------------------- waves


def test_each_wave_is_read_back_before_the_next_begins() -> None:
    shop = Shop()
    events = EventLog()
    report = sent(10, shop, cautious(shop, 1, 3), events=events)
    assert shop.read == [1, 4, 10]
    assert counts(report) == {"updated": 10} and report.stopped is None
    assert {outcome.verified for outcome in report.outcomes} == {Verified.VERIFIED}
    assert [event.message for event in report.events if event.kind == "wave"] == [
        "wave 1 of 3: 1 change, 1 updated; read back: 1 verified",
        "wave 2 of 3: 3 changes, 3 updated; read back: 3 verified",
        "wave 3 of 3: 6 changes, 6 updated; read back: 6 verified",
    ]
    assert [outcome.wave for outcome in report.outcomes] == [1, 2, 2, 2, *[3] * 6]
    assert [event.wave for event in report.events if event.kind == "wave"] == [1, 2, 3]


@pytest.mark.parametrize("what", ["failed", "unknown", "mismatch"])
@pytest.mark.parametrize(("wrong", "stops"), [(1, False), (2, True), (3, True)])
def test_a_wave_with_one_under_at_and_one_over_the_limit(what: str, wrong: int, stops: bool) -> None:
    """In wave 2, which is assistants 2 to 6."""
    bad = set(range(2, 2 + wrong))
    acts = {"failed": dict.fromkeys(bad, FAILED), "unknown": dict.fromkeys(bad, LOST)}.get(what)
    shop = Shop(acts, differs=bad if what == "mismatch" else set())
    report = sent(12, shop, cautious(shop, 1, 5, most=2), pace=Pace((), concurrency=1))
    if not stops:
        assert report.stopped is None and "not_sent" not in counts(report)
        return
    assert (report.stopped.code, exit_status(report)) == ("R108", Exit.STOPPED)
    assert counts(report)["not_sent"] >= 6 and max(shop.asked) <= 6
    assert [str(o.status) for o in report.outcomes[6:]] == ["not_sent"] * 6
    assert all("the setting max_failures is 2" in o.message for o in report.outcomes[6:])
    assert report.outcomes[0].verified is Verified.VERIFIED


def test_the_limit_holds_over_all_waves_together() -> None:
    shop = Shop({1: FAILED, 3: FAILED, 5: FAILED})
    report = sent(20, shop, cautious(shop, 2, 2, 2, most=3))
    assert report.stopped.code == "R108" and "3 of 20" in report.stopped.message
    assert counts(report) == {"failed": 3, "updated": 3, "not_sent": 14}


def test_a_percentage_is_one_of_the_wave_and_of_all() -> None:
    shop = Shop({2: FAILED})
    tenth = Caution((Share(1), Share(10)), Share(10, is_percent=True), shop)
    assert sent(40, shop, tenth).stopped.message.startswith("1 of 10 changes")
    shop = Shop({2: FAILED})
    assert sent(40, shop, Caution((Share(1), Share(11)), Share(10, is_percent=True), shop)).stopped is None


def test_a_row_whose_answer_was_lost_and_that_is_there_does_not_count() -> None:
    shop = Shop({1: LOST}, landed={1})
    report = sent(5, shop, cautious(shop, 2, most=2))
    assert report.stopped is None and counts(report) == {"unknown": 1, "updated": 4}
    assert report.outcomes[0].attempts == 4 and as_wanted(report.outcomes[0])


def test_a_wave_that_cannot_be_read_back_is_the_last() -> None:
    shop = Shop(error=ApiError("the list did not come", code="A500"))
    report = sent(5, shop, cautious(shop, 2))
    assert report.stopped is shop.error and exit_status(report) is Exit.STOPPED
    assert counts(report) == {"updated": 2, "not_sent": 3}


def test_without_verifying_only_failures_count() -> None:
    shop = Shop(differs={1, 2})
    report = sent(5, shop, Caution((Share(2),), Share(1)))
    assert (report.stopped, shop.read) == (None, [])


def test_rows_of_one_assistant_in_two_waves_are_sent_in_order() -> None:
    shop = Shop()
    plan = plan_of({1: (0, 2), 2: (1,), 3: (3,)})
    report = run_virtually(lambda: apply_plan(plan, shop, clock=virtual_clock(), caution=cautious(shop, 1)))
    assert shop.asked == [1, 2, 3] and counts(report) == {"updated": 4}
    assert report.outcomes[2].verified is Verified.VERIFIED


def test_progress_counts_the_whole_run_once() -> None:
    seen = []
    shop = Shop({2: FAILED})
    sent(10, shop, cautious(shop, 1, 3), pace=Pace((), concurrency=1), on_progress=seen.append)
    assert {progress.total for progress in seen} == {10}
    assert (seen[-1].done, seen[-1].counts) == (
        10,
        {Status.UPDATED: 1, Status.FAILED: 1, Status.NOT_SENT: 8},
    )


# ---------------------------------------------------------------- pauses, questions, signals


def test_a_pause_before_each_further_wave_and_none_after_the_last() -> None:
    time, shop = FakeTime(), Shop()
    report = sent(10, shop, cautious(shop, 1, 3, pause=30.0), clock=time.clock)
    assert time.pauses == [30.0, 30.0]
    assert [e.message for e in report.events if e.kind == "pause"] == [
        "pausing 30 s before wave 2 of 3",
        "pausing 30 s before wave 3 of 3",
    ]


@pytest.mark.parametrize("yeses", [0, 1, 2])
def test_a_no_to_the_question_ends_the_run(yeses: int) -> None:
    asked: list[str] = []

    async def ask(question: str) -> bool:
        asked.append(question)
        return len(asked) <= yeses

    shop = Shop()
    report = sent(10, shop, cautious(shop, 1, 3, ask=ask))
    assert counts(report)["updated"] == [1, 4, 10][yeses]
    assert asked[0] == "Go on with wave 2 of 3, 3 changes?"
    assert (report.stopped.code if report.stopped else "") == ("" if yeses == 2 else "R109")


@pytest.mark.parametrize("moment", [0.5, 5.0, 500.0])
def test_a_signal_while_sending_reading_or_pausing_ends_the_run_at_once(moment: float) -> None:
    """Wave 1 is sent until 1 s, read back until 101 s; then there is a pause of an hour."""
    shop = Shop({1: Act(flight=1.0)}, reading=100.0)
    caution = cautious(shop, 1, 3, pause=3600.0)
    begun: list[float] = []

    async def main() -> Report:
        begun.append(anyio.current_time())
        report = await apply_plan(
            plan_of(10),
            shop,
            interrupted=Stream((moment, signal.SIGTERM)),
            clock=virtual_clock(),
            caution=caution,
        )
        begun.append(anyio.current_time())
        return report

    report = run_virtually(main)
    assert isinstance(report.stopped, Interrupted) and exit_status(report) is Exit.TERMINATED
    assert counts(report) == {"updated": 1, "not_sent": 9}
    assert begun[1] - begun[0] == pytest.approx(max(moment, 1.0))


@pytest.mark.parametrize("moment", [5.0, 500.0])
def test_a_signal_while_the_whole_run_is_read_back_is_heard_at_once(moment: float) -> None:
    """Reading back takes 100 s, as it may where the server has everybody wait. What was sent is known all the same."""
    shop = Shop(reading=100.0)
    report = sent(3, shop, Caution())

    async def main() -> tuple[Report, float]:
        begun = anyio.current_time()
        found = await read_back_unless(report, shop, Stream((moment, signal.SIGTERM)))
        return found, anyio.current_time() - begun

    found, seconds = run_virtually(main)
    assert seconds == min(moment, 100.0) and counts(found) == {"updated": 3}
    assert exit_status(found) is (Exit.TERMINATED if moment < 100 else Exit.OK)
    verified = {outcome.verified for outcome in found.outcomes}
    assert verified == {Verified.NOT_READ if moment < 100 else Verified.VERIFIED}


def test_a_bug_while_the_whole_run_is_read_back_takes_no_row_along() -> None:
    shop = Shop(error=ZeroDivisionError("a bug"))
    report = sent(3, shop, Caution())

    async def main() -> Report:
        return await read_back_unless(report, shop, Stream())

    found = run_virtually(main)
    assert counts(found) == {"updated": 3} and isinstance(found.stopped, ZeroDivisionError)
    assert exit_status(found) is Exit.BUG


def test_a_signal_in_a_later_wave_is_heard() -> None:
    """The stream is the same one for all waves."""
    shop = Shop({n: Act(flight=10.0) for n in range(1, 11)})
    report = sent(10, shop, cautious(shop, 2, 2), signals=((15.0, signal.SIGINT),))
    assert counts(report) == {"updated": 4, "not_sent": 6}
    assert exit_status(report) is Exit.INTERRUPTED


def test_a_bug_in_a_question_ends_the_run_and_loses_no_row() -> None:
    async def ask(question: str) -> bool:
        raise OSError("no terminal any more")

    shop = Shop()
    report = sent(5, shop, cautious(shop, 2, ask=ask))
    assert isinstance(report.stopped, OSError)
    assert counts(report) == {"updated": 2, "not_sent": 3}


@given(
    st.integers(1, 12),
    st.lists(st.integers(1, 5), max_size=4),
    st.sets(st.integers(1, 12)),
    st.sets(st.integers(1, 12)),
    st.integers(1, 4),
)
def test_rows_in_are_lines_out_whatever_goes_wrong(
    changes: int, waves: list[int], failing: set[int], differing: set[int], most: int
) -> None:
    shop = Shop(dict.fromkeys(failing, FAILED), differs=differing)
    report = sent(changes, shop, cautious(shop, *waves, most=most), pace=Pace((), concurrency=3))
    assert len(report.outcomes) == changes
    begun = {index + 1 for index, o in enumerate(report.outcomes) if o.status is not Status.NOT_SENT}
    assert sorted(shop.begun) == sorted(begun), "each once"
    if report.stopped is None:
        assert len(begun) == changes


# ---------------------------------------------------------------- the journal


def test_a_run_in_waves_has_one_journal_that_tells_the_same(tmp_path: Path) -> None:
    shop = Shop({4: FAILED}, differs={1})
    with Journal.create(tmp_path / "run", plan_of(12)) as journal:
        report = sent(12, shop, cautious(shop, 2, 3, most=2), journal=journal, pace=Pace((), concurrency=2))
    recorded = read_run(tmp_path / "run")
    assert len(recorded.sessions) == 1 and not recorded.complete
    again = report_of(recorded)
    assert again.outcomes == report.outcomes
    assert (again.stopped.code, again.stopped.message) == (report.stopped.code, report.stopped.message)
    assert isinstance(again.stopped, RunStopped)
    assert [event for event in again.events if event.kind == "wave"] == [
        event for event in report.events if event.kind == "wave"
    ]
    assert waves_begun(recorded) == 2, "a resume counts on from there"


def test_the_waves_of_a_resumed_run_are_counted_on() -> None:
    shop = Shop()
    report = sent(6, shop, replace(cautious(shop, 2), waves_before=3))
    assert [outcome.wave for outcome in report.outcomes] == [4, 4, 5, 5, 5, 5]
    assert [event.message[:11] for event in report.events if event.kind == "wave"] == [
        "wave 4 of 5",
        "wave 5 of 5",
    ]


def test_what_was_under_way_when_a_run_was_killed_belongs_to_the_wave_after_the_last_one_that_ended(
    tmp_path: Path,
) -> None:
    facts = SessionFacts("apply", read_settings({"waves": "1,2"}))
    with Journal.create(tmp_path / "run", plan_of(4), facts) as journal:
        journal.begin(NOON)
        journal.settle({0: Outcome(Status.UPDATED, wave=1)})
        journal.event(Event("wave", "wave 1 of 3", 2.0, wave=1))
        anyio.run(journal.intend, plan_of(4).changes[1], 1, NOON)
    assert [outcome.wave for outcome in report_of(read_run(tmp_path / "run")).outcomes] == [1, 2, 0, 0]
