"""What goes out: safe to open, in the sheet's own dialect, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.model.sheets import Dialect
from batch_update.sheet.formulas import disarm, rearm
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.records import csv_dialect, dialect_of_ours, write_table
from tests.sheet.tables import texts

HEADER = ["id", "name"]
COMMA = Dialect("csv")


AT_THE_START = [
    *(
        "=1+1",
        "=",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "+x",
        "-x",
        "-1+1",
        "+1+1",
        "-",
        "+",
        "-- a",
        "+49x",
        " =1",
        "\n=1",
        "  -1+1",
    ),
    *(
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "\u2060=1",
        *(
            f"{unseen}=1"
            for unseen in "\x01\x08\x1a\x1f\x7f\x85\u034f\u061c\u180e\u202e\u2069\u3164\ufe0f\ufffb\U000e0020"
        ),
        "\u202e\u200b@x",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        " \t @x",
        "=cmd|' /C calc'!A0",
    ),
    "-2+3+cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("cell", AT_THE_START)
def test_what_a_spreadsheet_program_would_run_is_guarded(cell: str) -> None:
    assert disarm(cell).replace("\u2060", "") == "'" + cell.replace("\u2060", "")


@pytest.mark.parametrize(
    "cell",
    ["", "x", "1", "-1", "+1", "-0,5", "+0.5", "-1e5", "-1.5E-7", "-.5", "+49 30 1234-5", "+49 (0)30/123",
     "+4930123456", "'x", "'", "it's", "1=1", "a@b.de", "'1", "\n1"],
)  # fmt: skip
def test_numbers_phone_numbers_and_texts_stay_as_they_are(cell: str) -> None:
    assert disarm(cell) == cell


FORMULAS = [
    "=1+1",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    "+x",
    "-x",
    "-1+cmd|'/C calc'!A0",
    "＝1",
    "- cmd|'/C x'!A0",
    "-SUM(1)",
    "- SUM(1)",
]


@pytest.mark.parametrize(
    "before",
    [
        "x;",
        "x,",
        "x|",
        "x\t",
        "x\n",
        "x\r",
        "x; ",
        "x;\0",
        "\0",
        " ",
        "",
        "x;\u2060",
        "x;\x08",
        "x,\u202e",
        "a\n;",
    ],
)
@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(
    "dialect",
    [Dialect("csv"), Dialect("csv", "cp1252", ";", newline="\r\n"), Dialect("tsv", "utf-8-sig", "\t")],
)
def test_no_program_finds_a_formula_whatever_it_splits_at(
    before: str, formula: str, dialect: Dialect, tmp_path: Path
) -> None:
    """Neither as it reads quotes by the book, nor where it knows none."""
    for after in ("", ";x", ",x", "\ny"):
        text = before + formula + after
        path = write_table(tmp_path / "a.csv", HEADER, [["1", text]], dialect)
        content = path.read_bytes().decode(
            "utf-8-sig" if path.read_bytes()[:1] == b"\xef" else dialect.encoding
        )
        pieces = re.split(r'[;,|\t\r\n"]', content)
        for delimiter in ";,|\t":
            pieces += [
                cell
                for record in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
                for cell in record
            ]
        begins = ("=", "@", "+x", "-x", "-1+", "-SUM", "＝")
        assert not [piece for piece in pieces if piece.strip(" \x08\u202e").startswith(begins)], content
        assert read_sheet(path).row(0).cells == ("1", text.replace("\0", ""))


@pytest.mark.parametrize(
    "text",
    ["- eins\n- zwei\n- drei (neu)", "Mo, Di; Mi", "um 9, -5 Grad", "Tel.;+49 30 1234", "a, '@b', \"=c\"", "x\n-- y",
     "\u2060", "\u2060=", ",\u2060=,=", "x;'=1"],
)  # fmt: skip
def test_what_is_written_is_read_back_as_the_same_text(text: str, tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", HEADER, [["1", text]], COMMA)
    assert read_sheet(path).row(0).cells == ("1", text)


@given(st.text(";,|\t\r\n =@+-x1'\u2060\x08\u202e(!", max_size=12))
def test_the_guard_inside_a_cell_can_be_taken_off_again(cell: str) -> None:
    assert rearm(disarm(cell)) == cell


def test_lists_in_prompts_stay_as_they_are() -> None:
    text = "Aufgaben:\n- Termin, Name; Grund\n- Rückruf (heute)\n+ mehr\n1. -5 bis +3 Grad"
    assert disarm(text) == text


@given(texts())
def test_the_guard_can_be_taken_off_again(cell: str) -> None:
    assert rearm(disarm(cell)) == cell


@given(st.text("'=@+-1x\t\r ,.e", max_size=8), st.text("'=@+-1x\t\r ,.e", max_size=8))
def test_no_two_cells_are_written_alike(one: str, other: str) -> None:
    assert (disarm(one) == disarm(other)) == (one == other)


@given(texts())
def test_no_written_cell_is_a_formula(cell: str) -> None:
    out = disarm(cell)
    assert not out.startswith(("=", "@", "\t", "\r"))


def test_the_dialect_that_came_in_goes_out() -> None:
    dialect = Dialect("csv", "cp1252", ";", ",", "\r\n")
    assert csv_dialect(dialect) is dialect
    assert csv_dialect(Dialect("tsv", delimiter="\t")).delimiter == "\t"


@pytest.mark.parametrize("format", ["xlsx", "xls", "xlsb", "ods", "jsonl"])
def test_a_csv_made_from_a_workbook_opens_in_a_spreadsheet_program(format: str) -> None:
    dialect = Dialect(format, delimiter=";", worksheet="x")
    assert csv_dialect(dialect) == Dialect("csv", "utf-8-sig", ";", ".", "\n")
    assert (
        dialect_of_ours(dialect).decimal == ","
    )  # cells of ours are numbers to a program that has semicolons


def test_the_bytes_are_those_of_the_dialect(tmp_path: Path) -> None:
    rows = [["1", "Größe; x"], ["2", "=1"]]
    wanted = 'id;name\r\n1;"Größe; x"\r\n2;\'=1\r\n'
    for codec, mark in (
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("cp1252", ""),
        ("utf-16-le", "\ufeff"),
        ("utf-16-be", "\ufeff"),
    ):
        path = write_table(tmp_path / "out.csv", HEADER, rows, Dialect("csv", codec, ";", newline="\r\n"))
        assert path.read_bytes() == (mark + wanted).encode(codec)


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "ascii"])
def test_a_text_that_the_encoding_cannot_carry_makes_it_utf8(tmp_path: Path, codec: str) -> None:
    path = write_table(tmp_path / "out.csv", HEADER, [["1", "日本"]], Dialect("csv", codec))
    assert path.read_bytes() == "id,name\n1,日本\n".encode("utf-8-sig")


@pytest.mark.parametrize(
    ("codec", "cell"), [("cp850", "Größe"), ("mac-roman", "Größe"), ("cp1252", "GrÃ¶Ã\x9fe Ã¤")]
)
def test_bytes_that_would_be_read_back_otherwise_become_utf8(tmp_path: Path, codec: str, cell: str) -> None:
    path = write_table(tmp_path / "out.csv", HEADER, [["1", cell]], Dialect("csv", codec))
    assert read_sheet(path).row(0).cells == ("1", cell)


def test_nul_and_half_characters_do_not_stop_a_report(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", HEADER, [["1", "a\0b\x07\ud800c"]], COMMA)
    assert path.read_bytes() == b"id,name\n1,ab\x07?c\n"


def test_ragged_rows_are_written_as_they_stand(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", HEADER, [["1"], ["1", "2", "3"], []], COMMA)
    assert list(csv.reader(io.StringIO(path.read_text()))) == [HEADER, ["1"], ["1", "2", "3"], []]


def test_a_first_header_cannot_make_it_another_kind_of_file(tmp_path: Path) -> None:
    for header in ("sep=;", "<html>", "{", "%PDF", "PK\x03\x04", "\ufeffid", "ÿþ"):
        for codec in ("utf-8", "cp1252"):
            path = write_table(tmp_path / "out.csv", [header, "id"], [["1", "2"]], Dialect("csv", codec))
            assert [column.header for column in read_sheet(path).columns] == [header, "id"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    for umask in (0, 0o777):
        before = os.umask(umask)
        try:
            path = write_table(tmp_path / f"{umask}.csv", HEADER, [["1", "x"]], COMMA)
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("something longer than what comes now\n" * 9)
    assert write_table(path, HEADER, [["1", "x"]], COMMA) == path
    assert path.read_text() == "id,name\n1,x\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def rows() -> object:
        yield ["1", "x"]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_table(path, HEADER, rows(), COMMA)  # an iterator is what it is
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_held_open_gets_a_second_name(tmp_path: Path) -> None:
    """As Windows does it while Excel shows the file."""
    held = {tmp_path / "out.csv"}

    def rename(draft: Path, path: Path) -> None:
        if path in held:
            raise PermissionError(13, "held open")
        draft.replace(path)

    (tmp_path / "out (2).csv").write_text("an earlier one")
    path = write_table(tmp_path / "out.csv", HEADER, [["1", "x"]], COMMA, rename=rename)
    assert path.name == "out (3).csv" and path.read_text() == "id,name\n1,x\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out (2).csv", "out (3).csv"]


def test_a_folder_that_refuses_every_name_is_an_error(tmp_path: Path) -> None:
    def rename(draft: Path, path: Path) -> None:
        raise PermissionError(13, "no")

    with pytest.raises(PermissionError):
        write_table(tmp_path / "out.csv", HEADER, [["1", "x"]], COMMA, rename=rename)
    assert not list(tmp_path.iterdir())
