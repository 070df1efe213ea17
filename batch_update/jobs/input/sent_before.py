"""Owns `sent_before`: which sheets need not be sent again where a job skips what is unchanged."""

from __future__ import annotations

from collections.abc import Iterable

from batch_update.jobs.record.job_run import JobRun


def sent_before(runs: Iterable[JobRun]) -> frozenset[str]:
    """Return the digests of the sheets that went well when the job last took any; `runs`: the newest first.

    Runs that found no sheet say nothing. A run that did not go well counts, with those of its sheets that did: what
    another sheet did since, the one before it has to mend. So does one that was cut short, of which folders are all
    that is known.
    """
    for run in runs:
        if run.sheets or run.digests or run.folders:
            return frozenset(run.digests)
    return frozenset()
