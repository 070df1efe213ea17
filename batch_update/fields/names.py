"""The names of fields as headers spell them: the field's own, its aliases in English and German, its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from batch_update.fields.cells.grammar import ID_COLUMN
from batch_update.fields.facts import Field, all_fields
from batch_update.fields.headers import notes
from batch_update.fields.parts import FREE_KEYS, Path, is_list, part_facts, part_name, parts_of
from batch_update.model.sheets import Role

ID = "id"
"""stands for the id column wherever a field is named, as in the setting map='Nr=id'"""
ID_NAMES = (
    *("id", "assistant_id", "assistent_id", "assistenten_id", "agent_id", "agenten_id", "bot_id"),
    *("id_nr", "id_nr.", "id_nummer"),
    *("assistenten_nr", "assistenten_nummer", "assistant_no", "assistant_number"),
    *("assistent_nr", "assistent_nummer", "id_assistent", "id_assistant", "agent_nr", "agenten_nr"),
)
STAND_FOR_ID = (
    *("assistent", "assistenten", "assistentin", "assistant", "assistants", "kiassistent", "agent", "bot"),
    *("name", "assistentenname", "assistantname", "nameofassistant", "namedesassistenten"),
)
"""Names of columns that say by its name which assistant a row is about, in a sheet without an id column."""
_PART = re.compile(r"(?P<base>[^.]+)\.(?P<inside>.+)|(?P<list>.+)(?P<sign>[+-])", re.DOTALL)
_BRACKETS = re.compile(r"[()\[\]{}\"':]")
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
        """Return the facts of its cells; for the id column, and those of a field or a part of one."""
        if self.role is Role.ID:
            return ID_COLUMN
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
    """Return the id, the field or the part of one that a header names; None where it names none of them, or several.

    Units, bounds and the like may stand beside the name: `Sprechgeschwindigkeit (0,7-1,2)`, `Stimme*`.
    """
    plain = notes.without_pictures(header)
    return _by_name(plain) or _beside_notes(plain)


def names_several(header: str) -> tuple[str, ...]:
    """Return the fields that the parts of a header name, where they are several: `Stimme / Sprache`."""
    found = dict.fromkeys(_named_in(header))
    return tuple(found) if len(found) > 1 else ()


def name_beside_notes(header: str) -> str:
    """Return what the first part of a header names, whatever stands beside it; "" for nothing."""
    return next(_named_in(header), "")


def _named_in(header: str) -> Iterator[str]:
    lines = "\n".join(header.splitlines())
    for piece in notes.pieces_of(lines):
        heading = _by_piece(piece)
        if heading and heading.name:
            yield heading.name


def may_stand_for_id(header: str) -> bool:
    """Whether a column may say by its name which assistant a row is about, where no column holds ids."""
    pieces = list(notes.pieces_of(notes.without_pictures(header)))
    named = [piece for piece in pieces if normalize(piece) in STAND_FOR_ID]
    others = [piece for piece in pieces if piece not in named]
    return bool(named) and all(notes.is_note(piece, ID_COLUMN) for piece in others)


def _by_name(header: str) -> Heading | None:
    base = base_of(header)
    if base is not None:
        return _part_heading(header, base)
    field = known_names().get(normalize(header))
    return _heading_of(field) if field else None


def _beside_notes(header: str) -> Heading | None:
    """Return what a header names beside its notes; None where they may make another thing of it."""
    if notes.is_text(header) or base_of(header) == FREE_KEYS:
        return None
    found = _bare_names().get(notes.bare(_BRACKETS.sub("", header))) if base_of(header) is None else None
    if found is not None:
        return _heading_of(found)
    lines = "\n".join(header.splitlines())  # a line break may stand inside a name, or before a note
    return _of_pieces(lines.replace("\n", " ")) or _of_pieces(lines)


def _of_pieces(header: str) -> Heading | None:
    heading, others = None, []
    for piece in notes.pieces_of(header):
        if heading is None and (named := _by_piece(piece)):
            heading = named
        elif heading is None or _by_piece(piece) != heading:
            others.append(piece)
    if heading is None or not all(notes.is_note(piece, heading.facts) for piece in others):
        return None
    return None if notes.names_other_values(others, heading.facts) else heading


def _by_piece(piece: str) -> Heading | None:
    """Return what a part of a header names, which may be followed by a unit."""
    found = _by_name(piece)
    if found is None and base_of(piece) is None and (field := _bare_names().get(notes.bare(piece))):
        found = _heading_of(field)
    shorter = notes.without_units(piece)
    if found is None and shorter != piece and (named := _by_piece(shorter)):
        rest = " ".join(piece.split()[len(shorter.split()) :])
        is_of_it = notes.is_note(rest, named.facts) and not notes.names_other_values([rest], named.facts)
        return named if is_of_it else None
    return found


def _heading_of(field: str) -> Heading:
    return Heading(Role.ID) if field == ID else Heading(Role.FIELD, field)


@cache
def _bare_names() -> Mapping[str, str]:
    """The known names without their dots, too; those of two fields that are alike then are left out."""
    found: dict[str, set[str]] = {}
    for name, field in known_names().items():
        found.setdefault(notes.bare(name), set()).add(field)
    return MappingProxyType({name: min(fields) for name, fields in found.items() if len(fields) == 1})


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
