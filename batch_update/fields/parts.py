"""The parts of values that can be set alone, the rest kept: what they are called, and what a cell of one holds.

  variables.KEY                 text; KEY as it stands; null removes it
  filler_config.positive        phrases; null removes that kind
  tools.end_call.description    the one tool of that type; null removes a setting that is not required
  label_ids+, label_ids-        ids that are added, or taken away; so for every list of ids

A variable is always text here, since that is what placeholders are filled with, and 01234 must not become a number;
other JSON is set with all of `variables`. Settings of types that are not documented, and secrets, are set with all of
`tools`: a secret alone in a cell could not be told from other text, and would show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import ConfigDict, TypeAdapter

from batch_update.fields.facts import Field, all_fields, kind_of_cell, validator
from batch_update.fields.tools import SECRET_SETTINGS, TOOL_TYPES, FillerConfig

FREE_KEYS = "variables"
"""The field whose keys are the user's own."""

Path = tuple[str, ...]


@cache
def parts_of(field: str) -> Mapping[str, Path]:
    """The parts of this field that have a name of their own, as they stand in a header after its dot -> their keys."""
    paths: list[Path] = []
    if field == "filler_config":
        paths = [(kind,) for kind in FillerConfig.model_fields]
    elif field == "tools":
        paths = [(kind, setting) for kind in TOOL_TYPES for setting in _setting_names(kind)]
    return MappingProxyType({".".join(path): path for path in paths})


def is_list(field: str) -> bool:
    """Whether ids can be added to this field and taken away from it."""
    return all_fields()[field].kind == "ids"


def part_name(field: str, path: Path, operation: str) -> str:
    """`variables.company_name`, `label_ids+`: how the header of its column is written."""
    return ".".join((field, *path)) + {"add": "+", "remove": "-"}.get(operation, "")


def part_of(value: Any, field: str, path: Path) -> Any:
    """Return what a value of this field holds there; None for nothing, and for tools that there are several of."""
    if field != "tools":
        return value.get(path[0])
    settings = [tool for tool in value if tool["type"] == path[0]]
    return settings[0].get(path[1]) if len(settings) == 1 else None


def parts_in(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of this value that have a name of their own and hold something, each by its name."""
    paths: Iterable[Path] = parts_of(field).values()
    if field == FREE_KEYS:
        paths = [(key,) for key in value or ()]
    for path in paths if value else ():
        part = part_of(value, field, path)
        if part not in (None, []):
            yield part_name(field, path, "set"), part


@cache
def part_facts(field: str, path: Path, operation: str) -> Field:
    """Return the facts of a part as if it were a field. KeyError where there is no such part."""
    does = {"add": "Added to", "remove": "Taken from"}.get(operation, "A part of")
    plain = replace(
        all_fields()[field],
        name=part_name(field, path, operation),
        help=f"{does} {field}; the rest is kept",
        nullable=True,
        empty=False,
        aliases=(),
        words={},
        look_up="",
    )
    if operation != "set":
        return replace(plain, nullable=False)
    if field == FREE_KEYS:
        return replace(plain, kind="text")
    if field == "filler_config":
        return replace(plain, kind="phrases", empty=True)
    kind, setting = parts_of(field)[".".join(path)]
    schema = TOOL_TYPES[kind].model_json_schema()["properties"][setting]
    return replace(
        plain,
        kind=kind_of_cell(schema, is_id=setting.endswith("_id")),
        choices=tuple(schema.get("enum", ())),
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        max_length=schema.get("maxLength"),
        nullable=not TOOL_TYPES[kind].model_fields[setting].is_required(),
    )


@cache
def part_validator(field: str, path: Path, operation: str) -> TypeAdapter[Any]:
    """Checks the value of this part alone. Raises pydantic.ValidationError."""
    if operation != "set":
        return validator(field)
    kind: Any = str
    if field == "filler_config":
        kind = list[str]
    elif field == "tools":
        info = TOOL_TYPES[path[0]].model_fields[path[1]]
        kind = info.annotation
        for constraint in info.metadata:
            kind = Annotated[kind, constraint]
    return TypeAdapter(kind, config=ConfigDict(strict=True, hide_input_in_errors=True))


def _setting_names(kind: str) -> list[str]:
    infos = TOOL_TYPES[kind].model_fields.items()
    hidden = {"type", *SECRET_SETTINGS}
    return [name for name, info in infos if name not in hidden and info.annotation is not Any]
