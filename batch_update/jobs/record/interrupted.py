"""Runs of a job that were cut short: their run folders, whether they may have sent anything, what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from batch_update.codes import Trait, has_trait
from batch_update.errors import JournalError
from batch_update.jobs.record.job_run import Ending, JobRun
from batch_update.jobs.record.job_state import BegunRun, CutShort
from batch_update.model.reports import Exit

_CUT_OFF = "R106"
MOST_TRIES = 3
"""runs for one time of the schedule, where each is lost before anything is sent"""


def cut_short_run(runs_dir: Path, job: str, begun: BegunRun) -> CutShort:
    """Return what a run of a job left whose process is gone. Raises UsageError U111.

    It is found by what the journals tell, since a process can be killed between any two lines that it writes.
    """
    from batch_update.journal.folders import all_runs, may_have_sent
    from batch_update.journal.reading import read_run

    folders, sent = [], False
    for folder in all_runs(runs_dir) if runs_dir.is_dir() else []:
        if not _is_younger(folder, begun):
            continue
        try:
            run = read_run(folder)
        except (
            JournalError
        ) as error:  # one that cannot be read may be that of this run, and have sent something
            sent = sent or not has_trait(error.code, Trait.NO_PLAN)
            continue
        if run.facts.occasion.job != job:
            continue
        if any(session.started >= begun.began for session in run.sessions):  # begun, or gone on with
            folders.append(folder)
            sent = sent or (run.created >= begun.began and may_have_sent(run))
    return CutShort(begun, tuple(reversed(folders)), sent)


def is_last_try(runs: Sequence[JobRun]) -> bool:
    """Whether one more run that is lost, after these that ended, is the last that is tried; the oldest first."""
    lost = takewhile(lambda run: run.code == _CUT_OFF and run.due is None, reversed(runs))
    return sum(1 for _ in lost) >= MOST_TRIES - 1


def _is_younger(folder: Path, begun: BegunRun) -> bool:
    """Whether a folder was written to since, as far as files tell: their clock is a little behind."""
    return folder.stat().st_mtime >= (begun.began - timedelta(days=1)).timestamp()


def told_as_cut_short(job: str, found: CutShort, now: datetime) -> JobRun:
    """Return what is told of a run that was cut short.

    It was for no time of the schedule where it certainly sent nothing: that time is still to be run, but for the last
    try.
    """
    sent = "rows may have been sent" if found.may_have_sent else "nothing was sent"
    if found.is_last_try:
        sent += f", as {MOST_TRIES} times in a row; it is not tried again before its next time"
    return JobRun(
        job=job,
        due=found.begun.due if found.is_over else None,
        began=found.begun.began,
        ended=now,
        ending=Ending.FAILURE,
        exit=Exit.STOPPED,
        line=f"was cut short: its process is gone, {sent}",
        folders=found.folders,
        code=_CUT_OFF,
        message="the run did not come to its end: its process is gone",
    )
