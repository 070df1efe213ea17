"""`resume`: what is done costs nothing, the rest is sent, in the same folder."""

from __future__ import annotations

import inspect
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import pytest

import batch_update
from batch_update.account.locking import AccountLock, is_held
from batch_update.cli.commands.changing.apply import apply
from batch_update.cli.commands.changing.resume import resume
from batch_update.cli.commands.changing.undo import undo
from batch_update.journal.reading import read_run
from batch_update.outcomes import exit_status
from batch_update.run.applying import begin_apply
from batch_update.run.resuming import begin_resume
from batch_update.run.steps.means import Means
from batch_update.run.watching import Watcher
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import Settings
from tests.cli.at_terminal import AtTerminal
from tests.cli.conftest import Run, at_a_server
from tests.cli.test_commands import LOOK, SEND, statuses
from tests.cli.test_undo import rows
from tests.clocks import FakeTime

UNPACED = Settings(sandbox=True, sandbox_limits=(), rate=())
ROWS = "id,speech_speed\n" + "".join(f"{10001 + n},0.75\n" for n in range(12))


def stopped(run: Run, folder: Path) -> None:
    """A run that ends with its sixth update, since the server refuses a value."""
    (folder / "twelve.csv").write_text(ROWS, "utf-8")
    flags = ("--sandbox-faults", "422@6", "--max-failures", "1", "--concurrency", "1", "--run-dir", "it")
    assert run("apply", "twelve.csv", *SEND, *flags).exit == 5


def test_a_stopped_run_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    before = statuses(tmp_path / "it" / "results.csv")
    assert (before.count("updated"), before.count("not_sent")) == (5, 6)
    (tmp_path / "twelve.csv").write_text("id,name\n1,edited\n", "utf-8")
    result = run("resume", "it", *SEND, "--retry-failed")
    assert (result.exit, statuses(tmp_path / "it" / "results.csv")) == (0, ["updated"] * 12)
    assert not (tmp_path / "it" / "failed.csv").exists(), "nothing is left to do"


def test_failed_rows_wait_until_they_are_asked_for(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND).exit == 1
    assert statuses(tmp_path / "it" / "results.csv").count("failed") == 1
    assert run("resume", "it", *SEND, "--retry-failed").exit == 0


def test_the_row_that_met_a_refused_key_goes_out_with_the_next_one(run: Run, tmp_path: Path) -> None:
    """It failed, but not for a reason of its own."""
    (tmp_path / "twelve.csv").write_text(ROWS, "utf-8")
    flags = ("--sandbox-faults", "401@6+", "--concurrency", "1", "--run-dir", "it")
    assert run("apply", "twelve.csv", *SEND, *flags).exit == 4
    assert statuses(tmp_path / "it" / "results.csv").count("failed") == 1
    assert run("resume", "it", *SEND).exit == 0
    assert statuses(tmp_path / "it" / "results.csv") == ["updated"] * 12


def test_a_run_that_died_before_it_began_goes_on_though_rows_of_its_sheet_are_wrong(
    run: Run, tmp_path: Path
) -> None:
    """There is a journal, so there was leave to leave those rows out."""

    @contextmanager
    def killed() -> Iterator[Any]:
        raise RuntimeError("killed here")
        yield

    given = {"skip_invalid": True, "yes": True, "run_dir": "it"}
    settings = read_settings(given, UNPACED.model_dump(exclude_unset=True), environ=os.environ)
    with pytest.raises(RuntimeError, match="killed here"):
        anyio.run(begin_apply("bad.csv", settings, Means(interrupts=killed)))
    assert run("resume", "it", *SEND).exit == 1
    assert statuses(tmp_path / "it" / "results.csv") == ["invalid", "updated"]


