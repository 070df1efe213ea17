"""Cells of phrases: a list of texts."""

from __future__ import annotations

from batch_update.fields.cells.errors import refusal
from batch_update.fields.cells.nested import read_array
from batch_update.fields.cells.texts import read_word
from batch_update.fields.facts import Field
from batch_update.model.sheets import Json


def read_phrases(field: Field, text: str, decimal: str) -> list[Json]:
    """`Okay. | Noted.`, white space around each left out; `[]` is none.

    What begins with a bracket is JSON: `["Okay.", "Noted."]`.
    """
    if text[0] in "[{":
        return read_array(field, text, decimal)
    phrases = [phrase.strip() for phrase in text.split("|")]
    if not all(phrases):
        raise refusal("C114", field, text, "a phrase is missing before, after or between two |")
    return [read_word(field, phrase, decimal) for phrase in phrases]
