"""The names of fields as headers spell them: the field's own, its aliases in English and German, its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from batch_update.fields.facts import Field, all_fields
from batch_update.fields.parts import FREE_KEYS, Path, is_list, part_facts, part_name, parts_of
from batch_update.model.sheets import Role

ID = "id"
"""stands for the id column wherever a field is named, as in the setting map='Nr=id'"""
ID_NAMES = ("id", "assistant_id", "assistent_id", "assistenten_id")
_PART = re.compile(r"(?P<base>[^.]+)\.(?P<inside>.+)|(?P<list>.+)(?P<sign>[+-])", re.DOTALL)
_OPERATIONS = {"+": "add", "-": "remove"}


@dataclass(frozen=True, slots=True)
class Heading:
    """The purpose of one column; `path` and `operation` as in `model.Column`."""

    role: Role
    field: str | None = None
    path: Path = ()
    operation: str = "set"

    @property
    def name(self) -> str | None:
        """Return the name of all that it sets: `id`, a field, a part of one; None for nothing."""
        if self.role is Role.ID:
            return ID
        return self.field and part_name(self.field, self.path, self.operation)

    @property
    def facts(self) -> Field:
        """Return the facts of its cells; for columns of a field or a part of one."""
        assert self.field is not None, "the column sets something"
        if self.role is Role.PART:
            return part_facts(self.field, self.path, self.operation)
        return all_fields()[self.field]


def normalize(header: str) -> str:
    """Return the form in which headers are compared: no case, no spaces, no `_`, no `-`, one spelling of umlauts.

    Nor what nobody sees: soft hyphens, spaces without width, marks of direction.
    """
    plain = re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", header).casefold())
    return plain if plain.isascii() else "".join(c for c in plain if unicodedata.category(c) != "Cf")


@cache
def known_names() -> Mapping[str, str]:
    """Normalized header -> field, for every name and alias; the id column's names -> `id`."""
    names = {normalize(alias): field.name for field in all_fields().values() for alias in field.aliases}
    names |= {normalize(name): name for name in all_fields()}
    names |= {normalize(name): ID for name in ID_NAMES}
    return MappingProxyType(names)


def meaning(header: str) -> Heading | None:
    """Return the id, the field or the part of one that a header names; None where it names none of them."""
    base = base_of(header)
    if base is not None:
        return _part_heading(header, base)
    field = known_names().get(normalize(header))
    if field is None:
        return None
    return Heading(Role.ID) if field == ID else Heading(Role.FIELD, field)


def key_of(header: str) -> str:
    """Return a header as it is compared with those that settings name: `label_ids-` is not `label_ids`."""
    sign = "-" if header.rstrip().endswith("-") and base_of(header) is not None else ""
    return normalize(header) + sign


def base_of(header: str) -> str | None:
    """Return the field that a header names a part of; None where it names none."""
    match = _PART.fullmatch(header.strip())
    field = known_names().get(normalize(match["base"] or match["list"])) if match else None
    return None if field == ID else field


def _part_heading(header: str, field: str) -> Heading | None:
    """Return the part of this field that a header names; None where the field has no such part."""
    match = _PART.fullmatch(header.strip())
    assert match is not None, "the header names a part of this field"
    if match["sign"]:
        return Heading(Role.PART, field, (), _OPERATIONS[match["sign"]]) if is_list(field) else None
    inside = match["inside"].strip()
    if field == FREE_KEYS:
        return Heading(Role.PART, field, (inside,)) if inside else None
    path = {normalize(name): path for name, path in parts_of(field).items()}.get(normalize(inside))
    return Heading(Role.PART, field, path) if path else None
