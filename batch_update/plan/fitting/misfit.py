"""An id of a plan that does not fit, and how messages name what may be chosen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

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


def entry_words(catalog: Catalog, choice: Choice) -> str:
    """Return how a message names an entry: `voice 412 (Sabine)`."""
    return f"{catalog.noun} {choice.id} ({excerpt(choice.name, MOST_OF_A_NAME)})"


def spoken_as(choices: Choices, number: int) -> str:
    """Return how a message names a language: `German`, or `language 1` where that is not known."""
    known = choices.find(Catalog.LANGUAGES, number)
    return excerpt(known.name, MOST_OF_A_NAME) if known else f"language {number}"


def list_command(catalog: Catalog, *options: str) -> str:
    """Return the command that lists what there is, as the end of a remedy."""
    return " ".join(filter(None, ("batch-update choices", catalog, *options)))
