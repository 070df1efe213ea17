"""`export`: what goes where, what is refused before anything is asked, and that the sheet changes nothing."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from batch_update.sheet.reading import read_sheet
from tests.cli.conftest import Run

SANDBOX = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")
SECRET = "cal_live_a1b2c3"


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def give_a_secret(run: Run, tmp_path: Path) -> None:
    """The first assistant gets a tool with a key inside."""
    tool = {"type": "calendar_integration", "calcom_api_key": SECRET, "calcom_event_slug": "x"}
    (tmp_path / "tools.jsonl").write_text(json.dumps({"id": 10001, "tools": [tool]}) + "\n")
    assert run("apply", "tools.jsonl", *SANDBOX, "--yes").exit == 0


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "jsonl"])
def test_an_account_as_a_sheet_that_changes_nothing(run: Run, tmp_path: Path, ending: str) -> None:
    result = run("export", "-o", f"all.{ending}", *SANDBOX)
    assert (result.exit, f"all.{ending}: 60 assistants, 48 columns, read in 1 request" in result.out) == (
        0,
        True,
    )
    following = result.out.splitlines()[-1]
    assert following.startswith("Next: edit it, then: batch-update plan --sandbox")
    assert following.endswith(f" all.{ending}")
    assert stat.S_IMODE((tmp_path / f"all.{ending}").stat().st_mode) == 0o600
    assert run("check", f"all.{ending}").exit == 0
    planned = run("plan", f"all.{ending}", *SANDBOX, "--exit-code")
    assert (planned.exit, "60 already so" in planned.out) == (0, True), planned.out + planned.err


@pytest.mark.parametrize("given", [("--delimiter", ";"), ()])
def test_a_german_program_opens_an_export_and_it_changes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    """Semicolons and decimal commas, by the locale or as asked for; stdout is for programs, and has commas."""
    if not given:
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    fields = ("--fields", "name,speech_speed", "--only", "10001,10003")
    assert run("export", "-o", "de.csv", *SANDBOX, *fields, *given).exit == 0
    header, row = (tmp_path / "de.csv").read_text("utf-8-sig").splitlines()[:2]
    assert (header, row.split(";")[2]) == ("id;name;speech_speed;_base", "1,0")
    assert "2 already so" in run("plan", "de.csv", *SANDBOX).out
    sign = ";" if given else ","
    assert run("export", "-o", "-", *SANDBOX, *fields, *given).out.startswith(f"id{sign}name{sign}")


def test_stdout_gets_the_sheet_and_stderr_the_words(run: Run) -> None:
    result = run("export", "-o", "-", *SANDBOX, "--fields", "name,Stimme", "--only", "10002,10001")
    assert [row[:3] for row in cells(result.out)] == [
        ["id", "name", "voice_id"],
        ["10001", "Bäckerei Größe – Empfang", "412"],
        ["10002", "Praxis Dr. Weiß – Kundendienst", "418"],
    ]
    assert (result.exit, "stdout: 2 assistants, 4 columns" in result.err) == (0, True)


def test_conditions_choose_the_rows(run: Run) -> None:
    chosen = ("--where", "mode=dualplex", "--where", "name~hotel", "--fields", "mode")
    rows = cells(run("export", "-o", "-", *SANDBOX, *chosen, "--quiet").out)
    assert rows[1:] and all(row[1] == "dualplex" for row in rows[1:])
    assert len(rows) < 11


def test_names_stand_in_conditions_where_ids_do(run: Run) -> None:
    asked = ("export", "-o", "-", *SANDBOX, "--fields", "voice_id", "--quiet", "--where")
    assert cells(run(*asked, "voice_id=sabine (de)").out) == cells(run(*asked, "voice_id=412").out)
    refused = run(*asked, "voice_id=Sabinne")
    assert refused.exit == 2 and "412" in refused.err and "batch-update choices voices" in refused.err


def test_fields_and_conditions_may_come_from_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCH_UPDATE_FIELDS", "mode, name")
    monkeypatch.setenv("BATCH_UPDATE_WHERE", "mode=pipeline\nname=Bäckerei Größe – Empfang")
    monkeypatch.setenv("BATCH_UPDATE_OUTPUT", "-")
    assert [row[:3] for row in cells(run("export", *SANDBOX).out)] == [
        ["id", "mode", "name"], ["10001", "pipeline", "Bäckerei Größe – Empfang"]
    ]  # fmt: skip
    assert cells(run("export", *SANDBOX, "--fields", "mode").out)[0] == ["id", "mode", "_base"]


def test_nothing_that_fits_is_a_sheet_without_rows(run: Run, tmp_path: Path) -> None:
    result = run("export", "-o", "none.csv", *SANDBOX, "--where", "name=nobody", "--fields", "name")
    assert (result.exit, "0 assistants" in result.out, "Next" in result.out) == (0, True, False)
    assert (tmp_path / "none.csv").read_text("utf-8-sig") == "id,name,_base\n"


def test_a_file_that_is_there_is_kept_unless_force_is_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    result = run("export", "-o", "mine.csv", *SANDBOX)
    assert (result.exit, "U109" in result.err, "--force" in result.err) == (2, True, True)
    assert (tmp_path / "mine.csv").read_text() == "mine"
    assert not (tmp_path / "state").exists(), "nothing was asked of the server"
    assert run("export", "-o", "mine.csv", *SANDBOX, "--force").exit == 0
    assert len(read_sheet(tmp_path / "mine.csv")) == 60


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["-o", "all.ods"], "U101", ".xlsx"),
        (["-o", "none/all.csv"], "U110", "make that folder first"),
        (["-o", "-", "--json"], "U101", "stdout"),
        (["-o", "all.csv", "--fields", "speech_sped"], "U101", "did you mean speech_speed?"),
        (["-o", "all.csv", "--where", "speech_speed"], "U101", "in quotes"),
        (["-o", "all.csv", "--where", "mode=duplex"], "U101", "did you mean dualplex?"),
        (["-o", "all.csv", "--where", "label_ids=1"], "U101", "does not report"),
        (["-o", "all.csv", "--only", "7"], "X241", "7"),
        (["-o", "all.csv", "--only", "x"], "U101", "--only"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(
    run: Run, tmp_path: Path, words: list[str], code: str, message: str
) -> None:
    result = run("export", *words, *SANDBOX)
    told = result.err + result.out
    assert (result.exit, code in told, message in told) == (2, True, True), told
    assert not list(tmp_path.glob("all.*"))


def test_the_output_has_to_be_named(run: Run) -> None:
    result = run("export", *SANDBOX)
    assert (result.exit, "--output" in result.err) == (2, True)


def test_a_refused_key_is_told_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    result = run("export", "-o", "all.csv", "--base-url", "http://127.0.0.1:9")
    assert (result.exit, "U104" in result.err) == (4, True)
    assert not (tmp_path / "all.csv").exists()


def test_a_secret_goes_into_files_and_it_is_said(run: Run, tmp_path: Path) -> None:
    give_a_secret(run, tmp_path)
    result = run("export", "-o", "all.csv", *SANDBOX)
    assert SECRET in (tmp_path / "all.csv").read_text("utf-8-sig")
    assert ("written: 1 cell with a calcom_api_key" in result.err, "only you may read" in result.err) == (
        True,
        True,
    )
    assert SECRET not in result.out + result.err
    assert "60 already so" in run("plan", "all.csv", *SANDBOX).out


def test_without_secrets_the_cell_is_empty_and_the_sheet_still_changes_nothing(
    run: Run, tmp_path: Path
) -> None:
    give_a_secret(run, tmp_path)
    result = run("export", "-o", "all.csv", *SANDBOX, "--no-secrets")
    assert SECRET not in (tmp_path / "all.csv").read_text("utf-8-sig")
    assert "left empty: 1 cell with a calcom_api_key" in result.err
    assert "60 already so" in run("plan", "all.csv", *SANDBOX).out


def test_stdout_gets_a_secret_only_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    give_a_secret(run, tmp_path)
    assert SECRET not in run("export", "-o", "-", *SANDBOX, "--fields", "tools").out
    assert SECRET in run("export", "-o", "-", *SANDBOX, "--fields", "tools", "--secrets").out


def test_what_is_left_out_is_said(run: Run) -> None:
    told = run("export", "-o", "all.csv", *SANDBOX, "--fields", "fillers,label_ids,folder_id").err
    assert "left empty: 20 cells that cannot be sent as they are" in told and "(fillers 20)" in told
    assert "empty columns" in told and "label_ids, folder_id" in told


def test_what_the_mode_does_not_have_stands_in_a_column_of_its_own(run: Run, tmp_path: Path) -> None:
    told = run("export", "-o", "all.csv", *SANDBOX, "--fields", "mode,fillers").err
    table = [line.split(",") for line in (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()]
    assert "(fillers 20)" in told and table[0] == ["id", "mode", "fillers", "_reported", "_base"]
    assert {(row[1] == "pipeline", row[3]) for row in table[1:]} >= {(True, ""), (False, "fillers: false")}


def test_json_is_one_document_about_the_file(run: Run) -> None:
    result = run("export", "-o", "all.xlsx", *SANDBOX, "--fields", "name,label_ids", "--json")
    assert (
        result.json
        | {
            "file": "all.xlsx",
            "account": result.json["account"],
            "assistants": 60,
            "columns": ["id", "name", "label_ids", "_base"],
            "requests": 1,
            "left_empty": {},
            "unreported": ["label_ids"],
            "secrets": {"cells": 0, "written": True},
        }
        == result.json
    )
    assert (result.exit, result.err, "user 501" in result.json["account"]) == (0, "", True)


def test_errors_are_json_too(run: Run) -> None:
    result = run("export", "-o", "all.ods", *SANDBOX, "--json")
    assert (result.exit, result.json["error"]["code"]) == (2, "U101")


def test_quiet_says_nothing_when_all_is_well(run: Run) -> None:
    result = run("export", "-o", "all.csv", *SANDBOX, "--quiet")
    assert (result.exit, result.out, result.err) == (0, "", "")
