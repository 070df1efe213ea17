"""A job as it counts: each of its keys with its value, and where that comes from. Secrets show as references alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_schema import default_value
from batch_update.jobs.definition.sheet_address import is_address, shown_address
from batch_update.model.sheets import Json
from batch_update.secrets.secret import Secret, shown_words
from batch_update.settings.file_table import FileTable
from batch_update.settings.heeding import job_settings
from batch_update.settings.layers import read_settings, variable_of
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings
from batch_update.text import without_password
from batch_update.toml.toml_lines import KeyPath

Source = Literal["file", "environment", "default"]


@dataclass(frozen=True, slots=True)
class CountingKey:
    """One key of a job as it counts."""

    path: KeyPath
    value: Json
    source: Source
    file: Path | None = None
    """the job file, or the one that it extends, which says so"""
    line: int | None = None
    variable: str = ""
    """of the environment, which says so"""


def counting_keys(job: Job, environ: Mapping[str, str]) -> list[CountingKey]:
    """Return every key of the job: its own, those of its tables, and all settings. Raises UsageError."""
    return [*_own_keys(job), *_setting_keys(job, environ)]


def _own_keys(job: Job) -> Iterator[CountingKey]:
    tables = job.tables
    for name, field in type(tables).model_fields.items():
        key, value = field.alias or name, getattr(tables, name)
        if isinstance(value, FileTable) and not isinstance(value, Secret):
            for inner, about in type(value).model_fields.items():
                yield _of_own_key(job, (key, about.alias or inner), getattr(value, inner))
        elif value is not None and key != "file":
            yield _of_own_key(job, (key,), value)


def _of_own_key(job: Job, path: KeyPath, value: Any) -> CountingKey:
    found = _json(value)
    if path == ("input", "file") and is_address(str(found)):
        found = shown_address(str(found))
    return _from_file(job, path, found) or CountingKey(path, found, "default")


def _setting_keys(job: Job, environ: Mapping[str, str]) -> Iterator[CountingKey]:
    settings = read_settings(job.given, environ=environ)
    for name in Settings.model_fields:
        if name not in job_settings() or (name == "key_file" and job.tables.key is not None):
            continue
        path, value = (job_key(name),), _json(getattr(settings, name))
        if isinstance(value, str):
            value = without_password(value)
        variable = variable_of(name)
        if found := _from_file(job, path, value):
            yield found
        elif name not in job.given and environ.get(variable):
            yield CountingKey(path, value, "environment", variable=variable)
        else:
            yield CountingKey(path, value, "default")


def _from_file(job: Job, path: KeyPath, value: Json) -> CountingKey | None:
    """Return the key where a file of the job says it."""
    if not any(origin[: len(path)] == path for origin in job.merged.origins):
        return None
    source = job.merged.source(path)
    return CountingKey(path, value, "file", source.path, source.line(path))


def _json(value: Any) -> Json:
    """Return a value as a job file has it."""
    if isinstance(value, FileTable):
        kept = value.model_dump(by_alias=True, exclude_none=True)
        if isinstance(value, Secret) and value.command is not None:
            kept["command"] = shown_words(value.command)
        return {name: _json(inner) for name, inner in kept.items()}
    if isinstance(value, (tuple, list)):
        return [item if isinstance(item, int) else _json(item) for item in value]
    if isinstance(value, (dict, str, bool, int, float)) or value is None:
        return value
    return str(default_value(value))
