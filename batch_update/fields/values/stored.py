"""Texts as a server stores them: spaces at the ends, line ends, the Unicode form. Pure.

Nobody sees the difference in a call, and no update makes it go away, so it is none: `same_text` takes a text that was
stored so for the one that was wanted. The other way round it is one: spaces that are there can be taken off.
"""

from __future__ import annotations

from enum import Enum
from unicodedata import is_normalized, normalize

from batch_update.fields.cells.texts import unix_lines
from batch_update.model.sheets import Json


class Alteration(Enum):
    """A thing that may be done to a text, in words that follow `stores it`."""

    ENDS = "without spaces at the ends"
    LINES = "with other line ends"
    FORM = "in another Unicode form"


NONE: frozenset[Alteration] = frozenset()


def same_text(wanted: str, now: str) -> bool:
    """Whether a server that holds `now` was sent `wanted`, or would hold the same if it were."""
    if wanted == now:
        return True
    one, other = in_one_form(wanted), in_one_form(now)
    # Of the spaces at the ends some may be left, but none may have come.
    return one == other or (one.strip() == other.strip() and other in one)


def alterations(wanted: Json, now: Json) -> frozenset[Alteration]:
    """Return what was done to a text, or to some text inside a value, between sending and storing it."""
    if isinstance(wanted, str) and isinstance(now, str):
        return _of_text(wanted, now) if wanted != now else NONE
    if isinstance(wanted, dict) and isinstance(now, dict):
        return NONE.union(*(alterations(value, now.get(name)) for name, value in wanted.items()))
    if isinstance(wanted, list) and isinstance(now, list) and len(wanted) == len(now):
        return NONE.union(*map(alterations, wanted, now))
    return NONE


def could_be_altered(wanted: Json) -> frozenset[Alteration]:
    """Return what would be done to a text, or to some text inside a value, by a server that does so."""
    if isinstance(wanted, str):
        return _of_text(wanted, in_one_form(wanted).strip())
    if isinstance(wanted, dict):
        return NONE.union(*map(could_be_altered, wanted.values()))
    return NONE.union(*map(could_be_altered, wanted)) if isinstance(wanted, list) else NONE


def _of_text(wanted: str, now: str) -> frozenset[Alteration]:
    one, other = in_one_form(wanted), in_one_form(now)
    found = {Alteration.ENDS} if one != other else set()
    if wanted.count("\r") != now.count("\r"):
        found.add(Alteration.LINES)
    if is_normalized("NFC", wanted) != is_normalized("NFC", now):
        found.add(Alteration.FORM)
    return frozenset(found)


def in_one_form(text: str) -> str:
    """Return the text with line ends of one kind and letters of one form."""
    return normalize("NFC", unix_lines(text))
