"""The record of a job: what ran when, on the disk before anything follows from it, and never twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch_update.clock import Clock
from batch_update.errors import BatchUpdateError, RunLocked, UsageError
from batch_update.jobs.record.interrupted import MOST_TRIES, told_as_cut_short
from batch_update.jobs.record.job_record import KEPT, JobRecord, job_state, times_run
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.jobs.record.job_state import BegunRun
from batch_update.jobs.record.record_file import FOLDER, line_of_entry, record_path
from batch_update.model.plans import Status
from batch_update.model.reports import Exit

DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
RUN = JobRun("nightly", DUE, DUE, DUE + timedelta(seconds=70), Ending.SUCCESS, Exit.OK, "117 updated")


def at(moment: datetime) -> Clock:
    return Clock(wall=lambda: moment)


@contextmanager
def held(runs: Path, *, job: str = "nightly", now: datetime = DUE) -> Iterator[JobRecord]:
    with JobRecord(runs, job, clock=at(now), block=lambda seconds: None) as record:
        yield record


def ran(runs: Path, run: JobRun = RUN) -> None:
    with held(runs, now=run.began) as record:
        record.begun(run.due)
        record.ended(run)


def refused(code: str, runs: Path) -> BatchUpdateError:
    """The error that keeps a job from being begun."""
    with pytest.raises(BatchUpdateError) as caught, held(runs) as record:
        record.begun(DUE + timedelta(days=1))
    assert caught.value.code == code
    return caught.value


def test_what_was_noted_is_read_back_as_it_was(tmp_path: Path) -> None:
    whole = replace(
        RUN,
        sheets=("/srv/ä;b\n.csv", "\udce4.csv"),
        digests=("ab" * 32,),
        folders=(tmp_path / "one",),
        counts={Status.UPDATED: 117, Status.UNCHANGED: 88},
        code="R106",
        message='"quoted"\u202e',
        failures=("row 3: no",),
    )
    ran(tmp_path, whole)
    state = job_state(tmp_path, "nightly")
    assert state.runs == (whole,)
    assert (state.last_run, state.last_success) == (whole, whole)
    assert not state.cut_short
    assert job_state(tmp_path, "other").begun == ()


def test_a_failure_is_the_last_run_and_no_success(tmp_path: Path) -> None:
    ran(tmp_path)
    failed = replace(RUN, due=DUE + timedelta(days=1), ending=Ending.FAILURE, exit=Exit.STOPPED)
    ran(tmp_path, failed)
    state = job_state(tmp_path, "nightly")
    assert (state.last_run, state.last_success) == (failed, RUN)


def test_a_second_start_of_a_job_that_runs_is_refused_and_said(tmp_path: Path) -> None:
    with held(tmp_path) as record:
        record.begun(DUE)
        assert job_state(tmp_path, "nightly").at_work
        error = refused("R120", tmp_path)
        assert error.exit is Exit.LOCKED
        assert "nightly is running already" in error.message
        with held(tmp_path, job="other"):
            pass


def test_a_time_that_was_run_is_never_begun_again(tmp_path: Path) -> None:
    ran(tmp_path)
    with held(tmp_path) as record, pytest.raises(RunLocked) as caught:
        record.begun(DUE)
    assert caught.value.code == "R121"
    with held(tmp_path) as record:
        record.begun(None)  # by hand, as often as somebody likes


def test_a_run_without_an_end_whose_process_is_gone_was_cut_short_and_may_be_run_again_where_nothing_was_sent(
    tmp_path: Path,
) -> None:
    with held(tmp_path) as record:
        record.begun(DUE)
    state = job_state(tmp_path, "nightly")
    assert state.cut_short is not None
    assert (state.cut_short.begun.due, state.cut_short.may_have_sent) == (DUE, False)
    with held(tmp_path) as record:
        assert record.state.cut_short == state.cut_short
        record.begun(DUE)
        record.ended(RUN)
    assert job_state(tmp_path, "nightly").cut_short is None


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_was_never_there_and_is_mended_by_the_next_one(tmp_path: Path, cut: int) -> None:
    ran(tmp_path)
    path = record_path(tmp_path, "nightly")
    path.write_bytes(path.read_bytes()[:-cut])
    state = job_state(tmp_path, "nightly")
    assert state.runs == ()
    assert state.cut_short is not None
    ran(tmp_path, replace(RUN, due=DUE + timedelta(days=1)))
    assert len(job_state(tmp_path, "nightly").runs) == 1
    for line in path.read_text("ascii").splitlines():
        json.loads(line)


@pytest.mark.parametrize(
    "damage", [b"x", b"\0" * 30, b"{}", b'{"begun":{"due":1}}', b"[" * 5000, b'{"else":{}}']
)
def test_a_damaged_line_is_an_error_that_names_it_and_its_remedy_runs_nothing_twice(
    tmp_path: Path, damage: bytes
) -> None:
    ran(tmp_path)
    path = record_path(tmp_path, "nightly")
    path.write_bytes(damage + b"\n" + path.read_bytes())
    error = refused("U131", tmp_path)
    assert f"{path}: line 1 of the job's record is damaged" in error.message
    command = error.remedy.split(": ", 1)[1].split(". ")[0]
    if sys.platform != "win32":
        subprocess.run(command, shell=True, check=True)
        assert job_state(tmp_path, "nightly").begun == ()


@pytest.mark.skipif(sys.platform == "win32", reason="/dev/full is of POSIX")
def test_without_room_on_the_disk_nothing_is_begun(tmp_path: Path) -> None:
    """A limit on the size of files does to a write what a full disk does, in a process of its own."""
    ran(tmp_path)
    before = record_path(tmp_path, "nightly").read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from batch_update.jobs.record.job_record import JobRecord\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 20},) * 2)\n"
        "with JobRecord(Path(sys.argv[1]), 'nightly') as record:\n"
        "    try: record.begun(None)\n"
        "    except Exception as error: print(error.code, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("U130 the record of the job cannot be written: "), done.stdout + done.stderr
    assert record_path(tmp_path, "nightly").read_bytes() == before, "no half line is left"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are of POSIX")
def test_a_folder_that_cannot_be_used_is_a_named_error_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    assert "cannot be taken" in refused("U130", tmp_path).message
    (tmp_path / FOLDER).unlink()
    path = record_path(tmp_path, "nightly")
    path.mkdir(parents=True)
    assert "cannot be read" in refused("U130", tmp_path).message
    with pytest.raises(UsageError):
        job_state(tmp_path, "nightly")
    path.rmdir()
    path.symlink_to(tmp_path / "elsewhere")
    assert refused("U130", tmp_path)
    assert not (tmp_path / "elsewhere").exists(), "what somebody planted there is not followed"


def test_a_record_does_not_grow_for_ever_and_keeps_what_is_asked_of_it(tmp_path: Path) -> None:
    path = record_path(tmp_path, "nightly")
    ran(tmp_path)
    runs = [replace(RUN, due=DUE + timedelta(minutes=n), ending=Ending.FAILURE) for n in range(1, 2 * KEPT)]
    lines = path.read_bytes() + b"".join(map(_lines_of, runs))
    path.write_bytes(lines)
    latest = replace(RUN, due=DUE + timedelta(days=3), ending=Ending.FAILURE)
    ran(tmp_path, latest)
    state = job_state(tmp_path, "nightly")
    assert len(path.read_bytes()) < len(lines) * 0.6
    assert len(state.runs) == KEPT + 2
    assert state.last_success == RUN
    assert state.last_run == latest
    assert state.runs[-2] == runs[-1]


def test_the_last_time_that_was_run_stays_known_however_often_somebody_runs_the_job_by_hand(
    tmp_path: Path,
) -> None:
    path = record_path(tmp_path, "nightly")
    ran(tmp_path)
    failed = replace(RUN, due=DUE + timedelta(days=1), ending=Ending.FAILURE)
    by_hand = [replace(failed, due=None) for _ in range(2 * KEPT)]
    path.write_bytes(path.read_bytes() + b"".join(map(_lines_of, [failed, *by_hand])))
    ran(tmp_path, by_hand[0])
    state = job_state(tmp_path, "nightly")
    assert (len(state.runs), times_run(state)) == (KEPT + 3, {DUE, failed.due})


def _lines_of(run: JobRun) -> bytes:
    return line_of_entry(BegunRun(run.due, run.began)) + line_of_entry(run)


def test_what_is_lost_again_and_again_before_anything_is_sent_is_not_tried_for_ever(tmp_path: Path) -> None:
    """A sheet too large for the memory kills its run each minute, and nobody would hear of it."""
    for _ in range(MOST_TRIES):
        with held(tmp_path) as record:
            if found := record.state.cut_short:
                assert not found.is_over and DUE not in times_run(record.state)
                record.ended(told_as_cut_short("nightly", found, DUE))
            record.begun(DUE)
    state = job_state(tmp_path, "nightly")
    assert state.cut_short is not None and state.cut_short.is_over and DUE in times_run(state)
    with held(tmp_path) as record:
        record.ended(told_as_cut_short("nightly", state.cut_short, DUE))
    assert "not tried again" in job_state(tmp_path, "nightly").runs[-1].line
    with held(tmp_path) as record, pytest.raises(RunLocked):
        record.begun(DUE)
    with held(tmp_path) as record:
        record.begun(DUE + timedelta(days=1))
    lost = job_state(tmp_path, "nightly").cut_short
    assert lost is not None and not lost.is_over, "each time of the schedule has its tries"


def test_jobs_of_one_name_in_two_folders_share_no_record(tmp_path: Path) -> None:
    """The second would never run at a time when the first did; a job that was moved or copied with its runs goes on."""
    runs, first, second = tmp_path / "runs", tmp_path / "a" / "nightly.toml", tmp_path / "b" / "nightly.toml"
    for path in (first, second):
        path.parent.mkdir()
        path.write_text("")
    with JobRecord(runs, "nightly", file=first, clock=at(DUE)) as record:
        record.begun(DUE)
        record.ended(RUN)
    with pytest.raises(UsageError) as caught:
        job_state(runs, "nightly", file=second)
    assert caught.value.code == "U132" and str(first) in caught.value.message
    with pytest.raises(UsageError), JobRecord(runs, "nightly", file=second):
        pass
    shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))
    copied = tmp_path / "copy"
    assert job_state(copied / "runs", "nightly", file=copied / "a" / "nightly.toml").runs == (RUN,)
    first.unlink()
    assert job_state(runs, "nightly", file=second).runs == (RUN,)
