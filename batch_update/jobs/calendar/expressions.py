"""Cron expressions: read, complained about field by field, and asked for their times in a time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache

from cronsim import CronSim, CronSimError

from batch_update.jobs.calendar.zones import zone_of
from batch_update.text import shortly

_FIELDS = (
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of month", "1 to 31, L for the last or LW for the last weekday"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of week", "0 to 7 or SUN to SAT, where 0 and 7 are Sunday, such as 1-5 or MON-FRI"),
)
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_LONGEST = 200
"""characters"""
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_PAST_THE_NIGHT = timedelta(hours=3)
"""more than clocks are set back by"""


def schedule_complaints(cron: str, timezone: str) -> list[str]:
    """Return what is wrong with the times of a schedule, each with its key; [] where it has times."""
    complaints = [f"cron: {text}" for text in complaints_about(cron)]
    try:
        zone_of(timezone)
    except ValueError as error:
        complaints.append(f"timezone: {error}")
    return complaints


def complaints_about(text: str) -> list[str]:
    """Return what is wrong with a cron expression, each field that is wrong; [] where it has times."""
    if len(text) > _LONGEST:
        return [f"given {shortly(text)}, wanted at most {_LONGEST} characters"]
    parts = _words_of(text)
    if len(parts) != len(_FIELDS):
        names = ", ".join(name for name, _ in _FIELDS)
        return [f"given {shortly(text)}, wanted five parts: {names}, such as 0 3 * * 1-5"]
    odd = [
        f"{name}: given {shortly(part)}, wanted {wanted}"
        for place, (part, (name, wanted)) in enumerate(zip(parts, _FIELDS, strict=True))
        if not _is_read(["*"] * place + [part] + ["*"] * (len(_FIELDS) - place - 1))
    ]
    return odd or ([] if _has_times(parts) else [f"given {shortly(text)}: no day is ever so, it never runs"])


@cache
def plain_cron(text: str) -> str:
    """Return an expression that is in order as five fields in capitals; `@daily` in full.

    A minute and an hour that are one each are written as numbers: `*/60` is 0, and so is a time of the day.
    """
    parts = _words_of(text)
    sim = CronSim(" ".join(parts), _ANY_DAY)
    if len(sim.minutes) == len(sim.hours) == 1:
        parts = [str(*sim.minutes), str(*sim.hours), *parts[2:]]
    return " ".join(parts)


def times_after(text: str, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """Yield the times of an expression after a moment, in UTC, the next one first."""
    sim = CronSim(plain_cron(text), after.astimezone(zone))
    for time in sim:
        # In the hour that comes twice, times of the day are those of the first one, which may be over.
        if (moment := time.astimezone(UTC)) > after:
            yield moment


def times_until(text: str, zone: tzinfo, until: datetime) -> Iterator[datetime]:
    """Yield the times of an expression up to a moment, in UTC, the latest one first."""
    start = until.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    if start.astimezone(zone).fold:  # the hour that comes twice: its first pass is behind us
        start += _PAST_THE_NIGHT
    sim = CronSim(plain_cron(text), start.astimezone(zone), reverse=True)
    for time in sim:
        if (moment := time.astimezone(UTC)) <= until:
            yield moment


def _words_of(text: str) -> list[str]:
    return _NICKNAMES.get(text.strip().lower(), text).upper().split()


def _is_read(parts: list[str]) -> bool:
    try:
        CronSim(" ".join(parts), _ANY_DAY)
    except (CronSimError, ValueError, AssertionError, TypeError):  # 1#2/2 is no error of its own there
        return False
    return True


def _has_times(parts: list[str]) -> bool:
    """Whether there is a day at all that these fields fit: it looks 50 years ahead."""
    return _is_read(parts) and next(CronSim(" ".join(parts), _ANY_DAY), None) is not None
