"""The occasions on which somebody hears of a run: how it ended, and how the one before it did."""

from __future__ import annotations

from batch_update.jobs.definition.job_tables import OnEnding
from batch_update.jobs.record.job_run import Ending, JobRun

_BAD = frozenset({Ending.FAILURE, Ending.GUARD, Ending.CONFLICT})
_OF_ENDING: dict[Ending, tuple[OnEnding, ...]] = {
    Ending.SUCCESS: ("success",),
    Ending.UNCHANGED: ("success", "nothing"),
    Ending.NOTHING: ("nothing",),
    Ending.DRIFT: ("drift",),
    Ending.CONFLICT: ("conflict",),
    Ending.GUARD: ("guard",),
    Ending.FAILURE: ("failure",),
}


def went_badly(job_run: JobRun) -> bool:
    """Whether somebody has to look after this run: it failed, a guard forbade it, or rows are in conflict."""
    return job_run.ending in _BAD


def has_recovered(job_run: JobRun, before: JobRun | None) -> bool:
    """Whether this is the first good run after a bad one. One that found no sheet shows nothing."""
    is_good = not went_badly(job_run) and job_run.ending is not Ending.NOTHING
    return is_good and before is not None and went_badly(before)


def occasions_of(job_run: JobRun, before: JobRun | None) -> frozenset[OnEnding]:
    """Return the occasions that this run is one of."""
    found = frozenset[OnEnding](_OF_ENDING[job_run.ending])
    return found | {"recovery"} if has_recovered(job_run, before) else found
