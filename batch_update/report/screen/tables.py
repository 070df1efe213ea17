"""Tables of what may be chosen, as wide as the screen: cells that do not fit are cut, and ids never are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.model.choices import Catalog, Choice
from batch_update.report.listings import COLUMNS, Languages, cells_of
from batch_update.text import cells, cut, padded, printable

GAP = "  "
NARROWEST = 8
"""Cells of a column that is cut."""
_BENEATH = "preview"
"""The column that stands on a line of its own, since a link is long and must stay whole."""


def listing_lines(
    catalog: Catalog, entries: Sequence[Choice], languages: Languages, *, width: int
) -> Iterator[str]:
    """Yield the lines of a table of entries, at most so wide but for links; a narrow one has fewer columns."""
    headings = [column.heading for column in COLUMNS[catalog]]
    shown = [number for number, heading in enumerate(headings) if heading != _BENEATH]
    shown = shown[: max(2, width // (NARROWEST + len(GAP)))]
    rows = [[printable(cell) for cell in of_one] for of_one in cells_of(catalog, entries, languages)]
    table = [[headings[number] for number in shown], *([row[number] for number in shown] for row in rows)]
    widths = _fitting([max(cells(row[place]) for row in table) for place in range(len(shown))], width)
    links = [row[headings.index(_BENEATH)] for row in rows] if _BENEATH in headings else [""] * len(rows)
    for row, link in zip(table, ["", *links], strict=True):
        yield GAP + GAP.join(_in_room(cell, room) for cell, room in zip(row, widths, strict=True)).rstrip()
        if link:
            yield f"{GAP}{' ' * widths[0]}{GAP}{link}"


def fitted_lines(rows: Sequence[Sequence[str]], *, width: int) -> Iterator[str]:
    """Yield the rows of a table with its columns beneath each other, at most so wide; those that hold nothing go."""
    shown = [[printable(cell) for cell in row] for row in rows]
    held = [place for place in range(len(shown[0])) if any(row[place] for row in shown[1:])]
    widths = _fitting([max(cells(row[place]) for row in shown) for place in held], width)
    for row in shown:
        told = (_in_room(row[place], room) for place, room in zip(held, widths, strict=True))
        yield GAP + GAP.join(told).rstrip()


def _fitting(widths: list[int], width: int) -> list[int]:
    """Return the widths of columns, the widest of them narrowed until all fit; the first one is never."""
    widths = list(widths)
    room = width - len(GAP) * len(widths)
    while sum(widths) > room and max(widths[1:], default=0) > NARROWEST:
        widest = max(range(1, len(widths)), key=lambda place: widths[place])
        widths[widest] -= 1
    return widths


def _in_room(cell: str, room: int) -> str:
    return padded(cut(cell, room), room)
