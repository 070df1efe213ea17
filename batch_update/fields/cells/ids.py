"""Cells of ids: one id or a name in its place, or a list of them."""

from __future__ import annotations

import json
import re
from functools import cache

from batch_update.codes import remedy_of
from batch_update.fields.cells.errors import DATED, CellError, refusal, unreadable
from batch_update.fields.cells.numbers import is_thousands, without_thousands
from batch_update.fields.cells.texts import quoted_text, refuse_damaged
from batch_update.fields.cells.words import FLAGS, holds_failed_formula, is_date, stands_for_nothing
from batch_update.fields.facts import Field
from batch_update.fields.references import catalogs_of
from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Json
from batch_update.text import asked

MAX_DIGITS = 18
EXACT_DIGITS = 15
"""Digits that a spreadsheet program keeps; it turns those after them into zeros."""

_PLAIN = re.compile(r"0*([1-9][0-9]{0,14})").fullmatch
_LONG = re.compile(r"0*([1-9][0-9]*)(?:[.,]0+)?").fullmatch
_NAMED = re.compile(r"0*([1-9][0-9]*)\s+[-–—]\s+(?=.*[^\W\d_]|\+[0-9]{6})\S.*", re.DOTALL).fullmatch
"""An id before a name, or before a phone number."""
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+").fullmatch
_DECIMAL = re.compile(r"[1-9][0-9]{0,14}\.[1-9][0-9]{0,14}").fullmatch
_PHONE = re.compile(r"(?:[0-9]{1,18}\s+[-–—]\s+)?\(?(?:\+|0)[0-9 ()/.\u00a0\u202f–-]{5,}[0-9]").fullmatch
"""A phone number as people write it, with an id before it or not: `+49 30 1234567`, `7 – 030/1234567`."""
SHORTEST_DIALED = 7
_DIALED = re.compile(rf"([0-9]{{{SHORTEST_DIALED},15}})(?:[.,]0+)?").fullmatch
"""Digits that may be a phone number, or an id."""
LONGEST_NAME = 255
_AROUND_DIGITS = "#'’‘`„“\" "
"""Signs that people and programs put around an id."""


# ---------------------------------------------------------------- one id


def read_one_id(field: Field, text: str, decimal: str = ".") -> int | NamedChoice:
    """`13`, `0013`, `13.0`; `"13"` is 13 also where the digits look as if they were rounded. All else is a name."""
    plain = _PLAIN(text)
    if plain:
        return int(plain[1])
    if is_of_phone(field) and _PHONE(text) and not is_date(text):
        return NamedChoice(text, (Catalog.PHONE_NUMBERS,))
    if is_thousands(text):
        raise refusal("C103", field, text, without_thousands(text, decimal))
    if _SCIENTIFIC(text):
        raise refusal("C107", field, text)
    named = _NAMED(text)
    match = _LONG(text) or named
    if match and _looks_rounded(match[1]):
        sure = f' If it is right, write "{match[1]}", in quotes.' if len(match[1]) <= MAX_DIGITS else ""
        raise refusal("C107", field, text, remedy_of("C107") + sure)
    match = match or _LONG(quoted_text(text) or "")
    if match is None:
        return _read_name(field, text)
    if len(match[1]) > MAX_DIGITS:
        raise refusal("C108", field, text, f"an id has at most {MAX_DIGITS} digits")
    return _read_name(field, text) if named else int(match[1])


def dialed(field: Field, text: str) -> NamedChoice | None:
    """Return the phone number that digits may be in place of an id, which only the account can tell."""
    digits = _DIALED(text) if is_of_phone(field) else None
    return NamedChoice(digits[1], (Catalog.PHONE_NUMBERS,)) if digits else None


def is_of_phone(field: Field) -> bool:
    """Whether the ids of a field are those of phone numbers."""
    return catalogs_of_cell(field.name) == (Catalog.PHONE_NUMBERS,)


def id_before_name(name: NamedChoice) -> int | None:
    """Return 412 for `412 – Clara`, whoever 412 is; None where no id stands before the name."""
    match = _NAMED(name.text)
    return int(match[1]) if match else None


@cache
def catalogs_of_cell(name: str) -> tuple[Catalog, ...]:
    """Return the lists that the ids of a column come from, by its name: `voice_id`, `label_ids+`, `id`."""
    field, *path = name.rstrip("+-").split(".")
    return catalogs_of(field, tuple(path))


def show_one_id(field: Field, value: int, decimal: str = ".") -> str:
    digits = str(value)
    return f'"{digits}"' if _looks_rounded(digits) else digits


def _looks_rounded(digits: str) -> bool:
    return len(digits) > EXACT_DIGITS and not digits[EXACT_DIGITS:].strip("0")


def _read_name(field: Field, text: str) -> NamedChoice:
    """Return the name that a cell holds; quotes make one of what would mean something else."""
    quoted = quoted_text(text)
    name = text if quoted is None else quoted
    is_odd = not (any(char.isalpha() for char in name) or (is_of_phone(field) and _NAMED(name))) or (
        quoted is None and _means_else(text)
    )
    if is_odd or len(name) > LONGEST_NAME or not catalogs_of_cell(field.name):
        bare = text.strip(_AROUND_DIGITS)
        raise unreadable("C108", field, text, asked(bare) if _PLAIN(bare) else "")
    refuse_damaged(field, text, is_json=quoted is not None)
    if quoted is None and (stands_for_nothing(text) or holds_failed_formula(text) or is_date(text)):
        raise unreadable("C108", field, text)
    return NamedChoice(name, catalogs_of_cell(field.name))


def _means_else(text: str) -> bool:
    return text[0] in '[{"@' or text.casefold() in FLAGS


# ---------------------------------------------------------------- a list of ids


def read_ids(field: Field, text: str, decimal: str) -> list[Json]:
    """`2, 3`, `2;3`, `2|3`, `[2, 3]`, each item written as one id may be; `[]` is no ids."""
    if text in ("[]", "{}"):
        return []
    if text[0] == "[" and text[-1] == "]":
        return _read_in_brackets(field, text)
    separator = next((sign for sign in ";|" if sign in text), ",")
    return [_item(field, part.strip(), text) for part in text.split(separator)]


def _read_in_brackets(field: Field, text: str) -> list[Json]:
    """`[2, Sales]`, and `["Sales, Berlin", 3]`, whose names may have commas."""
    inner = text[1:-1].strip()
    try:
        found = json.loads(text) if '"' in text else None
    except ValueError:
        found = None
    if isinstance(found, list) and all(type(item) in (str, int) for item in found):
        return [_item(field, str(item).strip(), text) for item in found]
    return [_item(field, part.strip(), text) for part in inner.split(",")] if inner else []


def show_ids(field: Field, value: list[int], decimal: str) -> str:
    # Semicolons: a spreadsheet program makes a decimal of 2,3 and a thousand of 2,345.
    return "; ".join(show_one_id(field, item) for item in value) or "[]"


def _item(field: Field, part: str, text: str) -> int | NamedChoice:
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
