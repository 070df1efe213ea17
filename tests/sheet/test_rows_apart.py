"""Rows that are about no assistant: sums by formula, the header once more, titles between the rows, what is hidden."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from batch_update.check.checking import check_sheet
from batch_update.check.fault import Fault
from batch_update.errors import SheetError
from batch_update.model.sheets import Severity
from batch_update.plan.from_sheet import make_plan
from batch_update.report.screen.preview import plan_totals
from tests.sheet.tables import read_bytes, read_text
from tests.sheet.test_extent import ALL, HEADER, TABLE
from tests.sheet.workbooks import ods, ods_cell, ods_row

Write = Callable[[str, int], bytes]


def xlsx_with(formula: str, value: int) -> bytes:
    """Return a workbook with a formula below two ids."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(TABLE):
            sheet.write_row(number, 0, row)
        sheet.write_formula(3, 0, f"={formula}", None, value)
    return target.getvalue()


def ods_with(formula: str, value: int) -> bytes:
    """Return that workbook as OpenDocument writes it."""
    for first, last in (("A2", "A3"), ("B2", "B3"), ("F2", "G9")):
        formula = formula.replace(f"{first}:{last}", f"[.{first}:.{last}]")
    cell = ods_cell(str(value), "float", value=str(value), formula="of:=" + formula.replace(",", ";"))
    return ods({"S": [*(ods_row(*map(ods_cell, row)) for row in TABLE), ods_row(cell)]})


BOTH = pytest.mark.parametrize("write", [xlsx_with, ods_with])


@BOTH
@pytest.mark.parametrize("formula", ["SUM(A2:A3)", "COUNTA(A2:A3)", "SUBTOTAL(109,A2:A3)"])
def test_a_formula_over_the_ids_is_no_assistant_whatever_its_value(write: Write, formula: str) -> None:
    """A count of two rows would be somebody's id."""
    sheet = read_bytes(write(formula, 2))
    assert sheet.totals == {2} and list(sheet.columns[0].texts) == ["10001", "10002", "Total (2)"], (
        "wherever it is written again, it is nobody's id"
    )
    assert [(p.code, p.severity) for p in check_sheet(sheet).problems] == [("S133", Severity.WARNING)]


@BOTH
@pytest.mark.parametrize("formula", ["VLOOKUP(B4,F2:G9,2)", "SUM(B2:B3)"])
def test_an_id_that_another_formula_gives_is_one(write: Write, formula: str) -> None:
    assert not read_bytes(write(formula, 10003)).totals


@ALL
def test_a_header_once_more_is_left_out_and_told(write: Any) -> None:
    plan = make_plan(read_bytes(write({"S": (*TABLE, HEADER, ("10003", "412", "1"))})))
    (note,) = plan.problems
    assert (note.code, note.severity, note.index) == ("S135", Severity.WARNING, 2)
    assert [change.assistant_id for change in plan.changes] == [10001, 10002, 10003]
    assert plan.settled[2].code == "S135"
    assert "0 already so, 1 no assistant" in plan_totals(plan, duration="")


def test_a_row_that_says_more_than_the_header_is_read() -> None:
    sheet = read_text("id;name;Tempo\n10001;a;1\nid;name;0,9\n")
    assert not sheet.headers_again and [p.code for p in make_plan(sheet).problems] != ["S135"]


def test_one_word_of_the_header_alone_is_no_header() -> None:
    """Somebody may be called so, and it is said where nobody is."""
    assert not read_text("Name;Tempo\nAnna;1\nName;\n").headers_again


def test_a_title_between_rows_changes_nothing_and_is_told_where_nobody_is_called_so() -> None:
    text = "id;name;Notiz\nNiederlassung Nord;;\n10001;a;\nNiederlassung Süd;;x\nPraxis;;\n"
    sheet = read_text(text, ignore="Notiz")
    names: dict[Any, Any] = {name: Fault("C111", "nobody") for name in check_sheet(sheet).names}
    names[next(name for name in names if name.text == "Praxis")] = 10002
    plan = make_plan(sheet, names=names)
    assert [(p.code, p.index) for p in plan.problems] == [("S136", 0), ("C111", 2)]
    assert plan.settled[0].message == "a title, no assistant" and plan.settled[3].code == "X204"


@pytest.mark.parametrize("last", ["Gesamt;;", "Gesamt;Summe;", "Summe:;Total (2);"])
def test_the_word_for_a_total_is_no_value_wherever_it_stands(last: str) -> None:
    (note,) = check_sheet(read_text(f"name;id;Tempo\na;10001;1\nb;10002;1\n{last}\n")).problems
    assert (note.code, note.severity) == ("S133", Severity.WARNING)


def test_a_title_with_a_count_is_a_title_and_one_in_the_column_of_names_is_told_as_one() -> None:
    sheet = read_text("name;id;Tempo\nRegion Nord;;\n;Nord (12);\na;10001;1\n")
    names: dict[Any, Any] = {name: Fault("C132", "nobody") for name in check_sheet(sheet).names}
    found = {p.code: p for p in check_sheet(sheet, names=names).problems}
    assert found.keys() == {"C113", "S136"} and "title" in found["C113"].remedy


def test_a_sheet_in_which_nothing_is_filled_in_yet_says_so() -> None:
    with pytest.raises(SheetError) as caught:
        read_text("id;name\n")
    assert caught.value.code == "S105" and "nothing is filled in yet" in caught.value.message


def test_a_file_that_does_not_tell_what_is_hidden_says_so_where_it_is_asked_for() -> None:
    (note,) = read_text("id;name\n1;a\n", visible_only=True).problems
    assert (note.code, note.severity, note.index) == ("S137", Severity.WARNING, None)


def test_a_worksheet_that_could_not_be_looked_at_is_told_with_its_reason() -> None:
    """It may be the one that is meant."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for title in ("Neu", "Alt"):
            sheet = book.add_worksheet(title)
            for number, row in enumerate(TABLE):
                sheet.write_row(number, 0, row)
    with zipfile.ZipFile(target) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:300]
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    sheet = read_bytes(damaged.getvalue())
    (note,) = sheet.problems
    assert sheet.dialect.worksheet == "Alt" and (note.code, note.severity) == ("S138", Severity.WARNING)
    assert '"Neu" could not be looked at' in note.message and "damaged" in note.message
    assert not read_bytes(damaged.getvalue(), sheet="Alt").problems


def test_hidden_rows_are_told_as_ranges() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number in range(30):
            sheet.write_row(number, 0, ["id", "name"] if number == 0 else [str(number), "a"])
        for number in (*range(2, 20), 22, *range(24, 27)):
            sheet.set_row(number, None, None, {"hidden": True})
    (note,) = read_bytes(target.getvalue()).problems
    assert note.given == "rows 3-20, 23, 25-27"
