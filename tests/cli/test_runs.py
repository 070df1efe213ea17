"""What became of the runs, and removing old ones: never one that is going on, nor what is no run."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from batch_update.account.locking import AccountLock
from batch_update.sheet.reading import read_sheet
from tests.cli.conftest import Run, at_a_server
from tests.cli.test_commands import LOOK, SEND

DAY = 86400


def begin(run: Run, *more: str) -> Path:
    """One more run, its folder."""
    before = set(Path("runs").glob("*"))
    run("apply", "good.csv", *SEND, *more)
    (made,) = set(Path("runs").glob("*")) - before
    return made


def age(folder: Path, days: float) -> None:
    """As if its journal had been written so long ago."""
    path = folder / "journal.db"
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - days * DAY))


def stop(run: Run) -> Path:
    """A run that a refused key stopped: the rest is still to be sent."""
    return begin(run, "--no-fetch", "--sandbox-faults", "401@2", "--concurrency", "1")


def names() -> set[str]:
    return {path.name for path in Path("runs").iterdir()}


@pytest.fixture
def complete(run: Run) -> Path:
    return begin(run)


def test_a_run_folder_is_its_owners_alone(complete: Path) -> None:
    assert stat.S_IMODE(complete.stat().st_mode) == 0o700


def test_list_names_each_run_with_its_counts_the_newest_first(run: Run, complete: Path) -> None:
    age(complete, 1)
    stopped = stop(run)
    lines = run("runs", "list").out.splitlines()
    assert lines[0].split() == ["run", "began", "state"]
    first, second = lines[1:4], lines[4:7]
    assert (first[0].split()[0], second[0].split()[0]) == (stopped.name, complete.name)
    assert first[0].endswith("to be resumed") and second[0].endswith("complete")
    assert second[1:] == ["    apply of good.csv: 3 updated", "    sandbox, by anna"]
    listed = run("runs", "list", "--json").json["runs"]
    assert [entry["state"] for entry in listed] == ["to be resumed", "complete"]
    assert listed[1]["counts"] == {"updated": 3}


def test_list_and_show_tell_where_by_whom_and_what_for_in_80_columns(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("nightly.toml").write_text(
        'file = "good.csv"\nnote = "the file says why"\nruns-dir = "runs"\n', "utf-8"
    )
    note = "new opening hours\nticket 812 " + "word " * 20
    assert run("job", "run", "nightly.toml", *SEND, "--note", note, "--author", "Jörg").exit == 0
    monkeypatch.setenv("COLUMNS", "80")
    for words in (("runs", "list"), ("runs", "show", "last")):
        shown = run(*words).out
        assert "    sandbox, by Jörg, job nightly\n    note: new opening hours ticket 812 word" in shown
        assert all(len(line) <= 80 for line in shown.splitlines() if "batch-update" not in line)
        document = run(*words, "--json").json
        told = document["runs"][0] if "runs" in document else document
        assert (told["note"], told["author"], told["job"], told["sandbox"]) == (
            " ".join(note.split()), "Jörg", "nightly", True)  # fmt: skip


def test_a_run_whose_rows_a_later_one_did_says_so_and_may_go(run: Run) -> None:
    """Each row that is left open has to end as it should have, with the same values."""
    stopped = stop(run)
    Path("other.csv").write_text("id,speech_speed\n10003,0.9\n", "utf-8")
    begin_with(run, "other.csv")
    assert run("runs", "list", "--json").json["runs"][1]["state"] == "to be resumed"
    Path("other.csv").write_text("id,speech_speed,name\n10002,,Bäckerei Größe\n10003,0.9,\n", "utf-8")
    doer = begin_with(run, "other.csv")
    entry = next(one for one in run("runs", "list", "--json").json["runs"] if one["name"] == stopped.name)
    assert (entry["state"], entry["done_by"][-1]) == ("done since", doer.name)
    shown = run("runs", "show", stopped.name).out
    assert f"what it left open was done by {entry['done_by'][0]}" in shown and "Go on" not in shown
    assert run("runs", "prune", "--keep", "0", "--yes").exit == 0
    assert not stopped.exists()


def test_what_a_guard_stopped_is_listed_as_that_may_be_gone_on_with_and_may_go(run: Run) -> None:
    folder = held_by_a_guard(run)
    assert run("runs", "list", "--json").json["runs"][0]["state"] == "stopped by guard"
    assert "Go on   batch-update resume" in run("runs", "show", folder.name).out
    run("runs", "prune", "--keep", "0", "--yes")
    assert not folder.exists()


def test_a_journal_of_another_version_is_called_that_and_not_damaged(run: Run, complete: Path) -> None:
    with sqlite3.connect(complete / "journal.db") as db:
        db.execute("PRAGMA user_version = 3")
    db.close()
    shown = run("runs", "list")
    assert "of another form" in shown.out and "damaged" not in shown.out
    assert "runs show" not in shown.out, "it could not be shown"
    run("runs", "prune", "--keep", "0", "--yes")
    assert complete.exists()


def test_show_names_the_rows_that_can_be_mended_and_how(run: Run) -> None:
    folder = begin(run, "--sandbox-faults", "422@1")
    lines = run("runs", "show", "last").out.splitlines()
    (fix,) = (
        line for line in lines if line.startswith("Fix     edit failed.csv there, then: batch-update apply ")
    )
    assert fix.endswith(str(folder / "failed.csv"))


def test_list_tells_what_did_not_read_back_as_sent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(method: str, path: str, number: int) -> tuple[int, Any] | None:
        """Every update is answered as done, and none is."""
        assistant = path.rpartition("/")[2]
        return (200, {"message": "ok", "data": {"id": int(assistant)}}) if method == "PUT" else None

    with at_a_server(before, monkeypatch, tmp_path) as server:
        assert run("apply", "good.csv", *server, "--reread-after", "0").exit == 1
    assert "3 updated (3 mismatch)" in run("runs", "list").out
    assert run("runs", "list", "--json").json["runs"][0]["mismatches"] == 3


def test_without_runs_the_list_says_so(run: Run) -> None:
    result = run("runs", "list")
    assert (result.exit, result.out, "holds no runs" in result.err) == (0, "", True)
    assert run("runs", "list", "--json").json["runs"] == []


def test_a_damaged_journal_is_listed_and_does_not_hide_the_others(run: Run, complete: Path) -> None:
    other = begin(run)
    journal = other / "journal.db"
    content = bytearray(journal.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    journal.write_bytes(content)
    states = {
        entry["name"]: (entry["state"], bool(entry["error"]))
        for entry in run("runs", "list", "--json").json["runs"]
    }
    assert states == {complete.name: ("complete", False), other.name: ("damaged", True)}
    assert run("runs", "list").exit == 0
    assert run("runs", "show", other.name).exit == 2


def test_show_tells_the_summary_and_the_next_command(run: Run, complete: Path) -> None:
    shown = run("runs", "show", "last").out
    assert "apply of good.csv" in shown and "complete" in shown and "3 updated" in shown
    lines = shown.splitlines()
    assert any(
        line.startswith("Undo    batch-update undo --sandbox ") and line.endswith(str(complete))
        for line in lines
    )
    assert "resume" not in shown
    stopped = stop(run)
    lines = run("runs", "show", stopped.name).out.splitlines()
    assert any(
        line.startswith("Go on   batch-update resume --sandbox ") and line.endswith(str(stopped))
        for line in lines
    )
    document = run("runs", "show", complete.name, "--json").json
    assert (document["state"], document["counts"]["updated"]) == ("complete", 3)


def test_show_repeats_the_server_and_the_sandbox_that_the_run_was_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pasted without them, the next command would go to another account."""
    monkeypatch.delenv("BATCH_UPDATE_SANDBOX_STATE")
    state = str(tmp_path / "own.db")
    assert (
        run("apply", "good.csv", "--sandbox", "--sandbox-state", state, "--yes", "--run-dir", "a").exit == 0
    )
    assert f"batch-update undo --sandbox --sandbox-state {state} a" in run("runs", "show", "a").out
    monkeypatch.setenv("FAMULOR_API_KEY", "k" * 20)
    there = ("--base-url", "http://127.0.0.1:9/api", "--no-fetch", "--max-outage", "1", "--max-attempts", "1")
    run("apply", "good.csv", *there, "--yes", "--run-dir", "b")
    assert "batch-update resume --base-url http://127.0.0.1:9/api" in run("runs", "show", "b").out


