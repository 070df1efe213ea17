"""Problems in the form that another program reads: one line, one row, one annotation each, whatever the cells hold."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import Run

FORMS = ("concise", "csv", "github")
HOSTILE = (
    'id,speech_speed,name\n10001,"=1+1|a,b:c%",a\n10001,"::error::x\ny",b\n,1.1,c\n10004,1.1,d\n10004,1.1,d\n'
)
"""Two rows of one id, one without any, cells that try to be something else."""


@pytest.fixture
def hostile(run: Run) -> Run:
    Path("hostile.csv").write_text(HOSTILE, "utf-8")
    Path("odd.csv").write_text("id,Stimmme,name\n1,2,3\n", "utf-8")
    return run


def test_a_line_for_each_problem_begins_with_its_place(run: Run) -> None:
    found = run("check", "bad.csv", "--format", "concise")
    assert found.exit == 3
    assert found.out == (
        "bad.csv:2:B2 V104 speech_speed is above the maximum (1.7; allowed: 0.7 to 1.2); "
        "the nearest that is allowed is 1.2\n"
    )


def test_who_has_much_to_mend_is_shown_the_workbook_that_marks_it_and_goes_on_with_that(run: Run) -> None:
    Path("many.csv").write_text("id,speech_speed\n" + "".join(f"{10001 + n},9\n" for n in range(5)), "utf-8")
    offered = run("check", "many.csv").out
    assert "batch-update check many.csv --annotate many-problems.xlsx\n" in offered
    marked = run("check", "many.csv", "--annotate", "many-problems.xlsx").out
    assert "mend the sheet, then: batch-update check many-problems.xlsx\n" in marked
    again = run("check", "many-problems.xlsx").out
    assert "--annotate" not in again and "--annotate" not in run("check", "bad.csv").out


def test_who_has_something_that_can_be_repaired_is_shown_the_command(run: Run) -> None:
    Path("zone.csv").write_text("id,timezone\n10001,europe / berlin\n10002,Berlin\n", "utf-8")
    told = "have what is safe repaired, in a file of its own: batch-update check zone.csv --fix zone-mended.csv\n"
    assert told in run("check", "zone.csv").out
    mended = run("check", "zone.csv", "--fix", "zone-mended.csv").out
    assert "1 repair" in mended and "--fix" not in mended.split("Next")[-1]
    assert "--fix" not in run("check", "zone.csv").out, "that file is there already"
    assert "--fix" not in run("check", "bad.csv").out


def test_a_place_that_a_problem_does_not_have_is_left_out(hostile: Run) -> None:
    found = hostile("check", "odd.csv", "--format", "concise").out
    assert re.match(r"odd\.csv:1:B1 H102 'Stimmme' matches no field", found)
    assert "--map" in found and "the setting" not in found


def test_a_workbook_has_rows_where_a_csv_has_lines(run: Run) -> None:
    with xlsxwriter.Workbook("bad.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([(), (), ("id", "speech_speed"), ("1", "7,0")]):
            sheet.write_row(row, 0, cells)
    assert run("check", "bad.xlsx", "--format", "concise").out.startswith("bad.xlsx:4:B4 V104 ")


@pytest.mark.parametrize("form", FORMS)
def test_every_problem_is_there_once_and_nothing_else_is_on_stdout(hostile: Run, form: str) -> None:
    wanted = hostile("check", "hostile.csv", "--json").json["problems"]
    found = hostile("check", "hostile.csv", "--format", form)
    rows = list(csv.reader(io.StringIO(found.out))) if form == "csv" else found.out.splitlines()
    assert (len(rows) - (form == "csv"), found.exit) == (len(wanted), 3)


def test_json_is_a_format_too(run: Run) -> None:
    by_format, by_flag = run("check", "bad.csv", "--format", "json"), run("check", "bad.csv", "--json")
    assert by_format.json["problems"] == by_flag.json["problems"] and by_format.err == ""


def test_two_forms_at_once_contradict_each_other(run: Run) -> None:
    found = run("check", "bad.csv", "--json", "--format", "csv")
    assert found.exit == 2 and found.json["error"]["code"] == "U101"


def test_a_sheet_of_problems_runs_no_formula(hostile: Run) -> None:
    found = hostile("check", "hostile.csv", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(found)))
    assert rows[0]["given"].startswith("'=1+1") and rows[0]["cell"] == "B2"
    assert all(value[:1] not in "=@" for row in rows for value in row.values() if value)


def test_an_annotation_cannot_be_left_by_what_stands_in_a_cell(hostile: Run) -> None:
    lines = hostile("check", "hostile.csv", "--format", "github").out.splitlines()
    form = re.compile(r"::(error|warning) file=hostile\.csv,line=\d+,title=[A-Z]\d{3}( [A-Z]\d+)?::[^\r\n]+")
    assert all(form.fullmatch(line) for line in lines)
    assert "b:c%25" in lines[0]
    assert {line[2:7] for line in lines} == {"error", "warni"}


def test_a_file_whose_name_has_signs_of_an_annotation_is_named_whole(run: Run) -> None:
    Path("a,b.csv").write_text("id,speech_speed\n1,9\n", "utf-8")
    assert run("check", "a,b.csv", "--format", "github").out.startswith("::error file=a%2Cb.csv,line=2,")


@pytest.mark.parametrize("form", FORMS)
def test_quiet_leaves_out_warnings_and_all_that_is_said_beside(hostile: Run, form: str) -> None:
    loud = hostile("check", "hostile.csv", "--format", form)
    quiet = hostile("check", "hostile.csv", "--format", form, "--quiet")
    assert "X202" in loud.out and "X202" not in quiet.out
    assert (quiet.err, quiet.exit) == ("", 3)


@pytest.mark.parametrize("form", FORMS)
def test_a_good_sheet_has_no_line(run: Run, form: str) -> None:
    found = run("check", "good.csv", "--format", form)
    assert (found.exit, found.out.count("\n")) == (0, form == "csv")


def test_a_secret_is_in_no_form(run: Run) -> None:
    tools = '[{"type":"calendar","calcom_api_key":"sesam-1234","x":]'
    Path("secret.csv").write_text('id,tools\n1,"' + tools.replace('"', '""') + '"\n', "utf-8")
    for form in FORMS:
        found = run("check", "secret.csv", "--format", form).out
        assert "C110" in found and "sesam" not in found
