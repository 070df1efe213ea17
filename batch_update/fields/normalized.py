"""An assistant as the list reports it, in the form in which an update would send it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from batch_update.fields.facts import Kind, all_fields
from batch_update.fields.reported import (
    UNKNOWN,
    Reader,
    read_fillers,
    read_flag,
    read_ids,
    read_integer,
    read_number,
    read_object,
    read_objects,
    read_schema,
    read_text,
    read_tools,
)
from batch_update.model.plans import Present
from batch_update.model.sheets import Json


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
            if value is not UNKNOWN and (type(value) in ATOMS or _is_sound(value)):
                found[name] = value
    return found


@cache
def _forms() -> Mapping[str, tuple[type | None, Reader]]:
    """Field -> the type whose values stand for themselves, and how all others are read."""
    readers = {name: _BY_NAME.get(name, _BY_KIND[field.kind]) for name, field in all_fields().items()}
    return {name: (_PLAIN.get(read), read) for name, read in readers.items()}


ATOMS = frozenset({str, int, float, bool, type(None)})


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
    "text": read_text,
    "url": read_text,
    "timezone": read_text,
    "choice": read_text,
    "id": read_integer,
    "integer": read_integer,
    "number": read_number,
    "flag": read_flag,
    "ids": read_ids,
    "array": read_objects,
    "object": read_object,
}


_PLAIN: Mapping[Reader, type] = {
    read_text: str,
    read_integer: int,
    read_flag: bool,
}


_BY_NAME: Mapping[str, Reader] = {
    "tools": read_tools,
    "filler_config": read_fillers,
    "post_call_schema": read_schema,
}