def finished(run: Run) -> Path:
    return begin(run)


def sent_in_waves(run: Run) -> Path:
    return begin(run, "--waves", "1", "--sandbox-faults", "422@2")


def held_by_a_guard(run: Run) -> Path:
    return begin(run, "--max-changes", "0")


def gone_on_with(run: Run) -> Path:
    folder = stop(run)
    run("resume", str(folder), *SEND, "--concurrency", "2", "--limit", "1", "--waves", "1")
    return folder


def gone_on_with_to_the_end(run: Run) -> Path:
    folder = gone_on_with(run)
    run("resume", str(folder), *SEND, "--retry-failed", "--sandbox-faults", "503@1")
    return folder


def taken_back(run: Run) -> Path:
    begin(run)
    before = names()
    run("undo", "last", *SEND)
    (made,) = names() - before
    return Path("runs") / made


MADE = [finished, stop, sent_in_waves, held_by_a_guard, gone_on_with, gone_on_with_to_the_end, taken_back]


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_report_makes_the_files_again_byte_for_byte(run: Run, make: Callable[[Run], Path]) -> None:
    """Whatever the run met, and however often it was gone on with: run.json with its times and figures too."""
    folder = make(run)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "journal.db"}
    assert {"results.csv", "run.json"} <= set(before)
    for name in before:
        (folder / name).write_text("spoiled")
    result = run("report", str(folder))
    assert result.exit == 0 and str(folder / "results.csv") in result.out
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "journal.db"} == before


