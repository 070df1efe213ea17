"""Runs of jobs and job files as the tests of notices need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch_update.jobs.definition.job_file import Job, load_job
from batch_update.jobs.definition.job_tables import JobFile
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.model.plans import Status
from batch_update.model.reports import Exit

WELL = JobRun(
    "nightly",
    None,
    datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 2, 1, 10, tzinfo=UTC),
    Ending.SUCCESS,
    Exit.OK,
    "117 updated, 88 with nothing to change in 1 min 10 s",
    counts={Status.UPDATED: 117, Status.UNCHANGED: 88},
)
BAD = replace(
    WELL,
    ending=Ending.FAILURE,
    exit=Exit.SOME_FAILED,
    line="116 updated, 1 failed in 1 min 10 s",
    counts={Status.UPDATED: 116, Status.FAILED: 1},
    failures=("row 41: A422 voice_id does not fit",),
)


def job_of(folder: Path, **tables: Any) -> Job:
    """A job that lies in this folder, with these tables as its file has them."""
    path = folder / "nightly.toml"
    path.write_text('file = "a.csv"', "utf-8")
    return replace(load_job(path), tables=JobFile.model_validate(tables))
