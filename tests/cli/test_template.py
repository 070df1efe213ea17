"""`template`: a sheet to be filled in, of the account or of none; as it comes out it changes nothing."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from batch_update.sheet.reading import read_sheet
from tests.cli.conftest import Run
from tests.office import Office
from tests.office import office as office

SANDBOX = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")


def test_a_workbook_of_all_fields_with_what_the_account_has(run: Run, tmp_path: Path) -> None:
    result = run("template", *SANDBOX)
    assert result.exit == 0, result.err
    assert "template.xlsx: 58 columns" in result.out
    assert "voices 15" in result.err and "phone-numbers 10" in result.err
    assert result.out.splitlines()[-1].startswith("Next: fill it in, then: batch-update plan --sandbox")
    assert stat.S_IMODE((tmp_path / "template.xlsx").stat().st_mode) == 0o600


def test_without_a_key_it_has_no_lists_and_says_so(run: Run, tmp_path: Path) -> None:
    result = run("template", "leer.xlsx")
    assert (result.exit, "58 columns" in result.out, "there is no key" in result.err) == (0, True, True)
    assert (tmp_path / "leer.xlsx").exists()


def test_what_is_there_needs_a_key(run: Run, tmp_path: Path) -> None:
    result = run("template", "--prefill")
    assert (result.exit, "FAMULOR_API_KEY" in result.err, list(tmp_path.glob("*.xlsx"))) == (4, True, [])


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("ending", ["xlsx", "csv", "tsv"])
def test_what_is_there_changes_nothing_as_it_comes_out(run: Run, ending: str, language: str) -> None:
    result = run("template", f"there.{ending}", "--prefill", "--lang", language, *SANDBOX)
    assert (result.exit, "60 assistants" in result.out) == (0, True), result.err
    planned = run("plan", f"there.{ending}", *SANDBOX, "--exit-code")
    assert (planned.exit, "60 already so" in planned.out) == (0, True), planned.out + planned.err
    assert "not read" not in planned.err  # its own worksheets, what it held before among them, are no news


def test_columns_have_the_headers_that_were_asked_for(run: Run) -> None:
    columns = "Stimme,Tempo,variables.company,label_ids+"
    result = run("template", "-", "--fields", columns, "--fields", "id")
    assert result.out == "id,Stimme,Tempo,variables.company,label_ids+\n"
    result = run("template", "-", "--fields", columns, "--prefill", "--only", "10001", *SANDBOX)
    assert result.out.splitlines()[1].startswith("10001,412,1.0,,,")
    assert "a part of a value is not written beforehand: variables.company, label_ids+" in result.err


def test_a_german_csv_has_semicolons_and_decimal_commas(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    run("template", "--csv", "--prefill", "--fields", "speech_speed,record", "--only", "10001", *SANDBOX)
    header, row = (tmp_path / "template.csv").read_text("utf-8-sig").split()
    assert (header, row.startswith("10001;1,0;true;")) == ("id;speech_speed;record;_base", True)


def test_only_some_assistants(run: Run, tmp_path: Path) -> None:
    run("template", "some.xlsx", "--prefill", "--where", "mode=dualplex", "--fields", "mode", *SANDBOX)
    sheet = read_sheet(tmp_path / "some.xlsx")
    assert {sheet.row(index).cells[1] for index in range(len(sheet))} == {"dualplex"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fields", "Stimmme"], "did you mean voice_id?"),
        (["--fields", "Stimme,voice_id"], "voice_id twice"),
        (["--fields", "tools.end_call.colour"], "there is no field"),
        (["--where", "mode=dualplex"], "--prefill"),
        (["--only", "10001"], "--prefill"),
        (["--lang", "fr"], "en and de"),
        (["--csv", "x.xlsx"], ".csv"),
        (["x.jsonl"], ".xlsx"),
        (["-", "--json"], "stdout"),
        (["none/x.xlsx"], "no folder"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    run: Run, tmp_path: Path, words: list[str], message: str
) -> None:
    result = run("template", *words)
    told = result.err + result.out
    assert (result.exit, message in told) == (2, True), told
    assert not list(tmp_path.glob("*.xlsx"))


def test_a_file_that_is_there_is_kept_unless_force_is_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "template.xlsx").write_text("mine")
    result = run("template")
    assert (result.exit, "U109" in result.err, (tmp_path / "template.xlsx").read_text()) == (2, True, "mine")
    assert run("template", "--force").exit == 0


def test_what_others_change_meanwhile_is_left_to_them(run: Run, tmp_path: Path) -> None:
    """The words and names of the drop-downs are what the account held: no cell counts as edited."""
    run("template", "--prefill", "--lang", "de", *SANDBOX)
    (tmp_path / "other.csv").write_text("id,speech_speed,record,voice_id,name\n10001,0.75,no,418,Neu\n")
    assert run("apply", "other.csv", *SANDBOX, "--yes").exit == 0
    planned = run("plan", "template.xlsx", *SANDBOX, "--exit-code")
    assert (planned.exit, "change 0" in planned.out) == (0, True), planned.out


# ---------------------------------------------------------------- in a spreadsheet program


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_filled_in_by_libreoffice_it_changes_what_was_typed(
    run: Run, tmp_path: Path, office: Office, ending: str
) -> None:
    """A German types a decimal comma, chooses a voice, clears with null and says no."""
    run(
        "template",
        "--lang",
        "de",
        "--fields",
        "voice_id,speech_speed,record,name,min_interrupt_words",
        *SANDBOX,
    )
    typed = {"A2": "10001", "B2": "418 – Susi (de)", "C2": "0,8", "E2": "Größe", "A3": "10002", "D3": "ja"}
    office.fill(tmp_path / "template.xlsx", tmp_path / f"filled.{ending}", typed)
    planned = run("plan", f"filled.{ending}", *SANDBOX, "--json").json
    changes = {change["assistant_id"]: change["after"] for change in planned["changes"]}
    assert changes == {
        10001: {"voice_id": 418, "speech_speed": 0.8, "name": "Größe"},
        10002: {"record": True},
    }


def test_filled_in_beforehand_libreoffice_changes_nothing_and_what_is_typed_alone(
    run: Run, tmp_path: Path, office: Office
) -> None:
    run("template", "--prefill", "--lang", "de", *SANDBOX)
    same = office.fill(tmp_path / "template.xlsx", tmp_path / "same.xlsx", {})
    assert "60 already so" in run("plan", same.name, *SANDBOX, "--exit-code").out
    header = [column.header for column in read_sheet(same).columns]
    place = chr(ord("A") + header.index("initial_message"))
    office.fill(same, tmp_path / "edited.xlsx", {f"{place}5": "Grüß Gott!", f"{place}6": ""})
    planned = run("plan", "edited.xlsx", *SANDBOX, "--json").json
    assert [change["after"] for change in planned["changes"]] == [{"initial_message": "Grüß Gott!"}]


def with_its_colors_as_cells(path: Path, target: Path, cells: list[str]) -> Path:
    """The workbook with the formulas that color its cells, for each of these cells, in columns of ours behind it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    place = "xl/worksheets/sheet1.xml"
    text = parts[place].decode("utf-8")
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    colors = [str(one.text) for one in ElementTree.fromstring(text).iter(f"{main}formula")]
    for cell in cells:
        column, row = cell[0], cell[1:]
        added = ""
        for color, formula in enumerate(colors):
            there = formula.replace("$A2", f"$A{row}").replace("B$1", f"{column}$1").replace("B2", cell)
            escaped = there.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            added += f'<c r="{chr(ord("T") + color)}{row}" t="b"><f>{escaped}</f></c>'
        text = re.sub(
            rf'(<row r="{row}".*?)</row>', lambda found, more=added: f"{found[1]}{more}</row>", text, count=1
        )
    header = "".join(f'<c r="{letter}1" t="inlineStr"><is><t>_{letter}</t></is></c>' for letter in "TU")
    parts[place] = text.replace("</row>", f"{header}</row>", 1).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def test_a_cell_is_colored_once_it_is_edited_or_emptied_compared_by_the_id_of_its_row(
    run: Run, tmp_path: Path, office: Office
) -> None:
    """Gray and yellow, as LibreOffice works them out: of a cell emptied, edited, left, in capitals, of another row."""
    run("template", "--prefill", "--lang", "de", "--fields", "name,speech_speed,record", *SANDBOX)
    cells = ["B2", "C3", "D4", "B5", "C6", "B7"]
    book = with_its_colors_as_cells(tmp_path / "template.xlsx", tmp_path / "formulas.xlsx", cells)
    name = read_sheet(tmp_path / "template.xlsx").row(3).cells[1]
    typed = {"B2": "", "C3": "0,9", "B5": name.upper(), "A7": "10001"}
    filled = read_sheet(office.fill(book, tmp_path / "colored.xlsx", typed))
    headers = [column.header for column in filled.columns]
    colors = {
        word: [filled.row(n).cells[headers.index(column)] == "TRUE" for n in range(len(cells))]
        for word, column in (("gray", "_T"), ("yellow", "_U"))
    }
    assert colors == {
        "gray": [True, False, False, False, False, False],
        "yellow": [False, True, False, True, False, True],
    }
