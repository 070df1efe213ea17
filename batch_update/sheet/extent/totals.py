"""Owns which rows are no assistants but sums over those above them: by a word, or by the sum of the ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.fields.cells.words import is_total
from batch_update.model.sheets import Column, Role
from batch_update.sheet.table import is_blank

_LEAST = 3
"""Rows above a sum of ids: of fewer ones, another id may be the sum by chance."""
_MOST_DIGITS = 18
_NOTES = (Role.UNKNOWN, Role.IGNORED)


def total_rows(columns: Sequence[Column]) -> frozenset[int]:
    """Return the indexes of the rows that hold a total: a word for it in place of the id, or beside an empty one; or,
    in the last row, the sum of all ids above."""
    ids = next((column.texts for column in columns if column.role is Role.ID), None)
    if not ids:
        return frozenset()
    return frozenset(_by_word(ids, columns)) | frozenset(_by_sum(ids))


def _by_word(ids: Sequence[str], columns: Sequence[Column]) -> Iterator[int]:
    words = {text for text in set(ids) if not text.isdecimal() and is_total(text)}
    blanks = {text for text in set(ids) if is_blank(text)}
    if not words and not blanks:
        return
    notes = [column.texts for column in columns if column.role in _NOTES]
    for row, text in enumerate(ids):
        if text in words or (text in blanks and any(is_total(texts[row]) for texts in notes)):
            yield row


def _by_sum(ids: Sequence[str]) -> Iterator[int]:
    """Yield the last row where its id is the sum of all others, as a formula below them makes it."""
    last = ids[-1].strip()
    if len(ids) <= _LEAST or not last.isdecimal() or len(last) > _MOST_DIGITS:
        return
    others = ids[:-1]
    if all(text.isdecimal() and len(text) <= _MOST_DIGITS for text in others) and int(last) == sum(
        map(int, others)
    ):
        yield len(ids) - 1
