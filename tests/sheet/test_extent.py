"""Where a table begins and ends: its worksheet, its header below titles, its totals, the rows that show."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
import xlwt

from batch_update.check.checking import check_sheet
from batch_update.codes import CODES
from batch_update.errors import SheetError, UsageError
from batch_update.model.plans import Status
from batch_update.model.sheets import Role, Severity, Sheet
from batch_update.plan.from_sheet import make_plan
from tests.sheet.tables import read_bytes, read_text
from tests.sheet.workbooks import ods, ods_cell, ods_row

Rows = Sequence[Sequence[str]]
HEADER = ("id", "Stimme", "Tempo")
TABLE: Rows = (HEADER, ("10001", "412", "1"), ("10002", "418", "0.9"))


def in_xlsx(sheets: dict[str, Rows]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, list(row))
    return target.getvalue()


def in_xls(sheets: dict[str, Rows]) -> bytes:
    book, target = xlwt.Workbook(), io.BytesIO()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    book.save(target)
    return target.getvalue()


def in_ods(sheets: dict[str, Rows]) -> bytes:
    return ods({name: [ods_row(*map(ods_cell, row)) for row in rows] for name, rows in sheets.items()})


def in_csv(sheets: dict[str, Rows]) -> bytes:
    (rows,) = sheets.values()
    return "".join(";".join(row) + "\r\n" for row in rows).encode()


WORKBOOKS = pytest.mark.parametrize("write", [in_xlsx, in_xls, in_ods])
ALL = pytest.mark.parametrize("write", [in_xlsx, in_xls, in_ods, in_csv])


def fields(sheet: Sheet) -> list[str | None]:
    return ["id" if column.role is Role.ID else column.field for column in sheet.columns]


# ---------------------------------------------------------------- the header


ABOVE: tuple[Rows, ...] = (
    (),
    (("Stimmenumstellung Q4", "", ""),),
    (("Stimmenumstellung", "", ""), ("Stand:", "27.11.2026", ""), ("", "", "")),
    (("", "Sprache & Stimme", ""),),
    (("Name", "Praxis Weiß", ""), ("Stimme", "siehe unten", "")),
)


@ALL
@pytest.mark.parametrize("above", ABOVE, ids=len)
def test_the_header_is_found_below_whatever_stands_above_it(write: Any, above: Rows) -> None:
    sheet = read_bytes(write({"S": (*above, *TABLE)}))
    assert sheet.header_row == len(above) + 1
    assert fields(sheet) == ["id", "voice_id", "speech_speed"]
    assert list(sheet.numbers) == [len(above) + 2, len(above) + 3] and not sheet.problems
    assert all(cell in sheet.around.above for row in above for cell in row)


@ALL
def test_a_header_in_two_rows_is_read_as_one(write: Any) -> None:
    """As where the id is merged over both, and a group of columns has a title of its own."""
    sheet = read_bytes(write({"S": (("id", "Sprechen", ""), ("", "Stimme", "Tempo"), *TABLE[1:])}))
    assert (sheet.header_row, fields(sheet)) == (2, ["id", "voice_id", "speech_speed"])
    assert not check_sheet(sheet).problems


@ALL
def test_the_user_says_which_row_names_the_columns(write: Any) -> None:
    rows = (HEADER, ("id", "Tempo", "Stimme"), *TABLE[1:])
    with pytest.raises(SheetError, match="row 2"):
        read_bytes(write({"S": rows}))
    sheet = read_bytes(write({"S": rows}), header_row=2)
    assert (sheet.header_row, fields(sheet)) == (2, ["id", "speech_speed", "voice_id"])


@ALL
@pytest.mark.parametrize("row", [3, 9])
def test_a_row_that_cannot_name_the_columns_is_refused(write: Any, row: int) -> None:
    with pytest.raises(UsageError) as caught:
        read_bytes(write({"S": (HEADER, TABLE[1], ("", "", ""), TABLE[2])}), header_row=row)
    assert f"row {row}" in caught.value.message and "header_row" in caught.value.message


def test_what_has_no_header_takes_no_word_about_it() -> None:
    with pytest.raises(UsageError):
        read_bytes(b'{"id": 1, "name": "a"}\n', header_row=1)


@ALL
def test_a_sheet_without_a_header_is_one_problem(write: Any) -> None:
    rows = (("Kunde: Praxis", "", ""), ("Umsatz", "2025", "2026"), ("Nord", "3", "4"), ("Süd", "5", "6"))
    (problem,) = read_bytes(write({"S": rows})).problems
    assert problem.code == "H101" and "header_row" in problem.remedy


@ALL
def test_one_word_that_could_name_a_column_is_a_value_and_two_are_a_header(write: Any) -> None:
    """Where no row has ids beside fields: what is wrong is told at the row that its writer takes for the header."""
    one = read_bytes(write({"S": (("Kunde", "Ort", ""), ("Nord", "Stimme", ""), ("Süd", "Hamburg", ""))}))
    two = read_bytes(write({"S": (("Kunde", "Ort", ""), ("Sprache", "Stimme", ""), ("Deutsch", "412", ""))}))
    assert (one.header_row, two.header_row) == (1, 2)


@pytest.mark.parametrize("header", ["Assistent", "Name", "Assistentenname", "Bot*"])
def test_a_name_stands_for_the_id_where_no_column_holds_ids(header: str) -> None:
    sheet = read_text(f"Liste;\n{header};Stimme\nEmpfang;412\n")
    assert (sheet.header_row, fields(sheet)) == (2, ["id", "voice_id"])
    assert fields(read_text("id;Name;Stimme\n1;a;2\n")) == ["id", "name", "voice_id"]
    assert fields(read_text("Assistent;Name;Stimme\na;b;2\n")) == ["id", "name", "voice_id"]


# ---------------------------------------------------------------- the worksheet


@WORKBOOKS
def test_the_worksheet_is_read_whose_header_fits_and_the_others_are_named(write: Any) -> None:
    sheets = {
        "Deckblatt": (("Kunde: Weiß",),),
        "Daten": (("Titel", "", ""), *TABLE),
        "Legende": (("ja = 1",),),
    }
    sheet = read_bytes(write(sheets))
    assert (sheet.dialect.worksheet, sheet.around.worksheets) == ("Daten", ("Deckblatt", "Legende"))
    assert len(sheet) == 2 and not sheet.problems


@WORKBOOKS
def test_two_worksheets_that_fit_are_an_error_that_names_both(write: Any) -> None:
    sheets = {"Januar neu": TABLE, "Februar": TABLE}
    with pytest.raises(SheetError) as caught:
        read_bytes(write(sheets))
    assert caught.value.code == "S132" and "'Januar neu', 'Februar'" in caught.value.message
    assert "the setting sheet='Januar neu' or the setting sheet=Februar" in caught.value.remedy
    assert read_bytes(write(sheets), sheet="Februar").dialect.worksheet == "Februar"


@WORKBOOKS
def test_a_list_of_names_beside_the_table_and_our_own_worksheets_confuse_nobody(write: Any) -> None:
    voices = (("Name", "Sprache"), ("Susi", "de"))
    sheets = {
        "Help": TABLE,
        "Problems": TABLE,
        "Probleme": TABLE,
        "_lists": TABLE,
        "Stimmen": voices,
        "Daten": TABLE,
    }
    sheet = read_bytes(write(sheets))
    assert (sheet.dialect.worksheet, sheet.around.worksheets) == ("Daten", ("Stimmen",))


@WORKBOOKS
def test_a_list_of_who_is_there_does_not_win_over_a_table_with_names(write: Any) -> None:
    """Else hundreds of values would be left out in favor of a list that changes nothing."""
    known = (("id", "Name"), ("101", "Praxis"), ("102", "Hotel"))
    sheets = {"Änderungen": (("Name", "Stimme"), ("Praxis", "412")), "Liste": known}
    with pytest.raises(SheetError) as caught:
        read_bytes(write(sheets))
    assert caught.value.code == "S132" and "'Änderungen', 'Liste'" in caught.value.message
    assert read_bytes(write({"Start": (("Hallo",),), "Liste": known})).dialect.worksheet == "Liste"


def test_a_hidden_worksheet_is_not_read_though_it_fits() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Sichtbar").write_row(0, 0, ["id", "Notiz"])
        hidden = book.add_worksheet("Alt")
        for number, row in enumerate(TABLE):
            hidden.write_row(number, 0, list(row))
        hidden.hide()
        book.worksheets()[0].write_row(1, 0, ["1", "x"])
    assert read_bytes(target.getvalue()).dialect.worksheet == "Sichtbar"


# ---------------------------------------------------------------- totals


@ALL
@pytest.mark.parametrize("word", ["Summe", "GESAMT:", "Total", "Gesamtsumme (2)", "∑", "Zwischensumme"])
def test_a_total_is_left_out_where_it_holds_nothing_and_an_error_where_it_does(write: Any, word: str) -> None:
    plan = make_plan(read_bytes(write({"S": (*TABLE, (word, "", ""))})))
    (note,) = plan.problems
    assert (note.code, note.severity, note.index) == ("S133", Severity.WARNING, 2)
    assert len(plan.changes) == 2 and plan.settled[2].status is Status.UNCHANGED
    assert plan.settled[2].message == "a total, no assistant"
    (error,) = make_plan(read_bytes(write({"S": (*TABLE, (word, "830", ""))}))).problems
    assert (error.code, error.severity) == ("S133", Severity.ERROR) and "total" in error.message


@pytest.mark.parametrize("last", ["Nr. 4;;", "Totalschaden;;", "10003;412;", "20003;412;"])
def test_what_only_looks_like_a_total_is_none(last: str) -> None:
    assert not read_text(f"id;Stimme;Tempo\n10001;412;1\n10002;418;1\n{last}\n").totals


def test_a_total_is_known_beside_an_empty_id_and_by_the_sum_of_the_ids() -> None:
    beside = read_text("Nr;id;Tempo\n1;10001;1\nSumme;;2\n", ignore="Nr")
    assert [p.code for p in check_sheet(beside).problems] == ["S133"]
    assert read_text("id;Tempo\n10001;1\n10002;1\n10004;1\n30007;\n").totals == {3}


def test_an_id_that_happens_to_be_the_sum_is_one_in_quotes() -> None:
    """As the remedy says."""
    text = "id;name\n1;a\n2;b\n3;c\n{};d\n"
    (error,) = make_plan(read_text(text.format(6))).problems
    assert error.code == "S133" and "in quotes" in CODES["S133"].remedy
    assert len(make_plan(read_text(text.format('"""6"""'))).changes) == 4


# ---------------------------------------------------------------- a second table below


@ALL
@pytest.mark.parametrize(
    "second",
    [("id", "name", ""), ("Name", "ID", "Tempo"), ("Assistent", "Sprache", ""), ("ID", "", "Stimme")],
)
def test_a_second_table_below_the_first_is_refused(write: Any, second: Sequence[str]) -> None:
    """Else, with skip_invalid, its rows would be sent as values of the first one's fields."""
    rows = (*TABLE, second, ("10003", "412", "1"))
    with pytest.raises(SheetError) as caught:
        read_bytes(write({"S": rows}))
    assert caught.value.code == "S134" and "row 4" in caught.value.message


