"""Elements of HTML and SVG as text, all that stands in them escaped; no style of their own, which the page forbids."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from batch_update.text import printable

WHOLE = 1000
"""The width of a drawing that is stretched over all of its place."""


def element(name: str, *inner: str, **attributes: object) -> str:
    """Return an element; `class_` is class, other underscores are hyphens, and what is None is left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(inner)}</{name}>"


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return plain_text(str(value))


def plain_text(text: str) -> str:
    """Return a text from anywhere as text of a page, on one line."""
    return escape(printable(text))


def picture(name: str, title: str, told: str, *inner: str, height: int, class_: str = "drawing") -> str:
    """Return an image as wide as its place, with a text alternative. `name`: its own on the page."""
    return element(
        "svg",
        element("title", plain_text(title), id=f"{name}-title"),
        element("desc", plain_text(told), id=f"{name}-told"),
        *inner,
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-told",
        class_=class_,
        width="100%",
        height=height,
    )


def stretched(*inner: str, y: int, height: int) -> str:
    """Return a part of an image that is as wide as the image: x goes from 0 to WHOLE, y from 0 to 100."""
    box = f"0 0 {WHOLE} 100"
    return element("svg", *inner, y=y, width="100%", height=height, viewBox=box, preserveAspectRatio="none")


def percent(share: float) -> str:
    """`12.5%`: a place or width, of which 1 is the whole."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def pattern(name: str, kind: str) -> str:
    """Return a fill that is told apart without its color: lines that lean, stand or cross, or dots."""
    lines = {
        "lean": "M-1 7 7 -1M3 11 11 3",
        "back": "M-1 1 7 9M3 -3 11 5",
        "stand": "M2 0V8M6 0V8",
        "dots": "M1 2H3M5 6H7",
        "cross": "M-1 7 7 -1M-1 1 7 9M3 11 11 3M3 -3 11 5",
    }[kind]
    return element(
        "pattern",
        element("rect", width=8, height=8),
        element("path", d=lines),
        id=name,
        class_=f"fill {name.rpartition('-')[2]}",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
    )


# ---------------------------------------------------------------- around a drawing


def figure(title: str, *inner: str, note: str = "") -> str:
    """Return a chart with its title, and below it a note."""
    below = element("p", plain_text(note), class_="note") if note else ""
    caption = element("figcaption", element("h3", plain_text(title)), below)
    return element("figure", caption, *inner, class_="card chart")


def number_table(headers: Iterable[str], rows: Iterable[Iterable[str]], *, is_told: bool = False) -> str:
    """Return the numbers of a chart: the first cell names the row; cells are HTML already, headers are text.

    `is_told`: the second cell is a text.
    """
    head = "".join(element("th", plain_text(header), scope="col") for header in headers)
    lines = (_table_row(*row) for row in rows)
    kind = "numbers worded" if is_told else "numbers"
    return element("table", element("thead", element("tr", head)), element("tbody", *lines), class_=kind)


def _table_row(first: str, *others: str) -> str:
    cells = "".join(element("td", cell) for cell in others)
    return element("tr", element("th", first, scope="row"), cells)


def unfolding(summary: str, *inner: str) -> str:
    """Return something that shows once it is asked for."""
    return element("details", element("summary", plain_text(summary)), *inner)
