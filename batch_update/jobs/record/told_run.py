"""A run of a job as others read it: as its document, and as a dated line."""

from __future__ import annotations

from batch_update.jobs.record.job_run import JobRun
from batch_update.model.plans import Status
from batch_update.report.documents.of_jobs import RanJob
from batch_update.text import log_close, log_heading


def ran_job(run: JobRun) -> RanJob:
    """Return a run of a job as documents have it."""
    return RanJob(
        job=run.job,
        began=run.began,
        seconds=round((run.ended - run.began).total_seconds(), 1),
        due=run.due,
        ending=str(run.ending),
        exit=int(run.exit),
        line=run.line,
        sheets=run.sheets,
        folders=tuple(map(str, run.folders)),
        counts=dict.fromkeys(Status, 0) | run.counts,
        code=run.code,
        message=run.message,
        failures=run.failures,
    )


def log_line(run: JobRun) -> str:
    """Return a run in a dated line: with the job, what became of it, the exit status and the folders."""
    return f"{log_heading(run.began, run.job)}{run.line}{log_close(int(run.exit), run.folders)}"