@pytest.mark.parametrize("format", ["xlsx", "jsonl"])
def test_a_report_in_another_format_has_every_row_as_text_and_can_be_applied(
    run: Run, tmp_path: Path, format: str
) -> None:
    texts = 'id,speech_speed,name,_note,_more\n10001,1.1,Bäckerei,=1+1,+49 1\n10002,0.9,,"a\nb",\n10003,,,,\n'
    (tmp_path / "good.csv").write_text(texts, "utf-8")
    folder = begin(run)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = run("report", "last", "--format", format)
    made = folder / f"results.{format}"
    assert (result.exit, result.out) == (0, f"{made}\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path != made} == before
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    if format == "xlsx":
        with ZipFile(made) as book:
            cells = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in cells and set(re.findall(r' t="(\w+)"', cells)) <= {"s", "inlineStr"}
    sheet = read_sheet(made)
    assert [row.cells[0] for row in map(sheet.row, range(len(sheet)))] == ["10001", "10002", "10003"]
    assert sheet.columns[3].texts[0] == "=1+1"
    again = run("plan", str(made), *LOOK, "--json")
    assert (again.exit, again.json["counts"]["change"]) == (0, 0)


def test_a_report_as_json_is_run_json_alone(run: Run, complete: Path) -> None:
    before = (complete / "run.json").read_bytes()
    (complete / "run.json").unlink()
    (complete / "results.csv").unlink()
    assert run("report", "last", "--format", "json").out == f"{complete / 'run.json'}\n"
    assert (complete / "run.json").read_bytes() == before and not (complete / "results.csv").exists()
    made = run("report", "last", "--format", "csv,jsonl", "--format", "xlsx").out.splitlines()
    assert {Path(line).name for line in made} == {
        "report.html", "results.csv", "undo.csv", "run.json", "results.jsonl", "results.xlsx"}  # fmt: skip


def test_of_two_formats_that_hold_one_file_it_is_written_once(
    run: Run, complete: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Formats may come from the environment, as every list: by lines."""
    monkeypatch.setenv("BATCH_UPDATE_FORMAT", "json\ncsv")
    made = [Path(line).name for line in run("report", "last").out.splitlines()]
    assert sorted(made) == ["report.html", "results.csv", "run.json", "undo.csv"]


def test_a_format_that_is_none_is_a_usage_error(run: Run, complete: Path) -> None:
    result = run("report", "last", "--format", "pdf")
    assert (result.exit, "csv, html, json, jsonl, xlsx, junit, parquet" in result.err) == (2, True)


def test_a_report_to_be_shared_is_a_file_of_its_own(run: Run, complete: Path) -> None:
    """Its format is told by its name; what is left out of it stays in the run's folder."""
    before = {path.name: path.read_bytes() for path in complete.iterdir()}
    made = run("report", "last", "-o", "for-customer.csv", "--redact", "name", "--only", "10001,10002")
    assert (made.exit, made.out) == (0, "for-customer.csv\n")
    rows = Path("for-customer.csv").read_text("utf-8").splitlines()
    assert len(rows) == 3 and rows[1].startswith("10001,1.1,[redacted: 15 characters],2,updated,")
    assert {path.name: path.read_bytes() for path in complete.iterdir()} == before
    refused = run("apply", "for-customer.csv", *SEND)
    assert refused.exit == 3 and "C119" in refused.out + refused.err


def test_every_format_is_made_in_the_runs_folder_too(run: Run, complete: Path) -> None:
    made = run("report", "last", "--format", "junit,parquet").out.splitlines()
    assert [Path(line).name for line in made] == ["junit.xml", "results.parquet"]
    again = run("report", "last", "--format", "junit,parquet", "--json").json
    assert again["files"] == made


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--redact", "prompts"), "--output"),
        (("--only", "10001"), "--output"),
        (("-o", "-"), "name a file"),
        (("-o", "x.csv", "--format", "csv,json"), "one format"),
        (("-o", "good.csv"), "--force"),
        (("-o", "none/x.json"), "make that folder first"),
        (("-o", "good.csv/x.json"), "good.csv is no folder"),
        (("-o", "x.csv", "--redact", "nobody"), "no group"),
        (("-o", "x.csv", "--only", "4"), "no row"),
    ],
)
def test_a_report_that_cannot_be_made_says_why_and_writes_nothing(
    run: Run, complete: Path, words: tuple[str, ...], why: str
) -> None:
    before = sorted(path.name for path in Path().iterdir())
    result = run("report", "last", *words)
    assert (result.exit, why in result.err) == (2, True), result.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_report_of_what_is_no_run_is_a_usage_error(run: Run) -> None:
    assert run("report", "nothing").exit == 2


