"""The document of what may be chosen on an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from batch_update.model.choices import Catalog, Choice, Choices


@dataclass(frozen=True, slots=True)
class ListedChoice:
    """An entry of a list, and what helps to choose it."""

    id: int
    """as a cell of the sheet holds it"""
    name: str
    """of a phone number, the number as it is dialed"""
    code: str
    """how programs name it: `de`, `gpt-4.1-mini`; the country of a phone number; empty for none"""
    language_id: int | None
    """the one language that it speaks; null where it is for all, or that is not told"""
    modes: tuple[str, ...]
    """the modes that it fits; of an assistant, its own; empty where it fits all"""
    about: str
    """in a few words of the server"""
    preview_url: str
    """where a voice can be heard; empty for none"""
    synthesizer_id: int | None
    """the provider of a voice"""
    is_free: bool | None
    """of a phone number: whether an inbound assistant could take it now"""
    is_caller_id: bool
    """of a phone number: whether it cannot be called, and is only shown to those who are called"""
    type: str
    """of an assistant: inbound or outbound"""


@dataclass(frozen=True, slots=True)
class ListedCatalog:
    """A list of the account."""

    list: Catalog
    """its name, as `choices` takes it"""
    size: int
    """how many entries it has in all"""
    kept: bool
    """whether it was looked up earlier, and kept since"""
    choices: tuple[ListedChoice, ...]
    """those that were asked for"""


@dataclass(frozen=True, slots=True)
class ListedChoices:
    """The lists of an account to choose from."""

    KIND: ClassVar[str] = "choices"

    lists: tuple[ListedCatalog, ...]
    """those that were asked for"""
    unknown: Mapping[Catalog, str]
    """lists that could not be looked up -> why"""
    requests: int
    """that it took"""
    file: str | None
    """where they were written; null for nowhere"""


def listed_choices(choices: Choices, sizes: Mapping[Catalog, int], file: str | None) -> ListedChoices:
    """Return what may be chosen, for programs."""
    lists = tuple(
        ListedCatalog(catalog, sizes[catalog], catalog in choices.stored, tuple(map(listed_choice, entries)))
        for catalog, entries in choices.lists.items()
    )
    return ListedChoices(lists, choices.unknown, choices.requests, file)


def listed_choice(choice: Choice) -> ListedChoice:
    """Return an entry of a list."""
    return ListedChoice(*(getattr(choice, name) for name in ListedChoice.__match_args__))
