"""`plan`, and applying exactly what was reviewed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from batch_update.plan.saving import MARK, SCHEMA, load_plan, save_plan
from tests.cli.conftest import Run
from tests.cli.test_commands import SEND, statuses

LOOK = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")


def test_a_plan_shows_old_and_new_and_sends_nothing(run: Run) -> None:
    shown = run("plan", "good.csv", *LOOK)
    assert shown.exit == 0
    assert "~ change 3" in shown.out and "10001" in shown.out and "speech_speed" in shown.out
    assert run("plan", "good.csv", *LOOK, "--exit-code").exit == 10, "nothing was sent by the first one"


def test_what_is_already_so_is_not_sent_again(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--run-dir", "a").exit == 0
    again = run("apply", "good.csv", *SEND, "--run-dir", "b")
    assert (again.exit, statuses(tmp_path / "b" / "results.csv")) == (0, ["unchanged"] * 3)
    assert run("plan", "good.csv", *LOOK, "--exit-code").exit == 0


def test_a_saved_plan_is_applied_as_it_was_reviewed(run: Run, tmp_path: Path) -> None:
    assert run("plan", "good.csv", *LOOK, "--out", "p.json").exit == 0
    (tmp_path / "good.csv").write_text("id,speech_speed\n10001,0.7\n", "utf-8")
    assert run("apply", "p.json", *SEND, "--run-dir", "a").exit == 0
    assert statuses(tmp_path / "a" / "results.csv") == ["updated"] * 3
    assert (tmp_path / "p.json").stat().st_mode & 0o077 == 0


def test_a_saved_plan_refuses_what_decides_how_a_sheet_is_read_and_minds_no_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would do is settled: a flag that changes nothing would be taken for one that did."""
    assert run("plan", "good.csv", *LOOK, "--out", "p.json").exit == 0
    words = ("--map", "A=id", "--set", "voice_id=412", "--on-conflict", "ours", "--no-lookup")
    for verb in ("plan", "apply"):
        told = run(verb, "p.json", "--sandbox", *words)
        assert told.exit == 2 and "p.json was planned already" in told.err
        assert all(flag in told.err for flag in words[::2])
    monkeypatch.setenv("BATCH_UPDATE_DELIMITER", ";")
    assert run("apply", "p.json", *SEND, "--run-dir", "a").exit == 0


def test_check_tells_a_saved_plan_from_a_sheet_with_the_command_that_shows_it(run: Run) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    found = run("check", "p.json")
    assert found.exit == 2 and "is a saved plan, no sheet" in found.err
    assert found.err.rstrip().endswith("batch-update plan p.json")


def test_a_saved_plan_can_come_from_stdin_and_under_any_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    plan = b"\xef\xbb\xbf" + (tmp_path / "p.json").read_bytes()  # as an editor may save it
    (tmp_path / "reviewed.txt").write_bytes(plan)
    assert "Plan for user 501" in run("plan", "reviewed.txt", *LOOK).out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(plan)))
    assert run("apply", "-", *SEND, "--run-dir", "a").exit == 0
    assert statuses(tmp_path / "a" / "results.csv") == ["updated"] * 3


def test_a_saved_plan_is_no_sheet_to_be_checked(run: Run) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    result = run("check", "p.json")
    assert (result.exit, "p.json is a saved plan" in result.err, "batch-update plan" in result.err) == (
        2,
        True,
        True,
    )


def test_the_report_names_the_file_by_its_content(run: Run, tmp_path: Path) -> None:
    """Also when it is made again, and where the plan was saved before it was applied."""
    digest = hashlib.sha256((tmp_path / "good.csv").read_bytes()).hexdigest()
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    for sheet in ("good.csv", "p.json"):
        assert run("apply", sheet, *SEND, "--run-dir", sheet[0]).exit == 0
        (tmp_path / sheet[0] / "run.json").unlink()
        run("report", sheet[0])
        document = json.loads((tmp_path / sheet[0] / "run.json").read_text("utf-8"))
        assert document["sheet"]["sha256"] == digest


def test_a_saved_plan_can_be_applied_in_part(run: Run, tmp_path: Path) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    assert run("apply", "p.json", *SEND, "--only", "10002", "--run-dir", "a").exit == 0
    assert statuses(tmp_path / "a" / "results.csv") == ["not_sent", "updated", "not_sent"]
    assert run("apply", "p.json", *SEND, "--only", "7", "--run-dir", "b").exit == 2


def test_a_row_that_moved_since_is_a_conflict_and_the_others_go_out(run: Run, tmp_path: Path) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    (tmp_path / "edit.csv").write_text("id,speech_speed\n10001,0.8\n", "utf-8")
    run("apply", "edit.csv", *SEND, "--run-dir", "edit")
    result = run("apply", "p.json", *SEND, "--run-dir", "a")
    assert (result.exit, statuses(tmp_path / "a" / "results.csv")) == (1, ["conflict", "updated", "updated"])
    told = (tmp_path / "a" / "results.csv").read_text("utf-8-sig")
    assert "planned from 1" in told and "wanted 1.1" in told and "now 0.8" in told


