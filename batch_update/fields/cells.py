"""The grammar of one cell: for each kind of field a reader, text to value, and the shower that undoes it.

Grammar only. Whether a value is within bounds, and whether the field can be cleared, is asked elsewhere.

  empty, white space   LEAVE             null, trimmed       None
  text                 as it stands, line breaks as \\n; "..." is a JSON text; @@ is @; @file is refused
  number               0.8 .5 1e-3 +1, and 0,8 where the decimal sign is the comma; always a finite float
  integer              13 13.0; 1.200 and 1,200 are refused, since they can be read in two ways
  id                   a whole number above 0, of at most 18 digits: 13 0013 13.0 "13" 13 – Clara
  ids                  2, 3   2;3   2|3   [2, 3]   []
  flag, choice         words in any case
  array, object        JSON; NaN, infinity and doubled keys are refused
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from typing import Any, Final

from batch_update.codes import CODES
from batch_update.fields.reference import Field, Kind, all_fields
from batch_update.fields.tools import SECRET_SETTINGS
from batch_update.fields.words import (
    FLAGS,
    LONGEST_WORD,
    UNITS,
    holds_failed_formula,
    is_failed_formula,
    stands_for_nothing,
)
from batch_update.model import Json


class Leave(Enum):
    """The one value that no cell can hold: the field is left as it is."""

    LEAVE = "leave"

    def __repr__(self) -> str:
        return "LEAVE"


LEAVE: Final = Leave.LEAVE

MAX_DEPTH = 100
"""Levels of nesting in a JSON cell."""
MAX_DIGITS = 18
"""Digits of an id."""
EXACT_DIGITS = 15
"""Digits that a spreadsheet program keeps; it turns those after them into zeros."""


class CellError(ValueError):
    """A cell that cannot be read.

    `str(error)` is a sentence without the place; `code` is one of C101 to C113; `given` an excerpt that is safe
    to print, "" where the cell holds a secret; `wanted` what is allowed; `remedy` what to do.
    """

    def __init__(self, code: str, message: str, *, given: str, wanted: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.given = given
        self.wanted = wanted
        self.remedy = remedy


def read_cell(field: str, text: str, decimal: str = ".") -> Json | Leave:
    """The value that a cell of this field stands for, or LEAVE. Raises CellError, and KeyError for no field."""
    return cell_reader(field, decimal)(text)


def show_cell(field: str, value: Json, decimal: str = ".") -> str:
    """The cell that stands for a value: `read_cell(f, show_cell(f, v, d), d) == v`.

    That holds for every value that the type of the field allows, with ids of at most 18 digits and JSON of at
    most 100 levels. Text with a carriage return or another control character goes out in JSON quotes.
    """
    if value is None:
        return "null"
    return _SHOWERS[all_fields()[field].kind](all_fields()[field], value, decimal)


@cache
def cell_reader(field: str, decimal: str = ".") -> Callable[[str], Json | Leave]:
    """`read_cell` for many cells of one column."""
    facts = all_fields()[field]
    if facts.kind == "text":
        return partial(_read_text, facts)
    return partial(_read, facts, _READERS[facts.kind], decimal)


def read_id(text: str) -> int:
    """The assistant that a row is about: `101`, `101.0`, `00101`, `101 – Praxis Weiß`. Raises CellError."""
    trimmed = text.strip()
    if trimmed in ("", "null"):
        raise _error("C113", _ID_COLUMN, text)
    return _one_id(_ID_COLUMN, trimmed)


_Reader = Callable[[Field, str, str], Json]


def _read(field: Field, reader: _Reader, decimal: str, text: str) -> Json | Leave:
    trimmed = text.strip()
    if not trimmed:
        return LEAVE
    if trimmed == "null":
        return None
    return reader(field, trimmed, decimal)


# ---------------------------------------------------------------- refusing


_ID_COLUMN = Field(
    name="id",
    kind="id",
    group="",
    help="",
    unit="",
    choices=(),
    minimum=None,
    maximum=None,
    max_length=None,
    nullable=False,
    empty=False,
    modes=(),
    aliases=(),
    reported=True,
    wider=False,
    look_up="assistants",
)


def _error(code: str, field: Field, text: str, remedy: str = "", detail: str = "") -> CellError:
    secret = any(name in text for name in SECRET_SETTINGS)
    return CellError(
        code,
        f"{field.name}: {CODES[code].title}{detail}",
        given="" if secret else excerpt(text),
        wanted=field.allowed,
        remedy=remedy or CODES[code].remedy,
    )


def _unreadable(code: str, field: Field, text: str, remedy: str = "") -> CellError:
    """`code`, unless the text is a word for nothing or a failed formula: then that is what to say of it."""
    if stands_for_nothing(text):
        return _error("C105", field, text, _clearing(field))
    if is_failed_formula(text):
        return _error("C106", field, text)
    return _error(code, field, text, remedy)


def _clearing(field: Field) -> str:
    """What to do instead of a word for nothing."""
    clear = ", or write null to clear it" if field.nullable else ""
    quotes = "; where the text itself is meant, put it in double quotes" if field.kind == "text" else ""
    return f"leave the cell empty to leave the field alone{clear}{quotes}"


def excerpt(text: str, width: int = 60) -> str:
    """The beginning of a text, with control and direction characters escaped, safe for a terminal."""
    cut = text if len(text) <= width else text[: width - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in cut)


# ---------------------------------------------------------------- text


_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _read_text(field: Field, text: str) -> Json | Leave:
    # Most texts are long and mean nothing but themselves.
    if len(text) > LONGEST_WORD and text[0].isalnum() and "#" not in text and "\r" not in text:
        return text
    trimmed = text.strip()
    if not trimmed:
        return LEAVE
    if trimmed == "null":
        return None
    quoted = _quoted(trimmed)
    if quoted is not None:
        return quoted
    if trimmed[0] == "@":
        text = _after_at(field, text)
    else:
        _refuse_suspicious(field, text)
    return _unix_lines(text)


def _show_text(field: Field, value: str, decimal: str) -> str:
    trimmed = value.strip()
    if _means_something(value, trimmed):
        return json.dumps(value, ensure_ascii=False)
    return value.replace("@", "@@", 1) if trimmed[0] == "@" else value


def _means_something(text: str, trimmed: str) -> bool:
    """Whether this text has to be put in quotes to be nothing but a text."""
    return (
        trimmed in ("", "null")
        or _UNSHOWABLE.search(text) is not None
        or _quoted(trimmed) is not None
        or stands_for_nothing(trimmed)
        or holds_failed_formula(text)
    )


def _read_word(field: Field, text: str, decimal: str) -> str:
    """A web address or a time zone: a text that is trimmed."""
    quoted = _quoted(text)
    if quoted is not None:
        return quoted
    if text[0] == "@":
        return _after_at(field, text)
    _refuse_suspicious(field, text)
    return text


def _show_word(field: Field, value: str, decimal: str) -> str:
    if value != value.strip():
        return json.dumps(value, ensure_ascii=False)
    return _show_text(field, value, decimal)


def _quoted(text: str) -> str | None:
    """The text inside JSON quotes; None where it is no complete JSON text, but one that begins with a quote."""
    if text[:1] != '"' or text[-1:] != '"' or len(text) < 2:
        return None
    try:
        value = json.loads(_unix_lines(text), strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) and _encodable(value) else None


def _encodable(text: str) -> bool:
    """False for half a character (\\ud83d alone), which cannot be sent."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _after_at(field: Field, text: str) -> str:
    if not text.lstrip().startswith("@@"):
        raise _error("C112", field, text)
    return text.replace("@@", "@", 1)


