"""A sheet that was exported and edited, while others changed the account: what is told, and what its files remember."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.conftest import Run

HERE = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")
SEND = (*HERE, "--yes", "--reread-after", "0")


def edit(path: Path, **cells: dict[str, str]) -> None:
    """Type into cells: `edit(path, speech_speed={"10001": "1.1"})`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for name, texts in cells.items():
        for row in rows:
            row[header.index(name)] = texts.get(row[0], row[header.index(name)])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def exported(run: Run, tmp_path: Path) -> Path:
    """A sheet of three assistants: the first and second are edited, others change the second and third since."""
    sheet = tmp_path / "account.csv"
    assert (
        run(
            "export",
            "-o",
            "account.csv",
            *HERE,
            "--fields",
            "name,speech_speed",
            "--only",
            "10001,10002,10003",
        ).exit
        == 0
    )
    edit(sheet, speech_speed={"10001": "1.1", "10002": "1.1"})
    (tmp_path / "others.csv").write_text("id,name,speech_speed\n10002,,0.8\n10003,Neu,0.8\n", "utf-8")
    assert run("apply", "others.csv", *SEND, "--run-dir", "others").exit == 0
    return sheet


def test_a_plan_tells_what_is_sent_what_is_left_to_others_and_what_both_changed(
    run: Run, tmp_path: Path
) -> None:
    exported(run, tmp_path)
    told = run("plan", "account.csv", *HERE)
    assert "remembers what was exported: 3 rows" in told.err
    assert "~ change 1    = already so 1    ! conflict 1" in told.out
    assert "not touched by you, changed by others since: 2 (in 1 row)" in told.out
    assert "speech_speed: wanted 1.1, now 0.8, changed by others since the export" in told.out
    assert (
        "  or: put yours over what others changed since the export: batch-update plan --on-conflict ours"
        in told.out
    )
    found = run("plan", "account.csv", *HERE, "--json").json
    assert (found["sheet"]["remembers"], found["counts"]["left_to_others"]) == (3, 2)
    assert found["left_to_others"] == [{"row": 4, "fields": ["name", "speech_speed"]}]
    (held,) = found["conflicts"]
    assert (held["row"], held["code"], held["fields"][0]["why"]) == (3, "X303", "edited")
    assert found["next"]["apply"].endswith(f"--expect {found['digest']}")


def test_what_a_run_writes_remembers_too(run: Run, tmp_path: Path) -> None:
    """failed.csv is as careful as the sheet was; results.csv goes on from what the run left; so does undo.csv."""
    exported(run, tmp_path)
    ended = run("apply", "account.csv", *SEND, "--run-dir", "first")
    assert (ended.exit, "--on-conflict ours" in ended.out) == (1, True)
    again = run("apply", "first/failed.csv", *SEND, "--run-dir", "second")
    assert (again.exit, "X303" in again.out) == (1, True)
    assert run("apply", "second/failed.csv", *SEND, "--on-conflict", "ours", "--run-dir", "third").exit == 0

    edit(tmp_path / "first" / "results.csv", speech_speed={"10001": "1.15"})
    told = run("plan", "first/results.csv", *HERE).out
    assert (
        "~ change 1" in told
        and "speech_speed  1.1 -> 1.15" in told
        and "conflict" not in told.splitlines()[2]
    )

    (tmp_path / "more.csv").write_text("id,speech_speed\n10001,0.9\n", "utf-8")
    assert "~ change 1" in run("plan", "first/undo.csv", *HERE).out
    assert run("apply", "more.csv", *SEND, "--run-dir", "fourth").exit == 0
    assert "! conflict 1" in run("plan", "first/undo.csv", *HERE).out


def test_a_check_knows_which_rows_nobody_edited(run: Run, tmp_path: Path) -> None:
    exported(run, tmp_path)
    assert "2 assistants to change" in run("check", "account.csv").out
    assert run("check", "account.csv", "--json").json["unchanged"] == 1


def test_without_a_look_it_is_told_that_nothing_of_it_counts(run: Run, tmp_path: Path) -> None:
    exported(run, tmp_path)
    told = run("plan", "account.csv", *HERE, "--no-fetch").out
    assert "~ change 3" in told and "does not count: nothing was compared" in told


def test_a_sheet_that_remembers_nothing_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("id,speech_speed\n10001,0.9\n", "utf-8")
    assert "remembers no export" in run("check", "more.csv").err


def test_a_secret_that_is_left_out_is_not_remembered_either(run: Run, tmp_path: Path) -> None:
    tool = '[{"type":"calendar_integration","calcom_api_key":"cal_live_1","calcom_event_slug":"x"}]'
    (tmp_path / "tools.csv").write_text('id;tools\n10001;"' + tool.replace('"', '""') + '"\n', "utf-8")
    assert run("apply", "tools.csv", *SEND).exit == 0
    options = ("-o", "-", *HERE, "--fields", "tools", "--only", "10001")
    without, known = (
        list(csv.reader(run("export", *options, way).out.splitlines()))[1][2].split(":")
        for way in ("--no-secrets", "--secrets")
    )
    assert without[3:5] == ["", ""] and known[3] != ""
