"""Cells of ids: one id, or a list of them."""

from __future__ import annotations

import re

from batch_update.codes import remedy_of
from batch_update.fields.cells.errors import DATED, CellError, refusal, unreadable
from batch_update.fields.cells.numbers import is_thousands, without_thousands
from batch_update.fields.cells.texts import quoted_text
from batch_update.fields.cells.words import FLAGS, is_date
from batch_update.fields.facts import Field
from batch_update.text import asked

MAX_DIGITS = 18
EXACT_DIGITS = 15
"""Digits that a spreadsheet program keeps; it turns those after them into zeros."""

_PLAIN = re.compile(r"0*([1-9][0-9]{0,14})").fullmatch
_LONG = re.compile(r"0*([1-9][0-9]*)(?:[.,]0+)?").fullmatch
_NAMED = re.compile(r"0*([1-9][0-9]*)\s+[-–—]\s+(?=.*[^\W\d_])\S.*", re.DOTALL).fullmatch
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+").fullmatch
_DECIMAL = re.compile(r"[1-9][0-9]{0,14}\.[1-9][0-9]{0,14}").fullmatch
_BEGINS_WITH_ID = re.compile(r"#?([1-9][0-9]{0,14})\b[^0-9]*").fullmatch
_PHONE = re.compile(r"(?:\+|00)[0-9][0-9 ()/.-]{5,}").fullmatch


# ---------------------------------------------------------------- one id


def read_one_id(field: Field, text: str, decimal: str = ".") -> int:
    """`13`, `0013`, `13.0`, `13 – Clara`; `"13"` is 13 also where the digits look as if they were rounded."""
    plain = _PLAIN(text)
    if plain:
        return int(plain[1])
    if is_thousands(text):
        raise refusal("C103", field, text, without_thousands(text, decimal))
    if _SCIENTIFIC(text):
        raise refusal("C107", field, text)
    match = _LONG(text) or _NAMED(text)
    if match and _looks_rounded(match[1]):
        sure = f' If it is right, write "{match[1]}", in quotes.' if len(match[1]) <= MAX_DIGITS else ""
        raise refusal("C107", field, text, remedy_of("C107") + sure)
    match = match or _LONG(quoted_text(text) or "")
    if match is None:
        raise _no_id(field, text)
    if len(match[1]) > MAX_DIGITS:
        raise refusal("C108", field, text, f"an id has at most {MAX_DIGITS} digits")
    return int(match[1])


def show_one_id(field: Field, value: int, decimal: str = ".") -> str:
    digits = str(value)
    return f'"{digits}"' if _looks_rounded(digits) else digits


def _looks_rounded(digits: str) -> bool:
    return len(digits) > EXACT_DIGITS and not digits[EXACT_DIGITS:].strip("0")


def _no_id(field: Field, text: str) -> CellError:
    named = any(char.isalpha() for char in text) or _PHONE(text) is not None
    if not named or text[0] in '[{"' or text.casefold() in FLAGS:
        return unreadable("C108", field, text)
    begins = _BEGINS_WITH_ID(text)
    return unreadable("C111", field, text, asked(begins[1]) if begins else "")


# ---------------------------------------------------------------- a list of ids


def read_ids(field: Field, text: str, decimal: str) -> list[int]:
    """`2, 3`, `2;3`, `2|3`, `[2, 3]`, each item written as one id may be; `[]` is no ids."""
    if text in ("[]", "{}"):
        return []
    if text[0] == "[" and text[-1] == "]":
        inner = text[1:-1].strip()
        return [_item(field, part.strip(), text) for part in inner.split(",")] if inner else []
    separator = next((sign for sign in ";|" if sign in text), ",")
    return [_item(field, part.strip(), text) for part in text.split(separator)]


def show_ids(field: Field, value: list[int], decimal: str) -> str:
    # Semicolons: a spreadsheet program makes a decimal of 2,3 and a thousand of 2,345.
    return "; ".join(show_one_id(field, item) for item in value) or "[]"


def _item(field: Field, part: str, text: str) -> int:
    try:
        return read_one_id(field, part)
    except CellError as error:
        if error.code != "C108" and not is_date(part):
            raise
        raise refusal("C109", field, part or text, _list_remedy(part)) from None


def _list_remedy(part: str) -> str:
    if not part:
        return "an id is missing between two separators, or one separator is too many"
    if is_date(part):
        return DATED
    if _DECIMAL(part):
        return f"{asked(part.replace('.', '; '))} A spreadsheet program may have made a number of a list"
    return ""
