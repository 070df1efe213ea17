"""Excel and OpenDocument: what a cell becomes, which worksheet, and what programs would keep silent about."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
import xlwt
from odf.table import TableCell, TableColumn, TableColumnGroup, TableHeaderRows, TableRowGroup

from batch_update.check.checking import check_sheet
from batch_update.errors import SheetError
from batch_update.model.sheets import Sheet
from tests.sheet.tables import read_bytes
from tests.sheet.workbooks import (
    HEADER_XML,
    ods,
    ods_cell,
    ods_row,
    repacked,
    with_sheet_xml,
    xls_with,
    xlsb,
    xlsx,
)


def xls(rows: list[list[Any]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Tabelle1")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            style = [day] if isinstance(value, dt.date) else []
            sheet.write(number, column, value, *style)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def errors_of(sheet: Sheet) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code, problem.index, problem.column) for problem in sheet.problems]


@pytest.mark.parametrize(
    ("value", "text"),
    [(13.0, "13"), (-13, "-13"), (0, "0"), (0.5, "0.5"), (0.1 + 0.2, "0.3"), (1.1 + 0.1, "1.2"), (1e-7, "1e-07"),
     (123456789012345, "123456789012345"), (1e15, "1E+15"), (-2e20, "-2E+20"),
     (1234567890123456, "1.234567890123456E+15"), (True, "TRUE"), (False, "FALSE"), ("x\ny", "x\ny"), ("'=x", "'=x"),
     (" a ", " a "), ("007", "007"), (dt.date(2026, 1, 2), "2026-01-02"),
     (dt.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"), (dt.timedelta(hours=36, seconds=5), "36:00:05")],
)  # fmt: skip
def test_a_value_becomes_the_text_that_is_meant(value: object, text: str) -> None:
    """Fifteen digits, as spreadsheet programs count; from 1e15 on an E, so that ids refuse it."""

    def fill(book: Any, sheet: Any) -> None:
        if isinstance(value, dt.timedelta):
            sheet.write_datetime(1, 1, value, book.add_format({"num_format": "[h]:mm:ss"}))

    assert read_bytes(xlsx([["id", "name"], [1, value]], fill=fill)).columns[1].texts[0] == text


def test_an_error_is_shown_and_not_an_empty_cell() -> None:
    """An empty cell would mean: leave this field alone."""

    def fill(book: Any, sheet: Any) -> None:
        for column, error in enumerate(("#REF!", "#N/A", "#DIV/0!", "#NAME?"), 1):
            sheet.write_formula(1, column, "=1/0", None, error)

    sheet = read_bytes(xlsx([["id", "name", "voice_id", "type", "mode"], [1]], fill=fill))
    assert sheet.row(0).cells == ("1", "#REF!", "#N/A", "#DIV/0!", "#NAME?")


@pytest.mark.parametrize("error", ["#foo", "", "#PYTHON", "boom"])
def test_an_error_that_nobody_knows_is_one(error: str) -> None:
    rows = f'<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="e"><v>{error}</v></c></row>'
    assert read_bytes(with_sheet_xml(HEADER_XML + rows)).row(0).cells == ("7", "#N/A")


def test_a_row_of_errors_alone_is_no_blank_row() -> None:
    data = xlsx([["id", "name"]], fill=lambda book, sheet: sheet.write_formula(1, 0, "=A9", None, "#REF!"))
    assert read_bytes(data).row(0).cells == ("#REF!", "")


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>"])
def test_a_formula_without_a_value_is_a_problem_at_its_cell(value: str) -> None:
    """As programs write them that do not calculate."""
    row = f'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A2&amp;"x"</f>{value}</c></row>'
    far = f'<row r="4"><c r="B4"><f>A1</f>{value}</c></row>'
    sheet = read_bytes(with_sheet_xml(HEADER_XML + row + far))
    assert errors_of(sheet) == [("S112", 0, 1), ("S112", 1, 1)]
    assert (list(sheet.numbers), sheet.blank_rows) == ([2, 4], 1)


def test_a_number_has_the_fifteen_digits_that_spreadsheet_programs_count_with() -> None:
    rows = '<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>1.2000000000000002</v></c></row>'
    assert read_bytes(with_sheet_xml(HEADER_XML + rows)).row(0).cells == ("7", "1.2")


def test_a_formula_with_a_value_is_that_value() -> None:
    rows = '<row r="2"><c r="A2"><f>3+4</f><v>7</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    sheet = read_bytes(with_sheet_xml(HEADER_XML + rows))
    assert (sheet.row(0).cells, errors_of(sheet)) == (("7", ""), [])


def test_cells_without_a_place_follow_the_one_before() -> None:
    rows = '<row><c><v>7</v></c><c t="e"><v>#REF!</v></c></row><row r="5"><c><v>8</v></c><c r="B5"><v>9</v></c></row>'
    sheet = read_bytes(with_sheet_xml(HEADER_XML + rows))
    assert [sheet.row(index).cells for index in (0, 1)] == [("7", "#REF!"), ("8", "9")]
    assert list(sheet.numbers) == [2, 5]


def test_prefixes_and_quotes_of_other_writers_are_understood() -> None:
    xml = (
        "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData><x:row r='1'>"
        "<x:c r='A1' t='inlineStr'><x:is><x:t>id</x:t></x:is></x:c></x:row>"
        "<x:row r='2'><x:c t='e' r='A2'><x:v>#REF!</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    data = repacked(xlsx(), lambda name, old: xml.encode() if name.endswith("sheet1.xml") else old)
    assert read_bytes(data).row(0).cells == ("#REF!",)


def test_the_table_may_begin_anywhere_and_keeps_its_places() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(3, 2, ["id", "name"])
        sheet.write_row(5, 2, [1, "a"])

    sheet = read_bytes(xlsx([], fill=fill))
    assert [column.header for column in sheet.columns] == ["", "", "id", "name"]
    assert (sheet.header_row, list(sheet.numbers), sheet.blank_rows, sheet.lines) == (4, [6], 4, None)
    assert sheet.row(0).cells == ("", "", "1", "a")


def test_formats_beyond_the_table_make_no_columns_and_no_rows() -> None:
    def fill(book: Any, sheet: Any) -> None:
        bold = book.add_format({"bold": True})
        for column in range(2, 30):
            sheet.write_blank(0, column, None, bold)
        sheet.write_blank(900_000, 16_000, None, bold)
        sheet.write_string(5, 4, " ")

    sheet = read_bytes(xlsx(fill=fill))
    assert (len(sheet.columns), len(sheet)) == (2, 1)


def test_values_beside_the_headers_are_a_problem() -> None:
    assert errors_of(read_bytes(xlsx([["id", "name"], [1, "a", "b"]]))) == [("H104", None, 2)]


def test_the_decimal_sign_of_typed_texts_goes_for_the_numbers_too() -> None:
    header = ["id", "llm_temperature", "speech_speed"]
    sheet = read_bytes(xlsx([header, [1, "0,5", 0.8]]))
    assert (sheet.dialect.decimal, sheet.row(0).cells) == (",", ("1", "0,5", "0,8"))
    sheet = read_bytes(xlsx([header, [1, 0.5, 0.8]]))
    assert (sheet.dialect.decimal, sheet.row(0).cells) == (".", ("1", "0.5", "0.8"))
    assert read_bytes(xlsx([header, [1, 0.5, 0.8]]), decimal=",").row(0).cells == ("1", "0,5", "0,8")


def test_the_first_visible_worksheet_is_read() -> None:
    def fill(book: Any, sheet: Any) -> None:
        book.get_worksheet_by_name("Zwei").activate()
        sheet.hide()

    sheet = read_bytes(xlsx(sheets=["Zwei", "Drei"], fill=fill))
    assert (sheet.dialect.worksheet, sheet.columns[1].header) == ("Zwei", "Zwei")


@pytest.mark.parametrize(("wanted", "found"), [("2", "Zwei"), ("Drei", "Drei"), ("1", "1"), ("4", "1")])
def test_a_worksheet_is_chosen_by_name_then_by_number(wanted: str, found: str) -> None:
    assert read_bytes(xlsx(sheets=["Zwei", "Drei", "1"]), sheet=wanted).dialect.worksheet == found


@pytest.mark.parametrize("wanted", ["Vier", "0", "4", "-1", "²", "99999999999999999999"])
def test_a_worksheet_that_is_not_there_lists_those_that_are(wanted: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(xlsx(sheets=["Zwei", "Drei"]), sheet=wanted)
    assert caught.value.code == "S107"
    assert "'Sheet1', 'Zwei', 'Drei'" in caught.value.message


def test_errors_are_those_of_the_chosen_worksheet() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 1, "=1/0", None, "#REF!")

    data = xlsx(sheets=["Zwei"], fill=fill)
    assert read_bytes(data, sheet="Zwei").row(0).cells == ("7", "x")
    assert read_bytes(data).row(0).cells == ("1", "#REF!")


@pytest.mark.parametrize("rows", [[], [["", " "]], [["id", "name"]]])
def test_an_empty_worksheet_is_no_sheet(rows: list[list[str]]) -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(xlsx(rows))
    assert caught.value.code == "S105"


# ---------------------------------------------------------------- other formats


def test_an_old_excel_file_is_read() -> None:
    sheet = read_bytes(
        xls(
            [
                ["id", "name", "record", "_day"],
                [13, "x\nü", True, dt.date(2026, 1, 2)],
                [14.0, 0.5, False, 1e15],
            ]
        )
    )
    assert (sheet.dialect.format, sheet.dialect.worksheet) == ("xls", "Tabelle1")
    assert sheet.row(0).cells == ("13", "x\nü", "TRUE", "2026-01-02")
    assert sheet.row(1).cells == ("14", "0.5", "FALSE", "1E+15")


def test_a_large_old_excel_file_is_read() -> None:
    """Beyond the 4 KiB up to which its stream lies among the small ones."""
    sheet = read_bytes(xls([["id", "name"], *([number, f"name {number}"] for number in range(1, 3000))]))
    assert sheet.row(2998).cells == ("2999", "name 2999")


@pytest.mark.parametrize("small", [False, True])
def test_a_stream_of_an_old_excel_file_may_lie_among_the_small_ones(small: bool) -> None:
    label = struct.pack("<HHHHB", 0, 0, 0, 2, 0) + b"id"
    number = struct.pack("<HHHd", 1, 0, 0, 13.0)
    error = struct.pack("<HHHBB", 2, 0, 0, 0x17, 1)
    sheet = read_bytes(xls_with((0x204, label), (0x203, number), (0x205, error), small=small))
    assert list(sheet.columns[0].texts) == ["13", "#REF!"]


def test_an_error_in_an_old_excel_file_is_shown() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, "id")
    sheet.write(0, 1, "name")
    sheet.write(1, 0, 1)
    sheet.row(1).set_cell_error(1, "#REF!")
    target = BytesIO()
    book.save(target)
    assert read_bytes(target.getvalue()).row(0).cells == ("1", "#REF!")


def test_an_open_document_is_read() -> None:
    data = ods(
        {
            "Tabelle": [
                ods_row(ods_cell("id"), ods_cell("name"), ods_cell("record"), ods_cell("_day")),
                ods_row(
                    ods_cell("13", "float", value="13"), ods_cell("a\nb"),
                    ods_cell("WAHR", "boolean", booleanvalue="true"),
                    ods_cell("2.1.26", "date", datevalue="2026-01-02"),
                ),
                ods_row(ods_cell("0,5", "float", value="0.5"), numberrowsrepeated="2"),
            ]
        }
    )  # fmt: skip
    sheet = read_bytes(data)
    assert (sheet.dialect.format, sheet.dialect.worksheet) == ("ods", "Tabelle")
    assert sheet.row(0).cells == ("13", "a\nb", "TRUE", "2026-01-02")
    assert [sheet.row(index).cells[0] for index in (1, 2)] == ["0.5", "0.5"]


def test_the_empty_rows_that_libreoffice_adds_cost_nothing() -> None:
    rest = ods_row(TableCell(numbercolumnsrepeated="16384"), numberrowsrepeated="1048574")
    sheet = read_bytes(
        ods({"T": [ods_row(ods_cell("id")), ods_row(ods_cell("1", "float", value="1")), rest]})
    )
    assert (len(sheet), len(sheet.columns)) == (1, 1)


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "Err:502"])
def test_an_error_in_an_open_document_is_shown(shown: str) -> None:
    """LibreOffice writes an empty value and the error as what is seen."""
    error = ods_cell(shown, stringvalue="", formula="of:=NA()", numbercolumnsrepeated="2")
    sheet = read_bytes(
        ods({"T": [ods_row(*map(ods_cell, ("id", "name", "type"))), ods_row(ods_cell("1"), error)]})
    )
    assert sheet.row(0).cells == ("1", shown, shown)


def test_a_formula_without_a_value_in_an_open_document_is_a_problem() -> None:
    data = ods(
        {
            "T": [
                ods_row(ods_cell("id"), ods_cell("name")),
                ods_row(ods_cell("1"), TableCell(formula="of:=A2")),
            ]
        }
    )
    assert errors_of(read_bytes(data)) == [("S112", 0, 1)]


def test_a_binary_workbook_is_read_with_its_errors() -> None:
    sheet = read_bytes(
        xlsb([(0, 0, "id"), (0, 1, "name"), (1, 0, 13.0), (1, 1, "ü"), (2, 0, 14.0), (2, 1, b"\x17")])
    )
    assert (sheet.dialect.format, sheet.dialect.worksheet) == ("xlsb", "S")
    assert [sheet.row(index).cells for index in (0, 1)] == [("13", "ü"), ("14", "#REF!")]


def test_merged_cells_are_problems_where_their_value_is_missing() -> None:
    """Of four rows under one merged voice, three would be sent without it."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["id", "voice_id", "name"])
        for row in range(1, 5):
            sheet.write_row(row, 0, [10000 + row, None, "Praxis"])
        sheet.merge_range(1, 1, 4, 1, 412)
    found = read_bytes(file.getvalue())
    assert errors_of(found) == [("S115", index, 1) for index in (1, 2, 3)]
    assert list(found.columns[1].texts) == ["412", "", "", ""]


