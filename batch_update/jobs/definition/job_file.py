"""Job files: a run written down, with its sheet and its settings, so that cron can repeat it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_tables import JobFile
from batch_update.settings.heeding import job_settings
from batch_update.settings.layers import read_settings
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings, paths
from batch_update.text import excerpt, no_such, printable, shortly

_LARGEST = 1024 * 1024
"""bytes"""
AS_PATHS_ARE_WRITTEN = (
    "in double quotes a backslash begins an escape: write paths in single quotes, or with /"
)
OWN_KEYS = frozenset(field.alias or name for name, field in JobFile.model_fields.items())
"""Keys of a job file beside the settings."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job file that has been read and found in order."""

    name: str
    path: Path
    file: str
    """the sheet: a path, or "-" for stdin"""
    description: str
    tables: JobFile
    """its tables beside the settings"""
    given: Mapping[str, Any]
    """the settings that it sets, by their Python names; relative paths made absolute"""

    @property
    def settings(self) -> Settings:
        return read_settings(self.given)


def load_job(path: Path) -> Job:
    """Read a job file. Relative paths in it start at its own folder.

    Raises UsageError U106 with every complaint: unknown keys, values that are not allowed, TOML that is none.
    """
    text = _text_of(path)
    document = _document(path, text)
    given = {_python_name(key): value for key, value in document.items() if key not in OWN_KEYS}
    complaints = [
        *_unknown_keys(document),
        *_own_keys(document),
        *_doubled_keys(document),
        *_odd_paths(document, text),
        *_odd_values(given),
    ]
    if complaints:
        raise UsageError(code="U106", details=(f"{path}: {text}" for text in complaints))
    folder = path.resolve().parent
    given.setdefault("runs_dir", "runs")
    given |= {name: (folder / given[name]).resolve() for name in paths() if name in given}
    file = document["file"]
    file = file if file == "-" else str((folder / file).resolve())
    tables = JobFile.model_validate({key: document[key] for key in OWN_KEYS & document.keys()})
    return Job(path.stem, path, file, tables.description, tables, given)


def _text_of(path: Path) -> str:
    """Return what the file holds, with line ends as they are. Raises UsageError U106."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", code="U106") from None
    if len(content) > _LARGEST:
        raise UsageError(f"{path}: is too large for a job file", code="U106")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: is no UTF-8 text at byte {error.start}", code="U106", remedy="save it as UTF-8"
        ) from None


def _document(path: Path, text: str) -> dict[str, Any]:
    """Return the keys and values of a job file. Raises UsageError U106."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        is_path = line is not None and "\\" in text.splitlines()[int(line[1]) - 1]
        advice = f"; {AS_PATHS_ARE_WRITTEN}" if is_path else ""
        raise UsageError(f"{path}: is no TOML: {excerpt(str(error), 200)}{advice}", code="U106") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists in lists
        raise UsageError(f"{path}: is no TOML: a value is too long or too deep", code="U106") from None


def _python_name(key: str) -> str:
    return key.replace("-", "_")


def _doubled_keys(document: Mapping[str, Any]) -> list[str]:
    """`run-dir` and `run_dir` are one key."""
    names = [_python_name(key) for key in document]
    return [
        f"the key {name.replace('_', '-')!r} stands there twice"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]


def _odd_paths(document: Mapping[str, Any], text: str) -> list[str]:
    """Complaints about paths that could not be one; `text` is the job file's, for the lines."""
    odd = []
    for key, value in document.items():
        if _python_name(key) not in {*paths(), "file"}:
            continue
        if not isinstance(value, str) or not value:
            odd.append(f"{key}: given {shortly(value)}, wanted a path")
        elif any(unicodedata.category(character) == "Cc" for character in value):
            given = f"given {shortly(value)}, wanted a path without control characters"
            odd.append(f"{_line_of(key, text)}{key}: {given}; {AS_PATHS_ARE_WRITTEN}")
    return odd


def _line_of(key: str, text: str) -> str:
    """`line 3: `, where a key stands by itself; "" where that cannot be told."""
    found = re.search(rf"""^[ \t]*["']?{re.escape(key)}["']?[ \t]*=""", text, re.MULTILINE)
    return f"line {text.count(chr(10), 0, found.start()) + 1}: " if found else ""


def _odd_values(given: Mapping[str, Any]) -> list[str]:
    """Complaints about the values of settings, but for paths, which are looked at more closely."""
    try:
        read_settings(
            {key: given[key] for key in job_settings() & given.keys() if key not in paths()}, spelled=job_key
        )
    except UsageError as error:
        return list(error.details)
    return []


def _unknown_keys(document: Mapping[str, Any]) -> list[str]:
    known = {*job_settings(), *OWN_KEYS}
    return [no_such("key", key, map(job_key, known)) for key in document if _python_name(key) not in known]


def _own_keys(document: Mapping[str, Any]) -> list[str]:
    description = document.get("description", "")
    complaints = (
        [] if isinstance(description, str) else [f"description: given {shortly(description)}, wanted text"]
    )
    return (
        complaints if "file" in document else [*complaints, "the key 'file' is missing: which sheet to apply"]
    )


def find_job(name: str, folder: Path) -> Path:
    """Return the job file of this name in the folder, or at this path. Raises UsageError that lists those there are."""
    for path in (folder / f"{name}.toml", Path(name)):
        try:
            if path.suffix == ".toml" and path.is_file():
                return path
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}", code="U106") from None
    names = [path.stem for path in find_jobs(folder)]
    there = f"in {folder} there are: {', '.join(names)}" if names else f"{folder} holds no job files"
    raise UsageError(
        no_such("job", name, names),
        code="U106",
        remedy=there,
    )


def find_jobs(folder: Path) -> list[Path]:
    """Return all job files of a folder, by name. Raises UsageError U106."""
    try:
        return sorted(path for path in folder.glob("*.toml") if path.is_file())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(
            f"the option jobs_dir: {printable(str(folder))} cannot be listed: {reason}",
            code="U106",
            remedy="name another folder with the option jobs_dir, or see to the rights of this one",
        ) from None
