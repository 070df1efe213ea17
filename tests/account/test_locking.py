"""The lock of an account: one at a time, it says who, and it never outlives its holder."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batch_update.account.account import fingerprint
from batch_update.account.locking import AccountLock, holder_of, is_held, running
from batch_update.api.keys import ApiKey
from batch_update.errors import RunLocked, UsageError
from batch_update.model.reports import Exit
from batch_update.text import local_time
from tests.clocks import FakeTime

SINCE = datetime(2026, 11, 22, 8, 31, 5, tzinfo=UTC)
HOLDS = """
import sys
from pathlib import Path
from batch_update.account.locking import AccountLock
with AccountLock(Path(sys.argv[1]), command="apply") as lock:
    lock.works_in(Path(sys.argv[2]))
    print("held", flush=True)
    sys.stdin.read()
"""


class Time(FakeTime):
    """A clock that only pauses put forward. `at`: what happens at some second."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[float, Iterator[None]] = {}

    def block(self, seconds: float) -> None:
        super().block(seconds)
        for due in [due for due in self.at if due <= self.now()]:
            next(self.at.pop(due), None)


def lock(path: Path, time: Time | None = None, **options) -> AccountLock:
    time = time or Time()
    return AccountLock(path, clock=replace(time.clock, wall=lambda: SINCE), block=time.block, **options)


@contextmanager
def another_process(path: Path, run: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path), str(run)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_one_is_told_who_holds_it_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "accounts" / "a.lock"
    with lock(path, command="apply") as first:
        first.works_in(tmp_path / "runs" / "one")
        with pytest.raises(RunLocked) as refused, lock(path):
            pass
    error = refused.value
    assert (error.code, error.exit) == ("R107", Exit.LOCKED)
    since = local_time(SINCE)
    for part in (f"process {os.getpid()} ", since, str(tmp_path / "runs" / "one")):
        assert part in error.message
    assert "the setting wait" in error.remedy


def test_it_is_free_again_afterwards_also_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with pytest.raises(ZeroDivisionError), lock(path):
        assert is_held(path)
        raise ZeroDivisionError
    assert (is_held(path), holder_of(path), path.exists()) == (False, None, True)
    with lock(path):
        assert is_held(path)


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """The next starts at once, though what the dead one wrote is still there."""
    path, run = tmp_path / "a.lock", tmp_path / "runs" / "one"
    with another_process(path, run) as process:
        assert running(tmp_path).keys() == {run}
        with pytest.raises(RunLocked, match=f"process {process.pid} "), lock(path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert holder_of(path) is not None
        assert running(tmp_path) == {}
        time = Time()
        with lock(path, time):
            assert time.now() == 0


def test_waiting_ends_as_soon_as_the_holder_does(tmp_path: Path) -> None:
    path, time = tmp_path / "a.lock", Time()
    said: list[str] = []

    def hold() -> Iterator[None]:
        with lock(path):
            yield

    time.at[10.0] = holding = hold()
    next(holding)
    with lock(path, time, wait=60, on_wait=said.append):
        assert 10 <= time.now() < 10.2
    assert len(said) == 1 and f"process {os.getpid()} " in said[0]


@pytest.mark.parametrize("wait", [0.0, 30.0])
def test_waiting_has_an_end(tmp_path: Path, wait: float) -> None:
    path, time = tmp_path / "a.lock", Time()
    with lock(path), pytest.raises(RunLocked), lock(path, time, wait=wait):
        pass
    assert wait <= time.now() < wait + 0.5


def test_to_look_whether_it_is_held_keeps_nobody_out(tmp_path: Path) -> None:
    """Somebody may be looking in the moment in which a run begins."""
    path, time = tmp_path / "a.lock", Time()

    def look() -> Iterator[None]:
        with lock(path):
            yield

    time.at[0.05] = looking = look()
    next(looking)
    with lock(path, time):
        assert time.now() < 0.2


def test_its_files_are_the_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "accounts" / "a.lock"
    with lock(path):
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    assert modes == {"a.lock": 0o600, "a.holder.json": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1, "host": "h", "since": "soon"}'])
def test_who_holds_it_may_be_unreadable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.lock"
    with lock(path):
        (tmp_path / "a.holder.json").write_text(text)
        with pytest.raises(RunLocked, match=r"(?m)another run works on this account$"), lock(path):
            pass


def test_a_folder_that_cannot_be_written_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as refused, lock(tmp_path / "file" / "a.lock"):
        pass
    assert refused.value.code == "U112"


def test_what_it_says_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with lock(path):
        card = {"pid": 1, "host": "h\x1b[2J", "since": SINCE.isoformat(), "command": "", "run": "r\x1b[2J"}
        (tmp_path / "a.holder.json").write_text(json.dumps(card))
        with pytest.raises(RunLocked) as refused, lock(path):
            pass
    assert "\x1b" not in refused.value.message


def test_a_fingerprint_tells_keys_and_servers_apart_and_shows_neither() -> None:
    keys = [ApiKey("secret-key-number-one"), ApiKey("secret-key-number-two")]
    found = {fingerprint(key, place) for key in keys for place in ("a.test", "b.test")}
    assert len(found) == 4
    assert all(len(text) == 16 and int(text, 16) >= 0 for text in found)
    assert fingerprint(keys[0], "a.test") in found
