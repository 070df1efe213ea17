"""Times of cron as systemd's OnCalendar has them: a line or several, of which each starts the unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from batch_update.jobs.units.times.cron_times import (
    DAYS,
    HOURS,
    LAST,
    MINUTES,
    MONTHS,
    WEEKDAYS,
    CronTimes,
    changing_days,
    moved_times,
    ranges_of,
    step_of,
)

_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_WORKDAYS = "Mon..Fri"
_LAST_DAYS = "~07/1"
"""the last seven days of a month"""


def calendar_lines(times: CronTimes, zone: ZoneInfo | None) -> list[str]:
    """Return what OnCalendar has to say for these times, in this zone or in that of the machine.

    Where both day fields count, cron means either of them and systemd both: so each gets lines of its own. Raises
    ValueError with a reason for what cannot be said.
    """
    behind = _time_of_day(times) + (f" {zone.key}" if zone else "")
    if times.either:
        on_days = [f"*-{_months(times)}-{part}" for part in _days_of_month(times)]
        lines = [*on_days, *_on_workday(times), *_on_weekdays(times, list(DAYS))]
    else:
        lines = list(_on_both(times))
    return [f"{line} {behind}" for line in lines]


def lines_of_changing_clocks(times: CronTimes, zone: ZoneInfo, since: date, days: int) -> list[str]:
    """Return a line for each night of these days whose clocks leave out a time of the job: systemd would wait a day."""
    moments = moved_times(times, zone, changing_days(zone, since, days))
    return sorted({f"{moment:%Y-%m-%d %H:%M}:00 {zone.key}" for moment in moments})


def _on_both(times: CronTimes) -> Iterator[str]:
    """Yield the days that are right in both fields."""
    if (times.of_month or times.last_workday) and not (times.any_day or times.any_weekday):
        raise ValueError("a weekday of which one in a month counts cannot be said beside a day of the month")
    if times.of_month or not times.any_weekday:
        if times.last_day:
            yield f"{_weekdays(times.weekdays)} *-{_months(times)}~01"
        if times.days:
            yield from _on_weekdays(times, times.days)
        return
    yield from (f"*-{_months(times)}-{part}" for part in _days_of_month(times))
    yield from _on_workday(times)


def _on_weekdays(times: CronTimes, days: Sequence[int]) -> Iterator[str]:
    """Yield the weekdays, those alone that fall on one of these days of the month, and those of which one counts."""
    if times.weekdays:
        names = "" if times.any_weekday else f"{_weekdays(times.weekdays)} "
        yield f"{names}*-{_months(times)}-{_calendar_part(days, DAYS)}"
    for weekday, nth in times.of_month:
        first = 7 * (nth - 1) + 1
        place = _LAST_DAYS if nth == LAST else f"-{first:02}..{min(first + 6, 31):02}"
        yield f"{_NAMES[weekday]} *-{_months(times)}{place}"


def _days_of_month(times: CronTimes) -> Iterator[str]:
    if times.days:
        yield _calendar_part(times.days, DAYS)


def _on_workday(times: CronTimes) -> Iterator[str]:
    """Yield the last day of the month, and the last one from Monday to Friday: that itself, or a Friday before."""
    months = _months(times)
    if times.last_day:
        yield f"*-{months}~01"
    if times.last_workday:
        yield f"{_WORKDAYS} *-{months}~01"
        yield f"Fri *-{months}~02..03"


def _time_of_day(times: CronTimes) -> str:
    return f"{_calendar_part(times.hours, HOURS)}:{_calendar_part(times.minutes, MINUTES)}:00"


def _months(times: CronTimes) -> str:
    return _calendar_part(times.months, MONTHS)


def _calendar_part(numbers: Sequence[int], whole: range) -> str:
    """`*`, `00/15`, `01..05,09`."""
    if list(numbers) == list(whole):
        return "*"
    if whole in (MINUTES, HOURS) and (
        step := step_of(numbers, whole)
    ):  # systemd 252 fails at some steps of months
        return f"{whole[0]:02}/{step}"
    return ",".join(f"{a:02}" if a == b else f"{a:02}..{b:02}" for a, b in ranges_of(numbers))


def _weekdays(numbers: Sequence[int]) -> str:
    """`Mon..Fri`, `Sat,Sun`: the week begins with Monday there."""
    week = [*WEEKDAYS[1:], WEEKDAYS[0]]
    places = [week.index(number) for number in numbers]
    return ",".join(
        _NAMES[week[a]] if a == b else f"{_NAMES[week[a]]}..{_NAMES[week[b]]}" for a, b in ranges_of(places)
    )
