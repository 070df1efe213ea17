"""Owns what a cell shows: number formats of spreadsheet programs, and how a value looks in one."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from batch_update.sheet.workbook.worksheets import Held, Typed

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '#,##0 "¤"', 6: '#,##0 "¤"', 7: '#,##0.00 "¤"',
    8: '#,##0.00 "¤"', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yyyy h:mm", **dict.fromkeys((*range(27, 32), *range(34, 37), *range(50, 59)), "yyyy/m/d"),
    32: "h:mm", 33: "h:mm:ss", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: '#,##0 "¤"',
    43: "#,##0.00", 44: '#,##0.00 "¤"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats that workbooks name by number alone. Which currency it is, and the order of a date, each program decides."""

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.', re.DOTALL)
_BRACKETS = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", re.IGNORECASE)
"""colors, conditions, languages: all but elapsed hours, minutes and seconds"""
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATED = re.compile(r"[ymdhs]|am/pm|a/p|(?<!\w)[eg]{1,4}(?![+-])", re.IGNORECASE)
_PIECE = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<one>.)|(?P<space>_.)|\*.|(?P<digits>[0#?][0#?,.]*)|(?P<other>.)', re.DOTALL
)
_DATE_PIECE = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<one>.)|_.|\*.|(?P<elapsed>\[(?:h+|m+|s+)\])|(?P<half>am/pm|a/p)'
    r"|(?P<fraction>\.0+)|(?P<unit>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST_DAY = 2_958_465
"""31 December 9999"""
_FIRST, _FIRST_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_MOST_SHOWN = 1e15
"""from here on spreadsheet programs do not show every digit"""
_LEAP = 60
"""29 February 1900, which never was; days before it are counted one less"""


@lru_cache(maxsize=1_000)
def is_dated(format: str) -> bool:
    """Whether numbers in this format show as dates, times or durations."""
    bare = re.sub("general", "", _QUOTED.sub("", format.split(";")[0]), flags=re.IGNORECASE)
    return _ELAPSED.search(bare) is not None or _DATED.search(_BRACKETS.sub("", bare)) is not None


def is_plain_format(format: str) -> bool:
    """Whether every number shows as it is: no format, or that of texts, in whatever color."""
    return not format or _BRACKETS.sub("", format.split(";")[0]).strip().casefold() in ("general", "@")


def as_cell(number: float, format: str, *, since_1904: bool = False) -> float | Typed:
    """Return what a number in a cell of this format means: itself, a date, a time, or a number that shows otherwise."""
    if is_plain_format(format):
        return number
    if not is_dated(format):
        return Typed(number, format)
    held = _dated(number, format, _FIRST_1904 if since_1904 else _FIRST)
    return Typed(number if held is None else held, format)


def _dated(number: float, format: str, first: datetime) -> Held | None:
    """Return what a number of days stands for; None where it is none."""
    if not (math.isfinite(number) and 0 <= number < _LAST_DAY):
        return None
    if _ELAPSED.search(_QUOTED.sub("", format)):
        return timedelta(milliseconds=round(number * 86_400_000))
    if first == _FIRST and 1 <= number < _LEAP:
        number += 1
    moment = first + timedelta(milliseconds=round(number * 86_400_000))
    if number < 1 and moment.date() == first.date():
        return moment.time()
    return moment if moment.time() != time() else moment.date()


# ---------------------------------------------------------------- what it looks like


def shown_as(cell: Typed, decimal: str) -> str | None:
    """Return what a cell shows; None where that cannot be told. The decimal sign is the sheet's, if it is known."""
    if cell.shown is not None:
        return cell.shown
    held = cell.held
    if isinstance(held, bool):
        return "TRUE" if held else "FALSE"
    if isinstance(held, (int, float)):
        return _formatted_number(held, cell.format, decimal)
    if not cell.format:
        return None
    return _date(held, cell.format.split(";")[0])


def _formatted_number(value: float, format: str, decimal: str) -> str | None:
    value, section = _section_for(value, format)
    section = _BRACKETS.sub("", _CURRENCY.sub(lambda match: f'"{match[1]}"', section))
    parts = list(_PIECE.finditer(section))
    digits = [match["digits"] for match in parts if match["digits"]]
    if not _is_known(value, section) or len(digits) > 1:
        return None
    percents = sum(match["other"] == "%" for match in parts)
    sign = "-" if value < 0 else ""
    shown = _digits(abs(value) * 100**percents, digits[0], decimal) if digits else ""
    texts = [shown if match["digits"] else _literal(match) for match in parts]
    return (sign + "".join(texts)).strip()


