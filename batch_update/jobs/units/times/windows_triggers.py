"""Times of cron as triggers of the task scheduler of Windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

from batch_update.jobs.units.task import UnitForm, unfit
from batch_update.jobs.units.times.cron_times import HOURS, LAST, MINUTES, MONTHS, CronTimes, step_of

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MOST = 48
"""Triggers that a task may have."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One of the triggers of a task: some days, and a time of day or a repetition through the day."""

    start: str
    """local time, as of a first day"""
    every: int
    """minutes after which it is repeated the whole day long; 0 for once"""
    days: tuple[str, ...] = ()
    """of the month: 1 to 31, Last"""
    weekdays: tuple[str, ...] = ()
    weeks: tuple[str, ...] = ()
    """which of these weekdays in a month: 1 to 4, Last"""
    months: tuple[str, ...] = ()

    @property
    def daily(self) -> bool:
        """Whether every day will do."""
        return not (self.days or self.weekdays)


def triggers_of(times: CronTimes, since: date) -> list[Trigger]:
    """Return the triggers. Raises UsageError U141 with a reason where Windows has none for these times."""
    if times.either or times.both:
        raise unfit(
            UnitForm.WINDOWS_TASK,
            "it knows no days that are given as days of the month and as weekdays at once",
        )
    if times.last_workday:
        raise unfit(UnitForm.WINDOWS_TASK, "it knows no last working day of a month")
    made = [
        Trigger(f"{since}T{start}", every, **days)
        for start, every in _times_of_day(times)
        for days in _days(times)
    ]
    if len(made) > _MOST:
        raise unfit(
            UnitForm.WINDOWS_TASK, f"it would need {len(made)} triggers, and a task has {_MOST} at most"
        )
    return made


def _times_of_day(times: CronTimes) -> Iterator[tuple[str, int]]:
    """Yield each time of day, or the first one and after how many minutes it comes again."""
    every = _every(times)
    if every:
        yield f"00:{times.minutes[0]:02}:00", every
        return
    for hour, minute in product(times.hours, times.minutes):
        yield f"{hour:02}:{minute:02}:00", 0


def _every(times: CronTimes) -> int:
    """Return the minutes between two times of an even schedule that goes through the whole day; 0 for another one."""
    hours, minutes = times.hours, times.minutes
    if hours == tuple(HOURS) and minutes == tuple(MINUTES):
        return 1
    if hours == tuple(HOURS) and len(minutes) > 1 and step_of((*minutes, 60), range(61)):
        return minutes[1]
    if len(minutes) == 1:
        return 60 * step_of((*hours, 24), range(25))
    return 0


def _days(times: CronTimes) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield the days, as Windows has them: daily, by the week, by the month, by a weekday of a month."""
    months = tuple(_MONTHS[month - 1] for month in times.months)
    is_yearly = times.months != tuple(MONTHS)
    weekdays = tuple(_WEEKDAYS[day] for day in times.weekdays)
    if times.of_month or not times.any_weekday:
        if weekdays and is_yearly:
            yield {"weekdays": weekdays, "weeks": ("1", "2", "3", "4", "Last"), "months": months}
        elif weekdays:
            yield {"weekdays": weekdays}
        yield from (_one_of_month(weekday, nth, months) for weekday, nth in times.of_month)
    elif not times.any_day or is_yearly:
        last = ("Last",) if times.last_day else ()
        yield {"days": (*map(str, times.days), *last), "months": months}
    else:
        yield {}


def _one_of_month(weekday: int, nth: int, months: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    if nth == 5:
        raise unfit(UnitForm.WINDOWS_TASK, "it knows a last weekday of a month, and no fifth")
    week = "Last" if nth == LAST else str(nth)
    return {"weekdays": (_WEEKDAYS[weekday],), "weeks": (week,), "months": months}
