"""What is due, minute by minute in virtual time: both nights of the clocks, downtime, clocks that are set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.jobs.calendar.expressions import times_after
from batch_update.jobs.calendar.zones import zone_of
from batch_update.jobs.definition.extending import Merged
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_tables import JobFile, Schedule
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.jobs.record.job_state import BegunRun, CutShort, JobState
from batch_update.jobs.schedule.due import STILL_DUE, due_runs, is_news, schedule_seen
from batch_update.model.reports import Exit
from tests.jobs.test_schedule_times import EXPRESSIONS, NIGHTS, ZONES

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHT = (
    "0 0",
    "59 0",
    "0 1",
    "30 1",
    "59 1",
    "0 2",
    "1 2",
    "30 2",
    "59 2",
    "0 3",
    "1 3",
    "30 3",
    "0 4",
    "59 23",
)
"""times of the day"""


def job(cron: str, zone: str = "UTC", name: str = "nightly", **more: object) -> Job:
    tables = JobFile(schedule=Schedule(cron=cron, timezone=zone, **more))  # type: ignore[arg-type]  # keys of a table
    return Job(name, Path(f"{name}.toml"), tables, {}, Merged(()))


class Machine:
    """Looks what is due, and notes what it has run, as run --due does; each run takes no time."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = jobs
        self.states = {each.name: JobState(each.name) for each in jobs}
        self.ran: list[tuple[str, datetime]] = []

    def look(self, now: datetime) -> None:
        for each in self.jobs:
            assert each.tables.schedule is not None
            if is_news(each.tables.schedule, self.states[each.name], now):
                seen = schedule_seen(each.tables.schedule, now)
                self.states[each.name] = replace(self.states[each.name], seen=seen)
        for run in due_runs(self.jobs, now, self.states):
            assert run.due is not None
            self.ran.append((run.job.name, run.due))
            ended = JobRun(run.job.name, run.due, now, now, Ending.SUCCESS, Exit.OK, "")
            state = self.states[run.job.name]
            begun = (*state.begun[-3:], BegunRun(run.due, now, ended=ended))
            self.states[run.job.name] = replace(state, begun=begun)

    def live(self, minutes: Iterable[datetime]) -> Machine:
        for now in minutes:
            self.look(now)
        return self


def minutes(begin: datetime, length: timedelta) -> Iterator[datetime]:
    """Each minute, some seconds later, as cron is."""
    return (begin + timedelta(minutes=n, seconds=2 + n % 3) for n in range(int(length / MINUTE)))


@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in NIGHTS.items() for day in days])
def test_each_daily_job_runs_exactly_once_in_the_night_that_the_clocks_change(zone: str, day: str) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    end = (begin + DAY).astimezone(UTC)
    begin = begin.astimezone(UTC)
    machine = Machine(*(job(f"{time} * * *", zone, time) for time in NIGHT))
    machine.live(minutes(begin, timedelta(hours=4, minutes=10)))
    machine.live(minutes(end - timedelta(minutes=2), timedelta(minutes=2)))
    assert Counter(name for name, _ in machine.ran) == dict.fromkeys(NIGHT, 1)
    hourly = Machine(job("0 * * * *", zone)).live(minutes(begin, end - begin))
    assert len(hourly.ran) == (end - begin) / timedelta(hours=1), "each hour that passes"


def test_three_days_of_downtime_are_made_up_for_by_one_run_of_the_latest_time_or_by_none() -> None:
    begin = datetime(2026, 3, 26, 12, 0, tzinfo=UTC)  # the clocks change meanwhile
    after = begin + 3 * DAY
    once, none = (job("30 2 * * *", "Europe/Berlin", way, catch_up=way) for way in ("once", "none"))
    machine = Machine(once, none).live(minutes(begin, 3 * MINUTE))
    machine.live(minutes(after, timedelta(hours=3)))
    assert machine.ran == [("once", datetime(2026, 3, 29, 1, 0, tzinfo=UTC))]
    machine.live(minutes(after + timedelta(hours=11), timedelta(hours=3)))
    assert Counter(machine.ran)[("none", datetime(2026, 3, 30, 0, 30, tzinfo=UTC))] == 1
    assert len(machine.ran) == 3


def test_without_catching_up_a_time_counts_for_some_minutes_since_cron_may_be_late() -> None:
    due = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    for late, runs in ((timedelta(0), 1), (STILL_DUE, 1), (STILL_DUE + MINUTE, 0)):
        machine = Machine(job("0 3 * * *", catch_up="none"))
        machine.look(due - MINUTE)
        machine.look(due + late)
        assert len(machine.ran) == runs
    nightly = job("0 3 * * *", catch_up="none")
    state = JobState("nightly", seen=schedule_seen(Schedule(cron="0 3 * * *", timezone="UTC"), due - DAY))
    later = due + timedelta(hours=2)
    assert due_runs([nightly], later, {"nightly": state}, looked=due - MINUTE), (
        "others ran since it was looked at"
    )


def test_a_clock_that_is_set_back_by_an_hour_runs_nothing_again() -> None:
    due = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    machine = Machine(job("0 3 * * *")).live(minutes(due - 5 * MINUTE, 20 * MINUTE))
    machine.live(minutes(due - 50 * MINUTE, 3 * timedelta(hours=1)))
    assert machine.ran == [("nightly", due)]


def test_a_time_that_a_clock_some_days_ahead_ran_holds_up_none_of_the_nights_before_it() -> None:
    first = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    machine = Machine(job("0 3 * * *")).live(minutes(first - 3 * MINUTE, MINUTE))
    for days in (3, 0, 1, 2, 3, 4):
        machine.live(minutes(first + days * DAY, 3 * MINUTE))
    assert [(due - first).days for _, due in machine.ran] == [3, 0, 1, 2, 4], "each once"


