"""The first rows of a worksheet, looked at without reading the rest."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import xlwt

from batch_update.settings.tunables import Settings
from batch_update.sheet.manner import Limits
from batch_update.sheet.reading import reading_of
from batch_update.sheet.workbook.binary.xls import open_xls
from batch_update.sheet.workbook.worksheets import Workbook
from batch_update.sheet.workbook.zipped.archives import open_archive
from batch_update.sheet.workbook.zipped.ods import open_ods
from batch_update.sheet.workbook.zipped.xlsb import open_xlsb
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx
from tests.sheet.workbooks import HEADER_XML, ods, ods_cell, ods_row, with_sheet_xml, xlsb, xlsx

ROWS = [["id", "name"], [1, "Anna"], [2, "Berta"], [3, "Clara"]]


def limits() -> Limits:
    return reading_of(Settings()).limits


def from_xlsx() -> Workbook:
    return open_xlsx(open_archive(BytesIO(xlsx(ROWS)), "x"), "x", limits())


def from_ods() -> Workbook:
    rows = [ods_row(*(ods_cell(str(cell)) for cell in row)) for row in ROWS]
    return open_ods(open_archive(BytesIO(ods({"S": rows})), "x"), "x", limits())


def from_xlsb() -> Workbook:
    cells = [(row, column, str(cell)) for row, line in enumerate(ROWS) for column, cell in enumerate(line)]
    return open_xlsb(open_archive(BytesIO(xlsb(cells)), "x"), "x", limits())


def from_xls() -> Workbook:
    book, target = xlwt.Workbook(), BytesIO()
    sheet = book.add_sheet("S")
    for row, line in enumerate(ROWS):
        for column, cell in enumerate(line):
            sheet.write(row, column, cell)
    book.save(target)
    return open_xls(target.getvalue(), "x", limits())


@pytest.mark.parametrize("opened", [from_xlsx, from_ods, from_xlsb, from_xls])
def test_only_the_rows_that_are_asked_for_are_there_and_the_whole_can_be_read_afterwards(
    opened: Callable[[], Workbook],
) -> None:
    workbook = opened()
    first = [[str(cell) for cell in line] for line in workbook.peek(0, 2).lines()]
    assert first[0] == ["id", "name"] and first[1][1] == "Anna" and len(first) == 2
    assert [line[1] for line in workbook.read(0).lines()] == ["name", "Anna", "Berta", "Clara"]


def test_what_lies_below_is_not_read() -> None:
    rows = '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>'
    broken = HEADER_XML + rows + '<row r="4"><c r="A4"><v>no number</v></c></row>'
    workbook = open_xlsx(open_archive(BytesIO(with_sheet_xml(broken)), "x"), "x", limits())
    assert workbook.peek(0, 2).rows == 2
