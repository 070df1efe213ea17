"""Texts in both languages, English and German, with their numbers: what a page, which shows both, is written in."""

from __future__ import annotations

from dataclasses import dataclass

from batch_update.settings.locales import Language
from batch_update.text import how_long


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text in both languages."""

    en: str
    de: str

    def said(self, language: Language) -> str:
        """Return the text in one of them."""
        return self.de if language == "de" else self.en


def alike(text: str) -> Phrase:
    """Return what is the same in both languages, such as a name."""
    return Phrase(text, text)


def how_long_in_both(seconds: float) -> Phrase:
    """`0.4 s`, `1 min 10 s`, with the decimal sign of each language."""
    text = how_long(seconds)
    return Phrase(text, text.replace(".", ","))


def about(seconds: float) -> Phrase:
    """`about 1 min 10 s`: how long something will take."""
    return joined(Phrase("about", "etwa"), how_long_in_both(seconds))


def thousands(number: int) -> Phrase:
    """`20,000` and `20.000`."""
    text = f"{number:,}"
    return Phrase(text, text.replace(",", "."))


def said_count(number: int, one: Phrase, many: Phrase) -> Phrase:
    """Return a number with its noun, `1 row` or `20,000 rows`, in both languages."""
    noun, figure = one if number == 1 else many, thousands(number)
    return Phrase(f"{figure.en} {noun.en}", f"{figure.de} {noun.de}")


def joined(*parts: Phrase, by: str = " ") -> Phrase:
    """Return several texts as one, in both languages; empty ones are left out."""
    return Phrase(by.join(p.en for p in parts if p.en), by.join(p.de for p in parts if p.de))
