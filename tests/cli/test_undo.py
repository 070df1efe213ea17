"""`undo`: back to what was, except where somebody has been since."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from batch_update.journal.reading import read_run
from tests.cli.conftest import Run
from tests.cli.test_commands import LOOK, SEND, statuses


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, "utf-8")
    return name


def test_undo_restores_what_still_holds_and_leaves_what_moved(run: Run, tmp_path: Path) -> None:
    """Two fields on 20 assistants; one of them edited elsewhere on 5: the other comes back on all."""
    ids = range(10001, 10021)
    sheet = "id,speech_speed,max_duration\n" + "".join(f"{i},0.75,777\n" for i in ids)
    assert run("apply", write(tmp_path, "two.csv", sheet), *SEND, "--run-dir", "first").exit == 0
    edit = "id,speech_speed\n" + "".join(f"{i},0.85\n" for i in list(ids)[:5])
    assert run("apply", write(tmp_path, "edit.csv", edit), *SEND, "--run-dir", "edit").exit == 0

    result = run("undo", "first", *SEND, "--run-dir", "back")
    assert (result.exit, "5 in conflict" in result.out) == (1, True)
    found = rows(tmp_path / "back" / "results.csv")
    assert [row["_status"] for row in found] == ["conflict"] * 5 + ["updated"] * 15
    assert all("before 1.0, ours 0.75, now 0.85" in row["_message"] for row in found[:5])
    assert {row["_changed"] for row in found[:5]} == {"max_duration"}
    assert {row["_changed"] for row in found[5:]} == {"speech_speed, max_duration"}

    again = run("undo", "first", *SEND, "--run-dir", "again", "--json")
    assert (again.exit, again.json["counts"]["conflict"], again.json["counts"]["updated"]) == (1, 5, 0)


def test_an_undo_can_be_undone(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "one.csv", "id,speech_speed\n10001,0.75\n")
    run("apply", sheet, *SEND, "--run-dir", "first")
    assert run("undo", "first", *SEND, "--run-dir", "back").exit == 0
    assert run("undo", "back", *SEND, "--run-dir", "forth").exit == 0
    assert run("plan", sheet, *LOOK, "--exit-code").exit == 0, "the sheet holds again"


def test_a_change_of_mode_is_taken_back_with_what_it_reset(run: Run, tmp_path: Path) -> None:
    run("export", "-o", "before.csv", *SEND[:-1])
    sheet = write(tmp_path, "mode.csv", "id,mode,multimodal_model_id\n10001,multimodal,1\n")
    assert run("apply", sheet, *SEND, "--allow", "mode", "--run-dir", "first").exit == 0
    assert run("undo", "first", *SEND, "--run-dir", "back").exit == 0
    assert run("plan", "before.csv", *LOOK, "--exit-code").exit == 0, "all is as it was"


def test_what_somebody_chose_after_a_change_of_mode_is_left_alone(run: Run, tmp_path: Path) -> None:
    """The mode reset the voice to its own default, and somebody took another one since."""
    sheet = write(tmp_path, "mode.csv", "id,mode,multimodal_model_id\n10001,multimodal,1\n")
    assert run("apply", sheet, *SEND, "--allow", "mode", "--run-dir", "first").exit == 0
    edit = write(tmp_path, "edit.csv", "id,voice_id\n10001,43\n")
    assert run("apply", edit, *SEND, "--run-dir", "edit").exit == 0
    result = run("undo", "first", *SEND, "--run-dir", "back")
    assert result.exit == 1
    (row,) = rows(tmp_path / "back" / "results.csv")
    assert row["_status"] == "conflict" and "now 43" in row["_message"]
    assert "mode: wanted pipeline, which would reset voice_id" in row["_message"]
    assert run("plan", edit, *LOOK, "--exit-code").exit == 0, "the other's voice is still there"


def test_a_change_of_mode_that_was_not_read_back_is_not_undone_on_faith(run: Run, tmp_path: Path) -> None:
    """Nobody knows whether the voice is the reset's or somebody's: undo says so, and undo.csv brings it back."""
    run("export", "-o", "before.csv", *SEND[:-1])
    sheet = write(tmp_path, "mode.csv", "id,mode,speech_speed\n10001,multimodal,0.75\n")
    sent = run("apply", sheet, *SEND, "--allow", "mode", "--no-verify", "--run-dir", "first")
    assert sent.exit == 0
    result = run("undo", "first", *SEND, "--run-dir", "back")
    (row,) = rows(tmp_path / "back" / "results.csv")
    assert (result.exit, row["_status"], row["_changed"]) == (1, "conflict", "speech_speed")
    assert "ours not known (it was not read back), now" in row["_message"]
    assert "undo.csv" in run("explain", "X301").out
    assert run("apply", "first/undo.csv", *SEND, "--allow", "mode", "--run-dir", "forced").exit == 0
    assert run("plan", "before.csv", *LOOK, "--exit-code").exit == 0, "all is as it was"


def test_undo_touches_nothing_that_its_run_did_not_send(run: Run, tmp_path: Path) -> None:
    """Of a saved plan one field was already so when it was sent: somebody else had set it."""
    sheet = write(tmp_path, "two.csv", "id,speech_speed,name\n10001,1.17,Neu\n")
    run("plan", sheet, *LOOK, "--out", "p.json")
    edit = write(tmp_path, "edit.csv", "id,speech_speed\n10001,1.17\n")
    run("apply", edit, *SEND, "--run-dir", "edit")
    assert run("apply", "p.json", *SEND, "--run-dir", "first").exit == 0
    assert "speech_speed" not in rows(tmp_path / "first" / "undo.csv")[0]
    assert run("undo", "first", *SEND, "--run-dir", "back").exit == 0
    assert run("plan", edit, *LOOK, "--exit-code").exit == 0, "the other's edit stands"


def test_undoing_an_undo_leaves_the_conflict_alone(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "two.csv", "id,speech_speed,max_duration\n10001,1.17,777\n")
    run("apply", sheet, *SEND, "--run-dir", "first")
    edit = write(tmp_path, "edit.csv", "id,speech_speed\n10001,0.8\n")
    run("apply", edit, *SEND, "--run-dir", "edit")
    assert run("undo", "first", *SEND, "--run-dir", "back").exit == 1
    assert run("undo", "back", *SEND, "--run-dir", "forth").exit == 0
    (row,) = rows(tmp_path / "forth" / "results.csv")
    assert row["_changed"] == "max_duration"
    assert run("plan", edit, *LOOK, "--exit-code").exit == 0, "0.8 stands"


def test_undo_takes_a_part_of_a_run_back(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "three.csv", "id,speech_speed\n10001,0.75\n10002,0.75\n10003,0.75\n")
    run("apply", sheet, *SEND, "--run-dir", "first")
    assert run("undo", "first", *SEND, "--only", "10002", "--run-dir", "a").exit == 0
    assert statuses(tmp_path / "a" / "results.csv") == ["not_sent", "updated", "not_sent"]
    assert run("undo", "first", *SEND, "--limit", "1", "--run-dir", "b").exit == 0
    assert statuses(tmp_path / "b" / "results.csv") == ["updated", "unchanged", "not_sent"]
    assert run("undo", "first", *SEND, "--no-fetch", "--run-dir", "c").exit == 2


def test_what_the_api_does_not_report_is_named(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "folder.csv", "id,speech_speed,folder_id\n10001,0.75,1\n10002,,1\n")
    assert run("apply", sheet, *SEND, "--run-dir", "first").exit == 0
    result = run("undo", "first", *SEND, "--run-dir", "back")
    assert (result.exit, "folder_id cannot be brought back" in result.err) == (1, True)
    assert statuses(tmp_path / "back" / "results.csv") == ["updated", "not_sent"]


def test_undo_csv_is_an_ordinary_sheet(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "one.csv", "id,speech_speed,name\n10001,0.75,\n10002,,Neu\n")
    run("apply", sheet, *SEND, "--run-dir", "first")
    assert run("apply", "first/undo.csv", *SEND, "--run-dir", "back").exit == 0
    assert statuses(tmp_path / "back" / "results.csv") == ["updated"] * 2
    assert run("undo", "first", *SEND, "--run-dir", "none", "--json").json["counts"]["updated"] == 0


def test_last_is_the_newest_run_and_a_beginning_is_enough(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "one.csv", "id,speech_speed\n10001,0.75\n")
    assert run("apply", sheet, *SEND).exit == 0
    (first,) = (tmp_path / "runs").iterdir()
    assert run("undo", first.name[:9], *SEND).exit == 0
    assert run("undo", "last", *SEND).exit == 0
    result = run("undo", "nothing", *SEND)
    assert (result.exit, "U111" in result.err, first.name in result.err) == (2, True, True)


def test_a_beginning_that_several_runs_share_undoes_none_of_them(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "one.csv", "id,speech_speed\n10001,0.75\n")
    for name in ("runs/monday", "runs/month"):
        run("apply", sheet, *SEND, "--run-dir", name)
    result = run("undo", "mon", *SEND)
    assert (result.exit, "U111" in result.err) == (2, True)
    assert "monday" in result.err and "month" in result.err
    assert run("plan", sheet, *LOOK, "--exit-code").exit == 0, "nothing was taken back"
    assert run("undo", "mond", *SEND).exit == 0
    assert run("plan", sheet, *LOOK, "--exit-code").exit == 10


def test_an_undo_shows_its_plan_with_what_it_leaves_alone_before_it_sends(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "two.csv", "id,speech_speed,max_duration\n10001,0.75,777\n10002,0.75,777\n")
    run("apply", sheet, *SEND, "--run-dir", "first")
    run("apply", write(tmp_path, "e.csv", "id,speech_speed\n10001,0.85\n"), *SEND, "--run-dir", "edit")
    shown = run("undo", "first", *SEND[:-1], "--run-dir", "back")
    assert (shown.exit, "U102" in shown.err) == (2, True), "nobody said yes"
    assert "! speech_speed: before 1.0, ours 0.75, now 0.85" in shown.err
    assert "max_duration" in shown.err and "1 of those to change held back in part" in shown.err
    assert run("plan", sheet, *LOOK, "--only", "10002", "--exit-code").exit == 0, "nothing was taken back"


def test_undo_last_takes_back_the_last_run_that_changed_something(run: Run, tmp_path: Path) -> None:
    """Somebody in a hurry says it after a guard has stopped the second try."""
    assert run("apply", "good.csv", *SEND, "--run-dir", "runs/first").exit == 0
    ways = {
        "stopped": (write(tmp_path, "b.csv", "id,name\n10005,B\n"), ("--max-changes", "0"), 5),
        "refused": (write(tmp_path, "c.csv", "id,speech_speed\n10005,7\n"), (), 3),
        "failed": (write(tmp_path, "d.csv", "id,name\n10005,D\n"), ("--sandbox-faults", "422@1"), 1),
        "same": ("good.csv", (), 0),
    }
    for name, (sheet, flags, status) in ways.items():
        assert run("apply", sheet, *SEND, *flags, "--run-dir", f"runs/{name}").exit == status
        os.utime(tmp_path / "runs" / "first" / "journal.db", (0, 0))
        alone = run("undo", name, *SEND)
        assert (alone.exit, "nothing" in alone.err) == (2, True), alone.err
    assert run("undo", "last", *SEND, "--run-dir", "back").exit == 0
    assert read_run(tmp_path / "back").facts.parent == "first"
