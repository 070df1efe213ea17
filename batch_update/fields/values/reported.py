"""Values as the list of assistants reports them, in the form in which an update sends them. Pure.

The list has numbers as text, yes and no as 1 and 0, tools nested, and names of its own for the types of a schema.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

from batch_update.fields.tools import TOOL_TYPES
from batch_update.model.sheets import Json


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""Stands for what cannot be read as a value of the field."""

Reader = Callable[[Json], Json]

_INTEGER = re.compile(r"-?[0-9]{1,18}(?:\.0{1,9})?").fullmatch
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_FLAGS: Mapping[str, bool] = {"1": True, "0": False, "true": True, "false": False}


# ---------------------------------------------------------------- plain values


def reported_text(value: Json) -> Json:
    return value if isinstance(value, str) or value is None else UNKNOWN


def reported_integer(value: Json) -> Json:
    if isinstance(value, bool):
        return UNKNOWN
    if isinstance(value, int) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER(value):
        return int(value.partition(".")[0])
    return UNKNOWN


def reported_number(value: Json) -> Json:
    if value is None:
        return None
    if isinstance(value, bool) or not (
        isinstance(value, (int, float)) or (isinstance(value, str) and _NUMBER(value))
    ):
        return UNKNOWN
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return UNKNOWN
    return number if math.isfinite(number) else UNKNOWN


def reported_flag(value: Json) -> Json:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    return _FLAGS.get(value, UNKNOWN) if isinstance(value, str) else UNKNOWN


# ---------------------------------------------------------------- values with an inside

# null for a list or an object is an empty one: there is nothing in it. [] for an object is how PHP writes {}.


def reported_ids(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else UNKNOWN
    ids = [reported_integer(item) for item in value]
    return UNKNOWN if UNKNOWN in ids or None in ids else ids


def reported_objects(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else UNKNOWN
    return value if all(isinstance(item, dict) for item in value) else UNKNOWN


def reported_object(value: Json) -> Json:
    if isinstance(value, dict):
        return value
    return {} if value is None or value == [] else UNKNOWN


def reported_fillers(value: Json) -> Json:
    """Return the phrases by kind. `{"enabled": ..., "phrases": ...}` says nothing of the kinds, nor may it be sent."""
    found = reported_object(value)
    if found is UNKNOWN or not found.keys().isdisjoint(("enabled", "phrases")):
        return UNKNOWN
    phrases = {name: [] if listed is None else listed for name, listed in found.items()}
    return phrases if all(isinstance(listed, list) for listed in phrases.values()) else UNKNOWN


_SCHEMA_TYPES: Mapping[Json, str] = {"boolean": "bool", "integer": "number", "float": "number"}
"""Types of a post-call schema as the list may name them -> as an update does."""


def reported_schema(value: Json) -> Json:
    found = reported_objects(value)
    if found is UNKNOWN:
        return found
    return [{name: _schema_type(name, part) for name, part in item.items()} for item in found]


def _schema_type(name: str, part: Json) -> Json:
    return _SCHEMA_TYPES.get(part, part) if name == "type" and isinstance(part, str) else part


# ---------------------------------------------------------------- tools


def reported_tools(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else UNKNOWN
    tools = [_read_tool(item) for item in value]
    return UNKNOWN if UNKNOWN in tools else tools


def _read_tool(value: Json) -> Json:
    """Return one tool, flat. A shape that could only be guessed at makes all of the tools unknown."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        return UNKNOWN
    settings = value
    if "data" in value:
        settings = reported_object(value["data"])
        if settings is UNKNOWN or len(value) > 2 or settings.get("type", kind) != kind:
            return UNKNOWN
    found = {"type": kind}
    readers = _setting_readers(kind)
    for name, setting in settings.items():
        if setting is not None and name != "type":
            known = readers[name](setting) if name in readers else setting
            found[name] = setting if known is UNKNOWN else known
    return found


@cache
def _setting_readers(kind: str) -> Mapping[str, Reader]:
    """Return the settings of this type of tool that may be reported in another form than they are sent in."""
    tool = TOOL_TYPES.get(kind)
    infos = tool.model_fields if tool is not None else {}
    forms: dict[Any, Reader] = {int: reported_integer, bool: reported_flag}
    return {name: forms[info.annotation] for name, info in infos.items() if info.annotation in forms}


def flat_tool(value: Any) -> Any:
    """A tool that somebody wrote, flat where it stands in the shape of the list, and with numbers for ids in quotes.

    What has another shape stays as it stands.
    """
    if not isinstance(value, dict):
        return value
    if "data" in value:
        found = _read_tool(value)
        return value if found is UNKNOWN else found
    ids = {name for name in _setting_readers(str(value.get("type"))) if name.endswith("_id")}
    return {name: _id(part) if name in ids else part for name, part in value.items()}


def _id(value: Any) -> Any:
    known = reported_integer(value) if isinstance(value, str) else value
    return value if known is UNKNOWN else known


def flat_tools(value: Json) -> Json:
    """Return every tool of a list as `flat_tool` has it; what is no list stays as it is."""
    return [flat_tool(item) for item in value] if isinstance(value, list) else value