def _section_for(value: float, format: str) -> tuple[float, str]:
    """Return a value as its part of the format shows it, and that part: one for negative numbers has no sign."""
    sections = _sections(format)
    if len(sections) > 1 and value < 0:
        return -value, sections[1]
    return value, sections[2] if len(sections) > 2 and value == 0 else sections[0]


def _is_known(value: float, section: str) -> bool:
    """Whether it is known here what a value looks like in such a pattern: no fraction, no exponent, no text."""
    if not math.isfinite(value) or abs(value) > _MOST_SHOWN:
        return False
    return re.search(r"[/@]|E[+-]|General", _QUOTED.sub("", section), re.IGNORECASE) is None


def _sections(format: str) -> list[str]:
    """Return a format's parts for positive numbers, negative ones, zero and texts: `;` outside of quotes ends each."""
    return [
        part.replace("\0", ";") for part in _QUOTED.sub(lambda m: m[0].replace(";", "\0"), format).split(";")
    ]


def _literal(match: re.Match[str]) -> str:
    if match["space"]:
        return " "
    return match["text"] or match["one"] or match["other"] or ""


def _digits(value: float, pattern: str, decimal: str) -> str:
    """Return a number in a pattern such as `#,##0.00`."""
    scale = len(pattern) - len(pattern.rstrip(","))
    whole, _, fraction = pattern.rstrip(",").partition(".")
    places = len(fraction)
    exact = Decimal(f"{value:.15g}").scaleb(-3 * scale).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    left, _, right = f"{exact:f}".partition(".")
    least = sum(sign == "0" for sign in whole)
    left = (left.lstrip("0") or "").rjust(least, "0")
    if "," in whole:
        left = f"{int(left or 0):,}".rjust(least, "0").replace(",", "." if decimal == "," else ",")
    keep = len(fraction.rstrip("#?"))
    right = right[:keep] + right[keep:].rstrip("0")
    return left + (decimal + right if right else "")


def _date(held: date | time | timedelta, format: str) -> str:
    """Return a date, a time or a duration in its format; names of months are English ones."""
    clean = _BRACKETS.sub("", format)
    pieces = list(_DATE_PIECE.finditer(clean))
    halves = any(match["half"] for match in pieces)
    texts = []
    last = ""
    for index, match in enumerate(pieces):
        unit = (match["unit"] or match["elapsed"] or "").lower().strip("[]")
        if unit and unit[0] == "m" and (last == "h" or _next_unit(pieces, index) == "s"):
            unit = "M" * len(unit)
        texts.append(_unit(held, unit, match, halves) if unit else _date_literal(held, match))
        last = unit[0] if unit else last
    return "".join(texts).strip()


def _next_unit(pieces: list[re.Match[str]], index: int) -> str:
    following = (m["unit"] or m["elapsed"] for m in pieces[index + 1 :] if m["unit"] or m["elapsed"])
    return next(following, " ").lower().strip("[")[0]


def _date_literal(held: date | time | timedelta, match: re.Match[str]) -> str:
    if match["half"]:
        return "PM" if getattr(held, "hour", 0) >= 12 else "AM"
    if match["fraction"]:
        return match["fraction"]
    return match["text"] or match["one"] or match["other"] or ""


def _unit(held: date | time | timedelta, unit: str, match: re.Match[str], halves: bool) -> str:
    if isinstance(held, timedelta):
        return _elapsed(held, unit, bool(match["elapsed"]))
    day = held if isinstance(held, date) else date(1900, 1, 1)
    hour = getattr(held, "hour", 0)
    numbers = {
        "y": day.year if len(unit) > 2 else day.year % 100, "m": day.month, "d": day.day,
        "h": (hour % 12 or 12) if halves else hour, "M": getattr(held, "minute", 0), "s": getattr(held, "second", 0),
    }  # fmt: skip
    if unit[0] == "m" and len(unit) > 2:
        return _MONTHS[day.month - 1][: {3: 3, 5: 1}.get(len(unit))]
    if unit[0] == "d" and len(unit) > 2:
        return _DAYS[day.weekday()][: 3 if len(unit) == 3 else None]
    return f"{numbers[unit[0]]:0{2 if unit[0] == 'y' else min(len(unit), 2)}d}"


def _elapsed(held: timedelta, unit: str, whole: bool) -> str:
    seconds = round(held.total_seconds())
    size, most = {"h": (3600, 24), "M": (60, 60), "m": (60, 60), "s": (1, 60)}.get(unit[0], (86_400, 31))
    number = seconds // size
    return f"{number if whole else number % most:0{len(unit)}d}"