def _refuse_suspicious(field: Field, text: str) -> None:
    if stands_for_nothing(text.strip()):
        raise _error("C105", field, text, _clearing(field))
    if holds_failed_formula(text):
        raise _error("C106", field, text)


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# ---------------------------------------------------------------- numbers


_NUMBER = {
    sign: re.compile(
        rf"[+-]?(?:[0-9]+(?:[{signs}][0-9]+)?|[{signs}][0-9]+)(?:[eE][+-]?[0-9]{{1,4}})?"
    ).fullmatch
    for sign, signs in ((".", "."), (",", ".,"))
}
_INTEGER = re.compile(r"([+-]?[0-9]{1,40})(?:[.,]0+)?").fullmatch
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[., '’_\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?").fullmatch
_POINT_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+").fullmatch


def _read_number(field: Field, text: str, decimal: str) -> float:
    if _NUMBER[decimal](text):
        # 1.2 has one reading even beside a decimal comma; 1.200 has two there.
        if decimal == "," and _POINT_THOUSANDS(text):
            raise _error("C103", field, text, "write 1200 or 1,2" if text == "1.200" else "")
        value = float(text.replace(",", ".")) + 0.0  # no negative zero
        if math.isfinite(value):
            return value
    if _THOUSANDS(text):
        raise _error("C103", field, text, _without_thousands(text, decimal))
    raise _unreadable("C101", field, text, _did_you_mean(field, text, decimal))


def _show_number(field: Field, value: float, decimal: str) -> str:
    shown = format(Decimal(repr(value)), "f")
    return shown.replace(".", decimal)


def _read_integer(field: Field, text: str, decimal: str) -> int:
    match = _INTEGER(text)
    if match and not _THOUSANDS(text):
        return int(match[1])
    if _THOUSANDS(text):
        raise _error("C103", field, text, _without_thousands(text))
    raise _unreadable("C102", field, text, _did_you_mean(field, text, decimal))


def _show_integer(field: Field, value: int, decimal: str) -> str:
    return str(value)


def _without_thousands(text: str, decimal: str = ".") -> str:
    """How to write 1.200 or 1,200.5 where a thousand is meant."""
    whole, fraction = text, ""
    if len(set(re.findall(r"[^0-9+-]", text))) > 1:
        cut = max(text.rfind("."), text.rfind(","))
        whole, fraction = text[:cut], decimal + text[cut + 1 :]
    return f"write {re.sub(r'[^0-9+-]', '', whole)}{fraction} if a thousand is meant"


_MEASURED = re.compile(r"(?P<number>[+-]?[0-9]*[.,]?[0-9]+)\s*(?P<unit>%|[^\W\d]+\.?)?").fullmatch


def _did_you_mean(field: Field, text: str, decimal: str) -> str:
    """`did you mean 0.7?` for 0,7, 70 %, "0.7" and the like; "" where nothing within bounds is obvious."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip("\"' ")
    match = _MEASURED(plain)
    if not match:
        return ""
    value = Decimal(match["number"].replace(",", "."))
    value *= _factor(field, (match["unit"] or "").rstrip(".").casefold())
    low, high = field.minimum, field.maximum
    if (
        value == 0
        and match["unit"]
        or (low is not None and value < low)
        or (high is not None and value > high)
    ):
        return ""
    if field.kind == "integer" and value != int(value):
        return ""
    shown = format(value.normalize(), "f").replace(".", decimal)
    return "" if shown == text else f"did you mean {shown}?"


def _factor(field: Field, unit: str) -> Decimal:
    """What a number with this unit is multiplied by to be in the field's; 0 where it cannot be."""
    if not unit:
        return Decimal(1)
    if unit == "%":
        return Decimal("0.01") if field.kind == "number" else Decimal(0)
    if unit in UNITS and field.unit in UNITS:
        return Decimal(UNITS[unit]) / UNITS[field.unit]
    return Decimal(0)


# ---------------------------------------------------------------- ids


_PLAIN_ID = re.compile(r"0*([1-9][0-9]{0,14})").fullmatch
_LONG_ID = re.compile(r"0*([1-9][0-9]*)(?:[.,]0+)?").fullmatch
_NAMED_ID = re.compile(r"0*([1-9][0-9]*)\s+[-–—]\s+(?=.*[^\W\d_])\S.*", re.DOTALL).fullmatch
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+").fullmatch
_PHONE = re.compile(r"(?:\+|00)[0-9][0-9 ()/.-]{5,}").fullmatch


def _read_one_id(field: Field, text: str, decimal: str) -> int:
    return _one_id(field, text)


def _one_id(field: Field, text: str) -> int:
    """An id, from trimmed text."""
    plain = _PLAIN_ID(text)
    if plain:
        return int(plain[1])
    if _THOUSANDS(text):
        raise _error("C103", field, text, _without_thousands(text))
    if _SCIENTIFIC(text):
        raise _error("C107", field, text)
    match = _LONG_ID(text) or _NAMED_ID(text)
    if match and _looks_rounded(match[1]):
        sure = f' If it is right, write "{match[1]}", in quotes.' if len(match[1]) <= MAX_DIGITS else ""
        raise _error("C107", field, text, CODES["C107"].remedy + sure)
    match = match or _LONG_ID(_quoted(text) or "")
    if match and len(match[1]) > MAX_DIGITS:
        raise _error("C108", field, text, f"an id has at most {MAX_DIGITS} digits")
    if match:
        return int(match[1])
    raise _no_id(field, text)


def _looks_rounded(digits: str) -> bool:
    return len(digits) > EXACT_DIGITS and not digits[EXACT_DIGITS:].strip("0")


def _no_id(field: Field, text: str) -> CellError:
    named = any(char.isalpha() for char in text) or _PHONE(text) is not None
    if named and text[:1] not in ("[", "{") and text.casefold() not in FLAGS:
        return _unreadable("C111", field, text)
    return _unreadable("C108", field, text)


def _show_id(field: Field, value: int, decimal: str) -> str:
    digits = str(value)
    return f'"{digits}"' if _looks_rounded(digits) else digits


def _read_ids(field: Field, text: str, decimal: str) -> list[int]:
    separator = ","
    if text[0] == "[" and text[-1] == "]":
        text = text[1:-1].strip()
        if not text:
            return []
    elif text == "{}":
        return []
    else:
        separator = next((sign for sign in ";|" if sign in text), ",")
    return [_item(field, part.strip(), text) for part in text.split(separator)]


def _item(field: Field, part: str, text: str) -> int:
    try:
        return _one_id(field, part)
    except CellError as error:
        if error.code != "C108":
            raise
        remedy = "" if part else "an id is missing between two separators, or one separator is too many"
        raise _error("C109", field, part or text, remedy) from None


def _show_ids(field: Field, value: list[int], decimal: str) -> str:
    shown = [_show_id(field, item, decimal) for item in value]
    # One id alone could be turned into a number with a thousands sign; two with a comma into a decimal.
    return "; ".join(shown) if shown else "[]"


# ---------------------------------------------------------------- yes and no, choices


def _read_flag(field: Field, text: str, decimal: str) -> bool:
    found = FLAGS.get(text.casefold())
    if found is None:
        raise _unreadable("C104", field, text)
    return found


def _show_flag(field: Field, value: bool, decimal: str) -> str:
    return "true" if value else "false"


def _read_choice(field: Field, text: str, decimal: str) -> str:
    word = _quoted(text) or text
    folded = word.strip().casefold()
    if folded in field.choices:
        return folded
    _refuse_suspicious(field, text)
    return word


def _show_choice(field: Field, value: str, decimal: str) -> str:
    return value


# ---------------------------------------------------------------- JSON


def _read_array(field: Field, text: str, decimal: str) -> list[Any]:
    value = _json(field, text)
    if value == {}:
        return []
    if not isinstance(value, list):
        remedy = "put it in [ ], since the field holds a list" if isinstance(value, dict) else ""
        raise _unreadable("C110", field, text, remedy)
    return value


def _read_object(field: Field, text: str, decimal: str) -> dict[str, Any]:
    value = _json(field, text)
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise _unreadable("C110", field, text, "write an object in { }")
    return value


def _show_json(field: Field, value: Json, decimal: str) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class _Unfit(ValueError):
    """JSON that Python would read and nobody should."""


def _json(field: Field, text: str) -> Json:
    try:
        # Not strict: line breaks inside a text are fine in a cell, where they are typed with Alt+Enter.
        value = _decoder.decode(_unix_lines(text))
        _refuse_deep(value)
    except RecursionError:
        raise _error("C110", field, text, detail=", since it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _bad_json(field, text, error) from None
    except ValueError as error:
        what = error if isinstance(error, _Unfit) else "a number has too many digits"
        raise _error("C110", field, text, detail=f", since {what}") from None
    return value


def _bad_json(field: Field, text: str, error: json.JSONDecodeError) -> CellError:
    if stands_for_nothing(text) or is_failed_formula(text):
        return _unreadable("C110", field, text)
    remedy = ""
    if re.search("[“”„‟«»]", text):
        remedy = 'replace the typographic quotes by straight ones, "'
    elif re.match(r"[\[{]+\s*'", text):
        remedy = "put texts in double quotes"
    what = error.msg[:1].lower() + error.msg[1:]
    return _error("C110", field, text, remedy, f" at line {error.lineno}, character {error.colno}: {what}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Unfit(f"{excerpt(twice)!r} stands twice in one object")
    return found


def _constant(name: str) -> None:
    raise _Unfit(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Unfit(f"{excerpt(text, 20)} is too large")
    return value


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite, strict=False
)


def _refuse_deep(value: Json, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise _Unfit("it is nested too deeply")
    if isinstance(value, str) and not _encodable(value):
        raise _Unfit("it holds half a character, \\ud800 to \\udfff")
    for item in _items(value):
        _refuse_deep(item, depth + 1)


def _items(value: Json) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


# ---------------------------------------------------------------- the pairs


_READERS: dict[Kind, _Reader] = {
    "url": _read_word,
    "timezone": _read_word,
    "id": _read_one_id,
    "integer": _read_integer,
    "number": _read_number,
    "flag": _read_flag,
    "choice": _read_choice,
    "ids": _read_ids,
    "array": _read_array,
    "object": _read_object,
}
_SHOWERS: dict[Kind, Callable[[Field, Any, str], str]] = {
    "text": _show_text,
    "url": _show_word,
    "timezone": _show_word,
    "id": _show_id,
    "integer": _show_integer,
    "number": _show_number,
    "flag": _show_flag,
    "choice": _show_choice,
    "ids": _show_ids,
    "array": _show_json,
    "object": _show_json,
}
