"""Problems as people read them: the place, the row as it stands, what is allowed, what to do; no secret."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from batch_update.check.checking import check_sheet, invalid_rows
from batch_update.model.sheets import Dialect, Problem, Severity, Sheet
from batch_update.report.documents.nouns import told_problem
from batch_update.report.places import place_line, place_of, row_list
from batch_update.report.screen.problems import (
    count_words,
    problem_line,
    render_problem,
    render_problems,
)
from batch_update.report.tones import Piece, Tone, plain
from batch_update.sheet.reading import read_sheet
from batch_update.text import column_letters
from tests.made import column, ids, sheet_of
from tests.sheet.workbooks import xlsx


def told(sheet: Sheet, problems: Sequence[Problem], *, briefly: bool = False) -> str:
    return plain(render_problems(sheet, problems, briefly=briefly))


def rendered(folder: Path, text: str) -> str:
    path = folder / "sheet.csv"
    path.write_text(text, "utf-8")
    sheet = read_sheet(path)
    return told(sheet, check_sheet(sheet).problems)


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_the_letters_of_spreadsheet_programs(index: int, letters: str) -> None:
    assert column_letters(index) == letters


def test_runs_of_rows_are_folded() -> None:
    assert row_list([3, 4, 5, 9, 11, 12]) == "rows 3-5, 9, 11-12"
    assert row_list([7]) == "row 7"
    assert row_list(range(1, 100, 2), most=2) == "rows 1, 3 and 48 more places"


def test_the_marks_stand_under_the_cell(tmp_path: Path) -> None:
    lines = rendered(tmp_path, "id,name,speech_speed\n10001,Praxis Dr. Weiß,1.7\n").splitlines()
    row = next(line for line in lines if line.startswith("2 |"))
    marks = next(line for line in lines if "^" in line)
    assert marks.index("^") == row.index("1.7") and marks.count("^") == 3


def test_the_marks_stand_under_the_cell_of_a_long_row(tmp_path: Path) -> None:
    lines = rendered(tmp_path, f"id,name,speech_speed\n10001,{'x' * 200},1.7\n").splitlines()
    row = next(line for line in lines if line.startswith("2 |"))
    marks = next(line for line in lines if "^" in line)
    assert marks.index("^") == row.index("1.7") and len(row) < 100


def test_many_of_a_kind_are_grouped(tmp_path: Path) -> None:
    text = rendered(tmp_path, "id,speech_speed\n" + "".join(f"{10001 + n},1.7\n" for n in range(50)))
    assert text.count("-->") == 3 and "47 more errors [V104]" in text and "rows 5-51" in text


def test_headers_that_match_nothing_are_grouped_but_for_one_that_is_nearly_a_field(tmp_path: Path) -> None:
    text = rendered(tmp_path, "id,Kunde,Ort,PLZ,Stime,Notiz,Ja nein\n10001,a,b,c,412,d,e\n")
    assert text.count("-->") == 4 and "did you mean" in text.lower()
    assert "... and 2 more errors [H102] of this kind: columns 'Notiz', 'Ja nein'" in text


def test_where_not_all_rows_are_named_it_is_said_where_they_are(tmp_path: Path) -> None:
    """Shown, named by its row, or told to be there: every problem of a sheet that is all wrong."""
    rows = [f"{10001 + n},{1.7 if n % 2 else 1}\n" for n in range(100)]
    text = rendered(tmp_path, "id,speech_speed\n" + "".join(rows))
    assert "and 47 more errors [V104] of this kind: rows 9, 11," in text
    assert "31 and 35 more places: the setting json has each" in text
    text = rendered(tmp_path, "id,speech_speed\n" + "".join(rows[:30]))
    assert "rows 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31\n" in text and "the setting json" not in text


def test_problems_told_briefly_take_a_line_each_and_are_grouped_alike(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("id,speech_speed,llm_temperature\n" + "10001,1.7,\n" * 40 + "10002,1,7\n", "utf-8")
    sheet = read_sheet(path)
    problems = [problem for problem in check_sheet(sheet).problems if problem.code == "V104"]
    first, second, third, rest, other = told(sheet, problems, briefly=True).splitlines()
    assert [first, second, third] == [problem_line(sheet, problem) for problem in problems[:3]]
    assert rest == "  ... and 37 more errors [V104] of this kind: rows 5-41"
    assert other == problem_line(sheet, problems[-1])


def test_what_a_message_ends_with_is_not_said_again_behind_it() -> None:
    sheet = sheet_of(ids("10001"), column("voice_id", "Sabin"))
    problem = Problem("C111", "no voice of the account is called Sabin", index=0, column=1, given="Sabin")
    assert problem_line(sheet, problem).endswith(": no voice of the account is called Sabin")
    assert invalid_rows([problem])[0].message == "no voice of the account is called Sabin"


def test_a_secret_of_the_row_is_not_shown(tmp_path: Path) -> None:
    tool = '"[{""type"":""calendar_integration"",""calcom_api_key"":""cal_live_123456"",""calcom_event_slug"":""x""}]"'
    text = rendered(tmp_path, f"id,tools,speech_speed\n10001,{tool},1.7\n")
    assert "V104" in text and "cal_live_123456" not in text


@pytest.mark.parametrize(
    "row",
    [
        '1,{"calcom_api_key":"cal_live_1"}',
        '1,{"calcom_api_key":"cal_live_1"},,,',
        '1,x"{calcom_api_key:cal_live_1}",1',
    ],
)
def test_a_secret_of_a_broken_row_is_not_shown(tmp_path: Path, row: str) -> None:
    """Neither where the row is quoted as it stands, nor in what is said to be given."""
    path = tmp_path / "sheet.csv"
    path.write_text(f"id,tools,speech_speed\n{row}\n", "utf-8")
    sheet = read_sheet(path)
    problems = check_sheet(sheet).problems
    shown = [told(sheet, problems), *(problem_line(sheet, p) for p in problems)]
    assert problems and "cal_live_1" not in f"{shown} {[told_problem(sheet, p) for p in problems]}"


def test_nothing_in_a_cell_steers_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in rendered(tmp_path, "id,name,speech_speed\n10001,\x1b[2J\u202e,1.7\n")


def test_problems_for_programs_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("id,speech_speed\n10001,1.7\n", "utf-8")
    sheet = read_sheet(path)
    problems = check_sheet(sheet).problems
    found = told_problem(sheet, problems[0])
    assert (found.row, found.line, found.cell, found.column) == (2, 2, "B2", "speech_speed")
    assert count_words(problems) == "1 error in 1 row"


def test_a_row_that_is_wrong_only_beside_another_one_is_counted_as_well() -> None:
    problems = [Problem("X201", "twice", index=3, also=(1,)), Problem("V104", "too much", index=1)]
    assert count_words(problems) == "2 errors in 2 rows"


def test_every_problem_says_what_to_do(tmp_path: Path) -> None:
    lines = rendered(tmp_path, "id,tools,\n10001,[1],x\n").splitlines()
    assert sum("error[" in line for line in lines) == sum("= help: " in line for line in lines) == 2


def test_json_lines_have_keys_and_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "sheet.jsonl"
    path.write_text('{"id": 10001, "speech_speed": 1.7, "nobody": 1}\n', "utf-8")
    sheet = read_sheet(path)
    header, value = check_sheet(sheet).problems
    assert place_line(sheet, header) == "sheet.jsonl   key nobody"
    assert place_line(sheet, value) == "sheet.jsonl:1   row 1, key speech_speed   assistant 10001"
    assert [(found.row, found.cell) for found in (told_problem(sheet, p) for p in (header, value))] == [
        (None, None),
        (1, None),
    ]


def test_cells_of_a_workbook_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Beside a decimal comma, `1,7,Praxis` would be two cells or three."""
    (tmp_path / "sheet.xlsx").write_bytes(xlsx([["id", "speech_speed", "name"], [10001, "1,7", "Praxis"]]))
    sheet = read_sheet(tmp_path / "sheet.xlsx")
    assert "2 | 10001 | 1,7 | Praxis" in told(sheet, check_sheet(sheet).problems)


