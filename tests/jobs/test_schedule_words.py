"""A schedule in words: they say when it runs and nothing else, or the expression stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.jobs.calendar.expressions import times_after
from batch_update.jobs.definition.job_tables import Schedule
from batch_update.jobs.schedule.schedule_words import in_words

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 3 * * *", "every day at 03:00"),
        ("@daily", "every day at 00:00"),
        ("0 3 * * 1", "every Monday at 03:00"),
        ("30 7,18 * * MON-FRI", "Monday to Friday at 07:30 and 18:30"),
        ("30 18 * * 1-5", "Monday to Friday at 18:30"),
        ("0 9 * * 6,7", "Saturday and Sunday at 09:00"),
        ("0 9 * * 0,5-6", "Friday to Sunday at 09:00"),
        ("0 9 * * 1,3,5", "Monday, Wednesday and Friday at 09:00"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("*/7 * * * *", "cron */7 * * * *"),
        ("0 * * * *", "every hour"),
        ("5 * * * *", "every hour at minute 5"),
        ("0 */2 * * *", "every 2 hours"),
        ("*/15 8-17 * * 1-5", "Monday to Friday every 15 minutes from 08:00 to 17:45"),
        ("0 8-17 * * *", "every hour from 08:00 to 17:00"),
        ("0 4 1,15 * *", "on the 1st and 15th of each month at 04:00"),
        ("0 4 L * *", "on the last day of each month at 04:00"),
        ("0 4 31 * *", "cron 0 4 31 * *"),
        ("0 4 24 12 *", "every year on 24 December at 04:00"),
        ("0 4 13 * 5", "cron 0 4 13 * 5"),
        ("0 4 * 1-3 *", "cron 0 4 * 1-3 *"),
        ("0 4 * * 1#2", "cron 0 4 * * 1#2"),
    ],
)
def test_schedules_in_words(cron: str, words: str) -> None:
    assert in_words(Schedule(cron=cron)) == words
    assert in_words(Schedule(cron=cron, timezone="Europe/Berlin")) == f"{words} (Europe/Berlin)"


def meant(words: str) -> Callable[[datetime], bool]:
    """Which minutes somebody expects who reads the words, by the words alone."""
    days = set(range(7))
    if found := re.match(r"every (\w+day)\b", words):
        days = {DAYS.index(found[1])}
    elif found := re.match(r"(\w+day) to (\w+day)", words):
        days = set(range(DAYS.index(found[1]), DAYS.index(found[2]) + 1))
    elif re.match(r"\w+day(, \w+day)* and \w+day", words):
        days = {DAYS.index(day) for day in re.findall(r"\b[A-Z]\w+day\b", words)}
    clock = re.findall(r"(\d\d):(\d\d)", words)
    at = {(int(hour), int(minute)) for hour, minute in clock}
    every = re.search(r"every (?:(\d+) )?(minute|hour)", words)
    if not every:
        return lambda now: now.weekday() in days and (now.hour, now.minute) in at
    step = int(every[1] or 1) * (60 if every[2] == "hour" else 1)
    offset = int(found[1]) if (found := re.search(r"at minute (\d+)", words)) else 0
    first, last = (min(at), max(at)) if at else ((0, 0), (23, 59))
    return lambda now: (
        now.weekday() in days
        and (now.hour * 60 + now.minute - offset) % step == 0
        and first <= (now.hour, now.minute) <= last
    )


NUMBERS = st.one_of(
    st.sampled_from(("*", "*/2", "*/5", "*/15", "*/7", "0", "8-17", "1-3", "0,15", "0-11/2")),
    st.integers(0, 23).map(str),
)


@given(
    minute=NUMBERS, hour=NUMBERS, day=st.sampled_from(("*", "1-5", "0", "6,7", "*/2", "1,3", "0-6", "5-7"))
)
@settings(max_examples=60, deadline=None)
def test_words_mean_the_minutes_that_the_expression_means(minute: str, hour: str, day: str) -> None:
    cron = f"{minute} {hour} * * {day}"
    words = in_words(Schedule(cron=cron))
    if words.startswith("cron "):
        return
    begin = datetime(2026, 11, 21, tzinfo=UTC)  # a Saturday
    end = begin + timedelta(days=3)
    times = set(takewhile(lambda now: now < end, times_after(cron, UTC, begin - timedelta(seconds=1))))
    expects = meant(words)
    assert {now for n in range(3 * 1440) if expects(now := begin + timedelta(minutes=n))} == times
