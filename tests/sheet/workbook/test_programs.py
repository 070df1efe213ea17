"""Workbooks as other programs write them: LibreOffice, Numbers, .NET, Google, VBA, and what lies between versions."""

from __future__ import annotations

import re
import struct
from typing import Any

import pytest

from batch_update.errors import SheetError
from batch_update.model.sheets import Severity, Sheet
from tests.sheet.tables import read_bytes
from tests.sheet.workbook.packed import (
    MAIN,
    TABLE,
    book,
    formats,
    label,
    number,
    open_document,
    open_row,
    open_text,
    open_words,
    package,
    relations,
    shared,
    text8,
    worksheet,
    zipped,
)
from tests.sheet.workbooks import repacked, xlsb

ANNA = ("10001", "Anna")
CHART = '<sheet name="M" sheetId="2" r:id="rId9"/>'


def cells_of(data: bytes, **settings: Any) -> list[tuple[str, ...]]:
    sheet = read_bytes(data, **settings)
    return [sheet.row(index).cells for index in range(len(sheet))]


def codes_of(sheet: Sheet) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code, problem.index, problem.column) for problem in sheet.problems]


def with_more(type: str) -> dict[str, str | bytes]:
    """A workbook the first sheet of which is no table, under a relation of this type."""
    parts = package(head=CHART)
    extra = f'<Relationship Id="rId9" Type="http://x/relationships/{type}" Target="other/sheet1.xml"/></Relationships>'
    path = "xl/_rels/workbook.xml.rels"
    parts[path] = str(parts[path]).replace("</Relationships>", extra)
    return {**parts, "xl/other/sheet1.xml": f'<x xmlns="{MAIN}"/>'}


def spelled(change: Any) -> dict[str, str | bytes]:
    return {change(name): content for name, content in package().items()}


def without(part: str) -> dict[str, str | bytes]:
    return {name: content for name, content in package().items() if name != part}


GOOD: dict[str, dict[str, str | bytes]] = {
    "a macro sheet of Excel 4": with_more("xlMacrosheet"),
    "an international one": with_more("xlIntlMacrosheet"),
    "a chart": with_more("chartsheet"),
    "a dialog": with_more("dialogsheet"),
    "a dimension of rows alone": package(worksheet(TABLE, before='<dimension ref="1:2"/>')),
    "a dimension that is nonsense": package(worksheet(TABLE, before='<dimension ref="#REF!"/>')),
    "backslashes in the archive": spelled(lambda name: name.replace("/", "\\")),
    "a slash before every part": spelled(lambda name: f"/{name}"),
    "parts in other letters": spelled(str.upper),
    "the workbook in another folder": package(folder="office/book"),
    "the workbook at the top": {
        (name.removeprefix("x/") if name != "_rels/.rels" else name): content
        if isinstance(content, bytes)
        else content.replace('"x/', '"')
        for name, content in package(folder="x").items()
    },
    "a state that nobody knows": package(state="show"),
    "a package that points nowhere": without("_rels/.rels"),
    "targets from the top": {
        **package(),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "/xl/worksheets/sheet1.xml")),
    },
    "targets from the top without a slash": {
        **package(),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "xl/worksheets/sheet1.xml")),
    },
    "targets with dots and escapes": {
        **package(),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "../xl/./worksheets/sheet%31.xml")),
    },
    "space between all elements": package(worksheet(TABLE.replace("><", ">\n  <"))),
    "UTF-16": {
        name: content.encode("utf-16") if isinstance(content, str) else content
        for name, content in package().items()
    },
    "a mark before the XML": {
        name: "\ufeff" + content for name, content in package().items() if isinstance(content, str)
    },
    "a style that is not there": package(worksheet(TABLE.replace('r="A2"', 'r="A2" s="77"'))),
    "inline text without its type": package(worksheet(TABLE.replace(' t="inlineStr"', ""))),
    "text in runs": package(worksheet(TABLE.replace("<t>Anna</t>", "<r><t>An</t></r><r><rPr/><t>na</t></r>"))),
    "how a name is spoken": package(
        worksheet(TABLE.replace("</is></c></row>", "<rPh><t>ANA</t></rPh></is></c></row>"))
    ),
    "cells out of order": package(
        worksheet(TABLE.replace('<c r="A2"><v>10001</v></c>', "") + '<row r="2"><c r="A2"><v>10001</v></c></row>')
    ),
}  # fmt: skip


