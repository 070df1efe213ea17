"""One run of a job: how it ended is a value, whatever it met."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update import Ending, JobRun, run_job
from batch_update.errors import UsageError
from batch_update.model.plans import Status
from batch_update.model.reports import WORST_LAST, Exit, worst

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


def test_a_job_file_that_is_wrong_is_raised_before_anything_happens() -> None:
    with pytest.raises(UsageError, match="skip-invalit"):
        ran("skip-invalit = true\n")


def test_of_several_runs_the_worst_exit_status_counts_and_every_status_has_its_place() -> None:
    assert sorted(WORST_LAST) == sorted(Exit)
    assert worst([]) is Exit.OK
    assert worst([Exit.OK, Exit.LOCKED, Exit.CHANGES_PENDING]) is Exit.LOCKED
    assert worst([Exit.SOME_FAILED, Exit.LOCKED]) is Exit.SOME_FAILED, "another run at work may be no failure"
