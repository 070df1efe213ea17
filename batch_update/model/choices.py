"""The nouns of what may be chosen for an assistant: voices, models, numbers, tools and all else that has an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Catalog(StrEnum):
    """A list of the account whose entries have ids."""

    VOICES = "voices"
    LANGUAGES = "languages"
    LLM_MODELS = "llm-models"
    MULTIMODAL_MODELS = "multimodal-models"
    DUALPLEX_MODELS = "dualplex-models"
    PHONE_NUMBERS = "phone-numbers"
    SYNTHESIZERS = "synthesizers"
    TRANSCRIBERS = "transcribers"
    KNOWLEDGEBASES = "knowledgebases"
    TOOLS = "tools"
    FOLDERS = "folders"
    LABELS = "labels"
    ASSISTANTS = "assistants"

    @property
    def noun(self) -> str:
        """Return what one of its entries is called: `voice`, `phone number`."""
        return _NOUNS[self]


_NOUNS: Mapping[Catalog, str] = {
    Catalog.VOICES: "voice",
    Catalog.LANGUAGES: "language",
    Catalog.LLM_MODELS: "llm model",
    Catalog.MULTIMODAL_MODELS: "multimodal model",
    Catalog.DUALPLEX_MODELS: "dualplex model",
    Catalog.PHONE_NUMBERS: "phone number",
    Catalog.SYNTHESIZERS: "synthesizer",
    Catalog.TRANSCRIBERS: "transcriber",
    Catalog.KNOWLEDGEBASES: "knowledge base",
    Catalog.TOOLS: "tool",
    Catalog.FOLDERS: "folder",
    Catalog.LABELS: "label",
    Catalog.ASSISTANTS: "assistant",
}
OF_LANGUAGES = (Catalog.SYNTHESIZERS, Catalog.TRANSCRIBERS)
"""Lists whose entries do not say which languages they are for: that is asked for each language."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list: its id, and what helps to choose it."""

    id: int
    name: str
    """of a phone number, the number as it is dialed"""
    code: str = ""
    """how programs name it: `de`, `gpt-4.1-mini`; the country of a phone number"""
    language_id: int | None = None
    """the one language that it speaks; None where it is for all, or that is not told"""
    modes: tuple[str, ...] = ()
    """the modes that it fits; empty where it fits all"""
    about: str = ""
    """in a few words of the server, such as `female, bavarian, young`"""
    preview_url: str = ""
    """where a voice can be heard"""
    synthesizer_id: int | None = None
    """the provider of a voice"""
    is_free: bool | None = None
    """of a phone number: whether an inbound assistant could take it now; None where that is not told"""
    is_caller_id: bool = False
    """of a phone number: whether it is only shown to those who are called, and cannot be called"""
    type: str = ""
    """of an assistant: inbound or outbound"""

    def fits(self, mode: str) -> bool:
        """Whether it is for assistants of this mode, as far as that is told."""
        return not self.modes or mode in self.modes


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists of one account that were asked for, and why others could not be had."""

    lists: Mapping[Catalog, tuple[Choice, ...]] = field(default_factory=dict, repr=False)
    unknown: Mapping[Catalog, str] = field(default_factory=dict)
    """lists that could not be looked up -> why"""
    in_language: Mapping[tuple[Catalog, int], frozenset[int]] = field(default_factory=dict, repr=False)
    """list and language -> the ids that are for that language, for the languages that were asked for"""
    stored: frozenset[Catalog] = frozenset()
    """lists that were looked up earlier, and kept on disk since"""
    requests: int = 0
    """that it took"""
    _by_id: dict[Catalog, Mapping[int, Choice]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __getitem__(self, catalog: Catalog | str) -> tuple[Choice, ...]:
        """Return the entries of a list. KeyError where it was not asked for, or could not be looked up."""
        return self.lists[Catalog(catalog)]

    def __contains__(self, catalog: Catalog | str) -> bool:
        return catalog in self.lists

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(entries)} {catalog}" for catalog, entries in self.lists.items())
        return f"<Choices: {sizes or 'none'}>"

    def by_id(self, catalog: Catalog) -> Mapping[int, Choice]:
        """Return the entries of a list by their ids; none where it is not known."""
        if catalog not in self._by_id:
            self._by_id[catalog] = {choice.id: choice for choice in self.lists.get(catalog, ())}
        return self._by_id[catalog]

    def find(self, catalog: Catalog, number: int | None) -> Choice | None:
        """Return the entry with this id; None where there is none, or the list is not known."""
        return self.by_id(catalog).get(number or 0)

    def with_others(self, other: Choices) -> Choices:
        """Return these and others, which win where both know a list."""
        unknown = {k: why for k, why in self.unknown.items() if k not in other.lists} | dict(other.unknown)
        kept = {catalog: found for catalog, found in self.lists.items() if catalog not in other.unknown}
        return Choices(
            kept | dict(other.lists),
            unknown,
            {**self.in_language, **other.in_language},
            (self.stored - other.lists.keys()) | other.stored,
            self.requests + other.requests,
        )
