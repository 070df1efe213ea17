"""Complaints of pydantic about a value, in our words: the place inside, what was given, what is allowed, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from batch_update.check.fault import Fault
from batch_update.fields.assistant import time_zones
from batch_update.fields.cells import show_as
from batch_update.fields.facts import Field
from batch_update.fields.tools import SECRET_SETTINGS, TOOL_TYPES, FillerConfig, PostCallField, shown
from batch_update.model.sheets import Json
from batch_update.text import asked, counted, did_you_mean, either


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, the value that was read from it, and the decimal sign of its sheet."""

    field: Field
    text: str
    value: Json
    decimal: str


@dataclass(frozen=True, slots=True)
class _Detail:
    """One complaint about a value or a part of it."""

    cell: Cell
    path: tuple[str | int, ...]
    """names and positions inside the value; empty for the value itself"""
    input: Any
    context: Mapping[str, Any]
    model: type[BaseModel] | None
    """of the part of the value that the path leads into"""

    @property
    def place(self) -> str:
        """`speech_speed`, `tools.0.timeout`."""
        return ".".join(map(str, (self.cell.field.name, *self.path)))

    @property
    def given(self) -> str:
        """Return the part that is wrong; lists and objects are named only, since a secret may be among their parts."""
        if any(name in SECRET_SETTINGS for name in self.path):
            return ""
        if not self.path:
            return shown(self.cell.text.strip())
        return _describe(self.input)

    def wanted(self, inside: str) -> str:
        """Return what is allowed: the field's own words for the whole value, `inside` for a part of it."""
        return inside if self.path else self.cell.field.allowed


_MODELS: Mapping[str, type[BaseModel]] = {"filler_config": FillerConfig, "post_call_schema": PostCallField}
"""Field -> the model of its value, or of the items of its value."""


def _describe(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "an object"
        case list():
            return "a list"
    return shown(str(value))


def complaint(cell: Cell, error: Mapping[str, Any]) -> Fault:
    """Return the fault that one of the errors of a pydantic.ValidationError stands for."""
    path, model = error["loc"], _MODELS.get(cell.field.name)
    if cell.field.name == "tools" and len(path) > 1:
        # The second step is the tag of the tool's model, no part of the value.
        path, model = (path[0], *path[2:]), TOOL_TYPES.get(path[1])
    detail = _Detail(cell, path, error["input"], error.get("ctx", {}), model)
    return _FAULTS.get(error["type"], _wrong_type(error["type"]))(detail)


_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""pydantic's name of an error -> what was wanted."""


def _wrong_type(kind: str) -> Callable[[_Detail], Fault]:
    wanted = _TYPES.get(kind, "another kind of value")

    def fault(detail: _Detail) -> Fault:
        remedy = "write it without quotes" if _only_quoted(detail.input, wanted) else ""
        return Fault("V101", f"{detail.place} is not {wanted}", detail.given, wanted, remedy)

    return fault


def _only_quoted(value: Json, wanted: str) -> bool:
    if not isinstance(value, str):
        return False
    if wanted == "true or false":
        return value in ("true", "false")
    return wanted in ("a whole number", "a number") and value.strip().isdecimal()


def _below(detail: _Detail) -> Fault:
    wanted = detail.wanted(f"at least {detail.context['ge']:g}")
    remedy = _other_number(detail, detail.context["ge"])
    return Fault("V103", f"{detail.place} is below the minimum", detail.given, wanted, remedy)


def _above(detail: _Detail) -> Fault:
    wanted = detail.wanted(f"at most {detail.context['le']:g}")
    remedy = _other_number(detail, detail.context["le"])
    return Fault("V104", f"{detail.place} is above the maximum", detail.given, wanted, remedy)


def _other_number(detail: _Detail, bound: float) -> str:
    """`did you mean 0.7?` for 70 or -0.7 where only 0 to 1 is allowed; else the nearest allowed number."""
    field, value = detail.cell.field, detail.input
    if detail.path or field.minimum is None or field.maximum is None:
        return f"the nearest that is allowed is {bound:g}"
    for guess in (round(guess, 6) for guess in _guesses(value, bound, whole=field.kind == "integer")):
        if (
            guess
            and field.minimum <= guess <= field.maximum
            and (field.kind == "number" or guess == int(guess))
        ):
            return asked(_show_bound(detail.cell, guess))
    return f"the nearest that is allowed is {_show_bound(detail.cell, bound)}"


def _guesses(value: float, bound: float, *, whole: bool) -> list[float]:
    """Return the numbers that a habit turns into this one: a dash before it, percent or milliseconds."""
    if value < 0:
        return [-value] if value != -1 else []  # -1 is never or off to some programs
    if whole:
        return [value / 1000] if value >= 1000 and value % 1000 == 0 else []
    return [value / 100] if value >= 10 and bound <= 2 else []


def _show_bound(cell: Cell, number: float) -> str:
    value = number if cell.field.kind == "number" else int(number)
    return show_as(cell.field, value, cell.decimal).removesuffix(f"{cell.decimal}0")


def _too_long(detail: _Detail) -> Fault:
    most, has = detail.context["max_length"], len(detail.input)
    return Fault(
        "V102",
        f"{detail.place} is too long",
        counted(has, "character"),
        detail.wanted(f"up to {counted(most, 'character')}"),
        f"take out {counted(has - most, 'character')}",
    )


def _too_short(detail: _Detail) -> Fault:
    least = detail.context["min_length"]
    wanted = detail.wanted(f"at least {counted(least, 'character')}")
    return Fault("V113", f"{detail.place} is too short", counted(len(detail.input), "character"), wanted)


def _no_choice(detail: _Detail) -> Fault:
    choices = _choices_inside(detail) if detail.path else detail.cell.field.choices
    wanted = detail.wanted(either(choices))
    remedy = did_you_mean(str(detail.input), choices) or "write one of those"
    return Fault("V105", f"{detail.place} is none of the words allowed", detail.given, wanted, remedy)


def _choices_inside(detail: _Detail) -> tuple[str, ...]:
    """Return the words that a part of a value may be, as its type says."""
    assert detail.model is not None, "only values with a model have parts of a few words"
    return get_args(detail.model.model_fields[str(detail.path[-1])].annotation)


def _no_zone(detail: _Detail) -> Fault:
    # Abbreviations are near to each other and mean other hours: MEZ is not MET, CEST not CET, UTC+1 not UTC; and
    # Etc/GMT+1 is an hour behind Greenwich. So only places are proposed.
    zones = {zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))}
    city = re.sub(r"\s+", "_", str(detail.input).strip()).casefold()
    by_city = sorted(zone for zone in zones if zone.rpartition("/")[2].casefold() == city)
    remedy = did_you_mean(str(detail.input), zones)
    if by_city:
        remedy = asked(" or ".join(by_city))
    wanted = detail.cell.field.allowed
    return Fault("V108", f"{detail.place} is not a time zone", detail.given, wanted, remedy)