@pytest.mark.parametrize("parts", GOOD.values(), ids=list(GOOD))
def test_a_good_xlsx_is_read_however_it_is_packed(parts: dict[str, str | bytes]) -> None:
    sheet = read_bytes(zipped(parts))
    assert (sheet.dialect.format, sheet.dialect.worksheet, sheet.row(0).cells) == ("xlsx", "S", ANNA)
    assert sheet.problems == ()


BAD: dict[str, dict[str, str | bytes]] = {
    "junk before the root": package('<?xml version="1.0"?>\nfoo\n' + worksheet(TABLE)),
    "junk after it": package(worksheet(TABLE) + "foo"),
    "an encoding that nobody knows": package('<?xml version="1.0" encoding="klingon"?>' + worksheet(TABLE)),
    "an encoding that is none": package('<?xml version="1.0" encoding="base64"?>' + worksheet(TABLE)),
    "an encoding of several bytes": package('<?xml version="1.0" encoding="cp932"?>' + worksheet(TABLE)),
    "a worksheet that is nowhere": without("xl/worksheets/sheet1.xml"),
    "a worksheet without a relation": {**package(), "xl/_rels/workbook.xml.rels": relations()},
    "a text that is not there": package(worksheet(TABLE.replace("10001</v>", "10001</v></c><c r='C2' t='s'><v>9</v>"))),
    "a text below the first": package(
        worksheet(TABLE.replace("10001</v>", "10001</v></c><c r='C2' t='s'><v>-1</v>")), texts="<si><t>a</t></si>"
    ),
    "a number that is none": package(worksheet(TABLE.replace("10001", "ten"))),
    "a kind that nobody knows": package(worksheet(TABLE.replace('<c r="A2">', '<c r="A2" t="zz">'))),
    "two values in one cell": package(worksheet(TABLE.replace("</row>", '<c r="B2"><v>7</v></c></row>'))),
    "a letter and no workbook": {
        "_rels/.rels": relations(("officeDocument", "word/document.xml")), "word/document.xml": "<document/>"
    },
}  # fmt: skip


@pytest.mark.parametrize("parts", BAD.values(), ids=list(BAD))
def test_what_cannot_be_read_is_refused(parts: dict[str, str | bytes], capfd: Any) -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(zipped(parts))
    assert caught.value.code in ("S108", "S102")
    assert capfd.readouterr().err == ""


def test_an_xlsb_whose_worksheet_has_no_relation_is_refused_in_silence(capfd: Any) -> None:
    data = repacked(
        xlsb([(0, 0, "id"), (1, 0, 1.0)]),
        lambda name, old: old.replace(b"rId1", b"rId7") if "rels" in name else old,
    )
    with pytest.raises(SheetError, match="worksheet 'S'") as caught:
        read_bytes(data)
    assert caught.value.code == "S108"
    assert capfd.readouterr().err == ""


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Hi _xD83D__xDE00_ there", "Hi 😀 there"), ("a_x000D_\nb", "a\r\nb"), ("a_x000d_b", "a\rb"),
     ("_x005F_x000D_", "_x000D_"),
     ("_x0041_x0042_", "Ax0042_"), ("_x00E9__x0009_", "é\t"), ("_x12_ _xZZZZ_ __x_", "_x12_ _xZZZZ_ __x_"),
     ("snake_x_case", "snake_x_case")],
)  # fmt: skip
@pytest.mark.parametrize("where", ["shared", "inline", "formula", "runs"])
def test_escapes_of_an_xlsx_are_decoded_as_the_format_says(written: str, meant: str, where: str) -> None:
    cell = {
        "shared": '<c r="B2" t="s"><v>0</v></c>',
        "inline": f'<c r="B2" t="inlineStr"><is><t>{written}</t></is></c>',
        "formula": f'<c r="B2" t="str"><f>A1</f><v>{written}</v></c>',
        "runs": '<c r="B2" t="s"><v>1</v></c>',
    }[where]
    texts = f"<si><t>{written}</t></si><si><r><t>{written[:4]}</t></r><r><t>{written[4:]}</t></r></si>"
    rows = TABLE.replace('<c r="B2" t="inlineStr"><is><t>Anna</t></is></c>', cell)
    assert cells_of(zipped(package(worksheet(rows), texts=texts))) == [("10001", meant)]


def test_headers_and_names_of_worksheets_are_decoded_too() -> None:
    parts = package(worksheet(TABLE.replace("<t>name</t>", "<t>na_x006D_e</t>")))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace('name="S"', 'name="_x0053_"')
    sheet = read_bytes(zipped(parts), sheet="S")
    assert [column.header for column in sheet.columns] == ["id", "name"]


