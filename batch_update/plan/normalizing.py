"""What an assistant holds now, in the form in which an update would send it, and when two values are the same. Pure.

The list of assistants reports numbers as text, yes and no as 1 and 0, tools nested, and an empty object as [].
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

from batch_update.fields.reference import Kind, all_fields
from batch_update.fields.tools import TOOL_TYPES, FillerConfig
from batch_update.model import Json, Present
from batch_update.plan.storing import same_text


class _Unknown(Enum):
    UNKNOWN = "unknown"


_UNKNOWN: Final = _Unknown.UNKNOWN
"""Stands for what cannot be read as a value of the field."""

_Reader = Callable[[Json], Json]


def normalize_assistant(raw: Mapping[str, Json]) -> Present:
    """An assistant as the list reports it -> field -> value, as an update would send it.

    A field that is not reported, or whose value cannot be read as one of the field's type or be written down again,
    is left out: it is unknown. What can be read is kept also where it is out of bounds, or null where an update could
    not say so; it is there, and can be compared, though it cannot be sent. Names that are no fields are ignored.
    Nothing is raised.
    """
    found = {}
    forms = _forms()
    for name, value in raw.items():
        if name in forms:
            plain, read = forms[name]
            if type(value) is not plain:
                value = read(value)
            if value is not _UNKNOWN and (type(value) in _ATOMS or _is_sound(value)):
                found[name] = value
    return found


@cache
def _forms() -> Mapping[str, tuple[type | None, _Reader]]:
    """Field -> the type whose values stand for themselves, and how all others are read."""
    readers = {name: _BY_NAME.get(name, _BY_KIND[field.kind]) for name, field in all_fields().items()}
    return {name: (_PLAIN.get(read), read) for name, read in readers.items()}


_ATOMS = frozenset({str, int, float, bool, type(None)})
_DEEPEST = 100


def _is_sound(value: Json, depth: int = 0) -> bool:
    """Whether it can be written as JSON: Python reads NaN and 1e999, and what is nested too deeply to be written."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return depth < _DEEPEST and all(_is_sound(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return depth < _DEEPEST and all(_is_sound(inner, depth + 1) for inner in value)
    return True


# ---------------------------------------------------------------- plain values

_INTEGER = re.compile(r"-?[0-9]{1,18}(?:\.0{1,9})?").fullmatch
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_FLAGS: Mapping[str, bool] = {"1": True, "0": False, "true": True, "false": False}


def _text(value: Json) -> Json:
    return value if isinstance(value, str) or value is None else _UNKNOWN


def _integer(value: Json) -> Json:
    if isinstance(value, bool):
        return _UNKNOWN
    if isinstance(value, int) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER(value):
        return int(value.partition(".")[0])
    return _UNKNOWN


def _number(value: Json) -> Json:
    if value is None:
        return None
    if isinstance(value, bool) or not (
        isinstance(value, (int, float)) or (isinstance(value, str) and _NUMBER(value))
    ):
        return _UNKNOWN
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return _UNKNOWN
    return number if math.isfinite(number) else _UNKNOWN


def _flag(value: Json) -> Json:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    return _FLAGS.get(value, _UNKNOWN) if isinstance(value, str) else _UNKNOWN


# ---------------------------------------------------------------- values with an inside

# null for a list or an object is an empty one: there is nothing in it. [] for an object is how PHP writes {}.


