"""The help of a template: what its rows, cells and columns mean, in English or German."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from batch_update.sheet.writing.looks import Looks, put_text
from batch_update.sheet.writing.template.form_columns import TemplateColumn, example_of
from batch_update.sheet.writing.template.wording import Words, allowed_in, modes_of, name_in, purpose_of

_WIDTHS = (34, 48, 54, 54, 44, 24)
_LINE = 15.75
"""height of a line"""
_LAST = len(_WIDTHS) - 1
_ONE_LINE = 180
"""characters of a text that fits into one line of the guide"""


def write_guide(sheet: Any, columns: Sequence[TemplateColumn], looks: Looks, words: Words) -> None:
    """Write the rules, and below them a line for each column."""
    for number, width in enumerate(_WIDTHS):
        sheet.set_column(number, number, width)
    for row, (topic, sentences) in enumerate(words.guide):
        sheet.set_row(row, _LINE if len(sentences) < _ONE_LINE else 2 * _LINE)
        put_text(sheet, row, 0, topic, looks.header)
        sheet.merge_range(row, 1, row, _LAST, "", looks.prose)
        put_text(sheet, row, 1, sentences, looks.prose)
    top = len(words.guide) + 1
    for number, title in enumerate(words.columns):
        put_text(sheet, top, number, title, looks.header)
    for row, column in enumerate(columns, top + 1):
        texts = _told_column(column, words)
        # Not every program makes a row as high as its texts are.
        sheet.set_row(row, _LINE * max(map(_lines, texts, _WIDTHS)))
        for number, text in enumerate(texts):
            put_text(sheet, row, number, text, looks.prose)
    sheet.hide_gridlines(2)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes: most letters are narrower than the digits that a width counts."""
    return max(1, ceil(0.9 * len(text) / width))


def _told_column(column: TemplateColumn, words: Words) -> tuple[str, ...]:
    return (
        column.header,
        _also_called(column, words),
        purpose_of(column, words),
        allowed_in(column, words),
        example_of(column, yes=words.yes, decimal=words.decimal),
        modes_of(column),
    )


def _also_called(column: TemplateColumn, words: Words) -> str:
    """Return other headers of the column: the one of this language first, and as many as a line holds."""
    names = dict.fromkeys((name_in(column, words), column.name, *column.facts.aliases))
    names.pop(column.header, None)
    return ", ".join(names)
