"""Time zones by their names, and the zone of this machine, which needs none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from batch_update.text import asked, no_such, shortly


class MachineZone(tzinfo):
    """The time zone that this machine's clock is set to, with both of its nights, on every system."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        here = moment.replace(tzinfo=UTC).astimezone()
        first = here.replace(tzinfo=self, fold=0)
        return first if first.utcoffset() == here.utcoffset() else first.replace(fold=1)


@cache
def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name, such as Europe/Berlin; that of this machine for "". Raises ValueError."""
    if not name:
        return MachineZone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a path, a folder of zones
        raise ValueError(_no_zone(name)) from None


def _no_zone(name: str) -> str:
    """`there is no time zone 'Berlin'; did you mean 'Europe/Berlin'?`"""
    known = available_timezones()
    if not known:
        return f"given {shortly(name)}: this machine has no list of time zones; the package tzdata is one"
    in_cities = {each for each in known if each.rpartition("/")[2].casefold() == name.casefold()}
    if len(in_cities) == 1:
        return f"there is no time zone {shortly(name)}; {asked(repr(in_cities.pop()))}"
    said = no_such("time zone", name, sorted(known))
    return said if said.endswith("?") else f"{said}, wanted a name such as Europe/Berlin"
