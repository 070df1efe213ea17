"""An assistant as the list reports it, in the form in which an update would send it. Pure."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from functools import cache

from batch_update.fields.facts import Kind, all_fields
from batch_update.fields.values.reported import (
    UNKNOWN,
    Reader,
    reported_fillers,
    reported_flag,
    reported_ids,
    reported_integer,
    reported_number,
    reported_object,
    reported_objects,
    reported_schema,
    reported_text,
    reported_tools,
)
from batch_update.model.plans import Present
from batch_update.model.sheets import Json


def normalize_assistant(raw: Mapping[str, Json], wanted: Container[str] | None = None) -> Present:
    """An assistant as the list reports it -> field -> value, as an update would send it; all, or those wanted.

    A field that is not reported, or whose value cannot be read as one of the field's type or be written down again,
    is left out: it is unknown. What can be read is kept also where it is out of bounds, or null where an update could
    not say so; it is there, and can be compared, though it cannot be sent. Names that are no fields are ignored.
    Nothing is raised.
    """
    found = {}
    forms = _forms()
    for name, value in raw.items():
        if name in forms and (wanted is None or name in wanted):
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
    "text": reported_text,
    "url": reported_text,
    "timezone": reported_text,
    "choice": reported_text,
    "id": reported_integer,
    "integer": reported_integer,
    "number": reported_number,
    "flag": reported_flag,
    "ids": reported_ids,
    "array": reported_objects,
    "object": reported_object,
}


_PLAIN: Mapping[Reader, type] = {
    reported_text: str,
    reported_integer: int,
    reported_flag: bool,
}


_BY_NAME: Mapping[str, Reader] = {
    "tools": reported_tools,
    "filler_config": reported_fillers,
    "post_call_schema": reported_schema,
}
