"""Does a value have the shape that is wanted? Answers in the vendor's sentences, each at its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from batch_update.sandbox.document.schemas import field_schemas, tool_schemas

Complaint = tuple[str, str]
"""Where (`post_call_schema.0.name`) and what is wrong there, as a sentence."""


def complaints(field: str, value: Any) -> Iterator[Complaint]:
    """Return everything that is wrong with the shape of this field's value."""
    if field == "tools" and isinstance(value, list):
        for index, tool in enumerate(value):
            yield from _tool(tool, f"tools.{index}")
    else:
        yield from _of(value, field_schemas()[field], field)


def label(path: str) -> str:
    """Return how a sentence names a place: `post_call_schema.0.name` is "Name", `speech_speed` is "Speech speed"."""
    names = [part for part in path.split(".") if not part.isdecimal()]
    return names[-1].replace("_", " ").capitalize() if names else path


def _is_integer(value: Any) -> bool:
    # 13.0 is an integer to JSON Schema, and to the JSON readers of most languages.
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "a string"),
    "integer": (_is_integer, "an integer"),
    "number": (lambda value: isinstance(value, (int, float)) and not isinstance(value, bool), "a number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "array": (lambda value: isinstance(value, list), "an array"),
    "object": (lambda value: isinstance(value, dict), "an object"),
}


def _of(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Complaint]:
    if "anyOf" in schema:
        if value is None:
            return
        schema = next(option for option in schema["anyOf"] if option["type"] != "null")
    if value is None and "type" in schema:
        yield path, f"{label(path)} must not be null."
    elif "type" in schema and not _KINDS[schema["type"]][0](value):
        yield path, f"{label(path)} must be {_KINDS[schema['type']][1]}."
    elif isinstance(value, str):
        yield from _text(value, schema, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number(value, schema, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of(item, schema.get("items", {}), f"{path}.{index}")
    elif isinstance(value, dict):
        yield from _object(value, schema, path)


def _text(value: str, schema: Mapping[str, Any], path: str) -> Iterator[Complaint]:
    name = label(path)
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and value not in allowed:
        yield path, f"{name} must be one of: {', '.join(allowed)}."
    if len(value) < schema.get("minLength", 0):
        yield path, f"{name} must be at least {schema['minLength']} characters."
    if len(value) > schema.get("maxLength", len(value)):
        yield path, f"{name} may not be greater than {schema['maxLength']} characters."
    if schema.get("format") == "url" and not _is_web_address(value):
        yield path, f"{name} must be a valid URL."
    elif schema.get("format") == "timezone" and value not in available_timezones():
        yield path, f"{name} must be a valid timezone."
    elif schema.get("pattern", "").startswith("^[a-z0-9_]") and not re.fullmatch("[a-z0-9_]{3,16}", value):
        yield path, f"{name} must be 3 to 16 characters of a-z, 0-9 and _."


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


def _number(value: float, schema: Mapping[str, Any], path: str) -> Iterator[Complaint]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None and not low <= value <= high:
        yield path, f"{label(path)} must be between {low:g} and {high:g}."
    elif low is not None and value < low:
        yield path, f"{label(path)} must be at least {low:g}."


def _object(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[Complaint]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name}", f"{label(name)} is required."
    for name, item in value.items():
        if name in properties:
            yield from _of(item, properties[name], f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}.{name}", f"{label(path)} must only have: {', '.join(properties)}."


def _tool(tool: Any, path: str) -> Iterator[Complaint]:
    """A built-in tool: its type says which settings it has, flat beside it, and not inside `data` as the list has them.

    Settings that are not known are let through.
    """
    if not isinstance(tool, dict):
        yield path, f"{label(path)} must be objects."
    elif "type" not in tool:
        yield f"{path}.type", "Type is required."
    elif not isinstance(tool["type"], str) or tool["type"] not in tool_schemas():
        yield f"{path}.type", f"Type must be one of: {', '.join(tool_schemas())}."
    elif "data" in tool:
        yield f"{path}.data", f"Data is no setting of {tool['type']}: its settings are sent beside the type."
    else:
        yield from _of(tool, tool_schemas()[tool["type"]], path)
