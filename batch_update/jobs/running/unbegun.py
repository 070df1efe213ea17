"""A run of a job that could not even begin, and the words for what ended it."""

from __future__ import annotations

from datetime import datetime

from batch_update.errors import BatchUpdateError
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.model.reports import Exit
from batch_update.text import excerpt

MOST_WORDS = 200
"""Characters of an error, and of a line about a row that failed."""


def failed_run(job: str, error: Exception, *, due: datetime | None, began: datetime) -> JobRun:
    """Return the run of a job that could not even begin, since its file is wrong."""
    exit = error.exit if isinstance(error, BatchUpdateError) else Exit.BUG
    line, code = error_line(error), code_of(error)
    return JobRun(job, due, began, began, Ending.FAILURE, exit, line, code=code, message=error_message(error))


def error_line(error: Exception) -> str:
    """`error[S101]: what is wrong`, safe to show. Of a bug only its kind is told: its text could hold a key."""
    if not isinstance(error, BatchUpdateError):
        return f"a bug in batch-update ({type(error).__name__}): please report it"
    code = f"[{error.code}]" if error.code else ""
    return f"error{code}: {excerpt(error.message, MOST_WORDS)}"


def code_of(error: Exception | None) -> str:
    """Return the code of an error; "" for a bug, which has none, and where nothing went wrong."""
    return error.code if isinstance(error, BatchUpdateError) else ""


def error_message(error: Exception | None) -> str:
    """Return the message of an error, safe to show, without its code; "" where nothing went wrong."""
    if isinstance(error, BatchUpdateError):
        return excerpt(error.message, MOST_WORDS)
    return "" if error is None else error_line(error)
