"""Everything that is wrong with the keys of a job, each complaint at its file and line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from batch_update.errors import UsageError
from batch_update.jobs.calendar.expressions import schedule_complaints
from batch_update.jobs.definition.extending import Merged, leaves
from batch_update.jobs.definition.job_source import SHEET, JobSource
from batch_update.jobs.definition.job_tables import (
    JobFile,
    fits,
    paths_in_tables,
    secrets_in_tables,
    tables_of,
)
from batch_update.jobs.definition.sheet_address import checked_address, is_address
from batch_update.secrets.secret import REFERENCES
from batch_update.settings.file_table import first_errors
from batch_update.settings.heeding import job_settings
from batch_update.settings.layers import python_name, read_settings
from batch_update.settings.refusals import job_key, wanted_of
from batch_update.settings.tunables import paths
from batch_update.text import asked, nearest, no_such, shortly
from batch_update.toml.toml_lines import KeyPath, dotted
from batch_update.toml.toml_writing import AS_PATHS_ARE_WRITTEN

OWN_KEYS = frozenset(field.alias or name for name, field in JobFile.model_fields.items())
"""Keys of a job file beside the settings."""

_SECOND_KEY = (
    "says where the API key lies, and so does the list of accounts for the one that account names: "
    "leave one of the two out"
)


class Complaint(NamedTuple):
    """A complaint about a key of a job file."""

    path: KeyPath
    text: str
    named: bool = False
    """whether the text says itself which key it is about"""


def complaints_of(job: Merged) -> list[str]:
    """Return all complaints, those of the job file first, each file's by their lines."""
    found = [(source, Complaint(*said)) for source in job.sources for said in source.complaints]
    found += [
        (job.source(said.path), said)
        for said in (
            *_of_keys(job),
            *_of_paths(job),
            *_of_settings(job),
            *_of_tables(job),
            *_of_times(job),
        )
    ]
    placed = sorted(
        (list(job.sources).index(source), source.line(said.path) or 0, _sentence(source, said))
        for source, said in found
    )
    return list(dict.fromkeys(sentence for *_, sentence in placed))


def _sentence(source: JobSource, said: Complaint) -> str:
    return source.at(said.path) + (said.text if said.named else f"{source.name(said.path)}: {said.text}")


def _of_keys(job: Merged) -> Iterator[Complaint]:
    for key in job.document:
        if key not in _keys_above():
            yield Complaint((key,), _no_key(key, _keys_above()), named=True)
    if "input" not in job.document:
        yield Complaint((), "the key 'file' is missing: which sheet to apply", named=True)
    table = job.document.get("input")
    if "run-dir" in job.document and isinstance(table, dict) and table.get("take") == "all":
        yield Complaint(("run-dir",), "gives all sheets one folder, which the first one takes: leave it out")
    if "key" in job.document and "key-file" in job.document:
        yield Complaint(("key",), "says the same as key-file: leave one of them out")
    for other in ("key", "key-file"):
        if "account" in job.document and other in job.document:
            yield Complaint((other,), _SECOND_KEY)


@cache
def _keys_above() -> tuple[str, ...]:
    """Return the keys that stand above all tables."""
    return tuple(sorted({*map(job_key, job_settings()), *OWN_KEYS}))


def _no_key(key: str, known: Sequence[str]) -> str:
    """Say that there is no such key here: where it belongs, or which one was meant, and where that belongs."""
    if place := _place_of(key):
        return f"there is no key {shortly(key)}; it belongs {place}"
    said = no_such("key", key, known)
    names = {*_keys_above(), *(name for table in _table_names() for name in _known_at((table,)))}
    meant = "" if said.endswith("?") else nearest(key, {name: name for name in names})
    return f"{said}; {asked(f'{meant!r}, which belongs {_place_of(meant)}')}" if meant else said


def _place_of(key: str) -> str:
    """Return where a key belongs: above all tables, or below some; "" where it belongs nowhere."""
    if key in _keys_above():
        return "above the first line in brackets"
    tables = [f"[{name}]" for name in _table_names() if key in _known_at((name,))]
    return f"below {' or '.join(tables)}" if tables else ""


