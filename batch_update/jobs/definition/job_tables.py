"""The tables of a job file beside the settings: its input, its schedule, its notices, and where secrets lie."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from batch_update.settings.parsing import WEEK, MaybePlace

Mode = Literal["apply", "plan"]
OnEnding = Literal["failure", "guard", "conflict", "drift", "nothing", "recovery", "success"]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class JobTable(BaseModel):
    """A table of a job file: frozen, its keys with hyphens, unknown ones refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_kebab, validate_by_name=True, defer_build=True
    )


class Secret(JobTable):
    """Where a secret lies: exactly one of a variable, a file, or a name in the folder of credentials."""

    env: str | None = Field(None, description="Name of an environment variable that holds it.")
    file: MaybePlace = Field(None, description="File that holds it, on its first line.")
    credential: str | None = Field(
        None, description="Name of a file below $CREDENTIALS_DIRECTORY, where systemd and containers put it."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Secret:
        if sum(given is not None for given in (self.env, self.file, self.credential)) != 1:
            raise ValueError('wanted one of { env = "NAME" }, { file = "PATH" } and { credential = "NAME" }')
        return self


class Input(JobTable):
    """Which sheet a run of the job takes."""

    file: str = Field(
        description="The sheet: a path, a pattern such as inbox/*.xlsx, or the https address of a CSV or xlsx."
    )
    take: Literal["one", "newest", "all"] = Field(
        "one", description="Where a pattern fits several files: refuse, take the newest, or take all in turn."
    )
    settle: float = Field(
        0, ge=0, le=WEEK, description="Seconds that a file must have rested, so that none is half copied."
    )
    missing: Literal["fail", "nothing"] = Field(
        "fail", description="Where no file is there: the run fails, or there was nothing to do."
    )
    unchanged: Literal["run", "skip"] = Field(
        "run", description="Where the sheet is as it was at the last success: run all the same, or skip it."
    )
    archive: MaybePlace = Field(None, description="Folder that a sheet is moved to once its run went well.")


class Schedule(JobTable):
    """When the job runs, for run --due and serve."""

    cron: str = Field(description="Minute, hour, day of month, month and day of week: 0 3 * * 1-5.")
    timezone: str = Field(
        "", description="Time zone of these times, such as Europe/Berlin; that of the machine by default."
    )
    jitter: float = Field(
        0, ge=0, le=86_400, description="Start up to so many seconds later, the same for a job each time."
    )
    deadline: float | None = Field(
        None,
        gt=0,
        le=WEEK,
        description="Seconds after which a run is stopped as by SIGTERM; it can be resumed.",
    )
    catch_up: Literal["none", "once"] = Field(
        "once", description="Times that were missed: left out, or made up for by one run."
    )
    resume: bool = Field(False, description="Go on with a run that was cut short before a new one is begun.")


class Notify(JobTable):
    """Who hears of a run, and of which."""

    on: tuple[OnEnding, ...] = Field(
        ("failure", "guard", "conflict", "recovery"), description="What is told of."
    )
    to: tuple[Secret, ...] = Field(
        (), description="Where the addresses (URLs of apprise) lie: they are secrets."
    )
    attach: bool = Field(
        True, description="Attach the rows that failed where the way of the notice takes files."
    )


class Monitor(JobTable):
    """What watches over the job, and is told of each run."""

    ping: Secret | None = Field(
        None,
        description="Where the address lies that is pinged at start, success and failure, as healthchecks has it.",
    )
    metrics: MaybePlace = Field(None, description="File for Prometheus' textfile collector.")
    on_failure: tuple[str, ...] = Field(
        (),
        description="Command and its arguments, run where a run did not go well, with its facts in the environment.",
    )


class LogFile(JobTable):
    """A file that every run of the job adds a line to."""

    file: Annotated[Path, Field(description="The file; relative to the job file.")]
    format: Literal["text", "json"] = Field(
        "text", description="A dated line, or a JSON document, a line each."
    )
    max_mb: float = Field(10, gt=0, le=1024, description="Size in MiB at which a new file is begun.")
    backups: int = Field(5, ge=0, le=100, description="How many older files are kept.")


class JobFile(JobTable):
    """A job file but for its settings, which stand beside these keys."""

    description: str = Field("", description="What the job is for.")
    extends: str | None = Field(None, description="Another file whose keys count where this one has none.")
    mode: Mode = Field(
        "apply", description="Send what differs, or only tell it, with exit status 10 where something does."
    )
    file: str | None = Field(None, description="Short for a table input that has this file alone.")
    input: Input | None = None
    key: Secret | None = Field(None, description="Where the API key lies.")
    schedule: Schedule | None = None
    notify: Notify | None = None
    monitor: Monitor | None = None
    log: LogFile | None = None
    keep: int | None = Field(
        None, ge=1, le=100_000, description="Run folders of the job to keep; older ones are removed."
    )