def test_a_saved_plan_knows_for_which_mode_it_was_made(run: Run, tmp_path: Path) -> None:
    """The field itself is as it was: without the mode, only the server would notice."""
    (tmp_path / "kb.csv").write_text("id,knowledgebase_mode\n10001,prompt\n10002,prompt\n", "utf-8")
    run("plan", "kb.csv", *LOOK, "--out", "p.json")
    (tmp_path / "mode.csv").write_text("id,mode,multimodal_model_id\n10001,multimodal,1\n", "utf-8")
    run("apply", "mode.csv", *SEND, "--allow", "mode", "--run-dir", "mode")
    result = run("apply", "p.json", *SEND, "--run-dir", "a", "--json")
    assert (result.exit, statuses(tmp_path / "a" / "results.csv")) == (1, ["conflict", "updated"])
    told = (tmp_path / "a" / "results.csv").read_text("utf-8-sig")
    assert "mode: planned from pipeline, wanted as it was for knowledgebase_mode, now multimodal" in told


def test_a_plan_that_was_changed_by_hand_is_refused(run: Run, tmp_path: Path) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    (tmp_path / "p.json").write_text((tmp_path / "p.json").read_text("utf-8").replace("1.1", "1.2"), "utf-8")
    result = run("apply", "p.json", *SEND)
    assert (result.exit, "S113" in result.err) == (3, True)


def test_a_plan_of_another_version_is_refused(run: Run, tmp_path: Path) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    saved = (tmp_path / "p.json").read_text("utf-8")
    (tmp_path / "p.json").write_text(saved.replace(f'"{MARK}": {SCHEMA}', f'"{MARK}": {SCHEMA - 1}'), "utf-8")
    result = run("apply", "p.json", *SEND)
    assert (result.exit, "it was saved by another version" in result.err) == (3, True)


def test_a_plan_for_another_account_is_refused(run: Run, tmp_path: Path) -> None:
    run("plan", "good.csv", *LOOK, "--out", "p.json")
    path = tmp_path / "p.json"
    elsewhere = replace(load_plan("p.json", path.read_text("utf-8")), account="user 7 at sandbox")
    path.write_text(save_plan(elsewhere), "utf-8")
    result = run("apply", "p.json", *SEND)
    assert (result.exit, "X310" in result.err) == (5, True)


def test_the_digest_holds_a_sheet_to_what_was_reviewed(run: Run, tmp_path: Path) -> None:
    digest = run("plan", "good.csv", *LOOK, "--json").json["digest"]
    (tmp_path / "edit.csv").write_text("id,speech_speed\n10001,0.8\n", "utf-8")
    run("apply", "edit.csv", *SEND, "--run-dir", "edit")
    refused = run("apply", "good.csv", *SEND, "--expect", digest, "--run-dir", "a")
    assert (refused.exit, "X311" in refused.err, (tmp_path / "a").exists()) == (5, True, False)
    now = run("plan", "good.csv", *LOOK, "--json").json["digest"]
    assert run("apply", "good.csv", *SEND, "--expect", now, "--run-dir", "a").exit == 0


def test_an_id_that_is_not_there_is_a_problem_at_its_cell_before_anything_is_sent(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "more.csv").write_text("id,speech_speed\n10001,0.8\n99999,0.8\n", "utf-8")
    result = run("apply", "more.csv", *SEND, "--run-dir", "a")
    assert (result.exit, "X241" in result.err, "A3" in result.err) == (3, True, True)
    assert statuses(tmp_path / "a" / "results.csv") == ["not_sent", "invalid"]


def test_updated_rows_are_read_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").write_text("id,speech_speed,folder_id\n10001,0.8,\n10002,0.8,1\n", "utf-8")
    assert run("apply", "folder.csv", *SEND, "--run-dir", "a").exit == 0
    with (tmp_path / "a" / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["_verified"] for row in csv.DictReader(file)] == ["verified", "unverifiable"]


def test_saving_a_plan_writes_over_nothing_but_a_plan(run: Run, tmp_path: Path) -> None:
    """A sheet that a slip of the hand names as --out is not lost."""
    sheet = (tmp_path / "good.csv").read_bytes()
    (tmp_path / "notes.json").write_text('{"mine": 1}', "utf-8")
    (tmp_path / "folder.json").mkdir()
    for name, code in (
        ("good.csv", "U101"),
        ("notes.json", "U109"),
        ("folder.json", "U110"),
        ("nowhere/p.json", "U110"),
    ):
        result = run("plan", "good.csv", "--sandbox", "--out", name)
        assert (result.exit, code in result.err) == (2, True), name
    assert (tmp_path / "good.csv").read_bytes() == sheet
    assert (tmp_path / "notes.json").read_text("utf-8") == '{"mine": 1}'
    assert [run("plan", "good.csv", "--sandbox", "--out", "p.json").exit for _ in range(2)] == [0, 0]


