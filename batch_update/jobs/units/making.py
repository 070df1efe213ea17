"""Units made of job files: what a job needs, and which form of unit starts it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from batch_update.api.keys import CREDENTIAL
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.units.forms.airflow import airflow
from batch_update.jobs.units.forms.crontab import crontab
from batch_update.jobs.units.forms.github_actions import github_actions
from batch_update.jobs.units.forms.kubernetes import kubernetes
from batch_update.jobs.units.forms.systemd import systemd
from batch_update.jobs.units.forms.windows_task import windows_task
from batch_update.jobs.units.task import Unit, UnitFlags, UnitForm, UnitTask, refuse_controls
from batch_update.jobs.units.times.cron_times import read_cron
from batch_update.secrets.secret import Secret
from batch_update.settings.tunables import Settings
from batch_update.version import __version__

_MAKERS = {
    UnitForm.CRON: crontab,
    UnitForm.SYSTEMD: systemd,
    UnitForm.KUBERNETES: kubernetes,
    UnitForm.GITHUB_ACTIONS: github_actions,
    UnitForm.AIRFLOW: airflow,
    UnitForm.WINDOWS_TASK: windows_task,
}
_ZONES = "zoneinfo/"
_KEY = Secret.model_validate({"credential": CREDENTIAL})
"""Where the key lies of a job that says nothing of it."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a unit is to start the program, and as whom."""

    program: tuple[str, ...]
    """the words that start it, the first an absolute path"""
    flags: UnitFlags
    folder: Path
    """absolute: where it works"""
    jobs_dir: Path
    user: str
    machine_zone: str
    """the name of this machine's time zone; "" where it has none"""
    today: date


def unit_for(form: UnitForm, task: UnitTask) -> Unit:
    """Return the unit that starts the task. Raises UsageError U141 with the reason why there is none."""
    refuse_controls(task)
    return _MAKERS[form](task)


def task_of(job: Job, place: Workplace) -> UnitTask:
    """Return what a unit has to start for this job. Raises UsageError U140 for a job without a schedule."""
    schedule = job.tables.schedule
    if schedule is None:
        raise UsageError(f"{job.path}: the job has no schedule", code="U140")
    return UnitTask(
        job=job.name,
        description=job.tables.description,
        path=job.path.resolve(),
        program=place.program,
        flags=place.flags,
        folder=place.folder,
        jobs_dir=place.jobs_dir.resolve(),
        user=place.user,
        times=read_cron(schedule.cron),
        zone=ZoneInfo(schedule.timezone) if schedule.timezone else None,
        machine_zone=place.machine_zone,
        since=place.today,
        version=__version__,
        jitter=schedule.jitter,
        deadline=schedule.deadline,
        grace=job.settings.grace,
        catch_up=schedule.catch_up == "once",
        secrets=_secrets(job),
    )


def task_of_all(jobs: Collection[Job], place: Workplace) -> UnitTask:
    """Return what a unit has to start each minute, so that each of these jobs of a folder runs when it is due."""
    return UnitTask(
        job="",
        description="",
        path=None,
        program=place.program,
        flags=place.flags,
        folder=place.folder,
        jobs_dir=place.jobs_dir.resolve(),
        user=place.user,
        times=None,
        zone=None,
        machine_zone=place.machine_zone,
        since=place.today,
        version=__version__,
        grace=max((job.settings.grace for job in jobs), default=Settings().grace),
        secrets=tuple(dict.fromkeys(secret for job in jobs for secret in _secrets(job))),
    )


def machine_zone(environ: Mapping[str, str], clock_file: Path = Path("/etc/localtime")) -> str:
    """Return the name of this machine's time zone, such as Europe/Berlin; "" where it does not say."""
    named = environ.get("TZ", "").lstrip(":")
    try:
        name = named or str(clock_file.readlink()).partition(_ZONES)[2]
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def _secrets(job: Job) -> tuple[Secret, ...]:
    """Return where the secrets of a job lie, each once; a key that is nowhere named is a credential."""
    tables, settings = job.tables, job.settings
    found = list(tables.notify.to) if tables.notify else []
    if tables.monitor and tables.monitor.ping:
        found.append(tables.monitor.ping)
    if tables.key is not None:
        found.insert(0, tables.key)
    elif settings.key_file is not None:
        found.insert(0, Secret.model_validate({"file": settings.key_file}))
    elif not settings.sandbox:
        found.insert(0, _KEY)
    return tuple(dict.fromkeys(found))
