"""The shape of every field as JSON Schema, from the fields' facts: what the document says is what is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from batch_update.fields.facts import Field, all_fields
from batch_update.fields.tools import TOOL_TYPES, FillerConfig, PostCallField

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1}


@cache
def field_schemas() -> Mapping[str, Schema]:
    """Field name -> its shape. Fields that null clears are `{"anyOf": [shape, {"type": "null"}]}`."""
    return MappingProxyType({name: _of(field) for name, field in all_fields().items()})


@cache
def tool_schemas() -> Mapping[str, Schema]:
    """Type of a built-in tool -> its shape."""
    return MappingProxyType({name: _bare(tool.model_json_schema()) for name, tool in TOOL_TYPES.items()})


def _of(field: Field) -> Schema:
    schema = _shape(field)
    if field.nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    unit = f" ({field.unit})" if field.unit else ""
    return {**schema, "description": f"{field.help}{unit}"}


def _shape(field: Field) -> Schema:
    if field.name in _WITH_AN_INSIDE:
        return _WITH_AN_INSIDE[field.name]()
    match field.kind:
        case "choice":
            return {"type": "string", "enum": list(field.choices)}
        case "url":
            return {"type": "string", "format": "url", "pattern": "^https?://"}
        case "timezone":
            return {"type": "string", "format": "timezone"}
        case "id":
            return dict(ID)
        case "ids":
            return {"type": "array", "items": dict(ID)}
        case "integer" | "number":
            return {"type": field.kind, "minimum": field.minimum, "maximum": field.maximum}
        case "flag":
            return {"type": "boolean"}
        case "object":
            return {"type": "object"}
    return {"type": "string"} | ({} if field.max_length is None else {"maxLength": field.max_length})


_WITH_AN_INSIDE: Mapping[str, Callable[[], Schema]] = {
    "tools": lambda: {"type": "array", "items": {"anyOf": list(tool_schemas().values())}},
    "post_call_schema": lambda: {"type": "array", "items": _bare(PostCallField.model_json_schema())},
    "filler_config": lambda: _bare(FillerConfig.model_json_schema()),
}


def _bare(schema: Schema) -> Schema:
    """Return a schema without the titles that pydantic gives to everything."""
    plain = {name: value for name, value in schema.items() if name != "title"}
    if "properties" in plain:
        plain["properties"] = {name: _bare(inner) for name, inner in plain["properties"].items()}
    return plain
