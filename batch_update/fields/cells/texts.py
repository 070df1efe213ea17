"""Cells of words: texts, web addresses, time zones, choices, yes and no."""

from __future__ import annotations

import json
import re

from batch_update.codes import remedy_of
from batch_update.fields.assistant import zones_by_case
from batch_update.fields.cells.errors import instead_of_nothing, refusal, unreadable
from batch_update.fields.cells.words import FLAGS, LONGEST_WORD, holds_failed_formula, stands_for_nothing
from batch_update.fields.facts import Field
from batch_update.fields.garbled.damage import damage_of, may_be_cut_off, may_be_damaged, with_escapes
from batch_update.fields.left_out import is_left_out
from batch_update.fields.tools import shown
from batch_update.strict_json import is_encodable
from batch_update.text import visible

# ---------------------------------------------------------------- texts


def is_plain(text: str) -> bool:
    """Whether a text surely means nothing but itself: a quick look that settles nearly all of them."""
    return (
        len(text) > LONGEST_WORD
        and text[0].isalnum()
        and "\r" not in text
        and ("#" not in text or not holds_failed_formula(text))
        and not may_be_damaged(text)
        and not may_be_cut_off(text)
    )


def read_text(field: Field, text: str, decimal: str) -> str:
    """Return a text as it stands, spaces around it included; `"..."` and `@@` mean what the grammar says."""
    trimmed = text.strip()
    quoted = quoted_text(trimmed)
    refuse_damaged(field, text, is_json=quoted is not None)
    if quoted is not None:
        return quoted
    return unix_lines(_unmarked(field, text, trimmed))


def show_text(field: Field, value: str, decimal: str) -> str:
    return text_cell(value)


def text_cell(value: str) -> str:
    """Return the cell of a text column that means this text, whatever it looks like."""
    trimmed = value.strip()
    if trimmed in _MEANINGFUL or not visible(trimmed) or _needs_quotes(value, trimmed):
        return _in_quotes(value)
    return value.replace("@", "@@", 1) if trimmed[0] == "@" else value


_MEANINGFUL = frozenset({"", "null", "[]", "{}"})
"""[] and {} are read as they stand; the check refuses them, since people who write them want to empty the field."""


def _needs_quotes(text: str, trimmed: str) -> bool:
    """Whether this text would be read as something else, or not at all."""
    return (
        _UNSHOWABLE(text) is not None
        or quoted_text(trimmed) is not None
        or stands_for_nothing(trimmed)
        or holds_failed_formula(text)
        or is_left_out(trimmed, is_text=True)
        or damage_of(text) is not None
    )


_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]").search
"""Characters that a sheet cannot hold, or that change on the way: a carriage return becomes a line feed."""


def _in_quotes(text: str) -> str:
    return with_escapes(text)


def refuse_damaged(field: Field, text: str, *, is_json: bool) -> None:
    """Raises CellError for text that nobody typed."""
    found = damage_of(text, is_json=is_json)
    if found is not None:
        likely, remedy = shown(found.likely), remedy_of(found.code)
        remedy = f"It most likely was: {likely}. {remedy}" if likely else remedy
        raise refusal(found.code, field, text, remedy, detail=found.detail)


def quoted_text(text: str) -> str | None:
    """Return the text inside JSON quotes; None where it is no complete JSON text, but say `"Hello" she said`.

    Real line breaks may stand in it: that is what people type.
    """
    if text[:1] != '"' or text[-1:] != '"':
        return None
    try:
        value = json.loads(unix_lines(text), strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) and is_encodable(value) else None


def _unmarked(field: Field, text: str, trimmed: str) -> str:
    """Return the text without its `@@`; refuses what names a file, stands for nothing, or is a failed formula."""
    if trimmed[0] == "@":
        if not trimmed.startswith("@@"):
            raise refusal("C112", field, text, detail=_NO_FILE_HERE[field.kind == "text"])
        return text.replace("@@", "@", 1)
    _refuse_suspicious(field, text, trimmed)
    return text


_NO_FILE_HERE = (": only columns of texts take one", ": in which folder it would lie is not known")


def names_file(text: str) -> bool:
    """Whether a cell of a text column names a file: it begins with one @, behind white space or not."""
    return (text[:1] == "@" or text[:1].isspace()) and text.lstrip()[:1] == "@" and text.lstrip()[:2] != "@@"


def _refuse_suspicious(field: Field, text: str, trimmed: str) -> None:
    if stands_for_nothing(trimmed):
        raise refusal("C105", field, text, instead_of_nothing(field))
    if holds_failed_formula(text):
        raise refusal("C106", field, text)


def unix_lines(text: str) -> str:
    """Line breaks as \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# ---------------------------------------------------------------- web addresses and time zones


def read_word(field: Field, text: str, decimal: str) -> str:
    """Return a text whose surrounding white space means nothing."""
    quoted = quoted_text(text)
    refuse_damaged(field, text, is_json=quoted is not None)
    return _unmarked(field, text, text) if quoted is None else quoted


def read_zone(field: Field, text: str, decimal: str) -> str:
    """Return a time zone in any case, `Europe/berlin`; another word as it stands, to be refused."""
    word = read_word(field, text, decimal)
    return zones_by_case().get(word.casefold(), word)


def show_word(field: Field, value: str, decimal: str) -> str:
    return show_text(field, value, decimal) if value == visible(value) else _in_quotes(value)


# ---------------------------------------------------------------- choices


def read_choice(field: Field, text: str, decimal: str) -> str:
    """Return one of the field's choices, by itself in any case or by a word for it, `eingehend`; another word as it
    stands, to be refused with the bounds."""
    word = quoted_text(text) or text
    folded = " ".join(word.casefold().split())
    chosen = folded if folded in field.choices else field.words.get(folded)
    if chosen is not None:
        return chosen
    _refuse_suspicious(field, text, text)
    return text


def show_choice(field: Field, value: str, decimal: str) -> str:
    return value


# ---------------------------------------------------------------- yes and no


def read_flag(field: Field, text: str, decimal: str) -> bool:
    found = FLAGS.get(text.casefold().rstrip(_AS_PICTURE))
    if found is None:
        raise unreadable("C104", field, text)
    return found


_AS_PICTURE = "\ufe0e\ufe0f"
"""Says whether a sign shows as a letter or as a picture, and stays unseen itself."""


def show_flag(field: Field, value: bool, decimal: str) -> str:
    return "true" if value else "false"