@pytest.mark.parametrize(
    ("inside", "meant"),
    [("<text:p>Hello<text:line-break/>Goodbye<text:tab/>now</text:p>", "Hello\nGoodbye\tnow"),
     ("<text:p>a</text:p><text:p/><text:p>b</text:p>", "a\n\nb"),
     ('<text:p>a<text:s text:c="3"/>b<text:s/></text:p>', "a   b "),
     ("<text:p>a<text:span>b<text:line-break/></text:span>c</text:p>", "ab\nc"),
     ("<text:p>x<text:a>link</text:a></text:p>", "xlink"), ("<text:p>\n  a\n  b  \n</text:p>", "a b"),
     ("<office:annotation><dc>me</dc><text:p>note</text:p></office:annotation><text:p>a</text:p>", "a"),
     ("<text:p>a<office:annotation><text:p>note</text:p></office:annotation>b</text:p>", "ab"),
     ("<text:p>a</text:p><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>", "a"),
     ("\n  <text:p>a</text:p>\n  ", "a"), ("<text:p> a  b </text:p>", " a  b ")],
)  # fmt: skip
def test_the_text_of_an_ods_is_what_its_reader_sees(inside: str, meant: str) -> None:
    inside = inside.replace("<dc>", "<text:creator>").replace("</dc>", "</text:creator>")
    data = open_document(
        open_words("id", "name") + open_row(open_text("<text:p>10001</text:p>"), open_text(inside))
    )
    assert cells_of(data) == [("10001", meant)]


def test_an_ods_may_be_indented_and_lack_its_mimetype() -> None:
    rows = open_words("id", "name") + open_words("10001", "Anna")
    data = open_document(rows.replace("><", ">\n  <"), mimetype=False)
    assert cells_of(data) == [ANNA]


def test_prefixes_of_an_ods_are_the_files_own() -> None:
    def renamed(name: str, old: bytes) -> bytes:
        return re.sub(rb"(?<=[ <:/])(table|office|text)(?=[:=])(?!:1.0)", rb"my\1", old)

    data = open_document(open_words("id", "name") + open_words("10001", "Anna"))
    assert cells_of(repacked(data, renamed)) == [ANNA]


def test_a_hidden_table_of_an_ods_is_not_the_first_visible_one() -> None:
    properties = '<style:table-properties table:display="false"/>'
    hiding = f'<style:style style:name="ta2" style:family="table">{properties}</style:style>'
    more = f'<table:table table:name="T">{open_words("id", "name")}{open_words("7", "x")}</table:table>'
    data = open_document(
        open_words("id", "name") + open_words("10001", "Anna"), styles=hiding, style="ta2", tables=more
    )
    assert cells_of(data) == [("7", "x")]
    assert cells_of(data, sheet="S") == [ANNA]


EMPTY = 'table:formula="of:=&quot;&quot;" office:value-type="string"'


@pytest.mark.parametrize(
    "cell",
    [f"<table:table-cell {EMPTY} office:string-value=''/>", f"<table:table-cell {EMPTY}/>",
     f"<table:table-cell {EMPTY} office:string-value=''><text:p/></table:table-cell>"],
)  # fmt: skip
def test_a_formula_of_an_ods_whose_result_is_empty_is_an_empty_cell(cell: str) -> None:
    sheet = read_bytes(
        open_document(open_words("id", "name") + open_row(open_text("<text:p>1</text:p>"), cell))
    )
    assert (sheet.row(0).cells, sheet.problems) == (("1", ""), ())


def test_a_formula_of_libreoffice_whose_result_is_empty_has_an_empty_paragraph() -> None:
    """And no type; one without a paragraph was never calculated."""
    row = (
        open_text("<text:p>1</text:p>"),
        '<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>',
    )
    sheet = read_bytes(open_document(open_words("id", "name") + open_row(*row)))
    assert (sheet.row(0).cells, sheet.problems) == (("1", ""), ())