def _ids(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else _UNKNOWN
    ids = [_integer(item) for item in value]
    return _UNKNOWN if _UNKNOWN in ids or None in ids else ids


def _objects(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else _UNKNOWN
    return value if all(isinstance(item, dict) for item in value) else _UNKNOWN


def _object(value: Json) -> Json:
    if isinstance(value, dict):
        return value
    return {} if value is None or value == [] else _UNKNOWN


def _filler_config(value: Json) -> Json:
    found = _object(value)
    if found is _UNKNOWN:
        return found
    phrases = {name: [] if listed is None else listed for name, listed in found.items()}
    return phrases if all(isinstance(listed, list) for listed in phrases.values()) else _UNKNOWN


def _tools(value: Json) -> Json:
    if not isinstance(value, list):
        return [] if value is None else _UNKNOWN
    tools = [_tool(item) for item in value]
    return _UNKNOWN if _UNKNOWN in tools else tools


def _tool(value: Json) -> Json:
    """One tool, flat. A shape that could only be guessed at makes all of the tools unknown."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        return _UNKNOWN
    settings = value
    if "data" in value:
        settings = _object(value["data"])
        if settings is _UNKNOWN or len(value) > 2 or settings.get("type", kind) != kind:
            return _UNKNOWN
    found = {"type": kind}
    readers = _setting_readers(kind)
    for name, setting in settings.items():
        if setting is not None and name != "type":
            known = readers[name](setting) if name in readers else setting
            found[name] = setting if known is _UNKNOWN else known
    return found


@cache
def _setting_readers(kind: str) -> Mapping[str, _Reader]:
    """The settings of this type of tool that may be reported in another form than they are sent in."""
    tool = TOOL_TYPES.get(kind)
    infos = tool.model_fields if tool is not None else {}
    forms: dict[Any, _Reader] = {int: _integer, bool: _flag}
    return {name: forms[info.annotation] for name, info in infos.items() if info.annotation in forms}


_BY_KIND: Mapping[Kind, _Reader] = {
    "text": _text,
    "url": _text,
    "timezone": _text,
    "choice": _text,
    "id": _integer,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "ids": _ids,
    "array": _objects,
    "object": _object,
}
_PLAIN: Mapping[_Reader, type] = {_text: str, _integer: int, _flag: bool}
_BY_NAME: Mapping[str, _Reader] = {"tools": _tools, "filler_config": _filler_config}


# ---------------------------------------------------------------- when two values are the same


def same_value(field: str, wanted: Json, now: Json) -> bool:
    """Whether sending `wanted` would leave the field as it is; `now` as `normalize_assistant` gives it.

    1 is 1.0 and never true; texts are compared as `storing.same_text` does; ids are sets, since a list of them says
    what is linked and not in which order; a kind of filler without phrases is one that is not there; a tool's setting
    that is null is one that is not there. A setting that is not there differs from one that holds what may be its
    default: sending it again does no harm, taking it for sent does.
    """
    if type(wanted) is type(now) and type(now) in _ATOMS:
        return bool(wanted == now) or (isinstance(now, str) and same_text(wanted, now))
    try:
        return _COMPARERS.get(field, _same_json)(wanted, now)
    except RecursionError:  # nested too deeply to tell, and different is the safe answer
        return False


def _same_json(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_json(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return bool(one == other)


def _same_ids(one: Json, other: Json) -> bool:
    return isinstance(one, list) and isinstance(other, list) and set(one) == set(other)


def _same_fillers(one: Json, other: Json) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    kinds = {**FillerConfig.model_fields, **one, **other}
    return all(_same_json(one.get(kind, []), other.get(kind, [])) for kind in kinds)


def _same_tools(one: Json, other: Json) -> bool:
    if not isinstance(one, list) or not isinstance(other, list):
        return False
    return len(one) == len(other) and all(map(_same_tool, one, other))


def _same_tool(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    mine, theirs = ({k: v for k, v in tool.items() if v is not None} for tool in (one, other))
    return mine.keys() == theirs.keys() and all(_same_setting(k, mine[k], theirs[k]) for k in mine)


def _same_setting(name: str, one: Json, other: Json) -> bool:
    if name.endswith("_id") and {type(one), type(other)} == {int, str}:
        return str(one) == str(other)
    return _same_json(one, other)


_COMPARERS: Mapping[str, Callable[[Json, Json], bool]] = {
    "secondary_language_ids": _same_ids,
    "tool_ids": _same_ids,
    "label_ids": _same_ids,
    "filler_config": _same_fillers,
    "tools": _same_tools,
}
