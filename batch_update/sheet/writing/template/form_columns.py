"""The columns of a template: what each sets, which list it is chosen from, and an example of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batch_update.fields.cells.grammar import ID_COLUMN
from batch_update.fields.facts import Field, Kind
from batch_update.fields.names import ID, Heading
from batch_update.model.sheets import Role


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be chosen."""

    cell: str
    """its id alone, as a cell: `412`"""
    label: str
    """the cell that people choose it by: `412 – Sabine`"""
    note: str = ""
    """what helps to choose it, in a few words"""


@dataclass(frozen=True, slots=True)
class Offered:
    """A list of the account that cells are chosen from."""

    name: str
    """of the range in the workbook: letters, digits and _"""
    title: str
    """in the language of the template"""
    entries: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: its header, what that means, and where its values come from."""

    header: str
    heading: Heading
    offered: Offered | None = None
    """None: its cells name nothing of the account, or the list is not known"""

    @property
    def facts(self) -> Field:
        """Return the facts of its cells."""
        return ID_COLUMN if self.heading.role is Role.ID else self.heading.facts

    @property
    def name(self) -> str:
        """Return `id`, the field, or the part of one that it sets."""
        return self.heading.name or self.header

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers. All others are texts."""
        return self.facts.kind in ("number", "integer")


_EXAMPLES: Mapping[str, str] = {
    ID: "10001",
    "name": "Praxis Dr. Weiß",
    "initial_message": "Guten Tag, Praxis Dr. Weiß!",
    "reengagement_prompt": "Sind Sie noch da?",
    "voice_mail_message": "Bitte rufen Sie uns zurück.",
    "tools": '[{"type": "end_call"}]',
    "filler_config": '{"neutral": ["Okay."]}',
    "post_call_schema": '[{"name": "reason", "type": "string", "description": "Why?"}]',
    "variables": '{"company_name": "Acme"}',
}
_EXAMPLES_OF_KINDS: Mapping[Kind, str] = {
    "timezone": "Europe/Berlin",
    "url": "https://example.com/hook",
    "id": "412",
    "ids": "11; 12",
    "phrases": "Okay. | Mhm.",
}


def example_of(column: TemplateColumn, *, yes: str, decimal: str) -> str:
    """Return a cell that could stand in the column; "" where none is worth showing."""
    facts = column.facts
    if column.offered is not None and column.offered.entries:
        entries = column.offered.entries
        return "; ".join(entry.label for entry in (entries[:2] if facts.kind == "ids" else entries[:1]))
    if facts.kind == "flag":
        return yes
    if facts.choices:
        return facts.choices[0]
    if facts.minimum is not None and facts.maximum is not None:
        return _between(facts.minimum, facts.maximum).replace(".", decimal)
    return _EXAMPLES.get(column.name) or _EXAMPLES_OF_KINDS.get(facts.kind, "")


def _between(least: float, most: float) -> str:
    """Return a round number about halfway."""
    return f"{float(f'{(least + most) / 2:.1g}'):g}"