# ---------------------------------------------------------------- what is out of sight


def hiding(*rows: int, columns: str = "", formula: bool = False) -> bytes:
    """Six assistants, some rows (from 0) and columns of which are hidden; `formula`: read the slower way."""

    def fill(book: Any, sheet: Any) -> None:
        for row in rows:
            sheet.set_row(row, None, None, {"hidden": True})
        if columns:
            sheet.set_column(columns, None, None, {"hidden": True})
        if formula:
            sheet.write_formula(6, 1, "=B2", None, "x")

    return xlsx(
        [["id", "name", "_status", "Stimme"], *([n, "x", "", 412] for n in range(101, 107))], fill=fill
    )


@pytest.mark.parametrize("formula", [False, True])
def test_hidden_rows_count_and_one_warning_names_them(formula: bool) -> None:
    sheet = read_bytes(hiding(2, 3, 5, formula=formula))
    assert [sheet.row(index).cells[0] for index in range(6)] == ["101", "102", "103", "104", "105", "106"]
    (problem,) = sheet.problems
    assert (problem.code, problem.severity, problem.index, problem.column) == ("S117", "warning", 1, None)
    assert problem.message.startswith("3 rows are hidden or filtered away, and count")
    assert problem.given == "rows 3-4, 6"


@pytest.mark.parametrize("formula", [False, True])
def test_each_hidden_column_that_says_something_has_a_warning(formula: bool) -> None:
    """Not one that is ours, is left out, or lies beside the table."""
    sheet = read_bytes(hiding(columns="B:Z", formula=formula))
    assert [(p.code, p.severity, p.index, p.column) for p in sheet.problems] == [
        ("S117", "warning", None, 1),
        ("S117", "warning", None, 3),
    ]
    assert "the setting ignore=Stimme" in sheet.problems[1].remedy
    assert [p.column for p in read_bytes(hiding(columns="B:Z"), ignore=("stimme",)).problems] == [1]


