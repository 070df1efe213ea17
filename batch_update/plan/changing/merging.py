"""Parts put into the present values around them, since the API replaces such values whole. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from batch_update.check.fault import Fault
from batch_update.check.judging.complaints import Cell, complaint
from batch_update.fields.facts import all_fields, validator
from batch_update.fields.parts import part_name
from batch_update.model.plans import Part, Present
from batch_update.model.sheets import Json


@dataclass(frozen=True, slots=True)
class _Merged:
    """Whole values made of parts, and what went wrong with the others."""

    values: Mapping[str, Json]
    faults: tuple[tuple[Part, Fault], ...]


def merge_parts(parts: tuple[Part, ...], now: Present) -> _Merged:
    """Return whole values: the parts of each field put, one after another, into a copy of what it holds now."""
    values: dict[str, Json] = {}
    faults: list[tuple[Part, Fault]] = []
    by_field: dict[str, list[Part]] = {}
    for part in parts:
        by_field.setdefault(part.field, []).append(part)
    for field, members in by_field.items():
        value, wrong = _merge_field(field, members, now)
        faults += wrong
        if not wrong:
            values[field] = value
    return _Merged(values, tuple(faults))


def _merge_field(field: str, parts: list[Part], now: Present) -> tuple[Json, list[tuple[Part, Fault]]]:
    if field not in now:
        return None, [(part, _unknown_value(part)) for part in parts]
    value: Json = now[field]
    faults = []
    for part in parts:
        put = _put(part, value)
        if isinstance(put, Fault):
            faults.append((part, put))
        else:
            value = put
    return value, faults or [(parts[0], fault) for fault in _refusals(field, value)]


def name_of_part(part: Part) -> str:
    """`variables.company_name`: how the column of a part is called."""
    return part_name(part.field, part.path, part.operation)


def _put(part: Part, value: Json) -> Json | Fault:
    """Return the value with this part in it."""
    match part.operation, part.path:
        case "add", ():
            return [*value, *(item for item in dict.fromkeys(part.value) if item not in value)]
        case "remove", ():
            return [item for item in value if item not in part.value]
        case "set", (kind, setting) if part.field == "tools":
            return _put_setting(part, kind, setting, value)
        case "set", (key,):
            return _with(value, key, part.value)
    raise ValueError(f"{name_of_part(part)} is no part of a value")


def _with(value: Mapping[str, Json], key: str, part: Json) -> Mapping[str, Json]:
    rest = {name: kept for name, kept in value.items() if name != key or part is not None}
    return rest if part is None else {**rest, key: part}


def _put_setting(part: Part, kind: str, setting: str, tools: list[dict[str, Json]]) -> Json | Fault:
    numbers = [number for number, tool in enumerate(tools) if tool["type"] == kind]
    if len(numbers) != 1:
        count = f"{len(numbers)} tools" if numbers else "no tool"
        message = f"{name_of_part(part)}: the assistant has {count} of type {kind}"
        return Fault("X244", message, wanted="one such tool")
    return [_with(tool, setting, part.value) if n == numbers[0] else tool for n, tool in enumerate(tools)]


# ---------------------------------------------------------------- what forbids it


def _unknown_value(part: Part) -> Fault:
    how = " in a form that could be sent back" if all_fields()[part.field].reported else ""
    message = f"{name_of_part(part)}: the API does not report {part.field}{how}, so that the rest of it would be lost"
    return Fault("X242", message, remedy=f"set all of {part.field} in one column, if it may be replaced")


def _refusals(field: str, value: Json) -> list[Fault]:
    """Return the faults of a merged value: the part is good, so they lie in what is there around it."""
    try:
        validator(field).validate_python(value)
    except ValidationError as error:
        cell = Cell(all_fields()[field], "", value, ".")
        return [_beside(complaint(cell, detail)) for detail in error.errors(include_url=False)]
    return []


def _beside(fault: Fault) -> Fault:
    message = f"the whole value would be sent, and in what is there {fault.message}"
    return Fault("X246", message, fault.given, fault.wanted)
