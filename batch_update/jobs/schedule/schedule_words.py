"""A schedule in words: right, or the expression itself where words would be long or could mislead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cronsim import CronSim

from batch_update.jobs.calendar.expressions import plain_cron
from batch_update.jobs.definition.job_tables import Schedule

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MOST_TIMES = 4
"""of a day; more are no longer read as words"""
_EVERY_HOUR, _EVERY_DAY, _EVERY_MONTH = set(range(24)), set(range(1, 32)), set(range(1, 13))


def in_words(schedule: Schedule) -> str:
    """`Monday to Friday at 07:30 and 18:00 (Europe/Berlin)`; the zone of this machine is not named."""
    sim = CronSim(plain_cron(schedule.cron), datetime(2026, 1, 1, tzinfo=UTC))
    days, times = _days_of(sim), _times_of(sim.minutes, sim.hours)
    if days is None or times is None:
        words = f"cron {' '.join(schedule.cron.split())}"
    elif times.startswith("every"):
        words = f"{days} {times}" if days else times
    else:
        words = f"{days or 'every day'} {times}"
    return f"{words} ({schedule.timezone})" if schedule.timezone else words


def _days_of(sim: CronSim) -> str | None:
    """Return on which days; "" on all, None where there are no short words for it."""
    weekdays: set[Any] = {day % 7 if isinstance(day, int) else day for day in sim.weekdays}
    is_any_weekday, is_any_day = weekdays >= set(range(7)), sim.days == _EVERY_DAY
    if not (is_any_weekday or is_any_day) or not sim.day_and:
        return None
    if not is_any_weekday:
        is_plain = sim.months == _EVERY_MONTH and all(isinstance(day, int) for day in weekdays)
        return _weekday_words(sorted((day - 1) % 7 for day in weekdays)) if is_plain else None
    if is_any_day:
        return "" if sim.months == _EVERY_MONTH else None
    return _month_words(sim)


def _weekday_words(days: list[int]) -> str:
    """`every Monday`, `Monday to Friday`, `Saturday and Sunday`; days by their number, from 0 for Monday."""
    if len(days) == 1:
        return f"every {_DAYS[days[0]]}"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
    return _and(_DAYS[day] for day in days)


def _month_words(sim: CronSim) -> str | None:
    """`on the 1st and 15th of each month`, `every year on 24 December`."""
    if sim.days == {CronSim.LAST} and sim.months == _EVERY_MONTH:
        return "on the last day of each month"
    if min(sim.days) < 1 or len(sim.days) > _MOST_TIMES:
        return None
    if sim.months == _EVERY_MONTH:
        # The 31st is not in each month, and what happens in the others would be guessed.
        return f"on the {_and(map(_ordinal, sorted(sim.days)))} of each month" if max(sim.days) < 29 else None
    if len(sim.months) == len(sim.days) == 1 and max(sim.days) < 29:
        return f"every year on {min(sim.days)} {_MONTHS[min(sim.months) - 1]}"
    return None


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _times_of(minutes: set[int], hours: set[int]) -> str | None:
    """`at 03:00`, `every 15 minutes`, `every 15 minutes from 08:00 to 17:45`."""
    if hours == _EVERY_HOUR:
        return _times_of_each_hour(minutes)
    if minutes == {0} and len(hours) > 1 and (step := _step(hours, 24)):
        return f"every {step} hours"
    if len(minutes) * len(hours) <= _MOST_TIMES:
        times = (f"{hour:02}:{minute:02}" for hour in sorted(hours) for minute in sorted(minutes))
        return f"at {_and(times)}"
    each = _times_of_each_hour(minutes)
    if each is None or max(hours) - min(hours) != len(hours) - 1:
        return None
    return f"{each} from {min(hours):02}:{min(minutes):02} to {max(hours):02}:{max(minutes):02}"


def _times_of_each_hour(minutes: set[int]) -> str | None:
    step = _step(minutes, 60)
    if step == 1:
        return "every minute"
    if len(minutes) == 1:
        return "every hour" if minutes == {0} else f"every hour at minute {min(minutes)}"
    return f"every {step} minutes" if step else None


def _step(numbers: set[int], whole: int) -> int:
    """Return the distance between numbers that divide a whole evenly, from 0 on; 0 where they do not."""
    step, rest = divmod(whole, len(numbers))
    return step if not rest and numbers == set(range(0, whole, step)) else 0


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
