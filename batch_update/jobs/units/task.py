"""The nouns: a task, which a unit starts at its times, and the unit, which is one file or several."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from batch_update.errors import UsageError
from batch_update.jobs.units.times.cron_times import CronTimes, as_cron
from batch_update.secrets.secret import Secret
from batch_update.text import is_hidden, printable, shortly

SAFE_ENDS = (10, 75)
"""Exit statuses of a night that is in order all the same: something differs (mode plan), another run was at work."""


class UnitForm(StrEnum):
    """Who starts the job."""

    CRON = "cron"
    SYSTEMD = "systemd"
    KUBERNETES = "kubernetes"
    GITHUB_ACTIONS = "github-actions"
    AIRFLOW = "airflow"
    WINDOWS_TASK = "windows-task"


@dataclass(frozen=True, slots=True)
class UnitFlags:
    """The flags of `job run` that a unit needs, as the command line spells them."""

    due: str
    """runs what is due"""
    quiet: str
    jobs_dir: str
    """tells where the job files lie"""


@dataclass(frozen=True, slots=True)
class UnitTask:
    """A program to be started: when, where, as whom, and what it needs."""

    job: str
    """the name of the job; "" for all that are due"""
    description: str
    path: Path | None
    """the absolute path of the job file; None for all that are due"""
    program: tuple[str, ...]
    """the words that start this program, the first an absolute path"""
    flags: UnitFlags
    folder: Path
    """absolute: where it works"""
    jobs_dir: Path
    """absolute: where the job files lie"""
    user: str
    times: CronTimes | None
    """None for each minute"""
    zone: ZoneInfo | None
    """in which these times are meant; None for that of the machine"""
    machine_zone: str
    """the name of the time zone of this machine; "" where it has none"""
    since: date
    """the day from which on nights are looked at whose clocks change"""
    version: str
    """of this program"""
    jitter: float = 0
    deadline: float | None = None
    grace: float = 45
    """seconds that requests under way may take once it is asked to end"""
    catch_up: bool = True
    """whether a time that was missed is made up for"""
    secrets: tuple[Secret, ...] = ()
    """where what it needs lies: the key, addresses of notices"""

    @property
    def slug(self) -> str:
        """`batch-update-nightly`: a name that each of them takes, of small letters, digits and hyphens."""
        return f"batch-update-{_slug_of(self.job) if self.job else 'due'}"

    @property
    def title(self) -> str:
        """`batch-update: nightly, Opening hours`, on one line."""
        told = ", ".join(filter(None, (self.job or "all jobs that are due", self.description)))
        return printable(" ".join(f"batch-update: {told}".split()))

    @property
    def zone_name(self) -> str:
        """Return the zone of its times for another machine, whose clock may be another one; "" where none is known."""
        return self.zone.key if self.zone is not None else self.machine_zone

    @property
    def words(self) -> tuple[str, ...]:
        """Return the program with its arguments."""
        return (*self.program, *self.arguments(self.folder))

    def arguments(self, folder: Path) -> tuple[str, ...]:
        """Return the arguments, for a program that works in this folder."""
        flags, is_usual = self.flags, self.jobs_dir == folder / "jobs"
        if self.path is None:
            place = () if is_usual else (flags.jobs_dir, str(self.jobs_dir))
            return ("job", "run", flags.due, flags.quiet, *place)
        by_name = is_usual and self.path.parent == self.jobs_dir and not self.job.startswith("-")
        return ("job", "run", self.job if by_name else str(self.path), flags.quiet)

    @property
    def stopping(self) -> int:
        """Return the seconds that it may take to end in good order: what is under way, and its reports."""
        return int(self.grace) + 45

    @property
    def longest(self) -> int | None:
        """Return the seconds after which something is wrong with it, since it ends by itself at its deadline."""
        return None if self.deadline is None else int(self.deadline) + self.stopping

    @property
    def longest_with_jitter(self) -> int | None:
        """Return the seconds after which something is wrong with a unit that itself waits for its jitter first."""
        return None if self.longest is None else int(self.jitter) + self.longest

    def credentials(self) -> list[str]:
        """Return the names of secrets that a file below $CREDENTIALS_DIRECTORY holds."""
        return [secret.credential for secret in self.secrets if secret.credential is not None]

    def variables(self) -> list[str]:
        """Return the names of variables that hold secrets."""
        return [secret.env for secret in self.secrets if secret.env is not None]

    def files(self) -> list[Path]:
        """Return the files that hold secrets."""
        return [secret.file for secret in self.secrets if secret.file is not None]


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A file of a unit."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what to save where."""

    form: UnitForm
    files: tuple[UnitFile, ...]


def _slug_of(name: str) -> str:
    """Return a name as hosts have them: `Öffnungszeiten abends` becomes `oeffnungszeiten-abends`."""
    plain = name.casefold().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue"})
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-") or "job"


def times_of(task: UnitTask, form: UnitForm) -> CronTimes:
    """Return when it is due. Raises UsageError U141 for all that are due, which this form cannot start."""
    if task.times is None:
        raise UsageError(
            f"{form.value} has no unit for all jobs together", code="U141", remedy="name one job for it"
        )
    return task.times


def fields_of(times: CronTimes, form: UnitForm) -> str:
    """Return the times as five fields of cron. Raises UsageError U141 where this form would read others in them."""
    try:
        return as_cron(times)
    except ValueError as error:
        raise unfit(form, str(error)) from None


def unfit(form: UnitForm, reason: str) -> UsageError:
    """Return the error of a schedule, a name or a path that a unit cannot hold."""
    return UsageError(f"no unit for {form.value}: {reason}", code="U141")


def refuse_controls(task: UnitTask) -> None:
    """Raises UsageError U141 where a name or path has line ends or other control characters, which no unit holds."""
    for text in (task.job, task.user, *task.words, str(task.folder), *map(str, task.files())):
        if any(map(is_hidden, text)):
            raise UsageError(
                f"{shortly(text)} holds control characters, which no unit can",
                code="U141",
                remedy="give the file or folder another name",
            )