def test_no_screen_shows_a_whole_cell_of_thousands_of_characters() -> None:
    """A sheet without a header row filled 144,665 bytes."""
    long = "You are the friendly receptionist. " * 1000
    sheet = sheet_of(ids("1"), column(long, [long], "system_prompt"))
    for index in (None, 0):
        problem = Problem(
            "H102", f"{long!r} matches no field", Severity.ERROR, index, 1, 1, long, long, f"--map '{long}=F'"
        )
        for shown in (told(sheet, [problem]), told(sheet, [problem], briefly=True)):
            assert len(shown) < 2_000 and "You are the friendly" in shown


def test_what_is_said_of_a_cell_stands_beside_its_mark_only_where_there_is_room() -> None:
    sheet = sheet_of(ids("1"), column("name", ["n" * 60]))
    wanted = "up to 255 characters, or null"
    problem = Problem("V102", "too long", Severity.ERROR, 0, 1, 1, "256 characters", wanted)
    shown = plain(render_problem(sheet, problem))
    lines = shown.splitlines()
    assert lines[4].endswith("^ 256 characters") and lines[5] == f"   = allowed: {wanted}"
    assert max(map(len, lines)) <= 80


def test_a_name_with_spaces_in_it_is_not_taken_for_a_place() -> None:
    columns = (ids("1"), column("a   key", ["1.7"], "speech_speed"))
    problem = Problem("V104", "too much", Severity.ERROR, 0, 1, 10001)
    sheet = sheet_of(*columns, name="my   sheet.csv")
    assert problem_line(sheet, problem) == "error V104 row 2, cell B2, assistant 10001: too much"
    lines = sheet_of(*columns, name="my   sheet.jsonl", dialect=Dialect("jsonl"), header_row=0)
    assert problem_line(lines, problem) == "error V104 row 2, key a   key, assistant 10001: too much"
    assert problem_line(lines, Problem("J100", "no rows")) == "error J100: no rows"


def test_a_place_is_a_value_until_it_is_shown() -> None:
    sheet = sheet_of(ids("1"), column("Tempo", ["1.7"], "speech_speed"), header_row=1)
    place, header = place_of(sheet, 0, 1), place_of(sheet, None, 1)
    assert (place.row, place.line, place.letters, place.header, place.cell) == (2, 2, "B", "Tempo", "B2")
    assert (header.row, header.line, header.cell) == (1, None, "B1")
    assert place_of(sheet, 0).cell == ""


def test_only_the_severity_of_a_problem_has_a_color_whatever_stands_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text('id,name,speech_speed\n10001,"x\nerror[V104]: y",1.7\n10002,"[x]",#####\n', "utf-8")
    sheet = read_sheet(path)
    pieces = render_problems(sheet, check_sheet(sheet).problems)
    assert {piece for piece in pieces if piece.tone} == {Piece("error", Tone.ERROR)}
