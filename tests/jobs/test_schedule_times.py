"""The times of a schedule: both nights on which the clocks change, and what is no schedule."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.jobs.calendar.expressions import schedule_complaints, times_after, times_until
from batch_update.jobs.calendar.zones import zone_of
from batch_update.jobs.definition.job_tables import Schedule
from batch_update.jobs.schedule.times import start_of, times_from

NIGHTS = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31"),
    "America/New_York": ("2026-03-08", "2026-11-01", "2027-03-14", "2027-11-07"),
}
"""Zone -> the days on which its clocks change, as their governments publish them."""
ZONES = (*NIGHTS, "Australia/Sydney", "America/St_Johns")


def of_day(cron: str, zone: str, day: str) -> list[datetime]:
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    end = (begin + timedelta(days=1)).astimezone(UTC)
    after = begin.astimezone(UTC) - timedelta(microseconds=1)
    return list(takewhile(lambda moment: moment < end, times_after(cron, zone_of(zone), after)))


@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in NIGHTS.items() for day in days])
def test_a_daily_job_is_due_exactly_once_on_each_night_whatever_its_time(zone: str, day: str) -> None:
    odd = {
        f"{minute} {hour} * * *"
        for hour in range(5)
        for minute in range(60)
        if len(of_day(f"{minute} {hour} * * *", zone, day)) != 1
    }
    assert not odd
    assert len(of_day("*/60 */24 * * *", zone, day)) == 1, "one minute of one hour is a time of the day"
    assert len(of_day("*/60 2-2 * * *", zone, day)) == 1


def test_a_time_that_is_skipped_comes_as_the_clocks_have_changed_and_one_that_comes_twice_at_its_first() -> (
    None
):
    assert of_day("30 2 * * *", "Europe/Berlin", "2026-03-29") == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    assert of_day("30 2 * * *", "Europe/Berlin", "2026-10-25") == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_hourly_jobs_follow_the_hours_that_pass_as_vixie_cron_has_it() -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        assert len(of_day("0 * * * *", "Europe/Berlin", day)) == hours
        assert len(of_day("*/15 * * * *", "Europe/Berlin", day)) == hours * 4


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.sampled_from(("*/2", "*/5", "*/20")),
        st.tuples(number, number).map(lambda pair: "{}-{}".format(*sorted(pair))),
        st.lists(number, min_size=2, max_size=3).map(lambda many: ",".join(map(str, many))),
    )


EXPRESSIONS = st.tuples(
    _field(0, 59), st.one_of(_field(0, 4), _field(0, 23)), st.just("*"), st.just("*"), _field(0, 6)
).map(" ".join)


@given(
    cron=EXPRESSIONS, zone=st.sampled_from(ZONES), night=st.integers(0, 3), start=st.integers(0, 48 * 3600)
)
@settings(max_examples=60, deadline=None)
def test_times_are_alike_forwards_and_backwards_from_wherever_one_looks(
    cron: str, zone: str, night: int, start: int
) -> None:
    begin = datetime.fromisoformat(NIGHTS["Europe/Berlin"][night]).replace(tzinfo=UTC) - timedelta(days=1)
    here = begin + timedelta(seconds=start)
    found = list(takewhile(lambda moment: moment <= here, times_after(cron, zone_of(zone), begin)))
    back = list(takewhile(lambda moment: moment > begin, times_until(cron, zone_of(zone), here)))
    assert found == back[::-1]
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("0 25 * * *", "", "cron: hour: given '25', wanted 0 to 23"),
        ("0 3 * *", "", "cron: given '0 3 * *', wanted five parts"),
        ("0 0 3 * * *", "", "cron: given '0 0 3 * * *', wanted five parts"),
        ("0 0 30 2 *", "", "no day is ever so, it never runs"),
        ("0 0 */31 * 1#5", "", "no day is ever so, it never runs"),
        ("0 0 * * 1#2/2", "", "cron: day of week: given '1#2/2'"),
        ("1" * 300, "", "wanted at most 200 characters"),
        ("0 3 * * *", "Berlin", "did you mean 'Europe/Berlin'?"),
        ("0 3 * * *", "Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("0 3 * * *", "/etc/passwd", "timezone: there is no time zone '/etc/passwd'"),
        ("0 3 * * *", "\0", "timezone: there is no time zone '\\x00'"),
    ],
)
def test_what_is_no_schedule_is_told_with_its_key(cron: str, zone: str, told: str) -> None:
    (complaint,) = schedule_complaints(cron, zone)
    assert told in complaint


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    assert len(schedule_complaints("61 24 32 13 8", "Berln")) == 6


def test_a_leap_day_is_a_day() -> None:
    assert not schedule_complaints("0 0 29 2 *", "")
    assert not schedule_complaints("@daily", "Europe/Berlin")
    times = times_from(Schedule(cron="0 0 29 2 *", timezone="UTC"), datetime(2026, 1, 1, tzinfo=UTC))
    assert next(iter(times)) == datetime(2028, 2, 29, tzinfo=UTC)


def test_the_jitter_of_a_job_and_a_time_is_the_same_each_time_and_differs_between_jobs() -> None:
    schedule = Schedule(cron="0 3 * * *", timezone="UTC", jitter=600)
    due = datetime(2026, 11, 22, 3, tzinfo=UTC)
    starts = {start_of(f"job {number}", schedule, due) for number in range(50)}
    assert len(starts) > 40
    assert min(starts) >= due
    assert max(starts) <= due + timedelta(seconds=600)
    assert start_of("nightly", schedule, due) == start_of(
        "nightly", schedule, due.astimezone(ZoneInfo("Asia/Tokyo"))
    )
    assert start_of("nightly", Schedule(cron="0 3 * * *"), due) == due


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system does not take a time zone from the environment")
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    assert os.environ.get("TZ") == before
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("day", NIGHTS["Europe/Berlin"])
def test_the_machines_own_zone_knows_both_nights(day: str) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=3)
    named = zone_of("Europe/Berlin")
    for minutes in range(0, 10 * 60, 7):
        moment = begin + timedelta(minutes=minutes)
        here, there = moment.astimezone(zone_of("")), moment.astimezone(named)
        assert (here.replace(tzinfo=None), here.fold) == (there.replace(tzinfo=None), there.fold)
        assert here.astimezone(UTC) == moment
    for cron in ("30 2 * * *", "59 2 * * *", "*/15 * * * *", "0 1-3 * * *"):
        mine, theirs = (islice(times_after(cron, zone, begin), 30) for zone in (zone_of(""), named))
        assert list(mine) == list(theirs)
