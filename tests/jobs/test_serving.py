"""A scheduler in the foreground looks each minute, shows that it is alive, and ends when it is asked to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch_update.cli.commands.jobs.starting.serve_jobs import AskedToStop
from batch_update.clock import Clock
from batch_update.jobs.schedule.each_minute import Stamp, serve_rounds
from batch_update.model.reports import Exit

BEGIN = datetime(2026, 11, 28, 2, 59, 41, tzinfo=UTC)


GONE = '{"pid": 4194399, "looked": "2026-11-28T02:59:41Z", "at_work": true}'


class Night:
    """Time that passes as the scheduler waits and its rounds last."""

    def __init__(self, stamp: Stamp) -> None:
        self.now = BEGIN
        self.stamp = stamp
        self.rounds: list[datetime] = []

    def serve(self, one_round: Callable[[], bool], minutes: int = 1000) -> None:
        def pause(seconds: float) -> bool:
            self.now += timedelta(seconds=seconds)
            return len(self.rounds) < minutes

        def noted() -> bool:
            self.rounds.append(self.now)
            return one_round()

        serve_rounds(noted, pause, self.stamp, clock=Clock(wall=lambda: self.now))


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(Stamp(tmp_path / "jobs", tmp_path))


def test_a_round_is_held_at_the_beginning_of_each_minute(night: Night) -> None:
    night.serve(lambda: True, minutes=4)
    assert [f"{moment:%H:%M:%S}" for moment in night.rounds] == [
        "02:59:41",
        "03:00:00",
        "03:01:00",
        "03:02:00",
    ]


def test_minutes_that_pass_in_a_run_are_not_made_up_for_one_by_one(night: Night) -> None:
    def one_round() -> bool:
        night.now += timedelta(minutes=90 if len(night.rounds) == 2 else 0)
        return True

    night.serve(one_round, minutes=3)
    assert [f"{moment:%H:%M}" for moment in night.rounds] == ["02:59", "03:00", "04:31"]


def test_a_round_that_a_signal_ended_is_the_last_one(night: Night) -> None:
    night.serve(lambda: len(night.rounds) < 3)
    assert len(night.rounds) == 3


def test_it_is_well_that_looked_lately_or_is_at_a_run(night: Night) -> None:
    states = []

    def one_round() -> bool:
        states.append(night.stamp.health(night.now + timedelta(hours=5)))
        return len(states) < 2

    assert not night.stamp.health(BEGIN).well
    night.serve(one_round)
    assert states[0].well and states[0].words == "at a run for 5 h"
    night.stamp.write(BEGIN, at_work=False)
    assert night.stamp.health(BEGIN + timedelta(seconds=90)).well
    assert not night.stamp.health(BEGIN + timedelta(seconds=200)).well
    night.stamp.remove()
    assert not night.stamp.health(BEGIN).well


@pytest.mark.parametrize("text", ["", "[]", '{"pid": "x"}', GONE])
def test_a_stamp_that_is_damaged_or_of_a_process_that_is_gone_is_no_sign_of_life(
    night: Night, text: str
) -> None:
    night.stamp.path.write_text(text, "utf-8")
    assert not night.stamp.health(BEGIN).well


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is of Unix")
def test_it_runs_what_is_due_tells_once_what_is_wrong_and_ends_on_sigterm(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "s.csv").write_text("id,speech_speed\n10001,1.15\n", "utf-8")
    quick = (
        'sandbox = true\nsandbox-limits = "off"\nsandbox-state = "../state.db"\nrate = "off"\nyes = true\n'
    )
    text = f'file = "../s.csv"\n{quick}locks-dir = "../locks"\nschedule = {{ cron = "* * * * *" }}\n'
    (tmp_path / "jobs" / "each-minute.toml").write_text(text, "utf-8")
    (tmp_path / "jobs" / "broken.toml").write_text("limti = 3\n", "utf-8")
    environ = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1", "COLUMNS": "40"}
    words = [sys.executable, "-m", "batch_update", "job", "serve"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        first, second = serving.stdout.readline(), serving.stdout.readline()
        asked = subprocess.run(
            [*words, "--health"], cwd=tmp_path, env=environ, capture_output=True, check=False
        )
        serving.send_signal(signal.SIGTERM)
        _, errors = serving.communicate(timeout=60)
    assert "serve: 1 job, looked at each minute" in first and asked.returncode == 0, asked
    assert re.search("each-minute: 1 updated in .* s\n$", second), "one line, however narrow the screen is"
    assert serving.returncode in (0, 143), "143 where the signal came in the middle of a run"
    assert errors.count("limti") == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="rounds have a process of their own on POSIX")
def test_a_signal_that_comes_as_a_round_begins_ends_that_round() -> None:
    """Lost, it would leave the run at work until the container is killed."""
    armed = [signal.SIGTERM]
    os.register_at_fork(before=lambda: os.kill(os.getpid(), armed.pop()) if armed else None)
    asked = AskedToStop()
    with asked.heeded():
        assert asked.see_through(lambda: time.sleep(5) or Exit.OK) is Exit.TERMINATED
    assert asked.number == signal.SIGTERM
