"""Bars: parts of a whole side by side, and kinds below each other, each by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from batch_update.report.charts.drawing import element, pattern, percent, picture, plain_text

PATTERNS = {
    "applied": "dots",
    "failed": "lean",
    "invalid": "cross",
    "conflict": "stand",
    "held": "stand",
    "unknown": "back",
    "perhaps": "back",
    "not_applied": "lean",
    "gate": "lean",
    "pause": "stand",
    "shared": "back",
}
"""Kinds of which the fill has lines, so that they are told apart without their colors."""
LEAST = 0.008
"""of the width that a part takes which is there at all"""
WHOLE_BAR, LINE, BAR = 30, 40, 12
"""Heights of a bar of a whole, of a line of bars, and of the bar in it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """So many of one kind, which is a class of the style, too."""

    kind: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class BarLine:
    """A bar in parts, with what it is about above it."""

    label: str
    shown: str
    """its number, as text"""
    parts: tuple[Portion, ...]

    @property
    def number(self) -> int:
        return sum(part.number for part in self.parts)


def stacked(name: str, title: str, told: str, parts: Sequence[Portion]) -> str:
    """Return one bar of all the parts."""
    whole = sum(part.number for part in parts)
    rects = _rects(name, parts, whole, y=0, height=WHOLE_BAR)
    return picture(name, title, told, defined(name, parts), *rects, height=WHOLE_BAR)


def bar_lines(name: str, title: str, told: str, lines: Sequence[BarLine]) -> str:
    """Return a bar for each line, as long as its number beside the largest."""
    most = max(line.number for line in lines)
    inner = [defined(name, [part for line in lines for part in line.parts])]
    for place, line in enumerate(lines):
        y = place * LINE
        inner.append(element("text", plain_text(line.label), y=y + 15))
        inner.append(element("text", plain_text(line.shown), x="100%", y=y + 15, text_anchor="end"))
        inner.append(element("rect", y=y + 22, width="100%", height=BAR, class_="track"))
        inner += _rects(name, line.parts, most, y=y + 22, height=BAR)
    return picture(name, title, told, *inner, height=len(lines) * LINE)


def swatch(name: str, kind: str) -> str:
    """Return a small square with the fill of a kind, for a legend of the chart of this name."""
    square = element("rect", width=12, height=12, **_filled(name, kind))
    return element("svg", square, width=12, height=12, class_="swatch", aria_hidden="true")


def defined(name: str, parts: Sequence[Portion]) -> str:
    """Return the fills that these parts need, each once."""
    kinds = dict.fromkeys(part.kind for part in parts if part.kind in PATTERNS)
    return element("defs", *(pattern(f"{name}-{kind}", PATTERNS[kind]) for kind in kinds)) if kinds else ""


def filled(name: str, kind: str, **attributes: object) -> str:
    """Return a rectangle with the fill of a kind."""
    return element("rect", **attributes, **_filled(name, kind))


def _filled(name: str, kind: str) -> dict[str, str]:
    if kind in PATTERNS:
        return {"fill": f"url(#{name}-{kind})"}
    return {"class_": f"fill {kind}"}


def _rects(name: str, parts: Sequence[Portion], whole: int, *, y: int, height: int) -> list[str]:
    shown = [part for part in parts if part.number]
    widths = [max(LEAST, part.number / whole) for part in shown]
    room = max(sum(widths), 1.0)  # what is too small to see was made wider: all others give way
    begins = accumulate((width / room for width in widths), initial=0.0)
    return [
        filled(name, part.kind, x=percent(begin), y=y, width=percent(width / room), height=height)
        for part, width, begin in zip(shown, widths, begins, strict=False)
    ]
