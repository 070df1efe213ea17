"""Cells of numbers, with and without a fraction."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from batch_update.fields.cells.errors import refusal, unreadable
from batch_update.fields.cells.words import LONGEST_WORD, UNITS
from batch_update.fields.facts import Field
from batch_update.text import asked

# ASCII digits only: [0-9], since \d takes the digits of every script.


def _number_pattern(signs: str) -> re.Pattern[str]:
    return re.compile(rf"[+-]?(?:[0-9]+(?:[{signs}][0-9]+)?|[{signs}][0-9]+)(?:[eE][+-]?[0-9]{{1,4}})?")


_NUMBER = {".": _number_pattern(".").fullmatch, ",": _number_pattern(".,").fullmatch}
"""Decimal sign of the sheet -> what a number looks like there. 0.8 has one reading beside a decimal comma too."""
_INTEGER = re.compile(r"([+-]?[0-9]{1,40})(?:[.,]0+)?").fullmatch
_POINT_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+").fullmatch

is_thousands = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[., '’_\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?").fullmatch
"""1.200, 1,200, 1 200, 1'200 and 1.200,5: a thousand and more to some."""


def read_number(field: Field, text: str, decimal: str) -> float:
    if _NUMBER[decimal](text) and not (decimal == "," and _POINT_THOUSANDS(text)):
        value = float(text.replace(",", ".")) + 0.0  # which makes 0 of -0
        if math.isfinite(value):
            return value
    if is_thousands(text):
        raise refusal("C103", field, text, without_thousands(text, decimal))
    raise unreadable("C101", field, text, _did_you_mean(field, text, decimal))


def show_number(field: Field, value: float, decimal: str) -> str:
    """Return all digits of the float and never an exponent, which spreadsheet programs write in their own way."""
    return format(Decimal(repr(value)), "f").replace(".", decimal)


def read_integer(field: Field, text: str, decimal: str) -> int:
    match = _INTEGER(text)
    if is_thousands(text):
        raise refusal("C103", field, text, without_thousands(text, decimal))
    if not match:
        raise unreadable("C102", field, text, _did_you_mean(field, text, decimal))
    return int(match[1])


def show_integer(field: Field, value: int, decimal: str) -> str:
    return str(value)


# ---------------------------------------------------------------- remedies


def without_thousands(text: str, decimal: str) -> str:
    """Return how to write 1.200 or 1,200.5 where a thousand is meant."""
    whole, fraction = text, ""
    if len(set(re.findall(r"[^0-9+-]", text))) > 1:
        cut = max(text.rfind("."), text.rfind(","))
        whole, fraction = text[:cut], decimal + text[cut + 1 :]
    return f"write {re.sub(r'[^0-9+-]', '', whole)}{fraction} if a thousand is meant"


_MEASURED = re.compile(r"(?P<number>[+-]?[0-9]*[.,]?[0-9]+)\s*(?P<unit>%|[^\W\d]+\.?)?").fullmatch


def _did_you_mean(field: Field, text: str, decimal: str) -> str:
    """`did you mean 0.7?` for 0,7, 70 %, 5 min, 0:05:00 and the like; "" where nothing within bounds is obvious."""
    if len(text) > LONGEST_WORD:
        return ""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip("\"' ")
    fitting = [value for value in _likely(field, plain) if _in_bounds(field, value)]
    if len(fitting) != 1:
        return ""
    return asked(format(fitting[0].normalize(), "f").replace(".", decimal))


def _likely(field: Field, text: str) -> Iterator[Decimal]:
    """Yield what a text may say in the field's unit: a number with another one, or a time as a clock shows it."""
    if clock := _CLOCK(text):
        yield from _of_clock(field, *(int(part or 0) for part in clock.groups()))
    if match := _MEASURED(text):
        factor = _factor(field, (match["unit"] or "").rstrip(".").casefold())
        if factor is not None:
            yield Decimal(match["number"].replace(",", ".")) * factor


_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?").fullmatch


def _of_clock(field: Field, first: int, second: int, third: int) -> Iterator[Decimal]:
    """Yield the lengths of time that 0:05:00 may be: five minutes; and 5:00, of which programs make five hours."""
    if field.unit in UNITS:
        yield Decimal(3600 * first + 60 * second + third) / UNITS[field.unit]
        if first and not third:
            yield Decimal(60 * first + second) / UNITS[field.unit]


def _factor(field: Field, unit: str) -> Decimal | None:
    """Return what a number with this unit is multiplied by to be in the field's; None where it cannot be."""
    if not unit:
        return Decimal(1)
    if unit == "%" and field.kind == "number":
        return Decimal("0.01")
    if unit in UNITS and field.unit in UNITS:
        return Decimal(UNITS[unit]) / UNITS[field.unit]
    return None


def _in_bounds(field: Field, value: Decimal) -> bool:
    if field.kind == "integer" and value != value.to_integral_value():
        return False
    low, high = field.minimum, field.maximum
    return (low is None or value >= Decimal(repr(low))) and (high is None or value <= Decimal(repr(high)))
