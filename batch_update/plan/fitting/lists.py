"""The account's lists by their ids, and how their entries are called in messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from batch_update.check.fault import Fault
from batch_update.fields.references import Reference
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.plan.fitting.subjects import Subject
from batch_update.text import excerpt

MOST_OF_A_NAME = 40
"""Characters of a name in a message."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """An id that cannot be sent, or should be looked at."""

    subject: Subject
    reference: Reference
    fault: Fault
    catalogs: tuple[Catalog, ...] = ()
    """the lists that tell so"""
    also: tuple[int, ...] = ()
    """indexes of other rows that it concerns"""


@dataclass(frozen=True, slots=True)
class Lists:
    """What may be chosen, found by id."""

    choices: Choices
    _by_id: dict[Catalog, Mapping[int, Choice]] = field(default_factory=dict)

    def __contains__(self, catalog: Catalog) -> bool:
        return catalog in self.choices

    def __getitem__(self, catalog: Catalog) -> Mapping[int, Choice]:
        """Return the entries of a list by their ids; none where it is not known."""
        if catalog not in self._by_id:
            self._by_id[catalog] = {choice.id: choice for choice in self.choices.lists.get(catalog, ())}
        return self._by_id[catalog]

    def language(self, number: int) -> str:
        """Return what a language is called: `German`, or `language 1` where that is not known."""
        known = self[Catalog.LANGUAGES].get(number)
        return excerpt(known.name, MOST_OF_A_NAME) if known else f"language {number}"


def entry_words(catalog: Catalog, choice: Choice) -> str:
    """Return how a message names an entry: `voice 412 (Sabine)`."""
    return f"{catalog.noun} {choice.id} ({excerpt(choice.name, MOST_OF_A_NAME)})"


def list_command(catalog: Catalog, *options: str) -> str:
    """Return the command that lists what there is, as the end of a remedy."""
    return " ".join(filter(None, ("batch-update choices", catalog, *options)))
