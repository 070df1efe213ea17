"""The typed answers of look-ups: what may be chosen for an assistant, and whose key this is."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TypeVar

from batch_update.model.sheets import Json


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose key this is."""

    name: str
    email: str
    total_balance: float | None


@dataclass(frozen=True, slots=True)
class Voice:
    id: int
    name: str
    language_id: int | None
    gender: str
    accent: str
    age: str
    preview_url: str
    synthesizer_provider_id: int | None


@dataclass(frozen=True, slots=True)
class Language:
    id: int
    name: str
    iso_2: str


@dataclass(frozen=True, slots=True)
class Model:
    id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    id: int
    phone_number: str
    country_code: str
    type_label: str
    is_available: bool | None


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of speech synthesis or transcription."""

    id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Knowledgebase:
    id: int
    name: str
    description: str
    status: str


@dataclass(frozen=True, slots=True)
class CustomTool:
    """A mid-call tool of the account."""

    id: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Group:
    """A folder or a label."""

    id: int
    name: str
    color: str
    assistants_count: int | None


T = TypeVar("T")


def entry_as(kind: type[T], item: Json) -> T:
    """One entry of an answer as this dataclass: missing texts are "", missing numbers None, the rest is left out.

    Raises ValueError where it is no object or its id is no whole number above 0.
    """
    if not isinstance(item, dict):
        raise ValueError("an entry is no object")
    found = {f.name: _READERS[str(f.type)](item.get(f.name)) for f in fields(kind)}  # type: ignore[arg-type]  # T is a dataclass of this module
    if "id" in found and not (type(found["id"]) is int and found["id"] > 0):
        raise ValueError("an entry has no id")
    return kind(**found)


def _number_or_none(value: Json) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value.strip()):
        return float(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: Json) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip()):
        return int(value)
    return value if type(value) is int else None


def _text_or_empty(value: Json) -> str:
    return "" if value is None else str(value)


def _flag(value: Json) -> bool | None:
    return bool(value) if isinstance(value, (bool, int)) else None


_READERS = {
    "int": _whole,
    "int | None": _whole,
    "float | None": _number_or_none,
    "str": _text_or_empty,
    "bool | None": _flag,
}
