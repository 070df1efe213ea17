"""A service and a timer for systemd."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from batch_update.jobs.units.secret_places import ENV_FILE, SECRETS
from batch_update.jobs.units.task import SAFE_ENDS, Unit, UnitFile, UnitForm, UnitTask, unfit
from batch_update.jobs.units.times.calendar_lines import calendar_lines, lines_of_changing_clocks
from batch_update.jobs.units.times.cron_times import HOURS, MONTHS, CronTimes
from batch_update.jobs.units.unit_texts import render

_DAYS_AHEAD = 5 * 366
"""Days whose nights are looked at: a unit is made anew sooner."""
_EACH_MINUTE = "*-*-* *:*:00 UTC"


def systemd(task: UnitTask) -> Unit:
    """Return the two unit files. Raises UsageError U141 where the times or the folder cannot be said."""
    if str(task.folder).endswith("\\"):
        raise unfit(UnitForm.SYSTEMD, "the name of its folder ends in a backslash")
    lines, changing = ([_EACH_MINUTE], []) if task.times is None else _calendar(task.times, task)
    service = render(
        "service",
        task=task,
        safe_ends=SAFE_ENDS,
        secrets=SECRETS,
        env_file=ENV_FILE,
        root=task.user == "root",
    )
    timer = render("timer", task=task, lines=lines, changing=changing)
    return Unit(
        UnitForm.SYSTEMD, (UnitFile(f"{task.slug}.service", service), UnitFile(f"{task.slug}.timer", timer))
    )


def _calendar(times: CronTimes, task: UnitTask) -> tuple[list[str], list[str]]:
    """Return the lines of the timer, and those for nights whose clocks leave out a time."""
    zone = task.zone
    if zone is not None and _all_day(times) and _whole_hours(zone, task.since):
        zone = ZoneInfo("UTC")  # an hour that comes twice counts twice then
    try:
        lines = calendar_lines(times, zone)
    except ValueError as error:
        raise unfit(UnitForm.SYSTEMD, str(error)) from None
    changing = [] if zone is None else lines_of_changing_clocks(times, zone, task.since, _DAYS_AHEAD)
    return lines, changing


def _all_day(times: CronTimes) -> bool:
    """Whether it is due in each hour of each day."""
    is_any = times.any_day and times.any_weekday and times.months == tuple(MONTHS)
    return is_any and times.hours == tuple(HOURS)


def _whole_hours(zone: ZoneInfo, day: date) -> bool:
    """Whether the clocks of a zone differ from UTC by whole hours, now and in half a year."""
    moments = (datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + timedelta(183)))
    return all((moment.utcoffset() or timedelta()) % timedelta(hours=1) == timedelta() for moment in moments)
