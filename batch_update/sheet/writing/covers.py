"""The first worksheet of a workbook that is read: a verdict, what belongs to it, small tables and their charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from batch_update.sheet.writing.leaves import Block, Chart, CoverPage, Paint, Painted
from batch_update.sheet.writing.looks import lines_of_width
from batch_update.sheet.writing.painting import Drawn

_WIDTHS = (44, 15, 15, 15, 15, 3)
_WIDE = sum(_WIDTHS)
"""characters of a line from one margin of the tables to the other"""
_LINE = 15.75
_CHARTS = len(_WIDTHS)
"""the column at which charts begin"""
_SIZE = (470, 300)
"""of a chart, in pixels"""
_ABREAST = 2
_ROWS = 16
"""which a chart is high"""
_SHADES = {
    Paint.GOOD: ("#4E9A51", "#2E6B35"),
    Paint.QUIET: ("#A6A6A6", "#6E6E6E"),
    Paint.WARNING: ("#E0A100", "#A86F00", "#F0C75E"),
    Paint.ERROR: ("#C0392B", "#7A1F15"),
    Paint.NONE: ("#3B6EA5", "#24496F"),
}
"""The colors of a paint: parts of one chart that have the same one are told apart by its shades."""


def draw_cover(drawn: Drawn, cover: CoverPage) -> None:
    """Draw the page; charts stand beside the tables, two abreast."""
    page = drawn.book.add_worksheet(cover.title)
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    row = _draw_head(drawn, page, cover)
    places = []
    for block in cover.blocks:
        places.append((block, row + 2))
        row = _draw_block(drawn, page, row, block) + 1
    charted = [(block, first) for block, first in places if block.chart is not None and block.rows]
    for number, (block, first) in enumerate(charted):
        chart = _chart_of(drawn.book, cover.title, block, first)
        line, side = divmod(number, _ABREAST)
        page.insert_chart(
            1 + line * _ROWS, _CHARTS, chart, {"x_offset": 5 + side * (_SIZE[0] + 10), "object_position": 3}
        )


def _draw_head(drawn: Drawn, page: Any, cover: CoverPage) -> int:
    """Write heading, verdict and what belongs to it; returns the row below."""
    page.set_row(0, 24)
    page.write_string(0, 0, cover.heading, drawn.format("title"))
    value, paint = cover.verdict
    page.set_row(1, 1.5 * _LINE * lines_of_width(str(value), _WIDE))
    page.merge_range(1, 0, 1, 4, "", drawn.format("verdict", paint))
    page.write_string(1, 0, str(value), drawn.format("verdict", paint))
    row = 3
    for name, cell in cover.lines:
        value, paint = cell if isinstance(cell, Painted) else (cell, Paint.NONE)
        if isinstance(value, str):
            page.set_row(row, _LINE * lines_of_width(value, _WIDE - _WIDTHS[0]))
        page.write_string(row, 0, name, drawn.format("key"))
        page.merge_range(row, 1, row, 4, "", drawn.format("prose", paint))
        drawn.put(page, row, 1, cell, is_prose=True)
        row += 1
    return row + 1


def _draw_block(drawn: Drawn, page: Any, row: int, block: Block) -> int:
    """Write a small table; returns the row below."""
    for place in range(5):
        page.write_blank(row, place, None, drawn.format("heading"))
    page.write_string(row, 0, block.title, drawn.format("heading"))
    for place, name in enumerate(block.header):
        page.write_string(row + 1, place, name, drawn.format("key"))
    for number, cells in enumerate(block.rows, row + 2):
        for place, cell in enumerate(cells):
            drawn.put(page, number, place, cell)
    return row + 2 + len(block.rows)


# ---------------------------------------------------------------- charts


def _chart_of(book: Any, sheet: str, block: Block, first: int) -> Any:
    """Return the chart of a block whose first row is this one."""
    assert block.chart is not None
    chart = book.add_chart({"type": str(block.chart)})
    last = first + (len(block.rows) if block.charted is None else block.charted) - 1
    count = 1 if block.chart is not Chart.LINES else len(block.header) - 1
    for place in range(1, count + 1):
        chart.add_series(
            {
                "name": [sheet, first - 1, place],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, place, last, place],
                **_look_of_series(block, place - 1),
            }
        )
    title = f"{block.title} ({block.axis})" if block.chart is Chart.BARS else block.title
    chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
    chart.set_size({"width": _SIZE[0], "height": _SIZE[1]})
    _set_axes(chart, block)
    return chart


def shaded(paints: Sequence[Paint]) -> Iterator[str]:
    """Yield a color for each part of a chart, in the next shade where an earlier part has its paint."""
    seen: Counter[Paint] = Counter()
    for paint in paints:
        shades = _SHADES[paint]
        yield shades[seen[paint] % len(shades)]
        seen[paint] += 1


def _look_of_series(block: Block, number: int) -> dict[str, Any]:
    paint = block.paints[number] if number < len(block.paints) else Paint.NONE
    match block.chart:
        case Chart.RING:
            fills = [{"fill": {"color": color}} for color in shaded(block.paints)]
            return {"points": fills, "data_labels": {"value": True, "font": {"color": "white", "bold": True}}}
        case Chart.LINES:
            dashes = {"dash_type": "dash"} if number else {}
            return {"line": {"color": _SHADES[paint][0], "width": 1.75, **dashes}}
        case _:
            return {"fill": {"color": _SHADES[paint][0]}, "gap": 40, "data_labels": {"value": True}}


def _set_axes(chart: Any, block: Block) -> None:
    if block.chart is Chart.RING:
        chart.set_hole_size(55)
        chart.set_legend({"position": "right"})
        return
    chart.set_legend({"position": "bottom"} if block.chart is Chart.LINES else {"none": True})
    small = {"name_font": {"bold": False, "size": 9}}
    if block.chart is Chart.BARS:
        chart.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 9}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    else:
        lines = {"visible": True, "line": {"color": "#D9D9D9"}}
        chart.set_x_axis({"name": block.header[0], "interval_unit": max(1, len(block.rows) // 12), **small})
        chart.set_y_axis({"name": block.axis, "min": 0, "major_gridlines": lines, **small})
