"""What is wrong with a job is told at once and then rarely."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.jobs.record.reminders import AGAIN, Reminders
from tests.clocks import NOON, virtual_clock

JOB = Path("jobs/nightly.toml")
WRONG = UsageError("line 3: no such key", code="U106")
MINUTE = timedelta(minutes=1)


def told(folder: Path, after: timedelta, error: UsageError = WRONG, job: Path = JOB) -> bool:
    """Whether a round of its own tells of it."""
    reminders = Reminders(folder, clock=virtual_clock(wall=lambda: NOON + after))
    return reminders.is_to_be_told(job, error)


def test_in_a_day_of_rounds_it_is_told_at_once_and_every_four_hours(tmp_path: Path) -> None:
    rounds = [number for number in range(24 * 60) if told(tmp_path / "new", number * MINUTE)]
    assert rounds == [number * 60 for number in (0, 4, 8, 12, 16, 20)]
    assert told(tmp_path / "new", 24 * 60 * MINUTE, UsageError("line 4: no such key", code="U106"))
    assert told(tmp_path / "new", 24 * 60 * MINUTE, job=Path("jobs/other.toml"))


def test_what_was_mended_is_told_at_once_when_it_comes_again(tmp_path: Path) -> None:
    assert told(tmp_path, MINUTE)
    Reminders(tmp_path).forget_others([Path("jobs/other.toml")])
    assert not told(tmp_path, 2 * MINUTE), "that was another job"
    Reminders(tmp_path).forget_others([JOB])
    assert told(tmp_path, 3 * MINUTE)
    Reminders(tmp_path / "nowhere").forget_others([JOB])


def test_where_nothing_can_be_noted_and_after_a_clock_that_was_wrong_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert all(told(tmp_path / "file", number * MINUTE) for number in range(3))
    assert told(tmp_path, timedelta(days=400))
    assert told(tmp_path, MINUTE)
    assert not told(tmp_path, MINUTE - AGAIN / 2), "an hour that is set back is no reason"
