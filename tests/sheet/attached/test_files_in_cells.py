"""A cell `@prompts/sales.md` is the text of that file, and never that of any other place."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.fields.cells import read_cell, show_cell
from batch_update.fields.cells.texts import names_file
from batch_update.model.plans import Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Problem, Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.plan.saving import load_plan, save_plan
from batch_update.report.documents.of_sheets import planned_sheet
from batch_update.report.files.folder import write_run
from batch_update.report.screen.preview import plan_screen
from batch_update.sheet.attached.attaching import MOST_OF_ONE, with_files
from batch_update.sheet.attached.paths import NoSuchText, parts_of_path
from batch_update.sheet.reading import read_sheet
from tests.made import table_of

TEXT = "Du bist die Stimme von {{company}}.\n\nSei höflich.\n"
NO_LINKS = pytest.mark.skipif(os.name == "nt", reason="making links and pipes takes rights on Windows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "kunde"
    (home / "prompts").mkdir(parents=True)
    (home / "prompts" / "sales.md").write_text(TEXT, "utf-8")
    (tmp_path / "geheim.md").write_text("secret", "utf-8")
    return home


def read_with(folder: Path, cell: str, header: str = "system_prompt") -> Sheet:
    path = folder / "sheet.csv"
    quoted = cell.replace('"', '""')
    path.write_bytes(f'id,{header}\n10001,"{quoted}"\n'.encode())
    return read_sheet(path)


def refusal_of(sheet: Sheet) -> Problem:
    (problem,) = check_sheet(sheet).problems
    assert (problem.code, problem.index, problem.column) == ("C112", 0, 1)
    return problem


def sent_by(sheet: Sheet) -> object:
    (change,) = make_plan(sheet).changes
    return change.body["system_prompt"]


@pytest.mark.parametrize("cell", ["@prompts/sales.md", " @prompts/sales.md ", "'@prompts/sales.md"])
def test_the_text_of_the_file_is_sent_as_it_stands(folder: Path, cell: str) -> None:
    assert sent_by(read_with(folder, cell)) == TEXT


@pytest.mark.parametrize(
    "data, text",
    [
        (b"\xef\xbb\xbfHallo", "Hallo"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"null", "null"),
        (b"@@home", "@@home"),
        (b'"quoted"', '"quoted"'),
        (b"x" * MOST_OF_ONE, "x" * MOST_OF_ONE),
    ],
)
def test_nothing_in_a_file_means_anything_but_itself(folder: Path, data: bytes, text: str) -> None:
    (folder / "a.md").write_bytes(data)
    assert sent_by(read_with(folder, "@a.md")) == text


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"Gr\xfc\xdfe", "not in UTF-8, the first such byte in line 1"),
        ("Größe".encode("utf-16"), "not in UTF-8"),
        ("Grüße".encode().decode("cp1252").encode(), "in a wrong encoding once"),
        (b"a\0b", "NUL"),
        (b"x" * (MOST_OF_ONE + 1), "larger than 1 MiB"),
    ],
)
def test_what_is_no_text_that_somebody_typed_is_refused(folder: Path, data: bytes, words: str) -> None:
    (folder / "a.md").write_bytes(data)
    assert words in refusal_of(read_with(folder, "@a.md")).message


def test_all_files_of_a_sheet_have_a_bound_together(folder: Path) -> None:
    for number in range(64):
        with (folder / f"{number}.md").open("wb") as file:
            file.truncate(MOST_OF_ONE)
    (folder / "last.md").write_text(TEXT, "utf-8")
    rows = [[number, f"@{name}.md"] for number, name in enumerate([*range(64), "last"], 1)]
    files = with_files(table_of("id system_prompt", *rows), folder).files
    assert "one too many" in (files["@last.md"].refused or "")
    assert not with_files(table_of("id system_prompt", *rows[1:]), folder).files["@last.md"].refused


@pytest.mark.parametrize(
    "path",
    [
        *("../geheim.md", "prompts/../../geheim.md", "..", ".", "prompts/..", "./prompts/sales.md", "/etc/hostname"),
        *("~/geheim.md", "~", "C:\\x.md", "C:x.md", "c:/x.md", "\\\\server\\x", "//server/x", "prompts\\sales.md"),
        *("NUL", "nul.md", "prompts/CON", "com1.txt", "LPT¹.md", "a.md.", "a.md ", "prompts./a.md", "a.md::$DATA"),
        *(".env", ".git/config", "prompts/.env", "", "prompts/", "prompts//sales.md", "a\nb", "a\u202eb", "a\0b"),
        *("a?.md", "a*", "a|b", "file:///etc/hostname", "http://a.example/x.md"),
    ],
)  # fmt: skip
def test_a_path_that_some_system_takes_for_another_place_is_refused(path: str) -> None:
    with pytest.raises(NoSuchText):
        parts_of_path(path)


@given(st.text(st.sampled_from("./\\:~ aAé\0\n"), max_size=12))
def test_every_path_that_is_taken_stays_below_its_folder(path: str) -> None:
    try:
        parts = parts_of_path(path)
    except NoSuchText:
        return
    place = Path("/folder").joinpath(*parts)
    assert str(place) == os.path.normpath(f"/folder/{path}") and "/folder/" in str(place)


@NO_LINKS
def test_no_link_is_followed_at_the_end_or_on_the_way(folder: Path) -> None:
    (folder / "link.md").symlink_to(folder.parent / "geheim.md")
    (folder / "inside.md").symlink_to(folder / "prompts" / "sales.md")
    (folder / "away").symlink_to(folder.parent)
    for cell in ("@link.md", "@inside.md", "@away/geheim.md"):
        assert "is a link" in refusal_of(read_with(folder, cell)).message


@NO_LINKS
def test_a_sheet_that_is_reached_by_a_link_may_name_the_files_beside_that(folder: Path) -> None:
    (folder.parent / "verweis").symlink_to(folder)
    read_with(folder, "@prompts/sales.md")
    assert sent_by(read_sheet(folder.parent / "verweis" / "sheet.csv")) == TEXT


@NO_LINKS
def test_a_pipe_makes_nobody_wait(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert "and no file" in refusal_of(read_with(folder, "@pipe")).message


def test_a_folder_is_no_file(folder: Path) -> None:
    assert "and no file" in refusal_of(read_with(folder, "@prompts")).message


def test_a_name_that_was_typed_with_a_slip_is_proposed(folder: Path) -> None:
    problem = refusal_of(read_with(folder, "@prompts/sale.md"))
    assert "there is no prompts/sale.md" in problem.message
    assert problem.remedy.startswith("did you mean @prompts/sales.md?") and "@@" in problem.remedy


def test_a_sheet_that_lies_nowhere_can_name_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    frame = pd.DataFrame({"id": [10001], "system_prompt": ["@prompts/sales.md"]})
    piped = read_sheet("-", stdin=io.BytesIO(b"id,system_prompt\n10001,@prompts/sales.md\n"))
    for sheet in (read_sheet(frame), piped):
        assert "stdin, and a DataFrame, have no folder" in refusal_of(sheet).message


@pytest.mark.parametrize(
    "header, code",
    [("webhook_url", "C112"), ("timezone", "C112"), ("speech_speed", "C101"), ("mode", "V105")],
)
def test_only_columns_of_texts_take_files(folder: Path, header: str, code: str) -> None:
    sheet = read_with(folder, "@prompts/sales.md", header)
    (problem,) = check_sheet(sheet).problems
    assert sheet.files == {} and problem.code == code


def test_a_part_that_is_a_text_takes_a_file(folder: Path) -> None:
    (change,) = make_plan(read_with(folder, "@prompts/sales.md", "variables.anweisung"), fetched=True).changes
    assert change.parts[0].value == TEXT


def test_a_text_that_is_too_long_for_its_field_is_told_at_the_cell(folder: Path) -> None:
    (folder / "a.md").write_text("x" * 300, "utf-8")
    (problem,) = check_sheet(read_with(folder, "@a.md", "initial_message")).problems
    assert (problem.code, problem.index, problem.column) == ("V102", 0, 1)


def test_each_file_is_read_once_however_many_cells_name_it(folder: Path) -> None:
    sheet = table_of("id system_prompt", ["1", "@a.md"], ["2", " @a.md"], ["3", "@a.md"])
    (folder / "a.md").write_text("Hallo", "utf-8")
    found = with_files(sheet, folder).files
    assert found["@a.md"] is found[" @a.md"]


def test_what_begins_with_two_signs_names_no_file() -> None:
    assert [names_file(text) for text in ("@a", " @a", "\n@", "@@a", " @@a", "a@b", "", " ")] == [
        True
    ] * 3 + [False] * 5


# ---------------------------------------------------------------- on its way through a run


def planned(folder: Path) -> Plan:
    (folder / "null.md").write_text("null", "utf-8")
    path = folder / "sheet.csv"
    path.write_text(
        "id,system_prompt,initial_message\n1,@prompts/sales.md,@null.md\n2,@@home,\n3,@no.md,x\n", "utf-8"
    )
    return make_plan(read_sheet(path))


def test_a_saved_plan_has_the_text_as_it_was(folder: Path) -> None:
    plan = planned(folder)
    saved = save_plan(plan)
    (folder / "prompts" / "sales.md").unlink()
    again = load_plan("p.json", saved)
    assert (again.changes, dict(again.sheet.files)) == (plan.changes, dict(plan.sheet.files))


def test_the_plan_names_the_file_on_the_screen_and_in_its_document(folder: Path) -> None:
    plan = planned(folder)
    lines = [line.strip() for line in plan_screen(plan, requests=0).splitlines()]
    assert [line for line in lines if line.startswith("from the file")] == [
        "from the file prompts/sales.md",
        "from the file null.md",
    ]
    first, second = planned_sheet(plan, (), requests=0, digest="").changes
    assert first.files == {"system_prompt": ["prompts/sales.md"], "initial_message": ["null.md"]}
    assert second.files == {}


def test_failed_rows_hold_the_texts_themselves_since_they_lie_in_another_folder(folder: Path) -> None:
    plan = planned(folder)
    not_sent = Outcome(Status.NOT_SENT, "X206", "not sent")
    report = Report(plan, tuple(plan.settled.get(index, not_sent) for index in range(3)))
    written = write_run(report, folder / "run")
    assert written.failed is not None
    again = make_plan(read_sheet(written.failed))
    assert [change.body for change in again.changes] == [change.body for change in plan.changes]
    assert [problem.code for problem in again.problems] == ["C112"]


@given(st.text(st.sampled_from("@ \t\nax"), max_size=5))
def test_a_text_with_signs_is_written_so_that_it_is_read_as_it_was(text: str) -> None:
    assert read_cell("system_prompt", show_cell("system_prompt", text)) == text
    assert not names_file(show_cell("system_prompt", text))


@pytest.mark.parametrize("name", ["x" * 300, "a/" * 3_000 + "b", "prompts/" + "ä" * 200])
def test_a_name_that_no_system_can_have_is_a_file_that_is_not_there(folder: Path, name: str) -> None:
    refusal_of(read_with(folder, "@" + name))
