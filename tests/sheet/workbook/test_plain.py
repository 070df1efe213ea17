"""Rows and texts of an .xlsx that are taken in bulk, beside the parser that reads each: nothing may differ."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.errors import SheetError
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import reading_of
from batch_update.sheet.workbook.worksheets import Budget, Texts, Worksheet
from batch_update.sheet.workbook.zipped.archives import open_archive
from batch_update.sheet.workbook.zipped.books import Shared
from batch_update.sheet.workbook.zipped.plain_rows import rows_left_of
from batch_update.sheet.workbook.zipped.xlsx import open_xlsx
from batch_update.sheet.workbook.zipped.xlsx_cells import CellMaker
from tests.sheet.workbooks import repacked, xlsx

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = (
    f'<styleSheet xmlns="{SPACE}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/>'
    '<xf numFmtId="49"/></cellXfs></styleSheet>'
)
SHARED = [
    "<si><t>Anna</t></si>", '<si><t xml:space="preserve"> Bär </t></si>', "<si><t>a &amp; b &lt;c&gt;</t></si>",
    "<si><r><t>rich</t></r><r><rPr><b/></rPr><t> text</t></r></si>", "<si><t/></si>", "<si><t>_x000D_ 😀</t></si>",
    "<si><t>a&#10;b</t></si>", "<si><t>日</t><rPh sb='0' eb='1'><t>hi</t></rPh></si>", "<si><t>007</t></si>",
]  # fmt: skip
CELLS = [
    '<c r="{0}"><v>12</v></c>', '<c r="{0}" s="0"><v>0.5</v></c>', '<c r="{0}" t="n"><v>-0</v></c>',
    '<c r="{0}" s="1"><v>0.5</v></c>', '<c r="{0}" s="2"><v>45000</v></c>', '<c r="{0}" s="3"><v>7</v></c>',
    '<c r="{0}" t="s"><v>0</v></c>', '<c r="{0}" t="s" s="3"><v>1</v></c>', '<c r="{0}" t="s"><v>2</v></c>',
    '<c r="{0}" t="s"><v>3</v></c>', '<c r="{0}" t="s"><v>4</v></c>', '<c r="{0}" t="s"><v>5</v></c>',
    '<c r="{0}" t="s"><v>7</v></c>', '<c r="{0}" t="s"><v></v></c>',
    '<c r="{0}" t="inlineStr"><is><t>Grüße</t></is></c>',
    '<c r="{0}" t="inlineStr"><is><t xml:space="preserve"> x &amp;amp; y </t></is></c>',
    '<c r="{0}" t="inlineStr"><is><r><t>rich</t></r></is></c>', '<c r="{0}" t="str"><v>_x0041_&quot;</v></c>',
    '<c r="{0}" t="b"><v>1</v></c>', '<c r="{0}" t="e"><v>#REF!</v></c>', '<c r="{0}" t="d"><v>2026-01-02</v></c>',
    '<c r="{0}" s="2"/>', '<c r="{0}"/>', '<c r="{0}" s="1" />', '<c r="{0}"></c>', '<c r="{0}"><v> 3 </v></c>',
    '<c r="{0}"><v/></c>', '<c r="{0}"><v>1e3</v></c>', '<c r="{0}"><f>A1&amp;"x"</f><v>4</v></c>',
    '<c r="{0}" t="str"><f t="shared" si="0"/><v>y</v></c>', '<c r="{0}"><f>A1</f></c>',
    '<c r="{0}"><f>A1</f><v></v></c>',
    '<c r="{0}"><f>A1</f><v> </v></c>', '<c r="{0}" cm="1"><v>9</v></c>', '<c r="{0}"><v>1</v><extLst/></c>',
    '<c r="{0}" t="str"><v><![CDATA[a</row>b]]></v></c>', "<c r='{0}'><v>6</v></c>", "<c><v>5</v></c>",
    '<c r="{0}"><!-- <v>1</v> --><v>2</v></c>',
]  # fmt: skip
HARM = [
    '<c r="{0}"><v>no number</v></c>', '<c r="{0}" t="s"><v>99</v></c>', '<c r="{0}" t="s"><v>-1</v></c>',
    '<c r="{0}" t="new"><v>1</v></c>', '<c r="{0}" s="x"><v>1</v></c>', '<c r="{0}" s="1" s="2"><v>1</v></c>',
    '<c r="{0}" t="str"><v>a\x01b</v></c>', '<c r="{0}" t="str"><v>a ]]> b</v></c>',
    '<c r="{0}" t="str"><v>&x;</v></c>',
    '<c r="{0}"><v>1</t></c>', '<c r="{0}" x><v>1</v></c>', '<c r="{0}" t="str"><v>\ufffe</v></c>',
]  # fmt: skip
ROWS = [
    '<row r="{n}">{c}</row>', '<row r="{n}" spans="1:3" ht="15" hidden="false">{c}</row>',
    '<row r="{n}" hidden="1">{c}</row>',
    '<row r="{n}" x14ac:dyDescent="0.25">{c}</row>', "<row>{c}</row>",
    "<row spans='1:3' r='{n}'>{c}</row>", "\n<row r=\"{n}\">\n{c}</row>",
    '<row r="{n}"/>', "<!-- {c} -->", '<row r="{n}">{c}</row><!-- </row> -->',
]  # fmt: skip


def workbook(rows: str, prefix: str = "", shared: str = "".join(SHARED), *, parsed: bool = False) -> bytes:
    """`parsed`: a comment at the beginning of its parts leaves all of them to the parser."""
    comment = "<!-- -->" if parsed else ""

    def tagged(xml: str) -> str:
        return re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", xml) if prefix else xml

    name = f' xmlns:x="{SPACE}" xmlns="{SPACE}" xmlns:x14ac="urn:y"'
    sheet = tagged(
        f"<worksheet{name}>{comment}<cols><col min='2' max='2' hidden='1'/></cols><sheetData>{rows}</sheetData>"
    )
    sheet += tagged('<mergeCells><mergeCell ref="B2:C2"/></mergeCells></worksheet>')
    parts = {"xl/sharedStrings.xml": tagged(f"<sst{name}>{comment}{shared}</sst>"), "xl/styles.xml": STYLES}

    def changed(name: str, old: bytes) -> bytes | None:
        if name in parts:
            return None
        return sheet.encode("utf-8", "surrogatepass") if name.endswith("sheet1.xml") else old

    return repacked(
        xlsx(), changed, [(name, part.encode("utf-8", "surrogatepass")) for name, part in parts.items()]
    )


def seen(data: bytes) -> object:
    """What a worksheet holds, or that it cannot be read."""
    book = open_xlsx(open_archive(BytesIO(data), "x"), "x", reading_of(Settings()).limits)
    try:
        sheet = book.read(0)
        lines = [[(type(cell), repr(cell)) for cell in line] for line in sheet.lines()]
        columns = [list(map(repr, sheet.cells_of(column))) for column in range(sheet.columns)]
    except (SheetError, ValueError) as error:
        return type(error)
    assert columns == [[line[column][1] for line in lines] for column in range(sheet.columns)]
    hidden = [bytes(sheet.hidden.rows.marks(50)), bytes(sheet.hidden.columns.marks(9))]
    return lines, hidden, sheet.merges, sheet.cells


@st.composite
def some_rows(draw: st.DrawFn) -> str:
    rows, number = "", 1
    for _ in range(draw(st.integers(1, 8))):
        number += draw(st.sampled_from([1, 1, 1, 1, 2, 5, 0, -1]))
        places = draw(st.lists(st.sampled_from("ABCDEH"), max_size=5, unique=True))
        if draw(st.integers(0, 4)):
            places.sort()
        cells = (draw(st.sampled_from(CELLS)).format(f"{place}{number}") for place in places)
        rows += draw(st.sampled_from(ROWS[:2] * 4 + ROWS)).format(n=number, c="".join(cells))
    return rows


@given(some_rows(), st.sampled_from(["", "", "x:"]), st.permutations(SHARED))
def test_whatever_a_row_looks_like_it_is_read_as_the_parser_reads_it(
    rows: str, prefix: str, shared: list[str]
) -> None:
    texts = "".join(shared)
    assert seen(workbook(rows, prefix, texts)) == seen(workbook(rows, prefix, texts, parsed=True))


@pytest.mark.parametrize("cell", HARM)
def test_what_the_parser_refuses_is_refused(cell: str) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in (1, 2, 4))
    data = rows.replace('<row r="4">', f'<row r="3">{cell.format("A3")}</row><row r="4">')
    assert seen(workbook(data)) == seen(workbook(data, parsed=True))
    assert isinstance(seen(workbook(data)), type)


@pytest.mark.parametrize(
    "text",
    [
        "\x01",
        "]]>",
        "&x;",
        "<b/>",
        "\ufffe",
        "</si><si>",
        "\r",
        "&#13;",
        "&#xd800;",
        "x" * (5 << 20),
        "]]",
        "\x85",
    ],
)
def test_a_shared_text_is_what_the_parser_makes_of_it(text: str) -> None:
    shared = f"<si><t>a</t></si><si><t>{text}</t></si><si><t>b</t></si>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in (1, 2, 3))
    assert seen(workbook(rows, shared=shared)) == seen(workbook(rows, shared=shared, parsed=True))


@pytest.mark.parametrize(
    "broken", ["</sheetData>", "</row>", "<row r='2'>", "\ud800", "<c/>", "text", "<?x?>", "</worksheet>"]
)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_something_else_between_rows_is_left_to_the_parser(broken: str, at: int) -> None:
    rows = [f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (1, 2, 3)]
    data = "".join([*rows[:at], broken, *rows[at:]])
    assert seen(workbook(data)) == seen(workbook(data, parsed=True))


def test_rows_that_are_no_rows_are_not_read() -> None:
    """In a comment, in an encoding in which the same bytes are other letters, and behind the end of the rows."""
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    assert seen(workbook(f"<!-- {row} -->")) == ([], [bytes(50), b"\0\1" + bytes(7)], [(1, 1, 1, 2)], 0)


def test_columns_that_come_late_and_rows_of_many_are_read_as_the_parser_reads_them() -> None:
    def row(number: int, letters: list[str]) -> str:
        return f'<row r="{number}">' + "".join(f'<c r="{a}{number}"><v>1</v></c>' for a in letters) + "</row>"

    rows = row(1, ["A"]) + row(2, ["A", "C"]) + row(3, ["AB"]) + row(4, ["GR", "GS"]) + row(5, ["B"])
    assert seen(workbook(rows)) == seen(workbook(rows, parsed=True))


def test_blocks_end_anywhere() -> None:
    """Of a part that is read in several pieces."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c>'
        f'<c r="B{n}" t="inlineStr"><is><t>{"Grüße 😀" * (n % 50)}</t></is></c></row>'
        for n in range(1, 9_000)
    )
    shared = (
        "".join(f"<si><t>{n} &amp; {'ä' * 300}</t></si>" for n in range(4_000))
        + "<si><r><t>r</t></r></si>" * 3
    )
    rows += '<row r="9000"><c r="C9000" t="s"><v>3999</v></c><c r="D9000" t="s"><v>4002</v></c></row>'
    assert seen(workbook(rows, shared=shared)) == seen(workbook(rows, shared=shared, parsed=True))


def test_a_sheet_as_programs_write_it_is_not_parsed_row_by_row() -> None:
    """Else it would take ten times as long: no more of its XML is left than its beginning and its end."""
    data = xlsx([["id", "name", "x"], *([row, f"Name & {row}", 0.5] for row in range(500))])
    with open_archive(BytesIO(data), "x") as archive:
        pieces = [archive.read("xl/worksheets/sheet1.xml")]
    limits = reading_of(Settings()).limits
    budget = Budget("x", limits)
    texts = Texts(budget)
    texts.extend([str(number) for number in range(600)])
    sheet = Worksheet("x", budget, limits)
    left = b"".join(rows_left_of(pieces, sheet, CellMaker(Shared(texts, lambda style: "", False))))
    assert sheet.cells == 1503 and len(left) < 1_000 < len(pieces[0])
