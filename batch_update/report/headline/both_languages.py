"""Texts in both languages, English and German, with their numbers: what a page, which shows both, is written in."""

from __future__ import annotations

from dataclasses import dataclass

from batch_update.settings.locales import Language


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text in both languages."""

    en: str
    de: str

    def said(self, language: Language) -> str:
        """Return the text in one of them."""
        return self.de if language == "de" else self.en


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
