"""The figures that Prometheus collects of a job, and the command that is run where a run did not go well."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from batch_update.jobs.notices.metrics import fault_of_metrics_file, write_metrics
from batch_update.jobs.notices.on_failure import run_command
from batch_update.jobs.record.job_run import JobRun
from tests.jobs.notices.made_runs import BAD, WELL


def read_as_prometheus_does(path: Path) -> dict[tuple[str, str], float]:
    parser = pytest.importorskip("prometheus_client.parser")
    families = list(parser.text_string_to_metric_families(path.read_text("utf-8")))
    assert all(family.type == "gauge" and family.documentation for family in families)
    samples = [sample for family in families for sample in family.samples]
    assert {sample.labels["job"] for sample in samples} == {'night "ly\\'}
    return {
        (sample.name.removeprefix("batch_update_job_"), sample.labels.get("status", "")): sample.value
        for sample in samples
    }


def test_the_figures_tell_of_the_last_run_and_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "nightly.prom"
    write_metrics(path, replace(BAD, job='night "ly\\'))
    assert ("last_success_timestamp_seconds", "") not in read_as_prometheus_does(path)
    write_metrics(path, replace(WELL, job='night "ly\\'))
    later = BAD.ended.replace(hour=5)
    write_metrics(path, replace(BAD, job='night "ly\\', began=BAD.ended, ended=later))
    found = read_as_prometheus_does(path)
    assert found["last_success_timestamp_seconds", ""] == WELL.ended.timestamp()
    assert found["last_run_timestamp_seconds", ""] == later.timestamp()
    assert (
        found["exit_status", ""] == 1 and found["duration_seconds", ""] == (later - BAD.ended).total_seconds()
    )
    assert (found["rows", "updated"], found["rows", "failed"], found["rows", "conflict"]) == (116, 1, 0)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_the_collector_which_is_another_user_may_read_them_and_never_sees_a_half(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_metrics(tmp_path / "a.prom", WELL)
    finally:
        os.umask(before)
    assert (tmp_path / "a.prom").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a.prom"]


def test_two_jobs_do_not_write_over_the_figures_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a.prom"
    write_metrics(path, WELL)
    write_metrics(path, BAD)
    text = path.read_text("utf-8")
    with pytest.raises(
        OSError, match="it holds the figures of the job nightly: give each job a file of its own"
    ):
        write_metrics(path, replace(WELL, job="weekly"))
    assert path.read_text("utf-8") == text


def test_figures_that_would_not_be_collected_are_told_before_the_night(tmp_path: Path) -> None:
    write_metrics(tmp_path / "a.prom", WELL)
    (tmp_path / "b.prom").mkdir()
    assert fault_of_metrics_file(tmp_path / "a.prom", WELL.job) == ""
    assert "the figures of the job nightly" in fault_of_metrics_file(tmp_path / "a.prom", "weekly")
    assert fault_of_metrics_file(tmp_path / "b.prom", WELL.job) == "b.prom is no plain file"


# ---------------------------------------------------------------- the command

SHOWS = (
    "import os, sys; print(*sys.argv[1:], *(f'{n}={t}' for n, t in sorted(os.environ.items())), sep=chr(10))"
)


def run_python(code: str, *arguments: str, of: JobRun = BAD, folder: Path, patience: float = 20) -> str:
    command = (sys.executable, "-c", code, *arguments)
    return run_command(command, of, folder=folder, environ={"JOB_RUN_OLD": "x", "A": "b"}, patience=patience)


def test_a_command_gets_the_facts_of_the_run_and_its_arguments_as_they_stand(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = replace(
        BAD, code="R108", message="ü\0", folders=(tmp_path / "runs",), failures=("row 1\nx", "row 2")
    )
    assert run_python(SHOWS, "$HOME; `id`", of=run, folder=tmp_path) == ""
    out, shown = capfd.readouterr()
    assert out == ""
    lines = shown.splitlines()
    assert lines[0] == "$HOME; `id`" and "A=b" in lines and "JOB_RUN_OLD=x" not in lines
    assert {"JOB_RUN_JOB=nightly", "JOB_RUN_ENDING=failure", "JOB_RUN_EXIT=1", "JOB_RUN_CODE=R108"} <= set(
        lines
    )
    assert {f"JOB_RUN_FOLDER={tmp_path / 'runs'}", "JOB_RUN_MESSAGE=ü", "JOB_RUN_DUE="} <= set(lines)
    assert {"JOB_RUN_ENDED=2026-11-22T02:01:10.000Z", r"JOB_RUN_FAILURES=row 1\nx", "row 2"} <= set(lines)
    assert not any(line.startswith(("BATCH_UPDATE_", "FAMULOR_")) for line in lines)


def test_a_command_that_goes_wrong_is_told_and_one_that_hangs_is_ended(tmp_path: Path) -> None:
    assert run_python("raise SystemExit(3)", folder=tmp_path) == "the command ended with exit status 3"
    assert run_python("import time; time.sleep(60)", folder=tmp_path, patience=0.2) == (
        "the command did not end within 0.2 s and was ended"
    )
    none = run_command(["./none", "secret"], BAD, folder=tmp_path, environ={}, patience=1)
    assert none == "the command cannot be run: No such file or directory"


@pytest.mark.skipif(os.name != "posix", reason="scripts of POSIX")
def test_a_path_of_a_command_is_meant_from_the_folder_of_the_job_file(tmp_path: Path) -> None:
    script = tmp_path / "alarm.sh"
    script.write_text("#!/bin/sh\ntest -f alarm.sh\n")
    script.chmod(0o700)
    assert run_command(["./alarm.sh"], BAD, folder=tmp_path, environ={}, patience=20) == ""
