"""Good workbooks for the torture of files, as several programs write them."""

from __future__ import annotations

import datetime as dt
import struct
from io import BytesIO
from pathlib import Path

import xlsxwriter
import xlwt

from tests.sheet.workbook.packed import TABLE as ROWS
from tests.sheet.workbook.packed import (
    book,
    formats,
    label,
    number,
    open_document,
    open_row,
    open_text,
    open_words,
    package,
    shared,
    text8,
    worksheet,
    zipped,
)
from tests.sheet.workbooks import ods, ods_cell, ods_row, xlsb, xlsx

SAMPLES = Path(__file__).parents[2] / "samples"
TABLE: list[list[object]] = [
    ["id", "name", "speech_speed", "record", "label_ids"],
    [10001, "Anna Weiß", 1.1, True, "1; 2"],
    [10002, "Bea", 0.9, False, ""],
]


def seeds() -> dict[str, bytes]:
    """Workbooks of each format: plain ones, and those with all that a program may put in."""
    files = {
        path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*/*.xls*")) if path.suffix != ".csv"
    }
    cells = [(row, column, value) for row, line in enumerate(TABLE) for column, value in enumerate(line)]
    binary = [(r, c, v if isinstance(v, str) else float(v)) for r, c, v in cells]
    files["table.xlsx"] = xlsx(TABLE, sheets=["more"])
    files["table.xls"] = _xls()
    files["table.xlsb"] = xlsb(binary)
    files["table.ods"] = ods({"Sheet": [ods_row(*(ods_cell(str(cell)) for cell in line)) for line in TABLE]})
    files["rich.xlsx"] = _rich_xlsx()
    files["by hand.xlsx"] = _xlsx_by_hand()
    files["rich.xls"] = _rich_xls()
    files["by hand.xls"] = _xls_by_hand()
    files["rich.xlsb"] = xlsb(binary, hidden=[2], columns=[(1, 1)], merges=[(1, 2, 1, 1)])
    files["by hand.ods"] = _ods_by_hand()
    return files


def _xls() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Sheet")
    for row, line in enumerate(TABLE):
        for column, value in enumerate(line):
            sheet.write(row, column, value)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def _rich_xlsx() -> bytes:
    """Formats, formulas, runs, merges, what is hidden, errors, a chart's sheet."""
    target = BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        workbook.add_chartsheet()
        sheet = workbook.add_worksheet("Sheet")
        bold, euro = workbook.add_format({"bold": True}), workbook.add_format({"num_format": '#,##0.00 "€"'})
        sheet.write_row(0, 0, ["id", "name", "speech_speed", "variables.x", "_day"])
        for row in range(1, 6):
            sheet.write_row(row, 0, [10000 + row, f"Anna {row}", 0.8 + row / 20])
        sheet.write_rich_string(2, 1, "An", bold, "na")
        sheet.write_number(1, 3, 1234.5, euro)
        sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
        sheet.write_datetime(1, 4, dt.datetime(2026, 12, 24), workbook.add_format({"num_format": "d.m.yy"}))
        sheet.write_formula(2, 4, "=1+1", None, 2)
        sheet.merge_range(4, 1, 5, 1, "zwei")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
    return target.getvalue()


def _xlsx_by_hand() -> bytes:
    row = '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="s"><v>0</v></c><c r="C3" s="1"><v>0.5</v></c></row>'
    sheet = worksheet(ROWS + row, before='<cols><col min="2" max="2" hidden="1"/></cols>')
    texts = "<si><r><t>Hi _xD83D_</t></r><r><t>_xDE00_</t></r><rPh><t>hi</t></rPh></si>"
    return zipped(package(sheet, texts=texts, styles=formats("0%", "[$-407]d. mmmm yyyy")))


def _rich_xls() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Sheet")
    day = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    for column, header in enumerate(("id", "name", "speech_speed", "_day")):
        sheet.write(0, column, header)
    for row in range(1, 30):
        sheet.write(row, 0, 10000 + row)
        sheet.write(row, 1, f"Anna Größe {row} " * row)
        sheet.write(row, 2, xlwt.Formula("0.5+0.5"))
        sheet.write(row, 3, dt.date(2026, 12, 24), day)
    sheet.merge(30, 32, 1, 1)
    sheet.row(4).hidden = True
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def _xls_by_hand() -> bytes:
    """A shared text in two records, a formula's text in two, numbers packed, a percentage."""
    head = struct.pack("<2L", 2, 2) + text8("Bea") + struct.pack("<HB", 9, 0) + b"Anna"
    texts = [(0xFC, head), (0x3C, b"\1" + " Weiß".encode("utf-16-le"))]
    styles = [(0x41E, struct.pack("<H", 164) + text8("0%"))]
    styles += [(0xE0, struct.pack("<2H16x", 0, number)) for number in (0, 164)]
    formula = 0x06, struct.pack("<3H8s8x", 2, 1, 0, bytes(6) + b"\xff\xff")
    words = [(0x207, struct.pack("<HB", 6, 0) + b"Ant"), (0x3C, b"\0on.")]
    cells = [label(0, 0, "id"), label(0, 1, "name"), number(1, 0, 1), shared(1, 1, 1), formula, *words]
    packed = 0xBD, struct.pack("<2HHLHLH", 2, 2, 1, 50 << 2 | 3, 0, 7 << 2 | 2, 3)
    return book(
        *cells, number(2, 0, 2), packed, (0xE5, struct.pack("<5H", 1, 1, 2, 1, 1)), globals=[*styles, *texts]
    )


def _ods_by_hand() -> bytes:
    inside = "<text:p>a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d</text:p><text:p>e</text:p>"
    cell = "<table:table-cell office:value-type"
    half = f'{cell}="percentage" office:value="0.5"><text:p>50 %</text:p></table:table-cell>'
    row = open_row(open_text("<text:p>1</text:p>"), open_text(inside, 'table:number-rows-spanned="2"'), half)
    more = f'<table:table-row table:number-rows-repeated="3">{cell}="float" office:value="7"/>'
    return open_document(open_words("id", "name", "variables.x") + row + more + "</table:table-row>")
