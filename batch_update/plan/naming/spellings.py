"""Spellings of names and phone numbers: the form in which they are compared, and what may stand beside one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_BEFORE = re.compile(r"0*([1-9][0-9]{0,17})\s+[-–—]\s+(\S.*)", re.DOTALL).fullmatch
_AFTER = re.compile(r"(.*\S)\s*\(\s*([^()]*[^()\s])\s*\)", re.DOTALL).fullmatch
_TRUNK = re.compile(r"\(\s*0\s*\)")
_LONGEST_CODE = 3
"""Digits of the longest code of a country."""
_WITHOUT_TRUNK = ("1", "7")
"""Codes of countries in which no 0 is dialed before the number; no other code begins so."""


@lru_cache(65536)
def folded(name: str) -> str:
    """Return the form in which names are compared: without case, spaces, what nobody sees, and one Unicode form."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if plain.isascii():
        return "".join(plain.split())
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


# ---------------------------------------------------------------- what stands beside a name


@dataclass(frozen=True, slots=True)
class Beside:
    """A way to read a cell: a name, with an id beside it or a note in brackets after it."""

    name: str
    id: int | None = None
    note: str = ""


def readings(text: str) -> Iterator[Beside]:
    """Yield the ways to read a cell as more than a name: `412 – Clara`, `Clara (412)`, `Clara (de)`."""
    if before := _BEFORE(text):
        yield Beside(before[2], int(before[1]))
    if after := _AFTER(text):
        if re.fullmatch("[0-9]{1,18}", after[2]):
            yield Beside(after[1], int(after[2]))
        else:
            yield Beside(after[1], note=after[2])


# ---------------------------------------------------------------- phone numbers


@dataclass(frozen=True, slots=True)
class Dialed:
    """A phone number as it was written."""

    digits: str
    """without what is dialed before it: of a whole number with the code of the country, else from the area code on"""
    is_whole: bool


def in_country(number: str) -> Iterator[str]:
    """Yield what is dialed of a number within its country, without the 0 before it; where codes end is not told."""
    for length in range(1, _LONGEST_CODE + 1):
        code, rest = number[:length], number[length:]
        if code[:1] not in _WITHOUT_TRUNK:
            yield rest.removeprefix("0")  # Italian numbers keep their 0


def dialed_as(text: str) -> Dialed:
    """Return the digits of a phone number: `+49 30 1234567`, `0049 (0)30 1234567`, `030/1234567`, `49301234567`."""
    plain = _TRUNK.sub("", unicodedata.normalize("NFKC", text))
    digits = re.sub("[^0-9]", "", plain)
    if plain.strip().startswith("+") or not digits.startswith("0"):
        return Dialed(digits, is_whole=True)
    if digits.startswith("00"):
        return Dialed(digits[2:], is_whole=True)
    return Dialed(digits[1:], is_whole=False)