@pytest.mark.parametrize(
    ("value", "shown", "meant"),
    [
        ("a  b&#10;c", "<text:p>a  b</text:p><text:p>c</text:p>", "a  b\nc"),
        ("a b", "<text:p>a</text:p><text:p>b</text:p>", "a\nb"),
        ("", "<text:p>#N/A</text:p>", "#N/A"),
        ("a", "", "a"),
        ("Weiß", "<text:p>Herr Weiß</text:p>", "Herr Weiß"),
    ],
)
def test_the_value_of_a_text_keeps_white_space_that_its_paragraphs_do_not(
    value: str, shown: str, meant: str
) -> None:
    cell = open_text(shown, f'office:string-value="{value}"')
    data = open_document(open_words("id", "name") + open_row(open_text("<text:p>1</text:p>"), cell))
    assert cells_of(data) == [("1", meant)]


def test_what_an_old_open_office_shows_of_a_failed_formula_counts_and_not_its_zero() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell>'
    data = open_document(open_words("id", "speech_speed") + open_row(open_text("<text:p>1</text:p>"), cell))
    assert cells_of(data) == [("1", "#DIV/0!")]


# ---------------------------------------------------------------- merges


def merged(format: str, value: str = "") -> bytes:
    """B2 and B3 are one cell; `value` lies under it."""
    if format == "ods":
        covered = open_text(f"<text:p>{value}</text:p>").replace(
            "table:table-cell", "table:covered-table-cell"
        )
        rows = open_row(
            open_text("<text:p>10001</text:p>"),
            open_text("<text:p>Anna</text:p>", 'table:number-rows-spanned="2"'),
        )
        last = open_row(
            open_text("<text:p>10002</text:p>"), covered if value else "<table:covered-table-cell/>"
        )
        return open_document(open_words("id", "name") + rows + last)
    if format == "xls":
        cells = [
            label(0, 0, "id"),
            label(0, 1, "name"),
            number(1, 0, 10001),
            label(1, 1, "Anna"),
            number(2, 0, 10002),
        ]
        more = [label(2, 1, value)] if value else []
        return book(*cells, *more, (0xE5, struct.pack("<5H", 1, 1, 2, 1, 1)))
    if format == "xlsb":
        found: list[tuple[int, int, object]] = [
            (0, 0, "id"),
            (0, 1, "name"),
            (1, 0, 10001.0),
            (1, 1, "Anna"),
            (2, 0, 10002.0),
        ]
        return xlsb([*found, (2, 1, value)] if value else found, merges=[(1, 2, 1, 1)])
    under = f'<c r="B3" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""
    rows = TABLE + f'<row r="3"><c r="A3"><v>10002</v></c>{under}</row>'
    return zipped(
        package(worksheet(rows, after='<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'))
    )


@pytest.mark.parametrize("format", ["xlsx", "xls", "xlsb", "ods"])
def test_merges_are_told_alike_in_every_format(format: str) -> None:
    assert codes_of(read_bytes(merged(format))) == [("S115", 1, 1)]


@pytest.mark.parametrize("format", ["xlsx", "xls", "xlsb", "ods"])
def test_a_value_under_a_merge_is_not_sent_in_silence(format: str) -> None:
    sheet = read_bytes(merged(format, "verdeckt"))
    (problem,) = sheet.problems
    assert (problem.code, problem.index, problem.column, problem.severity) == ("S131", 1, 1, Severity.WARNING)
    assert problem.given == "verdeckt"


