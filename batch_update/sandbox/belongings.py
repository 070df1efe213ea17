"""The belongings of one account of the sandbox: its owner, and all that may be chosen for its assistants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from batch_update.sandbox.catalogue import (
    ALL_LANGUAGES,
    FOLDERS,
    KNOWLEDGEBASES,
    LABELS,
    LANGUAGES,
    MODELS,
    NUMBERS,
    OWNER,
    SYNTHESIZERS,
    TOOLS,
    TRANSCRIBERS,
    VOICES,
    Entry,
    Number,
    Provider,
    Voice,
)

_FIRST_FURTHER_VOICE = 100_001
_NAMES = (
    "Anton", "Birgit", "Cem", "Dörte", "Emil", "Frieda", "Gökhan", "Hanna", "Igor", "Jana", "Kai", "Lena", "Malte",
    "Nele", "Ole", "Paula", "Quirin", "Rosa", "Sven", "Tilda", "Uwe", "Vera", "Willi", "Xenia", "Yusuf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that an account has of its own. Languages, models and providers are the platform's, and alike for all."""

    user_id: int = 501
    owner: Entry = field(default_factory=OWNER.copy)
    voices_of_note: tuple[Voice, ...] = VOICES
    further_voices: int = 0
    """that it has beside those, with ids from 100001"""
    numbers: tuple[Number, ...] = NUMBERS
    knowledgebases: tuple[Entry, ...] = KNOWLEDGEBASES
    tools: tuple[Entry, ...] = TOOLS
    folders: tuple[Entry, ...] = FOLDERS
    labels: tuple[Entry, ...] = LABELS

    def voices(self) -> tuple[Voice, ...]:
        """Return its voices: those of note, and as many further ones for pipeline as a large account has.

        Their names repeat: each stands once in every language, and again with a number behind it.
        """
        return (*self.voices_of_note, *map(_further_voice, range(self.further_voices)))

    def voice(self, number: int) -> Voice | None:
        """Return the voice with this id; None where the account has none."""
        if _FIRST_FURTHER_VOICE <= number < _FIRST_FURTHER_VOICE + self.further_voices:
            return _further_voice(number - _FIRST_FURTHER_VOICE)
        return next((found for found in self.voices_of_note if found.id == number), None)

    def is_caller_id(self, number: int) -> bool:
        """Whether this is a number that can be shown to the callee and cannot be called."""
        return any(found.id == number and found.caller_id for found in self.numbers)

    def ids_of(self, look_up: str) -> frozenset[int]:
        """Return the ids that exist on the account, by the name of the look-up that lists them. Raises KeyError."""
        kept: dict[str, Sequence[Entry]] = {
            "languages": LANGUAGES,
            "knowledgebases": self.knowledgebases,
            "tools": self.tools,
            "folders": self.folders,
            "labels": self.labels,
            **MODELS,
        }
        if look_up in kept:
            return frozenset(entry["id"] for entry in kept[look_up])
        listed: dict[str, Sequence[Voice | Number | Provider]] = {
            "voices": self.voices_of_note,
            "phone-numbers": self.numbers,
            "synthesizer-providers": SYNTHESIZERS,
            "transcriber-providers": TRANSCRIBERS,
        }
        return frozenset(found.id for found in listed[look_up])


HOME = Holdings()
"""Of the one account that a sandbox has unless it is made with several."""


def _further_voice(index: int) -> Voice:
    repeats, place = divmod(index, len(_NAMES) * len(ALL_LANGUAGES))
    name, language = _NAMES[place % len(_NAMES)], ALL_LANGUAGES[place // len(_NAMES)]
    name = f"{name} {repeats + 1}" if repeats else name
    gender = "female" if place % 2 else "male"
    return Voice(_FIRST_FURTHER_VOICE + index, name, language, gender, "standard", "young", 1, ("pipeline",))
