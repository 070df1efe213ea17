"""A round of what is due: one after another, each once, whoever else is at it, and none keeps another from its turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch_update.clock import Clock
from batch_update.errors import BatchUpdateError
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.record.job_lock import locked
from batch_update.jobs.record.job_record import JobRecord, job_state
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.jobs.record.record_file import FOLDER, record_path
from batch_update.jobs.schedule.rounds import RoundHolder, Scheduled, run_round
from batch_update.model.reports import Exit
from batch_update.send.signals import OVERDUE
from tests.jobs.test_due import job

THREE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Night:
    """Jobs of one folder, a clock, and what was run and told."""

    def __init__(self, runs_dir: Path, *jobs: Job) -> None:
        self.now = THREE - MINUTE
        self.clock = Clock(wall=lambda: self.now)
        self.jobs = [Scheduled(each, runs_dir) for each in jobs]
        self.ran: list[tuple[str, datetime | None]] = []
        self.told: list[tuple[str, str]] = []
        self.takes = {each.name: timedelta(0) for each in jobs}
        self.ends: dict[str, tuple[Exit, str]] = {}

    def round(self) -> list[Exit]:
        return run_round(self.jobs, RoundHolder(self.run, self.tell), clock=self.clock)

    def run(self, job: Job, due: datetime | None) -> JobRun:
        """As the story of a job has it: noted, run, noted."""
        runs_dir = next(each.runs_dir for each in self.jobs if each.job is job)
        end, code = self.ends.get(job.name, (Exit.OK, ""))
        run = JobRun(job.name, due, self.now, self.now, Ending.SUCCESS, end, "", code=code)
        try:
            with JobRecord(runs_dir, job.name, clock=self.clock, block=lambda seconds: None) as record:
                record.begun(due)
                self.ran.append((job.name, due))
                self.now += self.takes[job.name]
                record.ended(run)
        except BatchUpdateError as error:
            self.tell(job, error)
            return replace(run, exit=error.exit)
        return run

    def tell(self, job: Job, error: BatchUpdateError) -> None:
        self.told.append((job.name, error.code))


def test_where_nothing_is_due_nothing_happens(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *"))
    assert night.round() == []
    assert (night.ran, night.told) == ([], [])


def test_each_due_job_runs_once_in_the_order_of_its_time_and_the_next_round_finds_nothing(
    tmp_path: Path,
) -> None:
    night = Night(
        tmp_path, job("0 3 * * *", name="b"), job("0 3 * * *", name="a"), job("30 2 * * *", name="c")
    )
    night.now -= DAY
    night.round()
    night.now = THREE
    night.ends["a"] = (Exit.SOME_FAILED, "")
    assert night.round() == [Exit.OK, Exit.SOME_FAILED, Exit.OK]
    assert [name for name, _ in night.ran] == ["c", "a", "b"]
    assert night.round() == []


def test_what_becomes_due_while_others_run_is_run_in_the_same_round_and_no_job_twice(tmp_path: Path) -> None:
    night = Night(
        tmp_path,
        job("0 3 * * *", name="long"),
        job("10 3 * * *", name="later", catch_up="none"),
        job("* * * * *", name="often"),
    )
    night.round()
    night.ran.clear()
    night.now, night.takes["long"] = THREE, timedelta(minutes=30)
    night.round()
    assert sorted(name for name, _ in night.ran) == ["later", "long", "often"]


def test_another_round_in_the_same_folder_is_left_alone(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    code = (
        "import sys, fcntl; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    lock = tmp_path / FOLDER / ".at-work"
    with subprocess.Popen(
        [sys.executable, "-c", code, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert night.round() == []
        other.kill()
    assert night.round() == [Exit.OK], "the lock went with its holder"


@pytest.mark.parametrize("is_round", [True, False])
def test_a_job_that_is_at_work_for_an_hour_longer_than_it_may_is_told_of(
    tmp_path: Path, is_round: bool
) -> None:
    """A round that finds another one at work says nothing, and so nobody would hear of one that hangs."""
    night = Night(tmp_path, job("0 3 * * *", deadline=1800))
    night.round()
    other = locked(tmp_path / FOLDER / ".at-work", "") if is_round else nullcontext()
    with JobRecord(tmp_path, "nightly", clock=night.clock) as record, other:
        record.begun(THREE)
        night.now += timedelta(minutes=90)
        assert (night.round(), night.told) == ([], [])
        night.now += MINUTE
        assert (night.round(), night.told) == ([Exit.LOCKED], [("nightly", "R122")])


def test_a_job_that_somebody_runs_by_hand_is_not_due_meanwhile(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    with JobRecord(tmp_path, "nightly", clock=night.clock) as record:
        record.begun(None)
        assert night.round() == []
    assert night.round() == [Exit.OK]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.write_text("no line of ours\n"), "U131"),
        (lambda path: (path.unlink(), path.mkdir()), "U130"),
    ],
)
def test_a_record_that_cannot_be_used_is_told_and_keeps_no_other_job_from_its_turn(
    tmp_path: Path, damage: object, code: str
) -> None:
    night = Night(tmp_path, job("0 3 * * *", name="bad"), job("0 3 * * *", name="good"))
    night.round()
    assert callable(damage)
    damage(record_path(tmp_path, "bad"))
    night.now = THREE
    assert night.round() == [Exit.USAGE, Exit.OK]
    assert (night.ran, night.told) == ([("good", THREE)], [("bad", code)])


def test_after_the_remedy_for_a_damaged_record_the_night_is_not_run_twice_and_the_next_one_is(
    tmp_path: Path,
) -> None:
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    night.round()
    path = record_path(tmp_path, "nightly")
    path.rename(path.with_name("nightly.jsonl.damaged"))
    night.now = THREE + 5 * MINUTE
    assert night.round() == []
    night.now = THREE + DAY
    assert night.round() == [Exit.OK]
    assert [due for _, due in night.ran] == [THREE, THREE + DAY]


def test_a_folder_that_cannot_be_written_is_told_before_the_night_comes(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    night = Night(tmp_path, job("0 3 * * *"))
    assert night.round() == [Exit.USAGE]
    assert night.told == [("nightly", "U130")]


def test_a_signal_ends_the_round_and_what_is_left_is_due_in_the_next(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *", name="a"), job("0 3 * * *", name="b"))
    night.round()
    night.now, night.ends = THREE, {"a": (Exit.TERMINATED, "R130")}
    assert night.round() == [Exit.TERMINATED]
    night.now += MINUTE
    assert night.round() == [Exit.OK]
    assert [name for name, _ in night.ran] == ["a", "b"]


def test_a_deadline_ends_its_job_and_not_the_round(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *", name="a"), job("0 3 * * *", name="b"))
    night.round()
    night.now, night.ends = THREE, {"a": (Exit.TERMINATED, OVERDUE)}
    assert night.round() == [Exit.TERMINATED, Exit.OK]


def test_a_time_that_two_decided_to_run_is_begun_by_one(tmp_path: Path) -> None:
    """The lock of rounds keeps them apart; without it, as from another door, the record does."""
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    the_job = night.jobs[0].job
    assert [night.run(the_job, THREE).exit for _ in range(2)] == [Exit.OK, Exit.LOCKED]
    assert night.told == [("nightly", "R121")]


@contextmanager
def last_words() -> Iterator[None]:
    """A forked process ends here, whatever happens: it must not go on with the tests."""
    status = 70
    try:
        yield
        status = 0
    finally:
        os._exit(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")
def test_of_rounds_that_are_started_in_the_same_second_one_runs_the_job(tmp_path: Path) -> None:
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    go, ran = tmp_path / "go", tmp_path / "ran"
    children: list[int] = []
    while len(children) < 3 and 0 not in children:
        children.append(os.fork())
    if 0 in children:
        with last_words():
            while not go.exists():
                time.sleep(0.001)
            if night.round():
                ran.write_text(ran.read_text() + "ran\n" if ran.exists() else "ran\n")
    go.touch()
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert ran.read_text() == "ran\n"
    assert [run.due for run in job_state(tmp_path, "nightly").runs] == [THREE]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")
@pytest.mark.parametrize("point", ["before begun", "after begun", "before ended"])
def test_a_round_that_is_killed_is_made_good_by_the_next(tmp_path: Path, point: str) -> None:
    """Nothing was sent here, so that a run which was begun is run again: once."""
    night = Night(tmp_path, job("0 3 * * *"))
    night.round()
    night.now = THREE
    child = os.fork()
    if child == 0:
        with last_words():
            _die_at(point, tmp_path, night)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    night.now += MINUTE
    assert night.round() == [Exit.OK]
    assert night.round() == []
    assert night.ran == [("nightly", THREE)]


def _die_at(point: str, runs_dir: Path, night: Night) -> None:
    with JobRecord(runs_dir, "nightly", clock=night.clock) as record:
        if point != "before begun":
            record.begun(THREE)
        if point == "before ended":
            record_path(runs_dir, "nightly").open("ab").write(b'{"ended":{"job":"nigh')
        os.kill(os.getpid(), signal.SIGKILL)
