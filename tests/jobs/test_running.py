"""One run of a job: how it ended is a value, whatever it met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batch_update import Ending, JobRun, run_job
from batch_update.errors import UsageError
from batch_update.model.plans import Status
from batch_update.model.reports import WORST_LAST, Exit, worst
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.jobs.input.web_server import answer, serves

QUICK = 'sandbox = true\nyes = true\nrate = "off"\nsandbox-limits = "off"\nsandbox-state = "state.db"\n'


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "day.csv").write_text("id,speech_speed\n10001,1.15\n10002,0.85\n", "utf-8")


def ran(text: str = "", **given: object) -> JobRun:
    Path("night.toml").write_text(f'file = "day.csv"\n{QUICK}{text}', "utf-8")
    return run_job("night.toml", **given)


def test_a_run_that_changes_something_is_a_success_and_one_that_finds_all_so_is_unchanged() -> None:
    first, second = ran(), ran()
    assert (first.ending, first.exit, first.counts) == (Ending.SUCCESS, Exit.OK, {Status.UPDATED: 2})
    assert (second.ending, second.exit, second.counts) == (Ending.UNCHANGED, Exit.OK, {Status.UNCHANGED: 2})
    assert [folder.name[15:] for folder in first.folders] == ["-night"], "it is called after its job"


def test_what_a_run_meets_is_not_raised() -> None:
    """A sheet that is gone, one that is wrong, a guard, a row that fails: each ends the run in its own way."""
    guarded = ran("max-changes = 1\n")
    assert (guarded.ending, guarded.exit, guarded.code) == (Ending.GUARD, Exit.STOPPED, "G120")
    failed = ran(only="10001", sandbox_faults="500@1-9", max_attempts=1, no_verify=True)
    assert (failed.ending, failed.exit) == (Ending.FAILURE, Exit.SOME_FAILED)
    assert failed.failures[0].startswith("row 2: unknown A500 ")
    Path("day.csv").write_text("id,speech_speed\n10001,7\n", "utf-8")
    wrong = ran()
    assert (wrong.ending, wrong.exit, wrong.code) == (Ending.FAILURE, Exit.SHEET_INVALID, "X206")
    Path("day.csv").unlink()
    gone = ran()
    assert (gone.ending, gone.exit, gone.code) == (Ending.FAILURE, Exit.SHEET_INVALID, "S140")


def test_a_job_that_only_looks_tells_drift_and_sends_nothing() -> None:
    looked = ran('mode = "plan"\n')
    assert (looked.ending, looked.exit, looked.line) == (
        Ending.DRIFT,
        Exit.CHANGES_PENDING,
        "drift: 2 assistants differ from the sheet",
    )
    assert ran().counts == {Status.UPDATED: 2}
    assert ran('mode = "plan"\n').ending is Ending.UNCHANGED


def test_what_is_given_wins_over_the_job_file_and_that_over_the_environment() -> None:
    environ = {"BATCH_UPDATE_MAX_CHANGES": "1"}
    assert ran(environ=environ).code == "G120"
    assert ran("max-changes = 5\n", settings=Settings(max_changes=1)).code == "G120"
    assert ran(settings=Settings(max_changes=5), max_changes=1).code == "G120"
    assert ran("max-changes = 5\n", environ=environ).ending is Ending.SUCCESS
    with pytest.raises(UsageError, match="stands where settings do"):
        ran(settings="day.csv")


def test_a_job_file_that_is_wrong_is_raised_before_anything_happens() -> None:
    with pytest.raises(UsageError, match="skip-invalit"):
        ran("skip-invalit = true\n")


def test_of_several_runs_the_worst_exit_status_counts_and_every_status_has_its_place() -> None:
    assert sorted(WORST_LAST) == sorted(Exit)
    assert worst([]) is Exit.OK
    assert worst([Exit.OK, Exit.LOCKED, Exit.CHANGES_PENDING]) is Exit.LOCKED
    assert worst([Exit.SOME_FAILED, Exit.LOCKED]) is Exit.SOME_FAILED, "another run at work may be no failure"


def test_the_key_that_the_job_file_refers_to_is_the_one_that_is_sent(tmp_path: Path) -> None:
    seen = set()
    text = 'base-url = "https://famulor.test/api"\nyes = true\nrate = "off"\nlocks-dir = "locks"\n'
    Path("night.toml").write_text(f'file = "day.csv"\nkey = {{ env = "NIGHT_KEY" }}\n{text}', "utf-8")
    with make_app(tmp_path / "served.db", limits=()) as app:

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            seen.update(value for name, value in scope.get("headers", ()) if name == b"authorization")
            await app(scope, receive, send)

        environ = {"NIGHT_KEY": SANDBOX_KEY, "FAMULOR_API_KEY": "the-key-of-somebody-else"}
        assert run_job("night.toml", app=watched, environ=environ).ending is Ending.SUCCESS
    assert seen == {f"Bearer {SANDBOX_KEY}".encode()}


def test_a_sheet_that_was_fetched_is_kept_in_the_folder_of_its_run() -> None:
    sheet = b"id,speech_speed\n10001,1.15\n"
    with serves({"/a.csv": answer(200, sheet, Content_Type="text/csv")}) as server:
        address = f"http://127.0.0.1:{server.port}/a.csv"
        Path("night.toml").write_text(f'file = "{address}"\n{QUICK}', "utf-8")
        run = run_job("night.toml")
    assert (run.ending, (run.folders[0] / "input.csv").read_bytes()) == (Ending.SUCCESS, sheet)
