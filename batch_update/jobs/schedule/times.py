"""When a job is due: the times of its schedule, and by how much each of them is put off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from batch_update.jobs.calendar.expressions import times_after, times_until
from batch_update.jobs.calendar.zones import zone_of
from batch_update.jobs.definition.job_tables import Schedule


def times_from(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Yield the times after a moment, in UTC, the next one first."""
    return times_after(schedule.cron, zone_of(schedule.timezone), after)


def latest_times(schedule: Schedule, until: datetime) -> Iterator[datetime]:
    """Yield the times up to a moment, in UTC, the latest one first."""
    return times_until(schedule.cron, zone_of(schedule.timezone), until)


def start_of(job: str, schedule: Schedule, due: datetime) -> datetime:
    """Return when the run for this time starts: later by the jitter, which is known beforehand.

    It comes of the job's name and the time, so that jobs of one hour spread out and each start can be told.
    """
    most = int(schedule.jitter)
    if not most:
        return due
    dice = sha256(f"{job}\0{due.astimezone(UTC).isoformat()}".encode("utf-8", "surrogatepass")).digest()
    return due + timedelta(seconds=int.from_bytes(dice[:8], "big") % (most + 1))
