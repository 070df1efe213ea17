"""`job run --due` as cron calls it, killed at any point in between; `job list`, `job next` and `job log`."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from batch_update.cli import main
from batch_update.jobs.definition.job_tables import Schedule
from batch_update.jobs.record.job_record import JobRecord, job_state
from batch_update.jobs.record.record_file import record_path
from batch_update.jobs.schedule.due import schedule_seen
from tests.cli.conftest import Run, at_a_server

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
NIGHTLY = (
    'file = "../good.csv"\ndescription = "Öffnungszeiten"\n[schedule]\ncron = "0 3 * * *"\ntimezone = "UTC"\n'
)
HERE = Path("jobs/runs")
Moment = Callable[[str, tuple[Any, ...]], bool]
"""Whether it has come, by an audit event of Python and what belongs to it."""


def write_job(text: str = NIGHTLY, name: str = "nightly") -> None:
    Path("jobs").mkdir(exist_ok=True)
    Path("jobs", f"{name}.toml").write_text(text, "utf-8")


def was_seen(name: str = "nightly") -> None:
    """A round looked at the job a day ago, so that its time has come since."""
    with JobRecord(HERE, name) as record:
        record.saw(schedule_seen(Schedule(cron="0 3 * * *", timezone="UTC"), YESTERDAY))


@dataclass
class Served:
    """A server, with the changes that came to it; `victim` is killed as the second one comes."""

    flags: tuple[str, ...] = ()
    changes: list[str] = field(default_factory=list)
    victim: int = 0

    @property
    def due(self) -> tuple[str, ...]:
        return ("job", "run", "--due", *self.flags, "--concurrency", "1")

    def before(self, method: str, path: str, count: int) -> None:
        if method == "PUT":
            self.changes.append(path)
            if len(self.changes) == 2 and self.victim:
                os.kill(self.victim, signal.SIGKILL)

    def forked(self, at: Moment) -> int:
        """Start the program in a process of its own, which is killed at a moment; return its number."""
        child = os.fork()
        if child:
            return child
        try:
            sys.addaudithook(
                lambda event, given: os.kill(os.getpid(), signal.SIGKILL) if at(event, given) else None
            )
            sys.argv = ["batch-update", *self.due]
            main()
        finally:
            os._exit(0)

    def killed(self, at: Moment) -> None:
        assert os.waitpid(self.forked(at), 0)[1] == signal.SIGKILL


@pytest.fixture
def served(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    served = Served()
    with at_a_server(served.before, monkeypatch, tmp_path) as flags:
        served.flags = flags
        yield served


class Nth:
    """Finds the moment at which a file is opened to be written for the so manieth time."""

    def __init__(self, ending: str, number: int) -> None:
        self.ending, self.left = ending, number

    def __call__(self, event: str, given: tuple[Any, ...]) -> bool:
        is_it = (
            event == "open" and str(given[0]).endswith(self.ending) and bool(int(given[2] or 0) & os.O_RDWR)
        )
        self.left -= is_it
        return is_it and self.left == 0


POINTS: dict[str, Moment] = {
    "before the line that it begins": Nth("nightly.jsonl", 1),
    "after it": lambda event, given: event == "os.mkdir" and str(given[0]).endswith("-nightly"),
    "after the run folder was made": lambda event, given: (
        event == "sqlite3.connect" and "-nightly" in str(given[0])
    ),
}


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")


@FORKS
@pytest.mark.parametrize("point", POINTS)
def test_killed_before_anything_was_sent_it_runs_in_the_next_minute_once(
    run: Run, served: Served, point: str
) -> None:
    write_job()
    was_seen()
    served.killed(POINTS[point])
    assert served.changes == []
    result = run(*served.due)
    assert (result.exit, len(served.changes)) == (0, 3), result.out + result.err
    assert run(*served.due).out == ""
    assert len(served.changes) == 3
    assert job_state(HERE, "nightly").runs[-1].due is not None


@FORKS
@pytest.mark.parametrize("resume", [True, False])
def test_killed_while_it_sends_it_is_gone_on_with_or_told_and_never_run_twice(
    run: Run, served: Served, resume: bool
) -> None:
    write_job(NIGHTLY + f"resume = {str(resume).lower()}\n")
    was_seen()
    served.victim = served.forked(lambda event, given: False)
    assert os.waitpid(served.victim, 0)[1] == signal.SIGKILL
    result = run(*served.due)
    said = result.out + result.err
    assert "was cut short: its process is gone, rows may have been sent" in run("job", "log").out
    if resume:
        assert (result.exit, len(set(served.changes))) == (0, 3), said
    else:
        assert (result.exit, len(served.changes)) == (5, 2), said
        assert "rows may have been sent; batch-update resume " in said
    sent = len(served.changes)
    assert run(*served.due).out == ""
    assert len(served.changes) == sent


@FORKS
def test_killed_before_its_end_was_noted_nothing_is_sent_again(run: Run, served: Served) -> None:
    write_job()
    was_seen()
    served.killed(Nth("nightly.jsonl", 2))
    assert len(served.changes) == 3
    run(*served.due)
    assert run(*served.due).out == ""
    assert len(served.changes) == 3
    assert "was cut short" in run("job", "log").out


def test_where_nothing_is_due_nothing_is_said(run: Run) -> None:
    write_job()
    result = run("job", "run", "--due", "--sandbox", "--yes")
    assert (result.exit, result.out, result.err) == (0, "", "")


def test_a_wrong_job_is_told_and_keeps_no_other_from_its_turn(run: Run) -> None:
    write_job(NIGHTLY.replace("[sched", 'sandbox = true\nyes = true\nrate = "off"\n[sched'))
    write_job('fiel = "x.csv"\n', "odd")
    was_seen()
    result = run("job", "run", "--due")
    assert result.exit == 2
    assert "odd: error[U106]" in result.out
    assert "nightly: " in result.out and "updated" in result.out
    assert run("job", "run", "--due", "nightly").exit == 2, "names and --due exclude each other"
    assert run("job", "run", "--due", "--jobs-dir", "none").exit == 2, (
        "where nothing lies nothing would ever be due"
    )


def test_a_damaged_record_is_told_with_a_remedy_that_works(run: Run) -> None:
    write_job(NIGHTLY.replace("[sched", "sandbox = true\nyes = true\n[sched"))
    was_seen()
    path = record_path(HERE, "nightly")
    path.write_text("{}\n" + path.read_text("utf-8"), "utf-8")
    result = run("job", "run", "--due")
    assert (result.exit, "error[U131]" in result.out) == (2, True)
    assert "wrong" in run("job", "list").out
    (command,) = re.findall(r"move it away: (mv .*?)\. The", result.out)
    assert os.system(command) == 0
    assert run("job", "run", "--due").out == ""
    assert run("job", "run", "nightly").exit == 0


def test_what_is_wrong_is_told_in_one_round_and_not_in_the_next_until_it_is_mended_or_another(
    run: Run,
) -> None:
    due = ("job", "run", "--due")
    assert run(*due).err.count("jobs holds no job files") == 1
    assert (run(*due).exit, run(*due).err) == (2, "")
    write_job(NIGHTLY.replace("cron", "corn"))
    assert "nightly: error[U106]" in run(*due).out
    assert (run(*due).exit, run(*due).out + run(*due).err) == (2, "")
    assert "corn" in run("job", "check").out, "who asks is told each time"
    assert run(*due, "--json").json["exit"] == 2
    write_job(NIGHTLY.replace("cron", "kron"))
    assert "kron" in run(*due).out, "another mistake is told at once"
    write_job()
    was_seen()
    assert run(*due, "--sandbox", "--yes").exit == 0
    write_job(NIGHTLY.replace("cron", "kron"))
    assert "kron" in run(*due).out, "it was mended meanwhile"
    write_job()
    path = record_path(HERE, "nightly")
    path.write_text("{}\n" + path.read_text("utf-8"), "utf-8")
    assert "error[U131]" in run(*due).out
    assert (run(*due).exit, run(*due).out + run(*due).err) == (2, "")
    for job in Path("jobs").glob("*.toml"):
        job.unlink()
    assert run(*due).err.count("jobs holds no job files") == 1, "there were some meanwhile"


def test_list_says_in_words_when_each_runs_next_and_how_it_last_ended(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    write_job(NIGHTLY.replace("[sched", 'sandbox = true\nyes = true\nrate = "off"\n[sched'))
    write_job('file = "../bad.csv"\nsandbox = true\nyes = true\n', "hand")
    shown = run("job", "list").out
    assert "-- nightly   Öffnungszeiten\n" in shown
    assert ", every day at 03:00 (UTC)\n   last  never\n" in shown
    assert "   next  by hand: it has no schedule\n" in shown
    run("job", "run", "nightly")
    run("job", "run", "hand")
    shown = run("job", "list").out
    assert re.search(r"ok nightly .*\n   next .*\n   last  [-0-9]+ [:0-9]+ \w+, success: 3 updated", shown)
    assert re.search(r"!! hand\n? .*\n   next .*\n   last  [-0-9]+ [:0-9]+ \w+, failure: ", shown)
    assert all(len(line) <= 80 for line in shown.splitlines() if "/" not in line)


def test_next_shows_the_coming_runs_over_all_jobs_in_their_order(run: Run) -> None:
    write_job()
    write_job(NIGHTLY.replace("0 3", "0 5"), "later")
    write_job('file = "../good.csv"\n', "hand")
    lines = run("job", "next").out.splitlines()
    assert len(lines) == 10
    assert lines == sorted(lines)
    assert [line.split()[3] for line in lines[:2]] in (["nightly", "later"], ["later", "nightly"])
    assert len(run("job", "next", "later", "-n", "3").out.splitlines()) == 3
    assert run("job", "next", "hand").out == ""
    runs = run("job", "next", "-n", "1", "--json").json["runs"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT0[35]:00:00\.000Z", runs[0]["due"])


def test_log_shows_the_last_runs_the_latest_one_last(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    write_job('file = "../good.csv"\nsandbox = true\nyes = true\nrate = "off"\n', "one")
    assert run("job", "log").out == ""
    for _ in range(3):
        run("job", "run", "one")
    lines = run("job", "log", "one", "-n", "2").out.splitlines()
    assert len(lines) == 2
    assert all(re.match(r"[-0-9]+ [:0-9]+ \w+  one: .*; exit 0, .*-one", line) for line in lines)
    assert len(run("job", "log", "--json").json["runs"]) == 3


def test_next_and_log_tell_in_their_documents_of_which_jobs_they_know_nothing(run: Run) -> None:
    write_job()
    write_job('fiel = "x.csv"\n', "odd")
    for command in "next", "log":
        (left,) = run("job", command, "--json").json["left_out"]
        assert left["name"] == "odd" and "did you mean 'file'" in left["error"]
    record_path(HERE, "nightly").parent.mkdir(parents=True)
    record_path(HERE, "nightly").write_text("{}\n", "utf-8")
    assert [job["name"] for job in run("job", "log", "--json").json["left_out"]] == ["nightly", "odd"]


def test_a_name_that_leaves_no_room_for_a_record_is_told_by_check(run: Run) -> None:
    write_job('file = "../good.csv"\nsandbox = true\nyes = true\n', "ä" * 115)
    assert run("job", "check").exit == 0
    write_job('file = "../good.csv"\nsandbox = true\nyes = true\n', "ä" * 116)
    told = run("job", "check")
    assert (told.exit, "longer than 230 bytes" in told.out) == (2, True)
