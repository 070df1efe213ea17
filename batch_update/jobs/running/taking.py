"""What a run of a job takes this time: its sheets, but for those that are as they were at the last success."""

from __future__ import annotations

from pathlib import Path

from batch_update.jobs.input.taken import Intake, TakenSheet
from batch_update.jobs.record.job_state import JobState
from batch_update.jobs.running.turns import Workday


def taken(day: Workday, state: JobState) -> Intake | Exception:
    """Return the sheets of this run, or why there is none, or the error that ends the run."""
    return Intake((TakenSheet(Path(day.job.file), "", day.job.file),))
