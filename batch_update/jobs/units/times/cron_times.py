"""A cron expression taken apart: minutes, hours, months and days as numbers, and written as one again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

from batch_update.errors import UsageError
from batch_update.jobs.calendar.expressions import complaints_about, plain_cron

LAST = -1
"""In place of which one of its month it is: the last."""
MINUTES, HOURS, DAYS, MONTHS = range(60), range(24), range(1, 32), range(1, 13)
WEEKDAYS = range(7)
"""Sunday is 0."""


@dataclass(frozen=True, slots=True)
class CronTimes:
    """When something is due, as an expression says."""

    expression: str
    """five fields, as they were written, in capitals"""
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    """of the month"""
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """Sunday is 0"""
    of_month: tuple[tuple[int, int], ...]
    """weekdays of which only one in a month counts, and which: (5, LAST), (1, 2)"""
    last_day: bool
    """also the last day of the month"""
    last_workday: bool
    """also the last day of the month from Monday to Friday"""
    either: bool
    """a day counts that is one of these days of the month or one of these weekdays; else it must be both"""
    fixed: bool
    """minute and hour are named, so that it is due also on a night that leaves that time out"""

    @property
    def any_day(self) -> bool:
        """Whether the day of the month does not matter."""
        return self.days == tuple(DAYS)

    @property
    def any_weekday(self) -> bool:
        """Whether the weekday does not matter."""
        return self.weekdays == tuple(WEEKDAYS)

    @property
    def plain(self) -> bool:
        """Whether it needs no more than lists of numbers: no last day, no second Monday."""
        return not (self.of_month or self.last_day or self.last_workday)

    @property
    def both(self) -> bool:
        """Whether a day has to be right in both its fields."""
        return not (self.either or self.any_day or self.any_weekday)


def read_cron(expression: str) -> CronTimes:
    """Return what an expression says. Raises UsageError U106."""
    if complaints := complaints_about(expression):
        raise UsageError(code="U106", details=(f"the key schedule.cron: {text}" for text in complaints))
    plain = plain_cron(expression)
    read = CronSim(plain, datetime(2000, 1, 1, tzinfo=UTC))
    days = tuple(sorted(day for day in read.days if day > 0))
    weekdays = tuple(sorted({item % 7 for item in read.weekdays if isinstance(item, int)}))
    chosen = {item for item in read.weekdays if isinstance(item, tuple)}
    either = not read.day_and
    if either and (days == tuple(DAYS) or weekdays == tuple(WEEKDAYS)):  # one of both is always so
        days, weekdays, chosen, either = tuple(DAYS), tuple(WEEKDAYS), set(), False
    return CronTimes(
        plain,
        minutes=tuple(sorted(read.minutes)),
        hours=tuple(sorted(read.hours)),
        days=days,
        months=tuple(sorted(read.months)),
        weekdays=weekdays,
        of_month=tuple(sorted((day % 7, LAST if nth == CronSim.LAST else nth) for day, nth in chosen)),
        last_day=CronSim.LAST in read.days and days != tuple(DAYS),
        last_workday=CronSim.LAST_WEEKDAY in read.days and days != tuple(DAYS),
        either=either,
        fixed=not any(field.startswith("*") for field in plain.split()[:2]),
    )


def moved_times(times: CronTimes, zone: ZoneInfo, days: Collection[date]) -> Iterator[datetime]:
    """Yield when it is due on one of these days in place of a time that the clocks left out that night."""
    for day in days if times.fixed else ():
        begin = datetime.combine(day, time(), zone) - timedelta(minutes=1)
        for moment in takewhile(partial(_before, day + timedelta(days=1)), CronSim(times.expression, begin)):
            if moment.hour not in times.hours or moment.minute not in times.minutes:
                yield moment


def _before(day: date, moment: datetime) -> bool:
    return moment.date() < day


def changing_days(zone: ZoneInfo, since: date, count: int) -> list[date]:
    """Return those of so many days on which the clocks of the zone change."""
    days = (since + timedelta(days=number) for number in range(count))
    return [day for day in days if _offset(zone, day) != _offset(zone, day + timedelta(days=1))]


def _offset(zone: ZoneInfo, day: date) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()


def as_cron(times: CronTimes) -> str:
    """Return it as every cron reads it: numbers, ranges, steps and lists, Sunday as 0.

    Raises ValueError with a reason where that would mean something else to one of them.
    """
    if not times.plain:
        raise ValueError("the last day of a month or the second Monday cannot be said there")
    if times.both:
        raise ValueError("a day that has to be right in both its fields cannot be said there")
    parts = (
        (times.minutes, MINUTES),
        (times.hours, HOURS),
        (times.days, DAYS),
        (times.months, MONTHS),
        (times.weekdays, WEEKDAYS),
    )
    return " ".join(_cron_field(numbers, whole) for numbers, whole in parts)


def ranges_of(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return the numbers as ranges from first to last, both counted."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def step_of(numbers: Sequence[int], whole: range) -> int:
    """Return the step by which these numbers go through all of `whole` from its start; 0 where they do not."""
    if len(numbers) < 3:
        return 0
    step = numbers[1] - numbers[0]
    return step if list(numbers) == list(whole[::step]) else 0


def _cron_field(numbers: tuple[int, ...], whole: range) -> str:
    if numbers == tuple(whole):
        return "*"
    if whole in (MINUTES, HOURS) and (step := step_of(numbers, whole)):
        return f"*/{step}"
    return ",".join(_range(first, last) for first, last in ranges_of(numbers))


def _range(first: int, last: int) -> str:
    if last - first == 1:
        return f"{first},{last}"
    return str(first) if first == last else f"{first}-{last}"
