"""What an assistant holds now, in the form in which an update would send it, and when two values are the same. Pure.

The list of assistants reports numbers as text, yes and no as 1 and 0, tools nested, and an empty object as [].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

from batch_update.fields import reported
from batch_update.fields.reference import Kind, all_fields
from batch_update.fields.reported import UNKNOWN, Reader
from batch_update.fields.tools import FillerConfig
from batch_update.model import Json, Present
from batch_update.plan.storing import same_text


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
            if value is not UNKNOWN and (type(value) in _ATOMS or _is_sound(value)):
                found[name] = value
    return found


@cache
def _forms() -> Mapping[str, tuple[type | None, Reader]]:
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


_BY_KIND: Mapping[Kind, Reader] = {
    "text": reported.read_text,
    "url": reported.read_text,
    "timezone": reported.read_text,
    "choice": reported.read_text,
    "id": reported.read_integer,
    "integer": reported.read_integer,
    "number": reported.read_number,
    "flag": reported.read_flag,
    "ids": reported.read_ids,
    "array": reported.read_objects,
    "object": reported.read_object,
}
_PLAIN: Mapping[Reader, type] = {
    reported.read_text: str,
    reported.read_integer: int,
    reported.read_flag: bool,
}
_BY_NAME: Mapping[str, Reader] = {
    "tools": reported.read_tools,
    "filler_config": reported.read_fillers,
    "post_call_schema": reported.read_schema,
}


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
