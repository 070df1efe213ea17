"""Repairs that nobody has to be asked about: the cell means the same, or something where it was refused. Pure.

Each is proved: what is written instead is read as the same value, or as one where the cell could not be read; otherwise
it is no repair. Texts are never touched, nor rows that could not be read as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from pydantic import TypeAdapter

from batch_update.check.fault import has_errors
from batch_update.check.judging.cells import judge_cell
from batch_update.fields.assistant import time_zones
from batch_update.fields.cells import LEAVE, CellError, read_id
from batch_update.fields.cells.numbers import is_thousands
from batch_update.fields.facts import Field, all_fields
from batch_update.fields.parts import part_facts, part_validator
from batch_update.model.sheets import Column, Json, Repair, Role, Severity, Sheet
from batch_update.text import visible

Step = tuple[str, Callable[[str], str]]
"""A code, and a cell -> the cell as it might be written instead."""
Meaning = Callable[[str], Json]
"""A cell -> its value, or `_REFUSED`."""
Found = tuple[str, str]
"""The code of a repair, and the text that is written instead."""


def repairs_of(sheet: Sheet) -> tuple[Repair, ...]:
    """Return every repair of the sheet, in its order."""
    unread = {p.index for p in sheet.problems if p.index is not None and p.severity is Severity.ERROR}
    found = [
        Repair(repair[0], index, number, text, repair[1])
        for number, column in enumerate(sheet.columns)
        for index, text, repair in _of_column(sheet, column)
        if index not in unread
    ]
    found += [
        Repair("M105", problem.index or 0, None, "", "")
        for problem in sheet.problems
        if problem.code == "S123"
    ]
    return tuple(
        sorted(found, key=lambda repair: (repair.index, -1 if repair.column is None else repair.column))
    )


def _of_column(sheet: Sheet, column: Column) -> Iterator[tuple[int, str, Found]]:
    """Yield row, cell and repair of a column. Each distinct text is judged once."""
    repair = _repairer(sheet, column)
    if repair is None:
        return
    found = {text: repaired for text in set(column.texts) if (repaired := repair(text))}
    for index, text in enumerate(column.texts if found else ()):
        if text in found:
            yield index, text, found[text]


def _repairer(sheet: Sheet, column: Column) -> Callable[[str], Found | None] | None:
    """Return what finds the repair of a cell in this column; None for a column whose cells stay as they are."""
    decimal = sheet.dialect.decimal
    if column.role is Role.ID:
        return partial(_repair, _ID_STEPS, _id_meaning)
    if column.role not in (Role.FIELD, Role.PART) or column.field is None:
        return None
    field, check = _facts_of(column)
    if field.kind == "text":
        return None
    return partial(_repair, _steps_for(field, decimal), lambda text: _meaning(field, text, decimal, check))


def _repair(steps: Sequence[Step], meaning: Meaning, text: str) -> Found | None:
    """Return the repair of a cell: each step that changes it and is proved; the last one names the code."""
    code, now = "", text
    for name, step in steps:
        then = step(now)
        if then != now and _is_proved(meaning(now), meaning(then)):
            code, now = name, then
    return (code, now) if code else None


def _is_proved(before: Json, after: Json) -> bool:
    if after is _REFUSED:
        return False
    return before is _REFUSED or (type(before) is type(after) and before == after)


_REFUSED: Json = object()
"""Stands for the value of a cell that is refused."""


# ---------------------------------------------------------------- what a cell means


def _facts_of(column: Column) -> tuple[Field, TypeAdapter[Any] | None]:
    assert column.field is not None, "the column sets something"
    part = (column.field, column.path, column.operation)
    if column.role is Role.PART:
        return part_facts(*part), part_validator(*part)
    return all_fields()[column.field], None


def _meaning(field: Field, text: str, decimal: str, check: TypeAdapter[Any] | None) -> Json:
    value, faults = judge_cell(field, text, decimal, check)
    return _REFUSED if has_errors(faults) else value


def _id_meaning(text: str) -> Json:
    if not visible(text):
        return LEAVE
    try:
        return read_id(text)
    except CellError:
        return _REFUSED


# ---------------------------------------------------------------- steps


def _steps_for(field: Field, decimal: str) -> Sequence[Step]:
    """Return the steps that are tried on a cell of this field, in order. Each takes off the spaces itself."""
    own: dict[str, Step] = {
        "number": ("M102", partial(_with_point, decimal)),
        "integer": ("M102", partial(_with_point, decimal)),
        "timezone": ("M103", _zone),
        "array": ("M104", _straight),
        "object": ("M104", _straight),
        "phrases": ("M104", _straight),
        "ids": ("M106", _id_list),
        "id": ("M106", partial(_digits, keeps_zeros="phone" in field.look_up)),
    }
    return [_SPACES, own[field.kind]] if field.kind in own else [_SPACES]


def _with_point(decimal: str, text: str) -> str:
    """Return `0.8` for `0,8` where the sheet's sign is the point; what could be thousands stays."""
    trimmed = visible(text)
    is_number = re.fullmatch(r"[+-]?[0-9]*,[0-9]+", trimmed) is not None
    return trimmed.replace(",", ".") if decimal == "." and is_number and not is_thousands(trimmed) else text


def _zone(text: str) -> str:
    return _zones_by_spelling().get(_spelling(text), text)


def _spelling(zone: str) -> str:
    return re.sub(r"[\s_-]+", "", visible(zone).replace("\\", "/")).casefold()


@cache
def _zones_by_spelling() -> dict[str, str]:
    """Return the zones that are places by what is left of their names without case and spaces, where that is one."""
    places = sorted(
        zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
    found: dict[str, list[str]] = {}
    for zone in places:
        found.setdefault(_spelling(zone), []).append(zone)
    return {spelling: zones[0] for spelling, zones in found.items() if len(zones) == 1}


_CURLY = "“”„‟«»"
_STRINGS = re.compile(rf'"(?:[^"\\]|\\.)*"|[{_CURLY}](?P<inside>[^"{_CURLY}\\]*)[{_CURLY}]', re.DOTALL)
"""A text as JSON has it, whatever stands in it; or one between curly quotes that holds neither quotes nor escapes."""


def _straight(text: str) -> str:
    def straight(found: re.Match[str]) -> str:
        return found[0] if found["inside"] is None else f'"{found["inside"]}"'

    return _STRINGS.sub(straight, text) if any(sign in text for sign in _CURLY) else text


_SPELLED_ID = re.compile(r'0*([1-9][0-9]*)(?:[.,]0+)?|"0*([1-9][0-9]*)"').fullmatch


def _digits(text: str, *, keeps_zeros: bool = False) -> str:
    """Return the digits of an id alone. `keeps_zeros`: a leading 0 may be that of a phone number."""
    trimmed = visible(text)
    found = _SPELLED_ID(trimmed)
    if found is None or (keeps_zeros and trimmed.strip('"').startswith("0")):
        return text
    return found[1] or found[2]


def _id_list(text: str) -> str:
    """Return a list of ids with each as its digits alone, and `;` between them, where one is spelled otherwise."""
    separator = next((sign for sign in ";|" if sign in text), ",")
    parts = [part.strip() for part in visible(text).removeprefix("[").removesuffix("]").split(separator)]
    mended = [_digits(part) for part in parts]
    return "; ".join(mended) if mended != parts else text


_SPACES: Step = ("M101", visible)
_ID_STEPS: Sequence[Step] = [_SPACES, ("M106", _digits)]
