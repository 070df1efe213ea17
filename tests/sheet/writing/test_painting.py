"""Workbooks that are read: one that is written row by row is the one that is held in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from batch_update.sheet.writing.binding import write_book
from batch_update.sheet.writing.leaves import Block, Cell, Chart, CoverPage, Head, Paint, Painted, TablePage
from batch_update.sheet.writing.painting import Continued

TEXTS = (
    "plain",
    "Größe & <b>",
    " kept ",
    "a\nb",
    "_x0041_",
    "\x07\ud800\ufffe",
    "👩‍💻" * 9,
    "x" * 40_000,
    "=1+1",
    "",
)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def book(path: Path, most_at_once: int) -> list[tuple[object, ...]]:
    """All cells of the workbook: where they stand, what they hold, how they look, and how high their row is."""
    rows: list[list[Cell]] = [[text, text, Painted(text, Paint.ERROR)] for text in TEXTS]
    rows += [
        [1, 2.5, NOON],
        [None, Painted(None, Paint.GOOD), Painted(0.1, Paint.QUIET)],
        [10**14 + 1, -3, 1e-9],
    ]
    table = TablePage(
        "Rows", [Head("one", 10), Head("two", 20, is_prose=True), Head("three", 9)], rows, len(rows)
    )
    blocks = [
        Block("Counts", ("kind", "rows"), [["good", 3], ["bad", 1]], chart) for chart in (Chart.RING, None)
    ]
    cover = CoverPage(
        "Cover", "Title", Painted("well", Paint.GOOD), [("sheet", "a.csv"), ("at", NOON)], blocks
    )
    continued = Continued("Texts", ("cell", "part", "text"), " {} more: {} {}")
    write_book(path, cover, [table], continued, most_at_once=most_at_once)
    found: list[tuple[object, ...]] = []
    for sheet in openpyxl.load_workbook(path):
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            look = cell.number_format, cell.fill.fgColor.rgb, cell.alignment.wrap_text, cell.font.b
            height = sheet.row_dimensions[cell.row].height
            # openpyxl takes this escape out of texts that are kept once, and leaves it in those that stand in a cell
            value = cell.value.replace("_x005F_", "_") if isinstance(cell.value, str) else cell.value
            found.append((sheet.title, cell.coordinate, value, cell.data_type, *look, height))
    return found


def test_a_workbook_that_is_written_row_by_row_is_the_one_that_is_held_in_memory(tmp_path: Path) -> None:
    at_once, row_by_row = book(tmp_path / "a.xlsx", 10**6), book(tmp_path / "b.xlsx", 0)
    assert row_by_row == at_once
    assert {cell[3] for cell in at_once} <= {"s", "n", "d", "inlineStr"}, "and nothing is a formula"
