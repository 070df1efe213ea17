"""Worksheets that people fill in: every cell is a text that stays one, and a link leads to the cell that it names."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from batch_update.errors import UsageError
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.looks import (
    LONGEST_COMMENT,
    WIDEST,
    excerpt_lines,
    looks_of,
    place_in_book,
    put_comment,
    put_text,
    width_of,
)

TEXTS = ["00123", "=1+1", "http://a.example", "@x", "1,5", "{=1}", "", "internal:A1"]


def test_what_is_put_is_a_text_and_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, looks = book.add_worksheet("A"), looks_of(book)
        for row, cells in enumerate(
            [("id", "name"), *((str(row), text) for row, text in enumerate(TEXTS, 1))]
        ):
            for column, text in enumerate(cells):
                put_text(sheet, row, column, text, looks.error)
        put_comment(sheet, 1, 1, "Zeile eins\nZeile zwei")
    assert list(read_sheet(path).columns[1].texts) == TEXTS


def test_a_text_that_a_cell_cannot_hold_is_refused_at_its_place(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "long.xlsx")) as book:
        sheet = book.add_worksheet()
        with pytest.raises(UsageError, match="row 3, column 2") as caught:
            put_text(sheet, 2, 1, "x" * 32_768)
    assert caught.value.code == "S114"


def test_a_comment_shows_as_much_as_can_be_read_and_keeps_its_lines() -> None:
    assert excerpt_lines("a\nb") == "a\nb"
    assert len(excerpt_lines("a\n" * 2 * LONGEST_COMMENT)) == LONGEST_COMMENT


def test_a_link_leads_into_a_worksheet_of_any_name() -> None:
    assert place_in_book("Anna's Blatt", "D14") == "internal:'Anna''s Blatt'!D14"


def test_a_column_is_as_wide_as_what_is_short_in_it() -> None:
    assert width_of("id", []) == 8
    assert width_of("id", ["0123456789"]) == 12
    assert width_of("id", ["x" * 500, "y\nz"]) == WIDEST