@ALL
@pytest.mark.parametrize("row", [HEADER, ("Name", "412", "1"), ("Agent", "Stimme", ""), ("Bot", "Hallo", "")])
def test_a_header_that_is_repeated_and_a_name_that_is_a_word_of_headers_begin_no_table(
    write: Any, row: Sequence[str]
) -> None:
    assert len(read_bytes(write({"S": (*TABLE, row)}))) == 3


# ---------------------------------------------------------------- what is left out


def test_all_unknown_columns_are_left_out_and_one_that_is_nearly_a_field_is_told() -> None:
    text = "id;Stimme;Kunde;Sprechgeschwindigkeitt;Notiz;\n1;2;a;1;b;c\n"
    sheet = read_text(text, ignore_unknown=True)
    assert [column.role for column in sheet.columns[2:]] == [Role.IGNORED] * 4
    (warning,) = sheet.problems
    assert (warning.code, warning.severity, warning.column) == ("H108", Severity.WARNING, 3)
    assert not read_text(text, ignore_unknown=True, ignore="Sprechgeschwindigkeitt").problems
    (reserved,) = read_text("id;name;account\n1;a;b\n", ignore_unknown=True).problems
    assert reserved.code == "H106"


def test_rows_that_do_not_show_are_left_out_when_asked() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((*TABLE, ("10003", "x", "1"), ("10004", "4", "1"))):
            sheet.write_row(number, 0, list(row))
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_row(3, None, None, {"hidden": True, "level": 1})
    data = target.getvalue()
    assert [p.code for p in read_bytes(data).problems] == ["S117"]
    read = read_bytes(data, visible_only=True)
    assert (list(read.numbers), read.around.hidden_rows, read.problems) == ([3, 5], 2, ())
    assert list(read.columns[0].texts) == ["10002", "10004"]


def test_where_no_row_shows_that_is_said() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(TABLE):
            sheet.write_row(number, 0, list(row))
            sheet.set_row(number, None, None, {"hidden": number > 0})
    with pytest.raises(SheetError, match="hidden or filtered away"):
        read_bytes(target.getvalue(), visible_only=True)