@pytest.mark.parametrize("reference", ["A4:E4", "D3:E9", "C1:C2", "D1:XFD1"])
def test_merges_beside_and_below_the_table_are_no_problem_of_its_cells(reference: str) -> None:
    rows = TABLE + '<row r="4"><c r="A4" t="inlineStr"><is><t>Hinweis</t></is></c></row>'
    data = zipped(package(worksheet(rows, after=f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>')))
    assert read_bytes(data).problems == ()


@pytest.mark.parametrize("format", ["xlsx", "xls", "xlsb", "ods"])
def test_merges_in_a_column_that_is_left_out_are_no_problem(format: str) -> None:
    assert read_bytes(merged(format), ignore=("name",)).problems == ()


@pytest.mark.parametrize("place", ["C2", "D2", "C9"])
def test_a_formula_without_a_value_beside_the_table_is_no_problem(place: str) -> None:
    row = place[1:]
    more = f'<c r="{place}"><f>A1</f></c>'
    rows = (
        TABLE.replace("Anna</t></is></c>", f"Anna</t></is></c>{more}")
        if row == "2"
        else TABLE + f'<row r="{row}">{more}</row>'
    )
    sheet = read_bytes(zipped(package(worksheet(rows))))
    assert (sheet.row(0).cells, sheet.problems, len(sheet.columns)) == (ANNA, (), 2)


# ---------------------------------------------------------------- .xls


LONG = "".join(f"Satz {number:04}. " for number in range(2000))


def in_pieces(text: str, *sizes: int) -> list[tuple[int, bytes]]:
    """A text that begins in narrow letters and goes on in others, record by record."""
    records, wide = [text8(text[: sizes[0]])[3:]], True
    at = sizes[0]
    for size in sizes[1:]:
        part = text[at : at + size]
        records.append(bytes([wide]) + part.encode("utf-16-le" if wide else "latin-1"))
        at, wide = at + size, not wide
    assert at == len(text)
    return [(0x3C, record) for record in records]


@pytest.mark.parametrize("sizes", [(5, 6), (1, 3, 7), (0, 4, 4, 3)])
def test_a_shared_text_may_go_on_in_another_record_and_in_other_letters(sizes: tuple[int, ...]) -> None:
    text = "Grüße, Anna"
    first, *rest = in_pieces(text, *sizes)
    head = (
        struct.pack("<2L", 3, 3) + text8("id") + text8("name") + struct.pack("<HB", len(text), 0) + first[1]
    )
    cells = [shared(0, 0, 0), shared(0, 1, 1), number(1, 0, 10001), shared(1, 1, 2)]
    assert cells_of(book(*cells, globals=[(0xFC, head), *rest])) == [("10001", text)]


def test_an_emoji_may_be_cut_in_two_by_the_end_of_a_record() -> None:
    halves = "😀".encode("utf-16-le")
    head = (
        struct.pack("<2L", 2, 2)
        + text8("id")
        + struct.pack("<HB", 3, 1)
        + "x".encode("utf-16-le")
        + halves[:2]
    )
    cells = [shared(0, 0, 0), label(0, 1, "name"), number(1, 0, 1), shared(1, 1, 1)]
    assert cells_of(book(*cells, globals=[(0xFC, head), (0x3C, b"\1" + halves[2:])])) == [("1", "x😀")]


def test_fonts_and_speech_of_a_shared_text_are_no_text_of_it() -> None:
    rich = struct.pack("<HBHL", 4, 0x0C, 2, 6) + b"Anna" + bytes(8) + b"spoken"
    head = struct.pack("<2L", 3, 3) + text8("id") + rich + text8("name")
    cells = [shared(0, 0, 0), shared(0, 1, 2), number(1, 0, 10001), shared(1, 1, 1)]
    assert cells_of(book(*cells, globals=[(0xFC, head[:40]), (0x3C, head[40:])])) == [ANNA]


@pytest.mark.parametrize("kind", [0x06, 0x206, 0x406])
def test_the_text_of_a_formula_is_whole_in_any_number_of_records(kind: int) -> None:
    formula = kind, struct.pack("<3H8s8x", 1, 1, 0, bytes(6) + b"\xff\xff")
    head = 0x207, struct.pack("<HB", len(LONG), 0) + LONG[:8000].encode()
    more = [(0x3C, b"\0" + LONG[at : at + 8000].encode()) for at in range(8000, len(LONG), 8000)]
    cells = label(0, 0, "id"), label(0, 1, "name"), number(1, 0, 1), formula, head, *more
    assert cells_of(book(*cells)) == [("1", LONG)]


@pytest.mark.parametrize("kind", [0x06, 0x206, 0x406])
def test_formulas_of_every_version_keep_their_rows(kind: int) -> None:
    def formula(row: int, result: bytes) -> tuple[int, bytes]:
        return kind, struct.pack("<3H8s8x", row, 1, 0, result)

    cells = [label(0, 0, "id"), label(0, 1, "name"), *(number(row, 0, row) for row in range(1, 6))]
    cells += [
        formula(1, struct.pack("<d", 7)),
        formula(2, b"\1\0\1\0\0\0\xff\xff"),
        formula(3, b"\2\0\x17\0\0\0\xff\xff"),
    ]
    cells += [formula(4, b"\3" + bytes(5) + b"\xff\xff"), formula(5, bytes(6) + b"\xff\xff")]
    sheet = read_bytes(book(*cells))
    assert [sheet.row(index).cells[1] for index in range(5)] == ["7", "TRUE", "#REF!", "", ""]
    assert ("S112", 4, 1) in codes_of(sheet)  # its text never came


SIMPLE = [label(0, 0, "id"), label(0, 1, "name"), number(1, 0, 10001), label(1, 1, "Anna")]
XLS: dict[str, bytes] = {
    "code page 1252 in Excel 97": book(*SIMPLE, globals=[(0x42, struct.pack("<H", 1252))]),
    "a code page that nobody knows": book(*SIMPLE, globals=[(0x42, struct.pack("<H", 9))]),
    "dimensions of 16 bytes": book((0x200, struct.pack("<4L", 0, 2, 0, 2)), *SIMPLE),
    "dimensions of one row": book((0x200, struct.pack("<2L3H", 0, 1, 0, 1, 0)), *SIMPLE),
    "dimensions cut short": book((0x200, b"\0"), *SIMPLE),
    "a root of another name": book(*SIMPLE, root="Wurzel"),
    "a sheet of VBA": book(*SIMPLE, sheets=[("Module1", 6), ("S", 0)]),
    "a macro sheet": book(*SIMPLE, sheets=[("Macro1", 1), ("S", 0)]),
    "a chart": book(*SIMPLE, sheets=[("Chart", 2), ("S", 0)]),
    "a chart inside the worksheet": book((0x809, bytes(16)), number(7, 7, 1), (0x0A, b""), *SIMPLE),
}


@pytest.mark.parametrize("data", XLS.values(), ids=list(XLS))
def test_a_good_xls_is_read(data: bytes) -> None:
    sheet = read_bytes(data)
    assert (sheet.dialect.worksheet, sheet.row(0).cells, sheet.problems) == ("S", ANNA, ())


@pytest.mark.parametrize(
    ("page", "codec"),
    [(1252, "cp1252"), (1251, "cp1251"), (850, "cp850"), (10000, "mac-roman"), (32769, "cp1252")],
)
def test_texts_of_excel_95_are_in_its_code_page(page: int, codec: str) -> None:
    text = "Жанна" if page == 1251 else "Grüße"
    raw = text.encode(codec)
    cells = [
        (0x204, struct.pack("<4H", row, column, 0, len(t)) + t)
        for row, column, t in ((0, 0, b"id"), (0, 1, b"name"), (1, 1, raw))
    ]
    data = book(
        *cells, number(1, 0, 10001), globals=[(0x42, struct.pack("<H", page))], version=0x500, stream="Book"
    )
    assert cells_of(data) == [("10001", text)]


@pytest.mark.parametrize(
    "data",
    [book(*SIMPLE[:3], (0x204, struct.pack("<4HB", 1, 1, 0, 9, 0) + b"Anna")),
     book(*SIMPLE, (0xFD, struct.pack("<3HL", 2, 1, 0, 5))),
     book(*SIMPLE, (0x02, struct.pack("<2H3xH", 2, 0, 10002))), book(*SIMPLE, label(1, 1, "Bea"))],
    ids=["a text that is cut off", "a text that is not there", "a number of Excel 2", "two values in one cell"],
)  # fmt: skip
def test_what_an_xls_would_lose_is_an_error(data: bytes) -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(data)
    assert caught.value.code == "S108"


def test_a_workbook_inside_the_workbook_is_not_read_for_it() -> None:
    """An embedded one has a stream of the same name, in a folder of its own."""
    data = bytearray(book(*SIMPLE))
    directory = (1 + 1) * 512
    assert data[directory : directory + 8] == "Root".encode("utf-16-le")
    inner = data[directory + 128 : directory + 256]
    inner[116:120] = struct.pack("<L", 0xFFFFFFFE)
    data[directory + 256 : directory + 384] = inner  # nobody among the root's children points to it
    assert cells_of(bytes(data)) == [ANNA]


# ---------------------------------------------------------------- values


DAYS = [
    ("", "46380", "2026-12-24"), ('<workbookPr date1904="1"/>', "44918", "2026-12-24"), ("", "59", "1900-02-28"),
    ("", "61", "1900-03-01"), ("", "46380.5", "2026-12-24T12:00:00"), ("", "-1", "-1"), ("", "9e9", "9000000000"),
]  # fmt: skip


def test_dates_are_counted_as_the_workbook_says() -> None:
    rows = TABLE.replace("<t>name</t>", "<t>_day</t>").replace(
        '<c r="B2" t="inlineStr"><is><t>Anna</t></is></c>', '<c r="B2" s="1"><v>{}</v></c>'
    )
    styles = formats("dd.mm.yyyy")
    for properties, value, day in DAYS:
        data = zipped(package(worksheet(rows.format(value)), styles=styles, properties=properties))
        assert cells_of(data) == [("10001", day)], value