def test_of_many_invalid_rows_the_screen_shows_a_few_and_the_rest_is_found(run: Run, tmp_path: Path) -> None:
    """Shown with how many there are; each is in --json and in the results."""
    rows = [f"{10_001 + n},{1.1 if n < 3 or n % 2 else 1.7}" for n in range(2_503)]
    (tmp_path / "many.csv").write_text("\n".join(["id,speech_speed", *rows]), "utf-8")
    shown = run("plan", "many.csv", *LOOK, "--no-fetch", "--skip-invalid", "--limit", "3")
    assert (shown.exit, shown.out.count("error V104")) == (0, 3)
    assert "and 1,247 more errors [V104] of this kind" in shown.out and "--json has each" in shown.out
    told = json.loads(run("plan", "many.csv", *LOOK, "--no-fetch", "--skip-invalid", "--json").out)
    wanted = [n + 2 for n in range(2_503) if n >= 3 and n % 2 == 0]
    assert [problem["row"] for problem in told["problems"]] == wanted
    run(
        "apply",
        "many.csv",
        *SEND,
        "--no-fetch",
        "--no-verify",
        "--skip-invalid",
        "--limit",
        "3",
        "--run-dir",
        "a",
    )
    with (tmp_path / "a" / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = [row["_message"] for row in csv.DictReader(file) if row["_status"] == "invalid"]
    assert reasons == ["speech_speed is above the maximum (1.7, allowed 0.7 to 1.2)"] * len(wanted)


@pytest.mark.parametrize("given", [(), ("--only", "10001,10002", "--limit", "1")])
@pytest.mark.parametrize("sheet", ["good.csv", "partly.csv"])
@pytest.mark.parametrize("saves", [False, True])
def test_the_next_command_of_a_plan_can_be_given_as_it_stands(
    run: Run, tmp_path: Path, given: tuple[str, ...], sheet: str, saves: bool
) -> None:
    """Also where rows are invalid, and where what was selected is all that was saved."""
    (tmp_path / "partly.csv").write_text("id,speech_speed\n10001,1.1\n10002,0.9\n10003,1.7\n", "utf-8")
    shown = run("plan", sheet, *LOOK, *given, *(("--out", "p.json") if saves else ()))
    is_wrong = sheet == "partly.csv" and not given
    assert shown.exit == (3 if is_wrong else 0)
    words = shlex.split(shown.out.rpartition("batch-update apply ")[2])
    assert ("mend the sheet, then: batch-update plan" in shown.out) == is_wrong
    sent = run("apply", *words, "--yes", "--run-dir", "a")
    assert (sent.exit, "updated" in sent.out) == (1 if is_wrong else 0, True), sent.err + sent.out


def test_where_nothing_can_be_sent_the_next_command_is_to_look_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text("id,speech_speed\n10003,1.7\n", "utf-8")
    shown = run("plan", "wrong.csv", *LOOK)
    assert (shown.exit, "batch-update apply" in shown.out) == (3, False)
    assert "Next: mend the sheet, then: batch-update plan --sandbox" in shown.out


def test_with_quiet_nothing_is_told_of_the_pace(run: Run) -> None:
    lower = ("--sandbox", "--sandbox-limits", "20/10", "--rate", "50/10")
    assert "keeping to 20 requests in 10 s" in run("plan", "good.csv", *lower).err
    assert run("plan", "good.csv", *lower, "--quiet").err == ""


def test_a_plan_as_a_workbook_tells_all_and_the_command_that_sends_exactly_that(
    run: Run, tmp_path: Path
) -> None:
    """It is written over by the next plan, is no sheet, and its command works as it stands."""
    import pandas as pd

    prompt = "Öffnungszeiten " * 3_000
    (tmp_path / "long.csv").write_text(f"id,system_prompt\n10001,{prompt}\n10002,=1+1\n", "utf-8")
    for _ in range(2):
        result = run("plan", "long.csv", *SEND[:-1], "--allow", "prompt_shrinks", "--xlsx", "plan.xlsx")
        assert (result.exit, "Book   plan.xlsx\n" in result.out) == (0, True), result.err
    pages = pd.read_excel(tmp_path / "plan.xlsx", sheet_name=None, header=None, engine="calamine")
    after = pages["Changes"][5].tolist()
    assert after[1].partition(" … ")[0] + "".join(pages["Texts"][2][1:]) == prompt
    command = next(value for value in pages["Summary"][1] if str(value).startswith("batch-update apply"))
    refused = run("check", "plan.xlsx")
    assert (refused.exit, "S139" in refused.err) == (3, True), refused.err
    (tmp_path / "other.xlsx").write_bytes(b"mine")
    assert "other.xlsx is there already" in run("plan", "long.csv", *SEND[:-1], "--xlsx", "other.xlsx").err
    assert run(*shlex.split(command)[1:], "--yes", "--run-dir", "sent").exit == 0