def test_a_clock_that_was_years_ahead_does_not_hold_up_the_nights_that_follow() -> None:
    due = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    machine = Machine(job("0 3 * * *")).live(minutes(due - 5 * MINUTE, 10 * MINUTE))
    machine.look(due + 1500 * DAY + MINUTE)
    machine.live(minutes(due + DAY - 5 * MINUTE, 10 * MINUTE))
    assert [moment for _, moment in machine.ran if moment < due + 2 * DAY] == [due, due + DAY]
    fresh = Machine(job("0 3 * * *"))
    fresh.look(due + 1500 * DAY)
    fresh.ran.clear()
    fresh.live(minutes(due - 5 * MINUTE, 10 * MINUTE))
    assert fresh.ran == [("nightly", due)]


def test_what_was_due_before_a_job_or_its_schedule_was_there_is_not_made_up_for() -> None:
    noon = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
    machine = Machine(job("0 3 * * *"))
    machine.look(noon)
    machine.jobs = (job("0 11 * * *"),)
    machine.look(noon + MINUTE)
    assert machine.ran == []
    machine.jobs = (job("2 12 * * *"),)
    machine.look(noon + 2 * MINUTE)
    assert len(machine.ran) == 1, "the minute in which a schedule is seen counts"


def test_jitter_puts_each_run_off_and_loses_none() -> None:
    begin = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    jobs = [job("0 3 * * *", name=f"job {n}", jitter=1800) for n in range(20)]
    machine = Machine(*jobs)
    starts = set()
    for now in minutes(begin, timedelta(hours=2)):
        before = len(machine.ran)
        machine.look(now)
        starts |= {now} if len(machine.ran) > before else set()
    assert Counter(name for name, _ in machine.ran) == {each.name: 1 for each in jobs}
    assert len(starts) > 8
    assert all(begin <= start - timedelta(hours=1) <= begin + timedelta(minutes=31) for start in starts)


def test_a_job_at_work_is_not_due_and_one_run_follows_however_often_it_was_due_meanwhile() -> None:
    begin = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    often = job("*/5 * * * *")
    seen = schedule_seen(Schedule(cron="*/5 * * * *", timezone="UTC"), begin)
    state = JobState("nightly", (BegunRun(begin, begin),), seen, at_work=True)
    later = begin + timedelta(minutes=33)
    assert due_runs([often], later, {"nightly": state}) == []
    (run,) = due_runs([often], later, {"nightly": replace(state, at_work=False)})
    assert run.due == begin + timedelta(minutes=30)


def test_a_run_that_was_cut_short_is_run_again_where_nothing_was_sent_and_seen_to_where_something_was() -> (
    None
):
    begin = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    nightly, begun = job("0 3 * * *"), BegunRun(begin, begin)
    seen = schedule_seen(Schedule(cron="0 3 * * *", timezone="UTC"), begin)
    state = JobState("nightly", (begun,), seen, cut_short=CutShort(begun))
    (run,) = due_runs([nightly], begin + MINUTE, {"nightly": state})
    assert (run.due, run.cut_short) == (begin, None)
    sent = CutShort(begun, (Path("x"),), may_have_sent=True)
    (run,) = due_runs([nightly], begin + MINUTE, {"nightly": replace(state, cut_short=sent)})
    assert (run.due, run.cut_short) == (None, sent)
    (run,) = due_runs([nightly], begin + DAY, {"nightly": replace(state, cut_short=sent)})
    assert (run.due, run.cut_short) == (begin + DAY, sent)


def test_jobs_run_in_the_order_in_which_they_were_due() -> None:
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    jobs = [job("30 11 * * *", name="c"), job("0 11 * * *", name="b"), job("30 11 * * *", name="a")]
    machine = Machine(*jobs)
    machine.look(noon - DAY)
    machine.look(noon)
    assert [name for name, _ in machine.ran] == ["b", "a", "c"]


@given(
    cron=EXPRESSIONS,
    zone=st.sampled_from(ZONES),
    night=st.integers(0, 3),
    gaps=st.lists(st.integers(1, 300), min_size=10, max_size=40),
    back=st.sampled_from((0, 0, 60)),
    jitter=st.sampled_from((0, 0, 240)),
)
@settings(max_examples=50, deadline=None)
def test_each_time_is_run_at_most_once_and_the_last_one_at_least_once(
    cron: str, zone: str, night: int, gaps: list[int], back: int, jitter: int
) -> None:
    """Looks come at any distance, since a machine sleeps, and once the clock is set back."""
    begin = datetime.fromisoformat(NIGHTS["Europe/Berlin"][night]).replace(tzinfo=UTC) - DAY
    machine = Machine(job(cron, zone, jitter=jitter))
    now = begin
    for place, gap in enumerate(gaps):
        now += timedelta(minutes=gap - (back if place == 5 else 0))
        machine.look(now)
    due = [moment for _, moment in machine.ran]
    assert len(set(due)) == len(due)
    first = begin + timedelta(minutes=gaps[0])
    last = now - timedelta(seconds=jitter)
    came = list(takewhile(lambda moment: moment <= last, times_after(cron, zone_of(zone), first)))
    assert set(came[-1:]) <= set(due) or (due and max(due) > came[-1])
    assert set(due) <= set(
        takewhile(lambda moment: moment < now + DAY, times_after(cron, zone_of(zone), begin))
    )
