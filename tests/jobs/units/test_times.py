"""Times of cron expressions in the words of others: the same times, or a reason why not."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from shutil import which
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.errors import UsageError
from batch_update.jobs.calendar.expressions import complaints_about
from batch_update.jobs.units.times.calendar_lines import calendar_lines, lines_of_changing_clocks
from batch_update.jobs.units.times.cron_times import as_cron, read_cron
from batch_update.jobs.units.times.windows_triggers import triggers_of

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 3, 20, tzinfo=BERLIN)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted)
    return st.one_of(
        st.just("*"),
        st.integers(1, 9).map(lambda step: f"*/{step}"),
        number.map(str),
        span.map(lambda two: f"{two[0]}-{two[1]}"),
        st.tuples(span, st.integers(1, 4)).map(lambda drawn: f"{drawn[0][0]}-{drawn[0][1]}/{drawn[1]}"),
        st.lists(number, min_size=2, max_size=3).map(lambda numbers: ",".join(map(str, numbers))),
    )


EXPRESSIONS = (
    st.tuples(
        field(0, 59),
        field(0, 23),
        st.one_of(field(1, 28), st.sampled_from(["*", "L", "LW", "15,L"])),
        st.one_of(st.just("*"), field(1, 12)),
        st.one_of(field(0, 6), st.sampled_from(["*", "5L", "1#2", "MON-FRI", "1#1,3", "7"])),
    )
    .map(" ".join)
    .filter(lambda expression: not complaints_about(expression))
)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_that_is_written_anew_has_the_same_times_under_each_reading_of_its_days(
    expression: str,
) -> None:
    """Two day fields are joined by `or` where no star begins one: there all programs agree."""
    times = read_cron(expression)
    try:
        again = as_cron(times)
    except ValueError as error:
        assert times.both or not times.plain, error
        return
    begin = datetime(2027, 1, 1)
    assert list(islice(CronSim(again, begin), 20)) == list(islice(CronSim(expression, begin), 20))
    assert re.fullmatch(r"[\d*/, -]+", again) and not re.search(r"\d/", again)


def elapses(line: str, start: datetime, count: int) -> set[datetime]:
    """When systemd would start a timer with this line."""
    base = start.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    command = ["systemd-analyze", "calendar", f"--iterations={count}", f"--base-time={base}", line]
    shown = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    )
    found = re.findall(r"(?:elapse|#\d+): \w+ ([\d-]+ [\d:]+) UTC", shown.stdout)
    return {datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for text in found}


@pytest.mark.skipif(which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize(
    "expression",
    [
        "0 3 * * 1-5",
        "30 2 * * *",  # on 28 March 2027 there is no such time
        "15,45 2,3 * * SUN",
        "*/20 6-22/4 * * 0,6",
        "5 0 13 * 5",  # cron: each 13th and each Friday
        "5 0 */2 * 5",  # cron: Fridays on odd days
        "0 7 L * *",
        "0 7 LW * *",
        "0 7 31,L 2-12/3 *",
        "0 12 * * 1#1,5L",
        "0 12 1-7 * MON",
        "41 3 LW */5 1#1,3",  # at a step of months systemd 252 gives up
    ],
)
def test_systemd_starts_a_timer_when_cron_would(expression: str) -> None:
    """Each time of cron is one of systemd, and there are no others: on the nights the clocks change, too."""
    times = read_cron(expression)
    wanted = [moment.astimezone(UTC) for moment in islice(CronSim(expression, START), 12)]
    lines = calendar_lines(times, BERLIN) + lines_of_changing_clocks(times, BERLIN, START.date(), 400)
    found = {moment for line in lines for moment in elapses(line, START, 13)}
    assert sorted(moment for moment in found if moment <= wanted[-1]) == sorted(set(wanted))


def test_a_day_that_is_meant_by_date_or_by_weekday_has_a_line_for_each() -> None:
    """One line with both would be read as `and` by systemd."""
    lines = calendar_lines(read_cron("0 3 1,15 * MON"), BERLIN)
    assert lines == ["*-*-01,15 03:00:00 Europe/Berlin", "Mon *-*-* 03:00:00 Europe/Berlin"]


def test_a_time_that_a_night_leaves_out_is_named_for_each_such_night() -> None:
    lines = lines_of_changing_clocks(read_cron("30 2 * * *"), BERLIN, date(2026, 11, 28), 800)
    assert lines == ["2027-03-28 03:00:00 Europe/Berlin", "2028-03-26 03:00:00 Europe/Berlin"]
    assert lines_of_changing_clocks(read_cron("30 2 * * 1-5"), BERLIN, date(2026, 11, 28), 800) == []
    assert lines_of_changing_clocks(read_cron("*/30 * * * *"), BERLIN, date(2026, 11, 28), 800) == []


# ---------------------------------------------------------------- Windows

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def starts(expression: str, count: int) -> list[datetime]:
    """When Windows would start a task with these triggers, by the words of its documentation."""
    triggers, found = triggers_of(read_cron(expression), date(2027, 1, 1)), set()
    day = date(2027, 1, 1)
    while len(found) < count:
        for trigger in triggers:
            last_of_month = (day + timedelta(days=1)).month != day.month
            weeks = {str((day.day + 6) // 7), "Last" if (day + timedelta(days=7)).month != day.month else ""}
            if (
                (
                    not trigger.days
                    or str(day.day) in trigger.days
                    or (last_of_month and "Last" in trigger.days)
                )
                and (not trigger.weekdays or DAYS[day.weekday()] in trigger.weekdays)
                and (not trigger.weeks or weeks & set(trigger.weeks))
                and (not trigger.months or f"{day:%B}" in trigger.months)
            ):
                first = datetime.fromisoformat(f"{day}{trigger.start[10:]}")
                left = datetime(day.year, day.month, day.day) + timedelta(days=1) - first
                step = timedelta(minutes=trigger.every or 1440)
                found |= {first + number * step for number in range(-(-left // step))}
        day += timedelta(days=1)
    return sorted(found)[:count]


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS)
def test_windows_starts_a_task_when_cron_would_or_it_is_said_why_not(expression: str) -> None:
    try:
        found = starts(expression, 20)
    except UsageError as error:
        assert error.code == "U141" and "windows-task" in error.message
        return
    assert found == list(islice(CronSim(expression, datetime(2026, 12, 31, 23, 59)), 20))


def test_what_windows_cannot_say_is_refused_with_its_reason() -> None:
    for expression, reason in {
        "0 3 1 * 1": "at once",
        "0 3 LW * *": "last working day",
        "0 3 * * 1#5": "no fifth",
        "*/7 * * * *": "48 at most",
    }.items():
        with pytest.raises(UsageError, match=reason):
            triggers_of(read_cron(expression), date(2027, 1, 1))
