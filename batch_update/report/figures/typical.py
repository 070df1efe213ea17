"""The changes of one field in a nutshell: the one that all are, words on average, or from which values to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from batch_update.fields.values.differences import LONG, SAME_BUT_SECRETS, brief_value, changed_words
from batch_update.model.plans import UNKNOWN
from batch_update.model.sheets import Json
from batch_update.report.called import Called, named_difference
from batch_update.report.changed import FieldChange
from batch_update.settings.locales import Language
from batch_update.text import excerpt

MOST_TYPICAL = 80
"""Characters of the change that all are."""
MOST_COMPARED = 50
"""Long texts that are compared word by word for an average."""
MOST_VALUE = 4_000
"""Characters by which values are told apart."""
NO_NAMES: Called = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a field on one side of its changes, as far as they are known."""

    different: int
    """how many there are; 0 where none is known"""
    only: Json = None
    """the value, where there is one"""
    numbers: tuple[float, float] | None = None
    """the least and the greatest, where all are numbers"""


@dataclass(frozen=True, slots=True)
class Typical:
    """The changes of a field: `same` where all are alike, `words` for long texts, else `before` and `after`."""

    assistants: int
    same: FieldChange | None = None
    words: tuple[int, int] | None = None
    """how many come and go on average"""
    before: Values = Values(0)
    after: Values = Values(0)


def typical_of(changes: Sequence[FieldChange]) -> Typical:
    """Return what is typical of the changes of a field, of which there is at least one."""
    pairs = [(one.before, one.after) for one in changes]
    if len(pairs) > 1 and (texts := _long_texts(pairs)):
        return Typical(len(pairs), words=_words_on_average(texts))
    if all(pair == pairs[0] for pair in pairs):
        return Typical(len(pairs), same=changes[0])
    before, after = zip(*pairs, strict=True)
    return Typical(len(pairs), before=_values(before), after=_values(after))


def _long_texts(pairs: Sequence[tuple[object, Json]]) -> list[tuple[str, str]]:
    """Return the pairs of texts that are too long to be shown side by side."""
    return [
        (old, new) for old, new in pairs if isinstance(old, str) and isinstance(new, str) and len(new) > LONG
    ]


def _words_on_average(texts: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """Return how many words come and go, of the first texts that are compared."""
    counts = [changed_words(old, new) for old, new in texts[:MOST_COMPARED]]
    came, went = (round(sum(side) / len(counts)) for side in zip(*counts, strict=True))
    return came, went


def _values(values: Sequence[object]) -> Values:
    known = [value for value in values if value is not UNKNOWN]
    if not known:
        return Values(0)
    if all(value == known[0] for value in known):
        return Values(1, known[0])
    numbers = [value for value in known if isinstance(value, float)]
    span = (min(numbers), max(numbers)) if len(numbers) == len(known) else None
    return Values(len({brief_value(value, MOST_VALUE) for value in known}), numbers=span)


# ---------------------------------------------------------------- as text

_PHRASES = {
    "en": ("words on average", "all", "values", "resets mode-specific settings"),
    "de": ("Wörter im Mittel", "alle", "Werte", "setzt zurück, was zum Modus gehört"),
}


def typical_words(typical: Typical, field: str, called: Called = NO_NAMES, language: Language = "en") -> str:
    """`412 Sabine -> 533 Clara   (all 96)`, `0.4-0.9 -> 0.3`, `+41 / -18 words on average`; safe to show."""
    on_average, all_are, _, resets = _PHRASES[language]
    if typical.words is not None:
        return f"+{typical.words[0]} / -{typical.words[1]} {on_average}"
    note = f"   {resets}" if field == "mode" else ""
    if typical.same is None:
        return f"{_span(typical.before, language)} -> {_span(typical.after, language)}{note}"
    one = typical.same
    words = SAME_BUT_SECRETS if one.is_secret else named_difference(field, one.before, one.after, called)
    times = f"   ({all_are} {typical.assistants})" if typical.assistants > 1 else ""
    return excerpt(words, MOST_TYPICAL) + times + note


def _span(values: Values, language: Language) -> str:
    """`0.4-0.9` for numbers, `3 values` for others, the value where there is one."""
    if values.different == 0:
        return "?"
    if values.different == 1:
        return brief_value(values.only, 30)
    if values.numbers is not None:
        return f"{values.numbers[0]:g}-{values.numbers[1]:g}"
    return f"{values.different} {_PHRASES[language][2]}"