def test_what_could_not_be_read_back_is_read_by_resume(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates = 0
    is_down = True

    def before(method: str, path: str, number: int) -> tuple[int, Any] | None:
        nonlocal updates
        updates += method == "PUT"
        return (404, {"message": "no list today"}) if is_down and updates and method == "GET" else None

    with at_a_server(before, monkeypatch, tmp_path) as server:
        result = run("apply", "good.csv", *server, "--run-dir", "it")
        assert result.exit == 1 and "not read back: " in result.out and "no list today" in result.out
        assert "Go on   batch-update resume" in result.out
        attempts = [row["_attempts"] for row in rows(tmp_path / "it" / "results.csv")]
        is_down, sent = False, updates
        result = run("resume", "it", *server)
        assert result.exit == 0 and "what was sent is read back" in result.err and updates == sent
        found = rows(tmp_path / "it" / "results.csv")
        assert {(row["_status"], row["_verified"]) for row in found} == {("updated", "verified")}
        assert [row["_attempts"] for row in found] == attempts
        assert "is finished" in run("resume", "it", *server).err


def test_a_run_that_was_not_to_be_read_back_is_finished(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--no-verify", "--run-dir", "it").exit == 0
    result = run("resume", "it", *SEND)
    assert (result.exit, "is finished" in result.err) == (0, True)


def test_a_finished_run_says_so_and_does_nothing(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--run-dir", "it").exit == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "it").iterdir()}
    result = run("resume", "it", *SEND)
    assert (result.exit, "nothing is left" in result.err) == (0, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "it").iterdir()} == before


def test_of_a_finished_run_it_tells_what_was_not_done_and_what_to_do(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND).exit == 1
    for flags in ((), ("--quiet",)):
        result = run("resume", "it", *SEND, *flags)
        assert (result.exit, "nothing is left" in result.err) == (1, not flags)
        assert "11 updated, 1 failed" in result.out and "A422" in result.out
        assert "Fix     edit failed.csv there, then: batch-update apply --sandbox" in result.out
    assert run("resume", "it", *SEND, "--json").json["files"]["failed"] == str(Path("it", "failed.csv"))


@pytest.mark.parametrize("command", ["apply good.csv", "resume it", "undo it"])
def test_where_the_server_cannot_be_read_it_is_said_that_nothing_was_sent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    stopped(run, tmp_path)
    monkeypatch.setenv("FAMULOR_API_KEY", "a-key-that-opens-nothing")
    nobody = ("--base-url", "http://127.0.0.1:1/api", "--max-attempts", "1", "--max-outage", "0", "--yes")
    result = run(*command.split(), *nobody)
    assert (result.exit, "nothing was sent" in result.err and "= help:" in result.err) == (5, True), (
        result.err
    )


def test_where_its_folder_takes_no_results_the_run_is_still_the_one_to_take_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The results are then elsewhere, but not its journal."""

    def before(method: str, path: str, number: int) -> None:
        if (method, number) == ("PUT", 1):
            (tmp_path / "it" / "results.csv").mkdir()

    with at_a_server(before, monkeypatch, tmp_path) as server:
        result = run("apply", "good.csv", *server, "--run-dir", "it")
        assert (result.exit, str(Path("it", "results.csv")) in result.err) == (0, True)
        words = shlex.split(result.out.rpartition("batch-update undo ")[2])
        assert words[-1] == "it" and "report.html" in result.out
        assert run("undo", *words, "--yes").exit == 0


def test_without_a_terminal_it_needs_a_yes(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND[:-1]).exit == 2


def test_a_run_that_a_guard_stopped_goes_on_once_that_is_allowed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mode.csv").write_text("id,mode,multimodal_model_id\n10001,multimodal,1\n", "utf-8")
    assert run("apply", "mode.csv", *SEND, "--run-dir", "it").exit == 5
    refused = run("resume", "it", *SEND)
    assert (refused.exit, "G101" in refused.err) == (5, True)
    assert run("resume", "it", *SEND, "--allow", "mode").exit == 0
    assert statuses(tmp_path / "it" / "results.csv") == ["updated"]


def test_a_run_that_goes_on_does_not_send_what_the_mode_of_now_has_no_place_for(
    run: Run, tmp_path: Path
) -> None:
    """Stopped before anything was sent, and meanwhile somebody changed the mode of one assistant."""
    (tmp_path / "kb.csv").write_text("id,knowledgebase_mode\n10001,prompt\n10002,prompt\n", "utf-8")
    (tmp_path / "mode.csv").write_text("id,mode,multimodal_model_id\n10001,multimodal,1\n", "utf-8")
    stopped_run = run(
        "apply", "kb.csv", *SEND, "--sandbox-faults", "401@1", "--concurrency", "1", "--run-dir", "it"
    )
    assert stopped_run.exit == 4
    run("apply", "mode.csv", *SEND, "--allow", "mode", "--run-dir", "mode")
    assert run("resume", "it", *SEND, "--retry-failed").exit == 1
    assert statuses(tmp_path / "it" / "results.csv") == ["conflict", "updated"]
    told = (tmp_path / "it" / "results.csv").read_text("utf-8-sig")
    assert "mode: planned from pipeline, wanted as it was for knowledgebase_mode, now multimodal" in told


def test_the_sending_options_of_apply_hold_for_resume_and_undo() -> None:
    """All but those that say how a sheet is read, and those that would change nothing there."""
    about_sheets = {"on_conflict"} | {
        name
        for name, info in Settings.model_fields.items()
        if group_of(info) in {"Sheet", "Limits", "Look-ups"}
    }
    of_apply = set(inspect.signature(apply).parameters) - about_sheets - {"file"}
    of_resume = set(inspect.signature(resume).parameters) - {"run", "retry_failed", "any_run"}
    of_undo = set(inspect.signature(undo).parameters) - {"run", "any_run"}
    assert of_apply - of_resume == {"skip_invalid", "run_dir"} and of_resume < of_apply
    assert of_apply - of_undo == {"skip_invalid", "no_fetch", "allow"} and of_undo < of_apply
    assert {
        "waves",
        "pause",
        "max_failures",
        "max_changes",
        "allow",
        "rate",
        "only",
        "limit",
        "yes",
    } < of_apply


def group_of(info: Any) -> str:
    return info.json_schema_extra["group"]


# ---------------------------------------------------------------- part of what is left


def test_limit_and_only_take_a_part_and_leave_the_rest_for_another_time(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    limited = run("resume", "it", *SEND, "--limit", "2")
    assert (limited.exit, "4 left out" in limited.out) == (1, True), "one row failed before"
    found = statuses(tmp_path / "it" / "results.csv")
    assert (found.count("updated"), found.count("not_sent")) == (7, 4)
    assert "batch-update resume" in next(line for line in limited.out.splitlines() if "Go on" in line)
    assert run("runs", "list", "--json").json["runs"] == [] and not read_run(tmp_path / "it").complete

    last = 10001 + max(index for index, status in enumerate(found) if status == "not_sent")
    assert run("resume", "it", *SEND, "--only", str(last)).exit == 1
    assert statuses(tmp_path / "it" / "results.csv").count("not_sent") == 3
    assert run("resume", "it", *SEND, "--only", "10001").exit == 2, "it is done already"
    assert run("resume", "it", *SEND, "--retry-failed").exit == 0
    assert statuses(tmp_path / "it" / "results.csv") == ["updated"] * 12


def test_a_failed_row_that_is_left_out_stays_failed(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    before = statuses(tmp_path / "it" / "results.csv")
    open_row = 10001 + before.index("not_sent")
    run("resume", "it", *SEND, "--retry-failed", "--only", str(open_row))
    assert statuses(tmp_path / "it" / "results.csv").count("failed") == 1


# ---------------------------------------------------------------- guards and waves


def test_limits_hold_for_what_is_left(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    for flag, low, code in (("--max-changes", "5", "G120"), ("--max-change-percent", "9.9", "G121")):
        held = run("resume", "it", *SEND, flag, low, "--limit", "6")
        assert (held.exit, code in held.err) == (5, True)
        assert statuses(tmp_path / "it" / "results.csv").count("not_sent") == 6, "nothing was sent"
    assert run("resume", "it", *SEND, "--max-changes", "6", "--max-change-percent", "10").exit == 1
    assert statuses(tmp_path / "it" / "results.csv").count("updated") == 11


def test_waves_pause_and_failures_hold_and_count_what_is_sent_now(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    result = run("resume", "it", *SEND, "--waves", "1,2", "--pause", "0", "--max-failures", "1")
    assert (result.exit, "wave 3 of 3" in result.err, "R108" in result.out) == (1, True, False)
    found = rows(tmp_path / "it" / "results.csv")
    assert {row["_verified"] for row in found if row["_status"] == "updated"} == {"verified"}
    again = run("resume", "it", *SEND, "--retry-failed", "--sandbox-faults", "422@1+", "--max-failures", "1")
    assert (again.exit, "R108" in again.out) == (5, True)


def test_waves_are_counted_on_from_those_of_earlier_sessions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "twelve.csv").write_text(ROWS, "utf-8")
    flags = ("--waves", "2,rest", "--sandbox-faults", "422@6", "--concurrency", "1", "--run-dir", "it")
    assert run("apply", "twelve.csv", *SEND, *flags).exit == 5
    assert run("resume", "it", *SEND, "--waves", "1,rest", "--max-failures", "2").exit == 1
    events = json.loads((tmp_path / "it" / "run.json").read_text("utf-8"))["events"]
    assert [one["wave"] for one in events if one["kind"] == "wave"][-2:] == [3, 4]


def test_a_plan_that_was_reviewed_can_be_held_to(run: Run, tmp_path: Path) -> None:
    (tmp_path / "twelve.csv").write_text(ROWS, "utf-8")
    digest = run("plan", "twelve.csv", *LOOK, "--json").json["digest"]
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND, "--expect", "0" * 16).exit == 5
    assert run("resume", "it", *SEND, "--expect", digest).exit == 1


def test_no_fetch_reads_nothing_and_an_undo_cannot_go_on_unseen(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert (
        run("resume", "it", *SEND, "--no-fetch", "--no-verify", "--retry-failed", "--json").json["stats"][
            "requests"
        ]
        == requests_of(tmp_path / "it", sessions=1) + 7
    )
    flags = ("--sandbox-faults", "401@2", "--concurrency", "1", "--run-dir", "back")
    assert run("undo", "it", *SEND, *flags).exit == 4
    unseen = run("resume", "back", *SEND, "--no-fetch")
    assert (unseen.exit, "U101" in unseen.err) == (2, True)


def requests_of(folder: Path, sessions: int) -> int:
    return sum(session.stats.requests for session in read_run(folder).sessions[:sessions] if session.stats)


def test_the_run_goes_on_in_its_own_folder(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    refused = run("resume", "it", *SEND, "--run-dir", "other")
    assert (refused.exit, "--run-dir" in refused.err, (tmp_path / "other").exists()) == (2, True, False)
    assert run("resume", "it", *SEND).exit == 1


def test_a_run_that_an_outage_ended_goes_on_once_the_server_is_up(run: Run, tmp_path: Path) -> None:
    (tmp_path / "twelve.csv").write_text(ROWS, "utf-8")
    flags = ("--sandbox-faults", "502@4+", "--concurrency", "1", "--max-attempts", "1", "--max-outage", "0")
    result = run("apply", "twelve.csv", *SEND, *flags, "--run-dir", "it")
    assert (result.exit, "[R103]" in result.out, "batch-update resume" in result.out) == (5, True, True)
    assert statuses(tmp_path / "it" / "results.csv").count("updated") == 3
    again = run("resume", "it", *SEND)
    assert (again.exit, statuses(tmp_path / "it" / "results.csv")) == (0, ["updated"] * 12)


# ---------------------------------------------------------------- finished runs


def test_a_finished_run_is_one_document_and_needs_no_key(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--run-dir", "it").exit == 0
    found = run("resume", "it", "--json")
    assert (found.exit, found.json["counts"]["updated"]) == (0, 3)
    assert run("resume", "it", "--quiet").err == ""


# ---------------------------------------------------------------- one at a time


class Meanwhile(Watcher):
    """While this one waits for the account, the process that holds it goes on with a run, and comes to its end."""

    def __init__(self, folder: Path) -> None:
        (path,) = (folder.parent / "state" / "accounts").glob("*.lock")
        self._lock = AccountLock(path)
        self._lock.__enter__()
        self._folder = folder

    def waiting(self, words: str) -> None:
        self._lock.__exit__(None, None, None)
        another = Thread(
            target=batch_update.resume, args=(self._folder, UNPACED), kwargs={"retry_failed": True}
        )
        another.start()
        another.join()


def test_a_run_that_another_process_has_finished_meanwhile_is_left_alone(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    means = Means(Meanwhile(tmp_path / "it"), clock=FakeTime.real().clock)
    settings = read_settings(
        {"wait": 60, "yes": True}, UNPACED.model_dump(exclude_unset=True), environ=os.environ
    )
    ended = anyio.run(begin_resume(tmp_path / "it", settings, means, retry_failed=True))
    assert ended.was_finished and exit_status(ended.report) == 0
    assert len(read_run(tmp_path / "it").sessions) == 2


def test_an_undo_takes_back_what_was_done_until_it_got_the_lock(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    batch_update.undo(tmp_path / "it", UNPACED, watcher=Meanwhile(tmp_path / "it"), wait=60, run_dir="back")
    assert statuses(tmp_path / "back" / "results.csv") == ["updated"] * 12


@pytest.mark.parametrize("command", ["apply", "resume", "undo"])
def test_the_question_comes_once_the_lock_is_held_and_names_what_was_found_then(
    run: Run, tmp_path: Path, at_terminal: AtTerminal, command: str
) -> None:
    stopped(run, tmp_path)
    (path,) = (tmp_path / "state" / "accounts").glob("*.lock")
    held: list[bool] = []
    seat = at_terminal("n")
    seat.on_question = lambda: held.append(is_held(path))
    assert run(command, "good.csv" if command == "apply" else "it", *SEND[:-1]).exit == 2
    (question,) = seat.asked
    assert held == [True]
    assert f"Change {({'apply': 3, 'resume': 6, 'undo': 5})[command]} assistants of user " in question
    assert not is_held(path)


@pytest.mark.parametrize("command", ["resume", "undo"])
def test_a_run_that_is_going_on_under_another_key_is_left_alone(
    run: Run, tmp_path: Path, command: str
) -> None:
    """Its lock is another one; two writers of one journal would be the end of it."""
    stopped(run, tmp_path)
    journal = (tmp_path / "it" / "journal.db").read_bytes()
    with AccountLock(tmp_path / "state" / "batch-update" / "accounts" / "0123456789abcdef.lock") as lock:
        lock.works_in(tmp_path / "it")
        result = run(command, "it", *SEND)
        assert (result.exit, "another process works in this run" in result.err) == (75, True)
    assert (tmp_path / "it" / "journal.db").read_bytes() == journal
    assert run(command, "it", *SEND).exit in {0, 1}


@pytest.mark.parametrize("of", ["plan", "resume"])
def test_the_command_for_failed_csv_repeats_what_was_said_of_columns_when_the_sheet_was_read(
    run: Run, tmp_path: Path, of: str
) -> None:
    """Where a plan is sent, or a run gone on with, nobody says it again."""
    text = "id,Tempo neu,Notiz,voice_id\n10001,0.8,a,\n10002,0.9,b,x\n"
    (tmp_path / "own.csv").write_text(text, "utf-8")
    words = ["own.csv", "--map", "Tempo neu=speech_speed", "--ignore", "Notiz", *SEND[:-1], "--skip-invalid"]
    if of == "plan":
        run("plan", *words, "--out", "plan.json")
        ended = run("apply", "plan.json", *SEND, "--skip-invalid")
    else:
        run("apply", *words, "--yes", "--run-dir", "it", "--sandbox-faults", "401@1")
        ended = run("resume", "it", *SEND)
    (fix,) = (line for line in ended.out.splitlines() if line.startswith("Fix "))
    again = run("plan", *shlex.split(fix.partition("apply ")[2]))
    assert (again.exit, "H102" in again.out, "C108" in again.out) == (3, False, True), again.out