# ---------------------------------------------------------------- prune


def test_prune_keeps_the_newest(run: Run) -> None:
    made = [begin(run) for _ in range(4)]
    for days, folder in enumerate(reversed(made)):
        age(folder, days)
    result = run("runs", "prune", "--keep", "2", "--yes")
    assert (result.exit, names()) == (0, {folder.name for folder in made[2:]})
    assert result.out.count("removed") == 2


@pytest.mark.parametrize("given, left", [("3d", {0, 2}), ("49h", {0, 2}), ("1w", {0, 2, 9}), ("1d", {0})])
def test_prune_removes_only_what_is_older(run: Run, given: str, left: set[int]) -> None:
    made = {days: begin(run) for days in (0, 2, 9)}
    for days, folder in made.items():
        age(folder, days)
    if given == "1w":
        age(made[9], -3)
    run("runs", "prune", "--older-than", given, "--yes")
    assert names() == {made[days].name for days in left}


def test_both_limits_must_be_met(run: Run) -> None:
    made = [begin(run) for _ in range(3)]
    for folder, days in zip(made, (1, 20, 40), strict=True):
        age(folder, days)
    run("runs", "prune", "--keep", "1", "--older-than", "30d", "--yes")
    assert names() == {made[0].name, made[1].name}


def test_an_open_run_goes_only_by_force(run: Run) -> None:
    stopped = stop(run)
    result = run("runs", "prune", "--keep", "0", "--yes")
    assert (names(), "--force" in result.err) == ({stopped.name}, True)
    run("runs", "prune", "--keep", "0", "--yes", "--force")
    assert names() == set()


