"""Job files: a run written down, with its sheet and its settings, so that cron can repeat it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch_update.errors import UsageError
from batch_update.jobs.definition.extending import Merged, leaves, put_together
from batch_update.jobs.definition.job_complaints import OWN_KEYS, complaints_of, is_place
from batch_update.jobs.definition.job_source import SHEET, read_chain
from batch_update.jobs.definition.job_tables import Input, JobFile
from batch_update.jobs.definition.sheet_address import is_address, shown_address
from batch_update.settings.layers import python_name, read_settings
from batch_update.settings.tunables import Settings, paths
from batch_update.toml.toml_lines import KeyPath


@dataclass(frozen=True, slots=True)
class Job:
    """A job file that has been read and found in order."""

    name: str
    path: Path
    tables: JobFile
    """its tables beside the settings; paths made absolute"""
    given: Mapping[str, Any]
    """the settings that it sets, by their Python names; relative paths made absolute"""
    merged: Merged = field(repr=False)
    """its keys as its files have them, to tell where each comes from"""

    @property
    def settings(self) -> Settings:
        return read_settings(self.given)

    @property
    def shown_file(self) -> str:
        """Return the sheet as far as it may be shown: of an address the host and the name of a file."""
        file = self.input.file
        return shown_address(file) if is_address(file) else file

    @property
    def input(self) -> Input:
        """Return which sheet a run takes: `file` alone is an input, too."""
        assert self.tables.input is not None, "a job without an input is refused"
        return self.tables.input


def load_job(path: Path) -> Job:
    """Read a job file, and those that it extends. Relative paths begin at the folder of the file they stand in.

    Raises UsageError U106 with every complaint: unknown keys, values that are not allowed, TOML that is none.
    """
    found = put_together(read_chain(path))
    complaints = complaints_of(found)
    if complaints:
        raise UsageError(code="U106", details=complaints)
    document = _with_absolute_paths(found)
    tables = JobFile.model_validate({key: document[key] for key in OWN_KEYS & document.keys()})
    given = {python_name(key): value for key, value in document.items() if key not in OWN_KEYS}
    given = {name: Path(value) if name in paths() else value for name, value in given.items()}
    given.setdefault("runs_dir", path.resolve().parent / "runs")
    if tables.key is not None:
        # A file is the setting's, so that commands that are printed name it, too; any other wins over the variable.
        given["key_file"] = tables.key.file
    return Job(path.stem, path, tables, given, found)


def _with_absolute_paths(job: Merged) -> dict[str, Any]:
    document: dict[str, Any] = deepcopy(dict(job.document))
    for path, value in leaves(job.document):
        if isinstance(value, str) and _begins_at_its_file(path, value):
            _put_at(document, path, _absolute(job.source(path).folder, value))
    return document


def _begins_at_its_file(path: KeyPath, value: str) -> bool:
    """Whether a value is a path: a command is one where a folder stands in it."""
    if path == SHEET:
        return value != "-" and not is_address(value)
    begins_command = path == ("monitor", "on-failure", 0) or path[-2:] == ("command", 0)
    return is_place(path) or (begins_command and bool({"/", os.sep} & set(value)))


def _absolute(folder: Path, path: str) -> str:
    """Return a path that begins at the folder, without `..` and without links on its way being followed further."""
    return str((folder / path).resolve())


def _put_at(document: Any, path: KeyPath, value: str) -> None:
    for part in path[:-1]:
        document = document[part]
    document[path[-1]] = value
