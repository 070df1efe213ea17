"""The pages of a workbook that is read and not filled in, as values: tables, figures, charts and their colors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from batch_update.fields.cells.ids import EXACT_DIGITS


class Paint(StrEnum):
    """The color of a cell, or of a part of a chart."""

    NONE = ""
    GOOD = "good"
    QUIET = "quiet"
    WARNING = "warning"
    ERROR = "error"


Value: TypeAlias = str | int | float | datetime | None
"""What a cell holds; a time is shown as it is here, with its zone."""


class Painted(NamedTuple):
    """A cell with a color."""

    value: Value
    paint: Paint


Cell: TypeAlias = Value | Painted


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    title: str
    width: float
    """characters"""
    is_prose: bool = False
    """whether its texts are broken into lines"""


@dataclass(frozen=True, slots=True)
class TablePage:
    """A worksheet that is one table, with filters and a header that stays."""

    title: str
    headings: Sequence[Head]
    rows: Iterable[Sequence[Cell]]
    height: int
    """how many rows there are"""
    frozen: int = 0
    """columns that stay"""


class Chart(StrEnum):
    """A kind of chart of a block."""

    RING = "doughnut"
    BARS = "bar"
    LINES = "line"


@dataclass(frozen=True, slots=True)
class Block:
    """A small table on the first page; its chart, if it has one, shows its second column, or all from there on."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None
    axis: str = ""
    """what is counted there, for a chart with axes"""
    paints: Sequence[Paint] = ()
    """of the parts of a ring, or of the series of lines"""
    charted: int | None = None
    """how many of its rows the chart shows; None: all"""


@dataclass(frozen=True, slots=True)
class CoverPage:
    """The first worksheet: what matters in a sentence, what belongs to it, and figures with their charts."""

    title: str
    heading: str
    verdict: Painted
    lines: Sequence[tuple[str, Cell]]
    blocks: Sequence[Block]


def number_or_text(text: str, decimal: str = ".") -> Value:
    """Return the number that a text is, where nothing is lost by that and every program keeps it; else the text.

    Leading zeros, signs before it, spaces and more digits than spreadsheet programs keep stay a text.
    """
    if decimal != "." and "." in text:
        return text
    plain = text.replace(decimal, ".")
    digits = plain.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > EXACT_DIGITS:
        return text
    whole, point, rest = plain.removeprefix("-").partition(".")
    if (
        not whole
        or (whole != "0" and whole[0] == "0")
        or (point and not rest)
        or (text[0] == "-" and not int(digits))
    ):
        return text
    return float(plain) if point else int(plain)
