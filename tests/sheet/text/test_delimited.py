"""CSV and TSV: numbers, lines, what is odd, and pandas' traps."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from batch_update.errors import SheetError
from batch_update.model.sheets import Severity, Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.settings.tunables import Settings
from batch_update.sheet.collecting import RowCollector
from batch_update.sheet.reading import reading_of
from tests.sheet.tables import read_bytes, read_text, read_within


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    return [sheet.row(index).cells for index in range(len(sheet))]


def codes(sheet: Sheet) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.index) for problem in sheet.problems]


def test_words_that_pandas_takes_for_nothing_stay_words() -> None:
    words = [
        "NA",
        "None",
        "null",
        "nan",
        "NaN",
        "N/A",
        "",
        "#N/A",
        "<NA>",
        "+4930123",
        "007",
        "1.0",
        "TRUE",
        "1e5",
    ]
    sheet = read_text("id,name\n" + "".join(f"{n},{word}\n" for n, word in enumerate(words, 1)))
    assert list(sheet.columns[1].texts) == words


def test_a_header_that_comes_twice_is_not_renamed() -> None:
    sheet = read_text("id,id,name\n1,2,x\n")
    assert [column.header for column in sheet.columns] == ["id", "id", "name"]


def test_a_surplus_cell_does_not_make_another_assistant() -> None:
    """pandas alone would take 102 for the id."""
    sheet = read_text("id,name\n101,102,foo\n103,Anna\n")
    assert codes(sheet) == [("S106", 0)]
    assert list(sheet.columns[0].texts) == ["", "103"]
    assert sheet.row(0).cells == ("101", "102", "foo")
    problem = sheet.problems[0]
    assert (problem.given, problem.wanted) == ("3 cells: 101 | 102 | foo", "2 cells")


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n101,Anna,\n102,Bert,\n",
        "id,name,webhook_url\r\n101,Anna,\r\n102,Bert\r\n",
        "id,name,webhook_url\n101,Anna,,\n102,Bert,,,,\n103,Carl\n",
        "id;name;_\n101;Anna;;\n102;Bert;;\n".replace("_", "record"),
        "id,name,record,fillers\n101,Anna,,\n102,Bert\n103,Carl,\n",
    ],
)
def test_delimiters_at_the_end_may_be_missing_or_too_many_where_all_cells_there_are_empty(text: str) -> None:
    """pandas alone would take the first column for an index."""
    sheet = read_text(text)
    assert [code for code, _ in codes(sheet)] == ["S123"] and not sheet.ragged
    assert sheet.problems[0].severity is Severity.WARNING
    assert [row[:2] for row in cells(sheet)][:2] == [("101", "Anna"), ("102", "Bert")]


@pytest.mark.parametrize(
    "text",
    [
        "id,name,webhook_url\n101,Anna,https://x.example\n102,Bert\n",
        "id,name,initial_message\n101,Vogel, Söhne,\n102,Anna,Hallo\n",
        "id,name,initial_message\n101,Vogel, Söhne,\n",
        "id,name\n101,Anna\n102\n",
        "id,name,record\n101,Anna,\n102,Be",
        "id,name,_row\n101,Anna,\n102,Bert,,\n",
    ],
)
def test_cells_that_may_have_shifted_are_an_error(text: str) -> None:
    assert "S106" in [code for code, _ in codes(read_text(text))]


TORN = [
    "id,name\r\n101,An\rna\r\n102,Bea\r\n",
    "id,name\n101,An\nna\n102,Bea\n",
    "id,name\r\n101,An\nna\r\n102,Bea\r\n",
    "id,name\r\n101,An\n\nna\r\n102,Bea\r\n",
    "id,name\r\n101,An\nna, and so on\r\n102,Bea\r\n",
    "id,name\r\n101,An\rna, and so on\r\n102,Bea\r\n",
    "id,name\n101,An\nna, and, so\n102,Bea\n",
    "id;name\r101;An\nna\r102;Bea\r",
    "name,id\r\nAn,101\rna\r\nBea,102\r\n",
]


@pytest.mark.parametrize("text", TORN)
def test_a_line_break_that_tears_a_record_apart_makes_both_parts_invalid(text: str) -> None:
    sheet = read_text(text)
    plan = make_plan(sheet)
    assert [change.assistant_id for change in plan.changes] == [102]
    assert plan.settled[0].code == "S122"


@pytest.mark.parametrize(
    "text",
    [
        "id,name\r\n101,Anna\n102,Bea\r\n103,Carl\n",
        "id,name\r\n101,Anna\r\n102,Bea\r103,Carl\r",
        'id,name\r\n101,"An\nna"\r\n102,"Be\ra"\r\n',
        '"id","na\nme"\r\n101,Anna\r\n102,Bea\r\n'.replace("na\nme", "name\n"),
        "id,name\n101,Anna\n102,Bea",
    ],
)
def test_line_ends_of_several_kinds_alone_tear_nothing(text: str) -> None:
    sheet = read_text(text)
    assert not sheet.problems and len(make_plan(sheet).changes) == len(sheet)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Assistants export 2026-11-28\n\nid,name\n101,Anna\n", 3),
        ("Liste der Assistenten;;\r\nStand: heute;;\r\nNr.;Name;ID\r\n1;Anna;101\r\n", 3),
        ("\n\n\nid,name\n101,Anna\n", 4),
        ("id\nid,name\n101,Anna\n", 2),
        ("name,of,the list\nSprache,Assistenten-ID\n4,101\n", 2),
        ("id,name\n101,name\n", 1),
        ("id,foo\n101,Anna\n", 1),
    ],
)
def test_the_header_is_the_first_row_with_an_id_beside_a_field(text: str, row: int) -> None:
    sheet = read_text(text, ignore=("Nr.",) if "Nr." in text else ())
    assert sheet.header_row == row and sheet.numbers[0] == row + 1
    assert sheet.id_column is not None and list(sheet.id_column.texts) == ["101"]
    assert sheet.lines is not None and sheet.lines[0] == row + 1


@pytest.mark.parametrize(
    "text",
    [
        "10001,Anna\n10002,Bea\n",
        f'10001,"{"Text. " * 9000}"\n10002,"b"\n',
        "https://a.example;x\ny;z\n",
        f"{'long ' * 30},x\n1,2\n",
    ],
)
def test_a_first_row_that_looks_like_data_is_one_problem(text: str) -> None:
    sheet = read_text(text)
    (problem,) = [problem for problem in sheet.problems if problem.index is None]
    assert problem.code == "H107" and len(str(problem)) < 800


def test_a_trailing_delimiter_in_the_header_too_is_an_empty_column() -> None:
    sheet = read_text("id,name,\n101,Anna,\n")
    assert (codes(sheet), cells(sheet)) == ([], [("101", "Anna", "")])


def test_rows_of_blanks_are_skipped_counted_and_numbered() -> None:
    sheet = read_text("\n  ,\nid,name\n\n1,a\n,\n \t,\u00a0\n2,b\n\n\n")
    assert cells(sheet) == [("1", "a"), ("2", "b")]
    assert (sheet.header_row, list(sheet.numbers), sheet.lines and list(sheet.lines)) == (3, [5, 8], [5, 8])
    assert sheet.blank_rows == 7


def test_a_blank_row_of_another_width_is_blank_not_ragged() -> None:
    sheet = read_text("id,name,type\n1,a,inbound\n,\n,,,,\n2,b,inbound\n")
    assert (codes(sheet), sheet.blank_rows, list(sheet.numbers)) == ([], 2, [2, 5])


def test_a_prompt_over_several_lines_is_one_row_and_the_next_knows_its_line() -> None:
    sheet = read_text('id,system_prompt\r\n1,"a\r\nb\n\nc"\r\n2,x\r\n')
    assert sheet.columns[1].texts[0] == "a\r\nb\n\nc"
    assert (list(sheet.numbers), list(sheet.lines or ())) == ([2, 3], [2, 6])


def test_excels_sep_line_is_a_line_and_no_row() -> None:
    sheet = read_text("sep=|\r\nid|name\r\n1|a;b,c\r\n")
    assert (sheet.header_row, list(sheet.numbers), list(sheet.lines or ())) == (1, [2], [3])
    assert (sheet.dialect.delimiter, cells(sheet)) == ("|", [("1", "a;b,c")])


def test_the_last_line_needs_no_end() -> None:
    assert cells(read_text("id,name\n1,a\n2,b")) == [("1", "a"), ("2", "b")]


def test_a_lone_carriage_return_ends_a_line_outside_quotes_only() -> None:
    sheet = read_text('id,name\r1,"a\rb"\r2,c\r')
    assert cells(sheet) == [("1", "a\rb"), ("2", "c")]
    assert (list(sheet.lines or ()), sheet.dialect.newline) == ([2, 4], "\r")


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    sheet = read_text('id,name\n1,5" pipe\n2,the "best"\n')
    assert (codes(sheet), cells(sheet)) == ([], [("1", '5" pipe'), ("2", 'the "best"')])


@pytest.mark.parametrize("row", ['1,"Say "yes" now"', '1,"a" b', '1,"a,"b'])
def test_quotes_that_are_not_doubled_are_a_problem(row: str) -> None:
    """Readers would take quotes out of the text without a word."""
    sheet = read_text(f"id,name\n{row}\n2,b\n")
    assert codes(sheet) == [("S111", 0)]
    assert sheet.columns[0].texts[1] == "2"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_cell_that_takes_in_a_row_has_a_warning(newline: str) -> None:
    """Two quotes too many are proper quotes: 102 would get lost without a word."""
    sheet = read_text('id,name,voice_id\n101,"Foo,5\n102,Bar",1\n103,Baz,2\n'.replace("\n", newline))
    assert [row[0] for row in cells(sheet)] == ["101", "103"]
    (problem,) = sheet.problems
    assert (problem.code, problem.severity, problem.index, problem.column) == ("S118", "warning", 0, 1)
    assert "102" in problem.given


def test_lines_of_a_text_that_are_no_rows_have_no_warning() -> None:
    """Numbered lines, other ids, other numbers of delimiters."""
    lists = 'id,system_prompt\n10001,"Rules:\n1, greet\n2, listen\n30, end"\n10002,"a\n10003;b\n10004,b,c"\n'
    assert read_text(lists).problems == ()


def test_a_quote_that_is_never_closed_is_a_problem() -> None:
    sheet = read_text('id,name\n1,a\n2,"b\n3,c\n4,d\n')
    assert codes(sheet) == [("S111", 1)]
    assert sheet.columns[1].texts[1] == "b\n3,c\n4,d\n"


def test_a_quote_that_is_never_closed_in_the_header_ends_it() -> None:
    with pytest.raises(SheetError) as caught:
        read_text('id,"name\n1,a\n')
    assert caught.value.code == "S111"


def test_a_cell_may_be_longer_than_pythons_csv_allows() -> None:
    long = 'ä"' * 100_000
    sheet = read_text('id,name,system_prompt\n1,x"y,"' + long.replace('"', '""') + '"\n')
    assert sheet.columns[2].texts[0] == long


def test_a_cell_beyond_all_measure_ends_the_reading() -> None:
    for text in ('id,name\n1,"' + "x\n" * 2000, "id,name\n1," + "x" * 2000, "x" * 2000):
        with pytest.raises(SheetError) as caught:
            read_within({"longest_cell": 1000, "block": 100}, text)
        assert caught.value.code == "S111"


def test_a_nul_byte_is_a_problem_at_its_cell() -> None:
    sheet = read_text("id,name\n1,a\n2,b\0c\n3,d\n")
    assert [(p.code, p.index, p.column) for p in sheet.problems] == [("S110", 1, 1)]


def test_what_was_guarded_against_spreadsheet_programs_is_taken_off() -> None:
    sheet = read_text("id,name\n1,'=1+1\n2,''=x\n3,'x\n4,'+49 30 1\n5,'-\n6,'@a\n")
    assert list(sheet.columns[1].texts) == ["=1+1", "'=x", "'x", "'+49 30 1", "-", "@a"]


def test_equal_cells_share_one_text() -> None:
    """A million rows of twelve cells stay in memory."""
    sheet = read_text("id,mode\n" + "".join(f"{n},pipeline\n" for n in range(1, 1000)))
    assert len({id(text) for text in sheet.columns[1].texts}) == 1


def test_where_too_many_rows_are_broken_the_file_is_refused_by_its_first() -> None:
    text = "id,name\n1,a\n" + "2\n" * 3
    assert len(read_within({"most_problems": 3}, text + "3,b\n").problems) == 3
    with pytest.raises(SheetError) as caught:
        read_within({"most_problems": 3}, text + "2\n" * 2)
    assert caught.value.code == "S116"
    assert "more than 3 problems, the first in row 3: the row has 1 cell, the header has 2" in str(
        caught.value
    )
    assert "delimiter" in caught.value.remedy


def test_rows_that_are_too_short_are_refused_at_the_first_too_many_and_where_they_do_no_harm_never() -> None:
    """A file of a million of them is not read to its end."""
    limits = replace(reading_of(Settings()).limits, most_problems=3)
    rows = RowCollector(2, "s.csv", limits)
    rows.add(["1", "a"], 2)
    for number in (3, 4, 5):
        rows.add([str(number)], number)
    with pytest.raises(SheetError, match="more than 3 problems, the first in row 3") as caught:
        rows.add(["6"], 6)
    assert caught.value.code == "S116"
    harmless = RowCollector(2, "s.csv", limits)
    for number in range(2, 99):
        harmless.add([str(number)], number)
    assert len(harmless) == 97
    harmless.add(["99", "a"], 99)
    with pytest.raises(SheetError, match="more than 3 problems, the first in row 2"):
        for number in range(100, 200):
            harmless.add([str(number)], number)


@pytest.mark.parametrize("text", ["", "\n\n", " , \n", "\ufeff"])
def test_nothing_is_no_sheet(text: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_text(text)
    assert caught.value.code == "S105"


@pytest.mark.parametrize("text", ["id,name", "id,name\n\n,\n"])
def test_a_header_alone_is_no_sheet(text: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_text(text)
    assert caught.value.code == "S105"


@pytest.mark.parametrize(
    ("setting", "text"), [("max_rows", "id\n1\n2\n3\n"), ("max_columns", "id,name,type\n1,a,\n")]
)
def test_rows_and_columns_are_limited_by_settings(setting: str, text: str) -> None:
    with pytest.raises(SheetError) as caught:
        read_text(text, **{setting: 2})
    assert caught.value.code == "S103"
    assert f"the setting {setting}" in caught.value.remedy


def test_a_sheet_may_come_in_small_pieces_through_a_pipe() -> None:
    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(3, size if size and size > 0 else 3))

    from batch_update.sheet.reading import read_sheet

    sheet = read_sheet("-", stdin=Dribble("id;name\n1;Größe\n".encode()))
    assert (sheet.name, cells(sheet)) == ("-", [("1", "Größe")])


def test_stdin_is_limited_while_it_comes() -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(b"id\n" + b"1\n" * (1 << 20), max_csv_mb=1)
    assert caught.value.code == "S103"


def test_a_setting_beats_the_guess() -> None:
    sheet = read_text("id,name;type\n1,a;b\n", delimiter=",")
    assert [column.header for column in sheet.columns] == ["id", "name;type"]
    assert read_text("id\tname\n1\ta\n", delimiter="tab").dialect.delimiter == "\t"
    assert read_text("id,llm_temperature\n1,0.5\n", decimal=",").dialect.decimal == ","
    assert read_bytes("id,name\n1,Größe\n".encode("cp850"), encoding="cp850").row(0).cells == ("1", "Größe")


@pytest.mark.parametrize("sign", ["ä", "\x85", "\u2028", "😀", '"', "a", "0", "\0"])
def test_what_separates_nothing_is_no_separator_though_a_first_line_says_so(sign: str) -> None:
    sheet = read_bytes(f"sep={sign}\nid{sign}name\n10001{sign}x\n".encode())
    assert any(problem.code in ("H101", "H102") for problem in sheet.problems)
