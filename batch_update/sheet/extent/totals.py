"""Owns which rows are no assistants but sums over those above them: by a word, or by the sum of the ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.fields.cells.words import is_total
from batch_update.model.sheets import Column, Role
from batch_update.sheet.table import is_blank

_LEAST = 3
"""Rows above a sum of ids: of fewer ones, another id may be the sum by chance."""
_FEW = 100
"""Ids that are added up first."""
_MOST_DIGITS = 18
_BESIDE = (Role.UNKNOWN, Role.IGNORED, Role.ACCOUNT, Role.FIELD)
"""columns in which the word stands where there is no id: of notes, or of names"""


def total_rows(columns: Sequence[Column]) -> frozenset[int]:
    """Return the indexes of the rows that hold a total: a word for it in place of the id, or beside an empty one; or,
    in the last row, the sum of all ids above."""
    ids = next((column.texts for column in columns if column.role is Role.ID), None)
    if not ids:
        return frozenset()
    return frozenset(_by_word(ids, columns)) | frozenset(_by_sum(ids))


def _by_word(ids: Sequence[str], columns: Sequence[Column]) -> Iterator[int]:
    odd = {text for text in ids if not text.isdecimal()}
    words = {text for text in odd if is_total(text)}
    blanks = {text for text in odd if is_blank(text)}
    if not words and not blanks:
        return
    others = [column.texts for column in columns if column.role in _BESIDE]
    for row, text in enumerate(ids):
        if text in words or (text in blanks and any(is_total(texts[row]) for texts in others)):
            yield row


def _by_sum(ids: Sequence[str]) -> Iterator[int]:
    """Yield the last row where its id is the sum of all others, as a formula below them makes it."""
    others, last = ids[:-1], ids[-1].strip()
    if len(others) < _LEAST or not _are_numbers([last]):
        return
    # Mostly the first ids are more than the last one already, and there is no need to add up thousands.
    for summed in (others[:_FEW], others):
        if not _are_numbers(summed) or sum(map(int, summed)) > int(last):
            return
    if sum(map(int, others)) == int(last):
        yield len(others)


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(map(str.isdecimal, texts)) and max(map(len, texts)) <= _MOST_DIGITS
