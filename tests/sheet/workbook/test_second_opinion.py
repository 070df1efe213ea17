"""What is read from a workbook, held against what another reader makes of it: no cell is lost, none is made up."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from batch_update.sheet.workbook.binary.xls import open_xls
from batch_update.sheet.workbook.spelled import value_text
from batch_update.sheet.workbook.worksheets import Cell, Typed, Workbook
from batch_update.sheet.workbook.zipped.archives import open_archive
from batch_update.sheet.workbook.zipped.ods import open_ods
from batch_update.sheet.workbook.zipped.xlsb import open_xlsb
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx
from tests.sheet.tables import reading
from tests.torture.seeds_books import seeds

OURS = frozenset({"by hand.xlsx", "by hand.xls", "by hand.ods"})
"""made of what that one reads wrongly"""
FILES = {name: data for name, data in seeds().items() if name not in OURS}
ERRORS = ("#", "Err:")
LIMITS = reading().limits


def opened(name: str, data: bytes) -> Workbook:
    if name.endswith(".xls"):
        return open_xls(data, name, LIMITS)
    archive = open_archive(BytesIO(data), name)
    openers = {"xlsx": open_xlsx, "xlsb": open_xlsb, ".ods": open_ods}
    return openers[name[-4:]](archive, name, LIMITS)


def plain(cell: Cell) -> str:
    """The text of a cell, but for an error or a formula without a value, which the other one gives as empty."""
    if cell is None or (isinstance(cell, str) and cell.startswith(ERRORS)):
        return ""
    held = cell.held if isinstance(cell, Typed) else cell
    return held if isinstance(held, str) else value_text(held, ".")


def other(value: object) -> str:
    assert isinstance(value, (str, bool, int, float, dt.date, dt.time, dt.timedelta))
    return value if isinstance(value, str) else value_text(value, ".")


@pytest.mark.parametrize("name", FILES)
def test_every_cell_of_every_worksheet_is_read_as_another_reader_does(name: str) -> None:
    workbook = opened(name, FILES[name])
    with CalamineWorkbook.from_filelike(BytesIO(FILES[name])) as theirs:
        for number, listed in enumerate(workbook.sheets):
            rows = theirs.get_sheet_by_name(listed.name).to_python(skip_empty_area=False)
            wanted = [[other(value) for value in row] for row in rows]
            found = [[plain(cell) for cell in line] for line in workbook.read(number).lines()]
            assert trimmed(found) == trimmed(wanted), listed.name


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without what is empty to the right and below."""
    cut = []
    for row in rows:
        filled = [column for column, text in enumerate(row) if text]
        cut.append(row[: max(filled, default=-1) + 1])
    while cut and not cut[-1]:
        cut.pop()
    return cut