def test_a_run_that_is_going_on_never_goes(run: Run, complete: Path, tmp_path: Path) -> None:
    """Its lock tells, though its journal may look complete; a lock that a dead process left tells nothing."""
    (path,) = (tmp_path / "state" / "accounts").glob("*.lock")
    with AccountLock(path) as lock:
        lock.works_in(complete)
        assert run("runs", "list", "--json").json["runs"][0]["state"] == "running"
        result = run("runs", "prune", "--keep", "0", "--yes", "--force")
        assert (names(), "is running" in result.err) == ({complete.name}, True)
        card = path.with_suffix(".holder.json").read_bytes()
    path.with_suffix(".holder.json").write_bytes(card)
    run("runs", "prune", "--keep", "0", "--yes")
    assert names() == set()


def test_what_is_no_run_stays(run: Run, complete: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    (runs / "notes").mkdir()
    (runs / "foreign").mkdir()
    (runs / "foreign" / "journal.db").write_text("not a database, and nobody's journal" * 99)
    (runs / "link").symlink_to(tmp_path / "elsewhere")
    complete.rename(tmp_path / "elsewhere")
    result = run("runs", "prune", "--keep", "0", "--yes", "--force")
    assert result.exit == 0
    assert names() == {"notes", "foreign", "link"}
    assert (tmp_path / "elsewhere" / "journal.db").exists()


def test_prune_needs_to_be_told_what_and_a_yes(run: Run, complete: Path) -> None:
    nothing = run("runs", "prune", "--yes")
    unasked = run("runs", "prune", "--keep", "0")
    odd = run("runs", "prune", "--older-than", "soon", "--yes")
    assert [nothing.exit, unasked.exit, odd.exit] == [2, 2, 2]
    assert ("U101" in nothing.err, "U102" in unasked.err, "12h, 30d, 8w" in odd.err) == (True, True, True)
    assert names() == {complete.name}


@pytest.mark.parametrize("command", ["undo", "resume", "report"])
def test_an_empty_name_means_no_run(run: Run, complete: Path, command: str) -> None:
    """As of a script whose variable is not set: the only run there is must not be taken back."""
    result = run(command, "")
    assert (result.exit, "no run is named" in result.err) == (2, True)


def test_a_folder_without_a_journal_is_told_from_a_run_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("apply", "bad.csv", "--sandbox", "--yes", "--run-dir", "it").exit == 3
    result = run("resume", "it")
    assert (result.exit, "J103" in result.err and "nothing was sent" in result.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("resume", "{}"),
        ("undo", "{}"),
        ("report", "{}"),
        ("runs", "show", "{}"),
        ("job", "run", "{}.toml"),
        ("job", "check", "{}.toml"),
        ("export", "--sandbox", "-o", "{}.csv"),
        ("plan", "good.csv", "--sandbox", "--out", "{}.json"),
    ],
)
def test_a_name_that_the_file_system_refuses_is_no_bug(run: Run, words: tuple[str, ...]) -> None:
    """Longer than any may be; a folder that others may not enter is refused in the same way."""
    result = run(*(word.format("n" * 300) for word in words))
    assert (result.exit, "File name too long" in result.err) == (2, True), result.err


# ---------------------------------------------------------------- runs without a journal


def refused(run: Run) -> Path:
    return begin_with(run, "bad.csv")


def begin_with(run: Run, sheet: str, *more: str) -> Path:
    before = set(Path("runs").glob("*"))
    run("apply", sheet, *SEND, *more)
    (made,) = set(Path("runs").glob("*")) - before
    return made


def stillborn(run: Run) -> Path:
    """As a kill leaves it between the folder and the journal."""
    (folder := Path("runs/2026-11-22T0931-changes")).mkdir(parents=True)
    (folder / ".journal.db.abc.part").touch()
    return folder


def without_a_plan(run: Run) -> Path:
    (folder := Path("runs/2026-11-22T0932-changes")).mkdir(parents=True)
    (folder / "journal.db").touch()
    return folder


