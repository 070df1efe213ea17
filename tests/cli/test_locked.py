"""Two commands that send to one account: one runs, the other says who does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from batch_update.account.locking import AccountLock
from tests.cli.conftest import Run
from tests.cli.test_commands import LOOK, SEND


@pytest.fixture
def held(run: Run, tmp_path: Path) -> AccountLock:
    """The lock of the sandbox's account, as a run before has left it."""
    assert run("apply", "good.csv", *SEND).exit == 0
    (path,) = (tmp_path / "state" / "accounts").glob("*.lock")
    return AccountLock(path, command="apply")


def test_a_second_run_ends_with_75_and_sends_nothing(run: Run, held: AccountLock, tmp_path: Path) -> None:
    with held:
        result = run("apply", "good.csv", *SEND)
        as_json = run("apply", "good.csv", *SEND, "--json")
        undo = run("undo", "last", *SEND)
    assert [result.exit, as_json.exit, undo.exit] == [75, 75, 75]
    assert "R107" in result.err and "process" in result.err and "since" in result.err
    assert as_json.json["error"]["code"] == "R107"
    assert len(list((tmp_path / "runs").iterdir())) == 1
    assert run("apply", "good.csv", *SEND).exit == 0, "free again"


def test_commands_that_only_read_take_no_lock(run: Run, held: AccountLock) -> None:
    with held:
        assert run("plan", "good.csv", *LOOK).exit == 0
        assert run("check", "good.csv").exit == 0
        assert run("export", "-o", "out.csv", *SEND[:-1]).exit == 0


def test_another_sandbox_is_another_account(run: Run, held: AccountLock) -> None:
    with held:
        assert run("apply", "good.csv", *SEND, "--sandbox-state", "other/sandbox.db").exit == 0


def test_wait_waits_its_time(run: Run, held: AccountLock) -> None:
    with held:
        result = run("apply", "good.csv", *SEND, "--wait", "0.5")
    assert (result.exit, "waiting for it" in result.err) == (75, True)


def test_no_key_shows_in_the_names_or_the_content(run: Run, held: AccountLock, tmp_path: Path) -> None:
    from batch_update.sandbox.app import SANDBOX_KEY

    with held:
        for path in (tmp_path / "state" / "accounts").iterdir():
            assert SANDBOX_KEY not in path.name and SANDBOX_KEY.encode() not in path.read_bytes()


def test_of_two_starts_in_the_same_second_one_runs(run: Run, tmp_path: Path) -> None:
    """Real processes; the pace keeps the first one busy until the second one is there."""
    flags = ["--sandbox", "--yes", "--no-fetch", "--rate", "1/0.5"]
    command = [sys.executable, "-m", "batch_update", "apply", "good.csv", *flags]
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert sorted(process.returncode for process in started) == [0, 75]
    assert sum("R107" in text for text in errors) == 1
    assert len(list((tmp_path / "runs").iterdir())) == 1