def test_rows_that_an_autofilter_took_away_are_hidden_rows() -> None:
    """Users expect that only what they see is sent."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.autofilter(0, 0, 40, 1)
        sheet.filter_column(1, "x == a")
        for row in range(1, 41):
            if row % 2:
                sheet.set_row(row, None, None, {"hidden": True})

    rows = [["id", "name"], *([row, "b" if row % 2 else "a"] for row in range(1, 41))]
    (problem,) = read_bytes(xlsx(rows, fill=fill)).problems
    assert problem.given == "rows 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 10 more"


def test_what_is_hidden_but_blank_and_words_about_hiding_are_no_news() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(1, 1, 'hidden="1"')
        sheet.set_row(9, None, None, {"hidden": True})

    assert read_bytes(xlsx(fill=fill)).problems == ()


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2" hidden="true">',
        "<row hidden='1' r='2'>",
        '<row hidden = "1">',
        '<x:row xmlns:x="{}" r="2" hidden="1">',
    ],
)
def test_hiding_may_be_spelled_in_several_ways(row: str) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    end = "</x:row>" if "x:" in row else "</row>"
    body = HEADER_XML + row.replace("{}", space) + '<c r="A2"><v>7</v></c>' + end
    assert errors_of(read_bytes(with_sheet_xml(body))) == [("S117", 0, None)]


def test_hidden_false_hides_nothing() -> None:
    body = HEADER_XML + '<row r="2" hidden="0"><c r="A2"><v>7</v></c></row>'
    assert read_bytes(with_sheet_xml(body)).problems == ()


HIDING_ROWS = [["id", "name", "_status", "Stimme"], *([n, "x", "", 412] for n in range(101, 107))]


def hiding_ods(*rows: int, last_columns: bool = False, visibility: str = "collapse") -> bytes:
    """The same six assistants; columns lie in a group, the header apart, and the last two rows in a group of groups."""
    columns = TableColumnGroup()
    columns.addElement(TableColumn())
    unseen = {"visibility": visibility} if last_columns else {}
    columns.addElement(TableColumn(numbercolumnsrepeated="40", **unseen))
    lines = [
        ods_row(
            *(ods_cell(str(cell)) for cell in row), **({"visibility": visibility} if number in rows else {})
        )
        for number, row in enumerate(HIDING_ROWS)
    ]
    header, outer, inner = TableHeaderRows(), TableRowGroup(), TableRowGroup()
    header.addElement(lines[0])
    for line in lines[5:]:
        inner.addElement(line)
    outer.addElement(inner)
    return ods({"T": [columns, header, *lines[1:5], outer]})


def hiding_xls(*rows: int, last_columns: bool = False) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for number, row in enumerate(HIDING_ROWS):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
        sheet.row(number).hidden = number in rows
    for column in range(1, 40 if last_columns else 0):
        sheet.col(column).hidden = True
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def hiding_xlsb(*rows: int, last_columns: bool = False) -> bytes:
    cells = [
        (number, column, float(value) if isinstance(value, int) else value)
        for number, row in enumerate(HIDING_ROWS)
        for column, value in enumerate(row)
    ]
    return xlsb(cells, hidden=rows, columns=[(1, 40)] if last_columns else ())


OTHERS = pytest.mark.parametrize("make", [hiding_ods, hiding_xls, hiding_xlsb])


@OTHERS
def test_hidden_rows_are_told_alike_in_every_format(make: Callable[..., bytes]) -> None:
    sheet = read_bytes(make(2, 3, 6))
    assert [sheet.row(index).cells[0] for index in range(6)] == ["101", "102", "103", "104", "105", "106"]
    assert sheet.problems == read_bytes(hiding(2, 3, 6)).problems != ()


@OTHERS
def test_hidden_columns_are_told_alike_in_every_format(make: Callable[..., bytes]) -> None:
    sheet = read_bytes(make(last_columns=True))
    assert sheet.problems == read_bytes(hiding(columns="B:AN")).problems
    assert [problem.column for problem in sheet.problems] == [1, 3]


@OTHERS
def test_where_nothing_is_hidden_nothing_is_told(make: Callable[..., bytes]) -> None:
    assert read_bytes(make()).problems == ()


def test_rows_that_a_filter_took_away_are_hidden_in_open_documents_too() -> None:
    (problem,) = read_bytes(hiding_ods(1, 5, visibility="filter")).problems
    assert problem.given == "rows 2, 6"
    assert read_bytes(hiding_ods(1, 5, visibility="visible")).problems == ()


def test_a_hidden_row_that_stands_for_many_hides_all_of_them() -> None:
    data = ods(
        {
            "T": [
                TableColumn(numbercolumnsrepeated="2"),
                TableColumn(visibility="collapse"),
                ods_row(*map(ods_cell, ("id", "name", "Stimme"))),
                ods_row(ods_cell("1"), numberrowsrepeated="2"),
                ods_row(ods_cell("1"), numberrowsrepeated="3", visibility="collapse"),
                ods_row(ods_cell("1")),
                ods_row(TableCell(), numberrowsrepeated="1048569", visibility="collapse"),
            ],
            "U": [ods_row(ods_cell("id")), ods_row(ods_cell("1"))],
        }
    )
    problems = read_bytes(data).problems
    assert [(problem.column, problem.given) for problem in problems] == [
        (2, "Stimme"),
        (None, "rows 4-6"),
    ]
    assert read_bytes(data, sheet="U").problems == ()


def test_a_record_that_is_cut_short_hides_nothing() -> None:
    """Its flags would be read from the record that follows."""
    text = struct.pack("<HHH", 0, 0, 0) + struct.pack("<HB", 2, 0) + b"id"
    number = struct.pack("<HHH", 1, 0, 0) + struct.pack("<d", 1.0)
    whole = (
        (0x208, struct.pack("<6HL", 1, 0, 1, 300, 0, 0, 0x20)),
        (0x7D, struct.pack("<6H", 0, 256, 2304, 0, 1, 0)),
    )
    cells = (0x204, text), (0x203, number)
    assert errors_of(read_bytes(xls_with(*whole, *cells))) == [("S117", None, 0), ("S117", 0, None)]
    follows = 0xFFFF, b"\xff" * 16
    for most in (4, 8, 12):
        short = [(kind, content[: min(most, 8 if kind == 0x7D else 12)]) for kind, content in whole]
        assert read_bytes(xls_with(short[0], follows, short[1], follows, *cells)).problems == ()


def test_a_number_that_was_a_list_of_ids_never_becomes_another_list() -> None:
    """Excel makes 2.3 of `2,30`; beside a decimal comma it must not be read as the ids 2 and 3."""
    rows: list[list[object]] = [["id", "Temperatur", "label_ids", "label_ids+"], [1, "0,5", 2.3, 4.5]]
    sheet = read_bytes(xlsx(rows))
    assert sheet.dialect.decimal == ","
    assert sheet.row(0).cells == ("1", "0,5", "2.3", "4.5")
    codes = [problem.code for problem in check_sheet(sheet).problems]
    assert codes.count("C109") == 2


@pytest.mark.parametrize("data", [b"id,name\n1,a\n", b"id\tname\n1\ta\n", b'{"id": 1, "name": "a"}\n'])
def test_a_worksheet_of_what_is_no_workbook_is_refused(data: bytes) -> None:
    """Whoever names one means another file; it is not to be overlooked."""
    with pytest.raises(SheetError, match="is no workbook, and has no worksheet 'Zwei'") as caught:
        read_bytes(data, sheet="Zwei")
    assert caught.value.code == "S107" and "the setting sheet" in caught.value.remedy


def test_an_empty_worksheet_is_named() -> None:
    with pytest.raises(SheetError, match='worksheet "Sheet1" is empty') as caught:
        read_bytes(xlsx([], sheets=["Zwei"]), sheet="Sheet1")
    assert "the setting sheet" in caught.value.remedy
