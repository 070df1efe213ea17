"""What runs changed is told from their journals: when, by whom, from what to what, undone or not, and by whom else."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from shlex import split
from typing import Any

import pandas as pd
import pytest

from batch_update.journal.across.glancing import RunHead
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import Occasion, report_of
from batch_update.journal.storing.schema import sealed
from batch_update.model.plans import Change, Outcome, Status
from batch_update.report.changed import changed_by_run, changes_of
from batch_update.report.history.blame import blame
from batch_update.report.history.past import MADE as KEPT
from batch_update.report.history.past import PastChange
from batch_update.run.recalling import question_of
from batch_update.sheet.writing.formats import write_export
from tests.cli.conftest import Run
from tests.cli.test_commands import LOOK, SEND
from tests.cli.test_runs import MADE, begin, complete, stop, taken_back
from tests.clocks import NOON

__all__ = ["complete"]  # a fixture
HOSTILE = "=1+1 <script>alert(1)</script> \u202e"


def told(run: Run, *words: str) -> list[dict[str, Any]]:
    result = run("history", *words, "--json")
    assert (result.exit, result.err) == (0, "")
    changes: list[dict[str, Any]] = result.json["changes"]
    return changes


def apply(run: Run, text: str, *more: str) -> None:
    Path("one.csv").write_text(text, "utf-8")
    assert run("apply", "one.csv", *SEND, *more).exit == 0


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_history_tells_what_the_whole_journal_tells(run: Run, make: Callable[[Run], Path]) -> None:
    """It reads only the lines that matter, of runs that were stopped, gone on with and taken back, too."""
    make(run)
    every = told(run)
    for number in (10001, 10002, 10003):
        expected = sorted(
            (folder.name, one.row, one.field, one.became, one.verified)
            for folder in Path("runs").iterdir()
            for one in changed_by_run(report_of(read_run(folder)))
            if one.became in KEPT and one.assistant_id == number
        )
        assert sorted(map(in_short, told(run, str(number)))) == expected
        assert sorted(in_short(one) for one in every if one["id"] == number) == expected


def in_short(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["run"], one["row"], one["field"], one["became"], one["verified"]


def test_each_change_has_its_time_run_author_note_and_what_undid_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(run, "id,speech_speed\n10001,0.9\n", "--note", "ticket 812", "--author", "Jörg")
    (first,) = (folder.name for folder in Path("runs").iterdir())
    assert run("undo", "last", *SEND, "--note", "too slow").exit == 0
    back, there = told(run, "10001")
    assert (there["run"], there["note"], there["author"], there["verified"]) == (
        first, "ticket 812", "Jörg", "verified")  # fmt: skip
    assert (there["before"], there["after"], there["undone_by"], there["sandbox"]) == (
        1.0,
        0.9,
        back["run"],
        True,
    )
    assert (back["command"], back["author"], back["note"], back["undone_by"]) == (
        "undo",
        "anna",
        "too slow",
        "",
    )
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("history", "10001").out
    assert f"undone by {back['run']}" in " ".join(shown.split()) and "note: ticket 812" in shown
    assert [line for line in shown.splitlines() if len(line) > 80 and "Next:" not in line] == []
    assert run("undo", back["run"], *SEND).exit == 0
    assert told(run, "10001")[2]["undone_by"] == "", "the undo was taken back, so that it stands again"


def test_fields_and_days_choose_among_the_changes(run: Run, complete: Path) -> None:
    assert {one["field"] for one in told(run, "10001")} == {"speech_speed", "name"}
    assert {one["field"] for one in told(run, "10001", "--field", "Name")} == {"name"}
    assert {one["field"] for one in told(run, "--field", "name,speech_speed", "--since", "1.1.2020")} > {
        "name"
    }
    for words in (("--since", "2099-01-01"), ("--until", "2020-01-01T09:30")):
        assert told(run, *words) == []
        assert "No run in runs changed 10001" in run("history", "10001", *words).err
    no_days = (("--since", "soon"), ("--since", "0001-01-01"), ("--until", "9999-12-31"))
    for words in (*no_days, ("--field", "nmae"), ("",)):
        assert run("history", *words).exit == 2
    for journal in complete.parent.rglob("journal.db"):
        os.utime(journal, (2**38, 2**38))
    assert told(run, "10001", "--since", "1.1.2020"), "a file's date may be none of any calendar"


def test_a_name_stands_for_the_one_assistant_that_has_or_had_it(run: Run, complete: Path) -> None:
    """Each name that a run met, or gave: a letter of another case is the same."""
    assert {one["id"] for one in told(run, "praxis dr. weiß")} == {10001}
    apply(run, "id,name\n10003,Praxis Dr. Weiß\n")
    result = run("history", "Praxis Dr. Weiß")
    assert (result.exit, "10001, 10003" in result.err) == (2, True)
    assert "no run in runs changed an assistant called 'Nobody'" in run("history", "Nobody").err


def test_a_journal_that_cannot_be_read_is_told_and_hides_no_other(run: Run, complete: Path) -> None:
    spoiled, other = begin_again(run, "0.7"), begin_again(run, "0.8")
    with sqlite3.connect(spoiled / "journal.db") as db:
        db.execute("UPDATE change SET data = replace(data, '0.7', '0.6')")
    db.close()
    with sqlite3.connect(other / "journal.db") as db:
        db.execute("PRAGMA user_version = 3")
    db.close()
    (Path("runs") / "foreign").mkdir()
    (Path("runs") / "foreign" / "journal.db").write_text("nobody's journal" * 99)
    assert run("apply", "bad.csv", *SEND).exit == 3
    for words in (("10001",), ()):
        result = run("history", *words)
        assert (result.exit, complete.name in result.out) == (0, True)
        assert all(name in result.err for name in (spoiled.name, other.name, "foreign"))
        document = run("history", *words, "--json").json
        assert {one["code"] for one in document["unread"]} == {"J104", "J105", "J106"}


def test_a_line_that_is_missing_in_a_log_is_damage_here_too(run: Run, complete: Path) -> None:
    with sqlite3.connect(complete / "journal.db") as db:
        assert db.execute("DELETE FROM log WHERE n = 1").rowcount == 1
    db.close()
    assert [one["code"] for one in run("history", "10001", "--json").json["unread"]] == ["J104"]


def begin_again(run: Run, speed: str) -> Path:
    Path("one.csv").write_text(f"id,speech_speed\n10001,{speed}\n", "utf-8")
    before = set(Path("runs").iterdir())
    assert run("apply", "one.csv", *SEND).exit == 0
    (made,) = set(Path("runs").iterdir()) - before
    return made


def test_history_as_a_sheet_holds_times_numbers_texts_and_never_a_formula(run: Run) -> None:
    apply(run, f'id,name\n10001,"{HOSTILE}"\n', "--note", "=cmd|' /C calc'!A0")
    for name in ("h.csv", "h.xlsx"):
        assert run("history", "-o", name).exit == 0
        assert run("history", "-o", name).exit == 2, "what lies there is kept"
    (row,) = pd.read_excel("h.xlsx", engine="calamine").to_dict("records")
    assert row["after"] == HOSTILE.replace("\u202e", "\\u202e"), "as people see it: what hides is shown"
    (change,) = told(run, "10001")
    local = datetime.fromisoformat(change["at"]).astimezone().replace(tzinfo=None)
    assert abs(row["when"].to_pydatetime() - local) < timedelta(seconds=1), "a time, as it is here"
    assert (row["id"], row["row"], row["before"]) == (10001, 2, change["before"])
    rows = list(csv.reader(Path("h.csv").read_text("utf-8-sig").splitlines(), delimiter=","))
    assert len(rows) == 2
    shown = run("history", "10001").out
    assert "\u202e" not in shown and "<script>" in shown


@pytest.mark.parametrize("given", [("--delimiter", ";"), ()])
def test_a_german_program_opens_the_csv_of_history(
    run: Run, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    """Semicolons and decimal commas, by the locale or as asked for; stdout is for programs, and has commas."""
    apply(run, "id,speech_speed\n10001,1.15\n")
    if not given:
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    for name in ("h.csv", "h.jsonl"):
        assert run("history", "-o", name, *given).exit == 0
    header, row = csv.reader(Path("h.csv").read_text("utf-8-sig").splitlines(), delimiter=";")
    assert dict(zip(header, row, strict=True))["after"] == "1,15"
    assert json.loads(Path("h.jsonl").read_text("utf-8"))["after"] == "1.15"
    sign = ";" if given else ","
    assert run("history", "-o", "-", *given).out.startswith(f"when{sign}run{sign}")


def test_page_and_workbook_of_a_run_name_the_command_that_tells_its_history(run: Run) -> None:
    """Behind it stands an id; it says where the runs lie, and it works where it is pasted."""
    apply(run, "id,speech_speed\n10001,0.9\n")
    write_export(Path("book.xlsx"), ["id", "speech_speed"], [["10001", "0.8"]])
    assert run("apply", "book.xlsx", *SEND, "--runs-dir", "my runs").exit == 0
    for runs, command in (("runs", "history"), ("my runs", "history --runs-dir 'my runs'")):
        (page,) = Path(runs).glob("*/report.html")
        assert f'"history":"batch-update {command}"' in page.read_text("utf-8")
        assert [one["run"] for one in told(run, *split(command)[1:], "10001")] == [page.parent.name]
    (book,) = Path("my runs").glob("*/results.xlsx")
    with zipfile.ZipFile(book) as archive:
        assert f"batch-update {command} ID" in archive.read("xl/sharedStrings.xml").decode()


# ---------------------------------------------------------------- blame


def verdicts(run: Run, *words: str) -> dict[str, str]:
    result = run("history", "--blame", "10001", *words, "--json")
    assert result.exit == 0
    return {one["field"]: one["origin"] for one in result.json["fields"]}


def test_blame_tells_what_a_run_set_from_what_was_changed_outside(run: Run, complete: Path) -> None:
    apply(run, "id,speech_speed\n10001,0.7\n", "--runs-dir", "elsewhere")
    found = verdicts(run, *LOOK)
    assert (found["name"], found["speech_speed"], found["language_id"]) == ("ours", "outside", "untouched")
    shown = run("history", "--blame", "10001", *LOOK).out
    assert "speech_speed  changed outside: now 0.7; set to 1.1 by" in shown
    assert "more fields were set by no run of this folder" in shown
    assert verdicts(run, "--no-fetch") == {"name": "not_seen", "speech_speed": "not_seen"}
    assert run("history", "--blame", *LOOK).exit == 2, "nobody is named"
    assert run("history", "--blame", "10001", "-o", "x.csv").exit == 2


def rewrite_head(folder: Path, was: str, now: str) -> None:
    """Have a journal tell something else of its run."""
    with sqlite3.connect(folder / "journal.db") as db:
        (data,) = db.execute("SELECT data FROM run").fetchone()
        assert was in data
        n, data, seal = sealed(1, data.replace(was, now))
        db.execute("UPDATE run SET data = ?, seal = ? WHERE n = ?", (data, seal, n))
    db.close()


def test_a_server_or_a_sandbox_that_is_named_leaves_out_what_was_changed_elsewhere(
    run: Run, complete: Path, tmp_path: Path
) -> None:
    """An id means another assistant there. Where none is named, all are told, each with its place."""
    real, state = "http://127.0.0.1:9/api", read_run(complete).facts.settings
    assert state is not None and state.sandbox_state is not None
    kept = len(told(run, "10001"))
    apply(run, "id,speech_speed\n10001,0.7\n")
    (other,) = (folder for folder in Path("runs").iterdir() if folder.name != complete.name)
    rewrite_head(other, "https://sandbox/api", real)  # as if it had been a real server
    both = told(run, "10001")
    assert kept and len(both) > kept
    for words in (["10001"], []):
        there = told(run, *words, "--base-url", real)
        here = told(run, *words, "--sandbox")
        assert {one["run"] for one in here} == {complete.name} and len(there + here) == len(told(run, *words))
    assert len(told(run, "--sandbox", "--sandbox-state", str(state.sandbox_state))) == len(
        told(run, "--sandbox")
    )
    assert told(run, "--sandbox", "--sandbox-state", str(tmp_path / "another.db")) == []


def test_what_another_account_holds_is_blamed_on_nobody(run: Run, complete: Path) -> None:
    rewrite_head(complete, "user 501", "user 502")
    result = run("history", "--blame", "10001", *LOOK)
    assert (result.exit, "and the runs were for user 502" in result.err) == (0, True)
    assert set(verdicts(run, *LOOK).values()) == {"not_seen"}


def test_without_a_key_the_journals_alone_are_blamed_and_it_is_said(run: Run, complete: Path) -> None:
    rewrite_head(complete, "https://sandbox/api", "http://127.0.0.1:9/api")  # as if it had been a real server
    result = run("history", "--blame", "10001")
    assert result.exit == 0 and "was not read: " in result.err and "by anna" in result.out


def test_what_was_sent_without_an_answer_is_blamed_only_where_it_arrived(run: Run) -> None:
    stop(run)
    taken_back(run)
    assert begin(run).exists()
    assert set(verdicts(run, *LOOK).values()) <= {"ours", "untouched"}


def test_a_day_by_itself_holds_all_of_it() -> None:
    day = question_of(since="2026-10-01", until="2026-10-01").selection
    assert day.since is not None and day.before is not None and day.before - day.since == timedelta(days=1)
    moment = question_of(since="2026-10-01T09:30", until="2026-10-01T09:30").selection
    assert moment.since == moment.before


def test_what_may_never_have_arrived_is_not_blamed_on_somebody_outside() -> None:
    change = Change(1, {"speech_speed": 0.9}, (0,), before={"speech_speed": 1.0})
    (what,) = changes_of(change, Outcome(Status.UNKNOWN, "N502", attempts=1), [2])
    head = RunHead(Path("runs/one"), NOON, "apply", "", Occasion(), "", "", "", "", "")
    last = [PastChange(NOON, head, Occasion(), what, left=0.9)]
    found = {now: next(iter(blame(last, {"speech_speed": now}))).origin.value for now in (0.9, 1.0, 1.1)}
    assert found == {0.9: "ours", 1.0: "untouched", 1.1: "outside"}
