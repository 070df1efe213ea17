"""The facts of `AssistantUpdate` as a table: what headers, checks, help, docs and templates read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

from batch_update.fields.assistant import AssistantUpdate
from batch_update.text import either

Kind = Literal[
    "text",
    "url",
    "timezone",
    "id",
    "integer",
    "number",
    "flag",
    "choice",
    "ids",
    "array",
    "object",
    "phrases",
]
"""`phrases` is a kind of part only: a list of texts."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an assistant: its type, its bounds, its names."""

    name: str
    kind: Kind
    group: str
    help: str
    unit: str
    choices: tuple[str, ...]
    words: Mapping[str, str]
    """what people write for a choice, in small letters -> the choice"""
    minimum: float | None
    maximum: float | None
    max_length: int | None
    """characters, not bytes"""
    nullable: bool
    """null clears it"""
    empty: bool
    """[] or {} clears it"""
    modes: tuple[str, ...]
    aliases: tuple[str, ...]
    reported: bool
    """the list of assistants carries it"""
    wider: bool
    """not on the vendor's page for this endpoint, but in its wider docs"""
    look_up: str
    """the catalogue that its ids come from, "" for none"""

    @property
    def allowed(self) -> str:
        """Return in short which values are allowed: `0.7 to 1.2`, `up to 255 characters`, `inbound or outbound`."""
        return _allowed(self)


@cache
def all_fields() -> Mapping[str, Field]:
    """Field name -> its facts, in the order of `AssistantUpdate`."""
    schemas = AssistantUpdate.model_json_schema()["properties"]
    infos = AssistantUpdate.model_fields.items()
    return MappingProxyType({name: _field(name, info, schemas[name]) for name, info in infos})


@cache
def validator(name: str) -> TypeAdapter[Any]:
    """Checks one value of this field alone: type, bounds, null. Raises pydantic.ValidationError."""
    info = AssistantUpdate.model_fields[name]
    kind: Any = info.annotation
    for constraint in info.metadata:
        kind = Annotated[kind, constraint]
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    config = ConfigDict(strict=True, allow_inf_nan=False, hide_input_in_errors=True)
    return TypeAdapter(kind, config=None if is_model else config)


def _field(name: str, info: FieldInfo, schema: Mapping[str, Any]) -> Field:
    extra: Any = info.json_schema_extra
    options = schema.get("anyOf", (schema,))
    inner = next(option for option in options if option.get("type") != "null")
    return Field(
        name=name,
        kind=kind_of_cell(inner, is_id=bool(extra["look_up"])),
        group=extra["group"],
        help=info.description or "",
        unit=extra["unit"],
        choices=tuple(inner.get("enum", ())),
        words=MappingProxyType(extra["words"]),
        minimum=inner.get("minimum"),
        maximum=inner.get("maximum"),
        max_length=inner.get("maxLength"),
        nullable=len(options) > 1,
        empty=extra["empty"],
        modes=tuple(extra["modes"]),
        aliases=tuple(extra["aliases"]),
        reported=extra["reported"],
        wider=extra["wider"],
        look_up=extra["look_up"],
    )


def kind_of_cell(schema: Mapping[str, Any], *, is_id: bool) -> Kind:
    """Return what kind of cell this is, from the field's JSON Schema."""
    match schema:
        case {"enum": _}:
            return "choice"
        case {"format": "url"}:
            return "url"
        case {"format": "timezone"}:
            return "timezone"
        case {"type": "array", "items": {"type": "integer"}}:
            return "ids"
        case {"type": "integer"}:
            return "id" if is_id else "integer"
    kinds: dict[str, Kind] = {"string": "text", "number": "number", "boolean": "flag", "array": "array"}
    return kinds.get(schema.get("type", ""), "object")


def _allowed(field: Field) -> str:
    unit = f" {field.unit}" if field.unit else ""
    if field.choices:
        words = either(field.choices)
    elif field.minimum is not None and field.maximum is not None:
        words = f"{field.minimum:g} to {field.maximum:g}{unit}"
    elif field.max_length is not None:
        words = f"up to {field.max_length} characters"
    else:
        words = {
            "text": "text",
            "url": "a web address",
            "timezone": "an IANA time zone, such as Europe/Berlin",
            "id": "an id, a whole number above 0, or its name",
            "integer": "a whole number",
            "number": "a number",
            "flag": "true or false",
            "choice": "",
            "ids": "ids or names, such as 2, 3, 4",
            "array": "a JSON array",
            "object": "a JSON object",
            "phrases": "phrases, such as Okay. | Noted.",
        }[field.kind]
    return words + (", or null" if field.nullable else "")