def _table_names() -> list[str]:
    """Return the tables of a job file, by the names that stand in brackets; a reference to a secret is none."""
    return [name for name in tables_of(JobFile) if name != "key"]


def _of_settings(job: Merged) -> Iterator[Complaint]:
    """Yield complaints about the values of settings, but for paths, which are looked at more closely."""
    for key, value in job.document.items():
        name = python_name(key)
        if name not in job_settings() or name in paths() or key in OWN_KEYS:
            continue
        try:
            read_settings({name: value}, spelled=job_key)
        except UsageError as error:
            for text in error.details:
                yield Complaint((key,), text, named=True)


# ---------------------------------------------------------------- paths


def is_place(path: KeyPath) -> bool:
    """Whether a key holds a path, which begins at the folder of its file."""
    if len(path) == 1 and python_name(str(path[0])) in paths():
        return True
    return any(fits(path, key) for key in paths_in_tables())


def _of_paths(job: Merged) -> Iterator[Complaint]:
    for key, value in job.document.items():
        is_setting = python_name(key) in paths()
        if is_setting and (not isinstance(value, str) or not value):
            yield Complaint((key,), f"given {shortly(value)}, wanted a path")
    for path, value in leaves(job.document):
        if isinstance(value, str) and is_place(path):
            yield from (Complaint(path, text) for text in _odd_path(path, value))


def _odd_path(path: KeyPath, value: str) -> Iterator[str]:
    given = "" if _is_secret(path) else f"given {shortly(value)}, "
    if any(unicodedata.category(character) == "Cc" for character in value):
        yield f"{given}wanted a path without control characters; {AS_PATHS_ARE_WRITTEN}"
    elif path == SHEET and is_address(value):
        yield from _odd_address(value)


def _odd_address(address: str) -> Iterator[str]:
    """Yield what is wrong with the address of a sheet; what may be secret in it is not shown."""
    try:
        checked_address(address)
    except UsageError as error:
        yield f"{error.message}. {error.remedy}"


# ---------------------------------------------------------------- tables


def _of_tables(job: Merged) -> Iterator[Complaint]:
    own = {key: value for key, value in job.document.items() if key in OWN_KEYS}
    for path, error in first_errors(partial(JobFile.model_validate, own)):
        yield _table_complaint(path, error)


def _of_times(job: Merged) -> Iterator[Complaint]:
    table: Any = job.document.get("schedule")
    times = [table.get(key, "") for key in ("cron", "timezone")] if isinstance(table, dict) else []
    if times and "cron" in table and all(isinstance(text, str) for text in times):
        for text in schedule_complaints(*times):
            key, _, said = text.partition(": ")
            yield Complaint(("schedule", key), said)


def _table_complaint(path: KeyPath, error: ErrorDetails) -> Complaint:
    """Return the complaint about a value or a key of a table. A value in place of a reference is not shown."""
    kind = error["type"]
    if kind == "extra_forbidden":
        said = _no_key(str(path[-1]), _known_at(path[:-1]))
        return Complaint(path, f"{dotted(path[:-1])}: {said}", named=True)
    if kind == "missing":
        return Complaint(path[:-1], f"the key {path[-1]!r} is missing")
    if kind == "value_error":
        return Complaint(path, str(error["msg"]).removeprefix("Value error, "))
    if _is_secret(path):
        return Complaint(
            path,
            f"wanted a reference, since no secret stands in a job file: one of {REFERENCES}",
        )
    if path == SHEET and kind == "string_too_short":
        return Complaint(path, "given '', wanted a path")
    wanted = "a path" if is_place(path) else wanted_of(error)
    return Complaint(path, f"given {shortly(error['input'])}, wanted {wanted}")


def _known_at(path: KeyPath) -> list[str]:
    """Return the keys of the table at this place."""
    model: Any = JobFile
    for part in path:
        model = tables_of(model).get(part, model) if isinstance(part, str) else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _is_secret(path: KeyPath) -> bool:
    """Whether a key refers to a secret, or holds such references, or is part of one."""

    def begins(key: tuple[str, ...]) -> bool:
        return fits(path[: len(key)], key) or (key[-1] == "*" and fits(path, key[:-1]))

    return any(map(begins, secrets_in_tables()))
