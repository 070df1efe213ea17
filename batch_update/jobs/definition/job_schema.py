"""The JSON Schema of job files, by which editors complete and check them: `batch_update/schemas/job.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batch_update.jobs.definition.job_tables import JobFile
from batch_update.secrets.secret import REFERENCES
from batch_update.settings.heeding import job_settings
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings

Schema = dict[str, Any]
_NOT_FOR_EDITORS = {"title", "group", "metavar", "job", "path"}
_WHOLE = {
    "if": {"not": {"required": ["extends"]}, "anyOf": [{"required": ["file"]}, {"required": ["input"]}]},
    "then": {
        "properties": {
            "input": {"required": ["file"]},
            "schedule": {"required": ["cron"]},
            "log": {"required": ["file"]},
        }
    },
}
"""A table may lack what a file that it extends has, and a base what extends it has."""


def job_schema() -> Schema:
    """Return the schema: each setting that a job file may set, and the tables, with bounds, defaults and help."""
    own = _for_editors(JobFile.model_json_schema())
    settings = _for_editors(Settings.model_json_schema())["properties"]
    properties = {
        job_key(name): settings[name] | _default_of(name) for name in settings if name in job_settings()
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A job of batch-update",
        "type": "object",
        "properties": {**own["properties"], **properties},
        "additionalProperties": False,
        "not": {"required": ["file", "input"], "properties": {"input": {"required": ["file"]}}},
        **_WHOLE,
        "definitions": {name: _table(name, part) for name, part in own["$defs"].items()},
    }


def default_value(default: Any) -> Any:
    """Return the default of a setting as a job file has it."""
    if isinstance(default, tuple):
        return [str(item) for item in default]
    return str(default) if isinstance(default, Path) else default


def _default_of(name: str) -> Schema:
    """Return the default of a setting as its schema has it; nothing where that is nothing."""
    default = Settings.model_fields[name].default
    return {} if default in (None, {}, ()) else {"default": default_value(default)}


def _table(name: str, part: Schema) -> Schema:
    """Return the schema of a table without what it requires, which a file that it extends may have."""
    found = {key: value for key, value in part.items() if key != "required"}
    if name == "Secret":
        found |= {
            "minProperties": 1,
            "maxProperties": 1,
            "description": f"Where a secret lies: {REFERENCES}.",
        }
    return found


def _for_editors(value: Any) -> Any:
    """Return a schema without titles, and without null, which TOML does not have."""
    if isinstance(value, list):
        return [_for_editors(item) for item in value if item != {"type": "null"}]
    if not isinstance(value, Mapping):
        return value.replace("#/$defs/", "#/definitions/") if isinstance(value, str) else value
    found = {
        key: {name: _for_editors(inner) for name, inner in part.items()}
        if key in ("properties", "$defs")
        else _for_editors(part)
        for key, part in value.items()
        if key not in _NOT_FOR_EDITORS and not (key == "default" and part is None)
    }
    if found.get("format") == "path":
        del found["format"]
    options = found.pop("anyOf", [])
    if len(options) == 1:
        return {**options[0], **found}
    return {**found, "anyOf": options} if options else found
