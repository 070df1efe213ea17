"""Good workbooks for the torture of files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import xlwt

from tests.sheet.workbooks import ods, ods_cell, ods_row, xlsb, xlsx

SAMPLES = Path(__file__).parents[2] / "samples"
TABLE: list[list[object]] = [
    ["id", "name", "speech_speed", "record", "label_ids"],
    [10001, "Anna Weiß", 1.1, True, "1; 2"],
    [10002, "Bea", 0.9, False, ""],
]


def seeds() -> dict[str, bytes]:
    """Workbooks of each format."""
    files = {
        path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*/*.xls*")) if path.suffix != ".csv"
    }
    files["table.xlsx"] = xlsx(TABLE, sheets=["more"])
    files["table.xls"] = _xls()
    cells = [(row, column, value) for row, line in enumerate(TABLE) for column, value in enumerate(line)]
    files["table.xlsb"] = xlsb([(r, c, v if isinstance(v, str) else float(v)) for r, c, v in cells])  # type: ignore[arg-type]
    files["table.ods"] = ods({"Sheet": [ods_row(*(ods_cell(str(cell)) for cell in line)) for line in TABLE]})
    return files


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    for number, line in enumerate(TABLE):
        for column, value in enumerate(line):
            sheet.write(number, column, value)
    target = BytesIO()
    book.save(target)
    return target.getvalue()
