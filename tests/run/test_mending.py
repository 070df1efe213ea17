"""A sheet that is written again means what it meant: with its repairs, and with what is wrong marked in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.errors import UsageError
from batch_update.model.sheets import Problem, Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.run.mending import WantedFiles, annotate, check_targets, mend, write_wanted
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.again import NOT_READ, PROBLEMS_COLUMN, columns_again
from tests.office import Office
from tests.office import office as office

GERMAN = (
    "id;Stimme;Tempo;Zeitzone;Notiz;system_prompt;variables\r\n"
    '00101; 412 ;0,8;Europe/berlin;"a";"  Hallo\r\n=Welt";{“a”: “b”}\r\n'
    "102.0;n/a;1,7;Berlin;  b ;@x.md;\r\n"
    "103;5;0,9;;;zu;viele;Zellen\r\n"
    "104;5;0,9;;;'=1+1;\r\n"
    "105;5\r\n"
)
OPEN = Settings(ignore=("Notiz",))


def german(folder: Path, codec: str = "utf-8-sig") -> Sheet:
    path = folder / "sheet.csv"
    path.write_bytes(GERMAN.encode(codec, "replace"))
    return read_sheet(path, OPEN)


def cells(sheet: Sheet) -> list[list[str]]:
    """The cells as they stand, whatever a row was divided into."""
    return [list(sheet.row(index).cells) for index in range(len(sheet))]


def changes(sheet: Sheet) -> list[tuple[int, object]]:
    return [(change.assistant_id, change.body) for change in make_plan(sheet).changes]


def annotated(sheet: Sheet, path: Path, asked: Settings = OPEN) -> Sheet:
    annotate(sheet, check_sheet(sheet), path, asked, folder=path.parent)
    return read_sheet(path, asked)


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode("utf-8")


# ---------------------------------------------------------------- with its repairs


@pytest.mark.parametrize("out", ["out.csv", "out.tsv", "out.xlsx"])
def test_only_what_is_repaired_is_written_otherwise(tmp_path: Path, out: str) -> None:
    sheet = german(tmp_path)
    mended = mend(sheet, tmp_path / out, OPEN, folder=tmp_path)
    wanted = cells(sheet)
    for repair in mended.checked.repairs:
        if repair.column is not None:
            wanted[repair.index][repair.column] = repair.after
    found = cells(mended.sheet)
    assert [row for row, one in enumerate(found) if one != wanted[row]] == (
        [] if out != "out.xlsx" else [0, 2, 4]
    )
    assert found[0][5].replace("\r\n", "\n") == wanted[0][5].replace("\r\n", "\n"), "a text keeps its spaces"
    assert {repair.code for repair in mended.checked.repairs} == {"M101", "M103", "M104", "M106"}


def test_a_sheet_keeps_its_own_dialect(tmp_path: Path) -> None:
    mend(german(tmp_path), tmp_path / "out.csv", OPEN, folder=tmp_path)
    written = (tmp_path / "out.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid;Stimme;") and b"\r\n102;n/a;1,7;" in written


def test_what_was_mended_has_nothing_left_to_mend(tmp_path: Path) -> None:
    mended = mend(german(tmp_path), tmp_path / "out.csv", OPEN, folder=tmp_path)
    again = mend(mended.sheet, tmp_path / "again.csv", OPEN, folder=tmp_path)
    assert again.checked.repairs == ()
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()


def test_delimiters_at_the_end_are_repaired(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("id,name,\n1,a\n2,b,,\n", "utf-8")
    sheet = read_sheet(tmp_path / "sheet.csv")
    assert "S123" in {problem.code for problem in sheet.problems}
    mended = mend(sheet, tmp_path / "out.csv", Settings(), folder=tmp_path)
    assert [repair.code for repair in mended.checked.repairs] == ["M105"]
    assert mended.checked.problems == () and changes(mended.sheet) == changes(sheet)


@pytest.mark.parametrize("asked", [Settings(), Settings(decimal=",")])
def test_a_decimal_comma_is_a_point_in_json_lines(tmp_path: Path, asked: Settings) -> None:
    text = "id;Tempo;max_duration;name\n1;0,8;60,0;1,5\n2; 0,9 ;60;a\n"
    (tmp_path / "sheet.csv").write_text(text, "utf-8")
    sheet = read_sheet(tmp_path / "sheet.csv", asked)
    mended = mend(sheet, tmp_path / "out.jsonl", asked, folder=tmp_path)
    assert changes(mended.sheet) == changes(sheet) and len(changes(sheet)) == 2


def test_nothing_half_done_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text('id;name\n1;"a\rb"\n', "utf-8")
    with pytest.raises(UsageError) as caught:
        annotate_long(tmp_path)
    assert caught.value.code == "S114" and "@prompts/" in caught.value.remedy
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.csv", "sheet.csv"]


def annotate_long(folder: Path) -> None:
    """Annotate a sheet with a text that no workbook holds."""
    (folder / "long.csv").write_text(f"id;system_prompt\nx;{'a' * 40_000}\n", "utf-8")
    annotated(read_sheet(folder / "long.csv"), folder / "out.xlsx")


CELLS = st.text(st.sampled_from(" 0123,.\"“”{}:a\n;'=@#"), max_size=7)
ROWS = st.lists(
    st.tuples(st.integers(1, 9).map(str) | CELLS, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=4
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(["out.csv", "out.xlsx"]))
def test_the_plan_of_the_mended_sheet_is_that_of_the_sheet_where_it_could_be_read(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[tuple[str, ...]], out: str
) -> None:
    folder = tmp_path_factory.mktemp("law")
    quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
    header = "id,voice_id,speech_speed,system_prompt,variables"
    (folder / "sheet.csv").write_text("\n".join([header, *quoted, ""]), "utf-8")
    asked = Settings(decimal=".", delimiter=",")
    try:
        sheet = read_sheet(folder / "sheet.csv", asked)
    except Exception:  # noqa: BLE001  a sheet of blanks is none
        return
    mended = mend(sheet, folder / out, asked, folder=folder)
    first, then = dict(changes(sheet)), dict(changes(mended.sheet))
    good = {index for change in make_plan(sheet).changes for index in change.indexes}
    repeated = {problem.code for problem in mended.checked.problems} & {"X201", "X206"}
    assert repeated or {number: then[number] for number in first} == first
    assert len(sheet) == len(mended.sheet) and len(good) <= len(sheet)


# ---------------------------------------------------------------- with what is wrong marked in it


def test_an_annotated_sheet_is_the_sheet_as_it_was(tmp_path: Path) -> None:
    sheet = german(tmp_path)
    found = annotated(sheet, tmp_path / "out.xlsx")
    assert [column.header for column in found.columns] == [
        *(c.header for c in sheet.columns),
        PROBLEMS_COLUMN,
    ]
    kept = [index for index in range(len(sheet)) if index not in sheet.ragged]
    for index in kept:
        assert [text.replace("\r\n", "\n") for text in cells(sheet)[index]] == cells(found)[index][:-1]
    assert [cells(found)[index][-1] for index in (0, 1, 3)] == ["1 problem", "4 problems", ""]
    assert changes(found) == changes(sheet)


def test_a_row_that_could_not_be_divided_stands_behind_a_mark_and_is_refused_again(tmp_path: Path) -> None:
    found = annotated(german(tmp_path), tmp_path / "out.xlsx")
    assert found.columns[0].texts[2] == NOT_READ + "103;5;0,9;;;zu;viele;Zellen"
    assert [p.code for p in check_sheet(found).problems if p.index == 2] == ["C108"]


UNREAD = {
    "a NUL byte": ("id,name,x\n1,a\0b,c\n2,b,c\n", 0),
    "torn apart": ("id,system_prompt,name\n1,Sie sind Mia.\nBleib freundlich.,Anna\n2,b,x\n", 0),
    "a quote too many": ('id,name\n1,"a"b\n2,c\n', 0),
    "too few cells": ("id,name,voice_id\n1,5\n2,b,7\n", 0),
}


@pytest.mark.parametrize("text, row", UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("out", ["out.csv", "out.xlsx", "out.jsonl", "marked.xlsx"])
def test_what_the_reader_refused_is_never_good_once_it_is_written(
    tmp_path: Path, text: str, row: int, out: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(text, "utf-8")
    asked = Settings(ignore=("x",)) if text.startswith("id,name,x") else Settings()
    sheet = read_sheet(path, asked)
    assert row in {problem.index for problem in sheet.problems}
    if out == "marked.xlsx":
        found = annotated(sheet, tmp_path / out, asked)
    else:
        found = mend(sheet, tmp_path / out, asked, folder=tmp_path).sheet
    assert 1 not in dict(changes(found))


def test_a_cell_that_shows_otherwise_is_held_back(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "sheet.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["id", "system_prompt"])
        page.write_row(1, 0, ["1", ""])
        page.write_boolean(1, 1, True)
    sheet = read_sheet(path)
    assert [problem.code for problem in sheet.problems] == ["S130"]
    found = annotated(sheet, tmp_path / "out.xlsx", Settings())
    assert changes(found) == [] and found.columns[0].texts[0] == NOT_READ + "1"
    assert "write the id alone" in part(tmp_path / "out.xlsx", "xl/comments1.xml")


def test_problems_are_colored_commented_and_linked_both_ways(tmp_path: Path) -> None:
    annotated(german(tmp_path), tmp_path / "out.xlsx")
    comments = part(tmp_path / "out.xlsx", "xl/comments1.xml")
    assert re.findall(r'ref="(\w+)"', comments)[:3] == ["G2", "B3", "C3"]
    assert "speech_speed is above the maximum" in comments
    first, second = (part(tmp_path / "out.xlsx", f"xl/worksheets/sheet{n}.xml") for n in (1, 2))
    assert 'location="Problems!A3"' in first.replace("'Problems'", "Problems")
    assert re.search(r"<hyperlink ref=\"A3\" location=\"'?sheet'?!B3\"", second)
    assert '<pane xSplit="1" ySplit="1"' in first and "<autoFilter" in first and "<autoFilter" in second
    marked = re.findall(r'<c r="(\w+)" s="(\d+)"', first)
    style = dict(marked)
    assert style["C3"] == style["B3"] != style["C2"], "errors have a color of their own"
    assert "<f>" not in first + second, "nothing is a formula"


def test_warnings_have_another_color_than_errors(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("id,speech_speed\n1,9\n2,1.1\n2,1.1\n", "utf-8")
    annotated(read_sheet(tmp_path / "sheet.csv"), tmp_path / "out.xlsx", Settings())
    style = dict(
        re.findall(r'<c r="(\w+)" s="(\d+)"', part(tmp_path / "out.xlsx", "xl/worksheets/sheet1.xml"))
    )
    assert len({style["A2"], style["B2"], style["A4"]}) == 3


def test_a_problem_of_a_header_is_told_at_the_header(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("id,Stimmme,name\n1,5,a\n", "utf-8")
    annotated(read_sheet(tmp_path / "sheet.csv"), tmp_path / "out.xlsx", Settings())
    comments = part(tmp_path / "out.xlsx", "xl/comments1.xml")
    assert re.findall(r'ref="(\w+)"', comments) == ["B1"] and "H102" in comments


def test_a_problem_of_the_whole_sheet_stands_in_the_list(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("Nr,name\n1,a\n", "utf-8")
    annotated(read_sheet(tmp_path / "sheet.csv"), tmp_path / "out.xlsx", Settings())
    texts = part(tmp_path / "out.xlsx", "xl/worksheets/sheet2.xml")
    assert "the whole sheet" in texts and "H101" in texts


def test_an_annotated_sheet_is_mended_in_a_spreadsheet_program(tmp_path: Path, office: Office) -> None:
    """It opens there, colors, comments and links and all, and what is mended and saved is good."""
    (tmp_path / "sheet.csv").write_text("id;Tempo;name\n1;1,7;Größe\n2;0,8;b\n", "utf-8")
    annotated(read_sheet(tmp_path / "sheet.csv"), tmp_path / "marked.xlsx", Settings())
    saved = office.fill(tmp_path / "marked.xlsx", tmp_path / "saved.xlsx", {"B2": "0,7"})
    sheet = read_sheet(saved)
    assert check_sheet(sheet).problems == () and sheet.dialect.worksheet == "sheet"
    assert changes(sheet) == [
        (1, {"speech_speed": 0.7, "name": "Größe"}),
        (2, {"speech_speed": 0.8, "name": "b"}),
    ]
    assert "FFFFC7CE" in part(saved, "xl/styles.xml") and "V104" in part(saved, "xl/sharedStrings.xml")


def test_an_annotated_sheet_can_be_annotated_again_and_mended_away(tmp_path: Path) -> None:
    once = annotated(german(tmp_path), tmp_path / "one.xlsx")
    twice = annotated(once, tmp_path / "two.xlsx")
    assert [column.header for column in twice.columns] == [column.header for column in once.columns]
    assert cells(twice) == cells(once)
    good = annotated(read_sheet(Path("samples/good/every-field.csv")), tmp_path / "good.xlsx", Settings())
    assert len(columns_again(good)) == len(good.columns), "where nothing is wrong nothing is added"


def test_a_worksheet_whose_name_no_program_takes_gets_another(tmp_path: Path) -> None:
    path = tmp_path / "a[b]'s-sehr-langer-name-der-nicht-passt.csv"
    path.write_text("id,name\n1,a\n", "utf-8")
    assert annotated(read_sheet(path), tmp_path / "out.xlsx", Settings()).dialect.worksheet == (
        "a_b_'s-sehr-langer-name-der-nic"
    )


def test_a_total_that_is_left_out_is_not_held_back_for_its_formula(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "sheet.xlsx")) as book:
        page = book.add_worksheet()
        for row, texts in enumerate([("id", "Kunde", "name"), ("1", "K", "a"), ("", "Gesamt", "")]):
            page.write_row(row, 0, texts)
    asked = Settings(ignore_unknown=True)
    sheet = read_sheet(tmp_path / "sheet.xlsx", asked)
    sheet = replace(sheet, problems=(*sheet.problems, Problem("S112", "a formula without a value", index=1)))
    wanted = WantedFiles(tmp_path / "out.csv", tmp_path / "out.xlsx")
    found = write_wanted(sheet, check_sheet(sheet), asked, wanted, source=tmp_path / "sheet.xlsx")
    assert not any(NOT_READ in text for column in found.sheet.columns for text in column.texts)
    assert changes(found.sheet) == changes(sheet) == changes(read_sheet(tmp_path / "out.xlsx", asked))


# ---------------------------------------------------------------- where it may be written


def test_nothing_is_written_over_without_being_told_and_the_sheet_never(tmp_path: Path) -> None:
    source, there = tmp_path / "sheet.csv", tmp_path / "there.csv"
    for path in (source, there):
        path.write_text("id,name\n1,a\n", "utf-8")
    check_targets(source, [tmp_path / "new.csv", tmp_path / "new.xlsx"], force=False)
    check_targets(source, [there], force=True)
    for targets, force in (([there], False), ([source], True), ([tmp_path / "." / "sheet.csv"], True)):
        with pytest.raises(UsageError) as caught:
            check_targets(source, targets, force=force)
        assert caught.value.code == "U109"
    for odd in ([there, there], [tmp_path / "x.ods"], [tmp_path / "none" / "x.csv"]):
        with pytest.raises(UsageError):
            check_targets(source, odd, force=True)
    with pytest.raises(UsageError) as caught:
        check_targets(source, [Path("-")], force=True)
    assert "stdout" not in caught.value.remedy, "that is for an export alone"


def test_colors_are_for_workbooks(tmp_path: Path) -> None:
    sheet = german(tmp_path)
    with pytest.raises(UsageError, match="colors"):
        annotate(sheet, check_sheet(sheet), tmp_path / "out.csv", OPEN, folder=tmp_path)


def test_cells_that_name_files_stay_where_those_are(tmp_path: Path) -> None:
    sheet = german(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UsageError, match=re.escape("x.md")):
        mend(sheet, tmp_path / "elsewhere" / "out.csv", OPEN, folder=tmp_path)
