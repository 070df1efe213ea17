"""The worksheet of a template with the lists of its drop-downs, and the names of their ranges."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import zip_longest
from typing import Any

from batch_update.fields.assistant import time_zones
from batch_update.sheet.writing.looks import Looks, put_text, width_of
from batch_update.sheet.writing.template.form_columns import Offer, Offered
from batch_update.sheet.writing.template.validations import LISTED, OR_NULL, TIME_ZONES
from batch_update.sheet.writing.template.wording import Words, list_title
from batch_update.text import column_letters

_ABOVE = 2
"""Rows above the first entry: the title, and `null`, with which a range begins for fields that can be cleared."""


def zones_offered(words: Words) -> Offered:
    """Return the list of time zones, those of Europe first."""
    zones = sorted(time_zones(), key=lambda zone: (not zone.startswith("Europe/"), zone))
    return Offered(TIME_ZONES, list_title([TIME_ZONES], words), tuple(Offer(zone, zone) for zone in zones))


def write_lists(
    book: Any,
    sheet: Any,
    lists: Iterable[Offered],
    looks: Looks,
    words: Words,
    *,
    clearing: Container[str],
) -> None:
    """Write the lists beside each other, and name their ranges. A list without entries has its title alone.

    `clearing`: the names of those that some field is chosen from which `null` clears.
    """
    columns: list[list[str]] = []
    for offered in lists:
        clears = offered.name in clearing
        _name_ranges(book, len(columns), offered, words, clears=clears)
        columns += _list_columns(offered, words, above="null" if clears else "")
    sheet.freeze_panes(1, 0)
    for number, (title, *entries) in enumerate(columns):
        sheet.set_column(number, number, width_of(title, entries), looks.text)
    for row, texts in enumerate(zip_longest(*columns, fillvalue="")):
        for number, text in enumerate(texts):
            if text:
                put_text(sheet, row, number, text, looks.text if row else looks.header)


def _list_columns(offered: Offered, words: Words, *, above: str) -> Iterator[list[str]]:
    """Yield the column of the entries, and the one of what helps to choose among them, where there is such."""
    yield [offered.title, above, *(entry.label for entry in offered.entries)]
    if any(entry.note for entry in offered.entries):
        yield [words.hint, "", *(entry.note for entry in offered.entries)]


def _name_ranges(book: Any, column: int, offered: Offered, words: Words, *, clears: bool) -> None:
    if not offered.entries:
        return
    letters = column_letters(column)
    last = _ABOVE + len(offered.entries)
    for name, first in ((LISTED, _ABOVE + 1), *([(OR_NULL, _ABOVE)] if clears else [])):
        place = f"={words.lists}!${letters}${first}:${letters}${last}"
        book.define_name(name.format(offered.name), place)