def _no_url(detail: _Detail) -> Fault:
    bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?", str(detail.input))
    remedy = asked(f"https://{shown(bare[0])}") if bare else "write the whole address, from https:// on"
    return Fault(
        "V109", f"{detail.place} is not a web address", detail.given, detail.cell.field.allowed, remedy
    )


def _missing(detail: _Detail) -> Fault:
    return Fault("V110", f"{detail.place} is missing", remedy=f"add {detail.path[-1]}")


def _not_known(detail: _Detail) -> Fault:
    assert detail.model is not None, "only values with a model have parts that are known"
    names = list(detail.model.model_fields)
    remedy = did_you_mean(str(detail.path[-1]), names) or "take it out"
    return Fault("V111", f"{detail.place} is not known", wanted=", ".join(names), remedy=remedy)


def _nested(detail: _Detail) -> Fault:
    wanted = '{"type": ..., and its settings beside it}'
    remedy = "write the settings beside type, without data around them"
    return Fault("V111", f"{detail.place}.data is not known", wanted=wanted, remedy=remedy)


_CLASS = re.compile(r"\^\[(?P<characters>[^\]]+)\]\{(?P<least>\d+),(?P<most>\d+)\}\$").fullmatch
"""The one form of patterns that fields have: so many of these characters."""


def _wrong_form(detail: _Detail) -> Fault:
    pattern = _CLASS(detail.context["pattern"])
    assert pattern is not None, "a test holds that patterns have this form"
    characters, most = pattern["characters"], int(pattern["most"])
    guess = re.sub(f"[^{characters}]+", "_", str(detail.input).casefold()).strip("_")[:most]
    remedy = asked(guess) if len(guess) >= int(pattern["least"]) else ""
    wanted = f"{pattern['least']} to {most} characters of {' '.join(re.findall('.-.|.', characters))}"
    return Fault("V112", f"{detail.place} has the wrong form", detail.given, wanted, remedy)


_FAULTS: dict[str, Callable[[_Detail], Fault]] = {
    "greater_than_equal": _below,
    "less_than_equal": _above,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "literal_error": _no_choice,
    "timezone": _no_zone,
    "url": _no_url,
    "missing": _missing,
    "extra_forbidden": _not_known,
    "nested_tool": _nested,
    "string_pattern_mismatch": _wrong_form,
}
"""pydantic's name of an error -> ours. Every other is a wrong type."""
