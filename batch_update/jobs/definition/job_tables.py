"""The tables of a job file beside the settings: its input, its schedule, its notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field

from batch_update.secrets.secret import Secret
from batch_update.settings.file_table import FileTable
from batch_update.settings.parsing import WEEK, MaybePlace

JobMode = Literal["apply", "plan"]
OnEnding = Literal["failure", "guard", "conflict", "drift", "nothing", "recovery", "success"]


class Input(FileTable):
    """Which sheet a run of the job takes."""

    file: str = Field(
        min_length=1,
        repr=False,  # of an address all but the host may be secret
        json_schema_extra={"path": True},
        description="The sheet: a path, a pattern such as inbox/*.xlsx, or the https address of a CSV or xlsx.",
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


class Schedule(FileTable):
    """When the job runs, where what is due is started."""

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


class Notify(FileTable):
    """Who hears of a run, and of which."""

    on: tuple[OnEnding, ...] = Field(
        ("failure", "guard", "conflict", "recovery"), description="What is told of."
    )
    to: tuple[Secret, ...] = Field(
        (), description="Where the addresses (URLs of apprise) lie: they are secrets."
    )
    attach: bool = Field(
        True, description="Attach the rows that failed where a notice goes by mail, up to 5 MiB."
    )


class Monitor(FileTable):
    """Watchers of the job that are told of each run: an address, a file of figures, a command."""

    ping: Secret | None = Field(
        None,
        description="Where the address lies that is pinged at start, success and failure, as healthchecks has it.",
    )
    metrics: MaybePlace = Field(
        None, description="File for Prometheus' textfile collector: *.prom, one for each job."
    )
    on_failure: tuple[str, ...] = Field(
        (),
        description="Command and its arguments, run where a run did not go well, with its facts in the environment.",
    )


class LogFile(FileTable):
    """A file that every run of the job adds a line to."""

    file: Annotated[Path, Field(description="The file; relative to the job file.")]
    format: Literal["text", "json"] = Field(
        "text", description="A dated line, or a JSON document, a line each."
    )
    max_mb: float = Field(10, gt=0, le=1024, description="Size in MiB at which a new file is begun.")
    backups: int = Field(5, ge=0, le=100, description="How many older files are kept.")


class JobFile(FileTable):
    """A job file but for its settings, which stand beside these keys."""

    description: str = Field("", description="What the job is for.")
    extends: str | None = Field(
        None,
        json_schema_extra={"path": True},
        description="Another file whose keys count where this one has none.",
    )
    mode: JobMode = Field(
        "apply", description="Send what differs, or only tell it, with exit status 10 where something does."
    )
    file: str | None = Field(
        None,
        json_schema_extra={"path": True},
        description="Short for a table input that has this file alone.",
    )
    input: Input | None = None
    key: Secret | None = Field(None, description="Where the API key lies.")
    schedule: Schedule | None = None
    notify: Notify | None = None
    monitor: Monitor | None = None
    log: LogFile | None = None
    reports: tuple[Literal["html", "xlsx", "csv", "json", "jsonl", "junit", "parquet"], ...] = Field(
        (), description="Further reports, written into the run folder: xlsx, jsonl, junit, parquet ..."
    )
    keep: int | None = Field(
        None, ge=1, le=100_000, description="Run folders of the job to keep; older ones are removed."
    )


# ---------------------------------------------------------------- asked of the tables


TableKey = tuple[str, ...]
"""Keys of tables from the outside in; ITEM stands for any item of a list."""
ITEM = "*"


@cache
def tables_of(model: type[FileTable]) -> Mapping[str, type[FileTable]]:
    """Return the tables that a table holds, by their keys, also those that are items of a list."""
    found: dict[str, type[FileTable]] = {}
    for name, field in model.model_fields.items():
        inner = [
            kind
            for kind in _types(field.annotation)
            if isinstance(kind, type) and issubclass(kind, FileTable)
        ]
        if inner:
            found[field.alias or name] = inner[0]
    return found


@cache
def paths_in_tables() -> list[TableKey]:
    """Return the keys that hold paths."""
    return [key for key, field in _keys_of(JobFile) if Path in _types(field.annotation) or _is_path(field)]


@cache
def secrets_in_tables() -> list[TableKey]:
    """Return the keys that refer to secrets."""
    return [key for key, field in _keys_of(JobFile) if Secret in _types(field.annotation)]


def fits(path: tuple[str | int, ...], key: TableKey) -> bool:
    """Whether a key of a file is of this kind."""
    return len(path) == len(key) and all(
        part == wanted or (wanted == ITEM and isinstance(part, int))
        for part, wanted in zip(path, key, strict=True)
    )


def _keys_of(model: type[FileTable], above: TableKey = ()) -> Iterator[tuple[TableKey, Any]]:
    inner = tables_of(model)
    for name, field in model.model_fields.items():
        key = (*above, field.alias or name)
        if get_origin(field.annotation) is tuple:
            key = (*key, ITEM)
        yield key, field
        if key[len(above)] in inner:
            yield from _keys_of(inner[key[len(above)]], key)


def _is_path(field: Any) -> bool:
    return bool((field.json_schema_extra or {}).get("path"))


def _types(annotation: Any) -> list[Any]:
    """Return all types that an annotation is made of."""
    return [annotation, *(kind for part in get_args(annotation) for kind in _types(part))]