@pytest.mark.parametrize(
    ("leave", "state", "sheet"),
    [(refused, "refused", "bad.csv"), (stillborn, "never began", ""), (without_a_plan, "never began", "")],
)
def test_a_run_that_never_sent_anything_is_listed_and_may_go(
    run: Run, leave: Callable[[Run], Path], state: str, sheet: str
) -> None:
    folder = leave(run)
    (entry,) = run("runs", "list", "--json").json["runs"]
    assert (entry["name"], entry["state"], entry["sheet"], entry["error"]) == (
        folder.name,
        state,
        sheet,
        None,
    )
    assert state in run("runs", "list").out
    if not (folder / "journal.db").exists():
        for name in (folder.name, str(folder)):
            shown = run("runs", "show", name)
            assert (shown.exit, state in shown.out, sheet in shown.out) == (0, True, True), shown.err
        assert run("runs", "show", folder.name, "--json").json["error"]["code"] == "J103"
    assert run("runs", "prune", "--keep", "0", "--yes").exit == 0
    assert not folder.exists()


@pytest.mark.parametrize("document", ["{}", "[]", "no JSON", '{"tool": "another 1.0", "exit": 3}'])
def test_what_another_program_left_is_no_run(run: Run, document: str) -> None:
    for name in ("2026-11-22T0931-changes", "other"):
        (folder := Path("runs") / name).mkdir(parents=True)
        (folder / "run.json").write_text(document, "utf-8")
    assert run("runs", "list", "--json").json["runs"] == []
    run("runs", "prune", "--keep", "0", "--yes", "--force")
    assert len(names()) == 2


def test_a_run_whose_journal_was_removed_is_not_called_refused(run: Run, complete: Path) -> None:
    (complete / "journal.db").unlink()
    (entry,) = run("runs", "list", "--json").json["runs"]
    assert entry["state"] == "damaged"
    run("runs", "prune", "--keep", "0", "--yes")
    assert complete.exists()


# ---------------------------------------------------------------- last


def test_last_is_the_one_that_last_sent_something_whatever_the_files_times(run: Run, complete: Path) -> None:
    begin(run)  # all is so already
    refused(run)
    age(complete, 400)
    assert complete.name in run("runs", "show", "last").out
    assert run("report", "last", "--format", "json").out == f"{complete / 'run.json'}\n"


def test_last_to_be_resumed_is_one_that_is_still_to_be_sent(run: Run, complete: Path) -> None:
    Path("other.csv").write_text("id,name\n10002,Other\n", "utf-8")
    held = begin_with(run, "other.csv", "--max-changes", "0")
    assert run("resume", "last", *SEND, "--max-changes", "1", "--json").exit == 0
    assert run("runs", "show", held.name, "--json").json["state"] == "complete"


def test_a_last_one_that_cannot_be_read_is_not_passed_over(run: Run, complete: Path) -> None:
    Path("other.csv").write_text("id,name\n10002,Other\n", "utf-8")
    other = begin_with(run, "other.csv")
    (other / "journal.db").write_bytes((other / "journal.db").read_bytes()[:9000])
    result = run("undo", "last", *SEND)
    assert (result.exit, "U111" in result.err, other.name in result.err) == (2, True, True)


def test_last_is_the_last_run_that_sent_something_and_with_any_the_last_of_all(run: Run) -> None:
    """A night that changed nothing comes after the one that did: undo takes that one back."""
    nothing = run("runs", "show", "last")
    assert nothing.exit == 2
    run("apply", "good.csv", *SEND, "--max-changes", "1", "--run-dir", "runs/held")
    for words in (("runs", "show"), ("report", "last"), ("undo", "last", *SEND)):
        told = run(*words)
        assert (told.exit, "U111" in told.err, "--any" in told.err) == (2, True, True), words
    assert "held" in run("runs", "show", "--any").out
    assert run("apply", "good.csv", *SEND, "--run-dir", "runs/changed").exit == 0
    assert run("apply", "good.csv", *SEND, "--run-dir", "runs/idle").exit == 0
    assert run("apply", "bad.csv", *SEND, "--run-dir", "runs/refused").exit == 3
    assert "changed: apply" in run("runs", "show").out
    assert "refused" in run("runs", "show", "--any").out
    assert run("runs", "show", "idle", "--any").out.startswith("idle: apply"), "a name is what it says"
    assert "3 updated" in run("undo", "last", *SEND).out
