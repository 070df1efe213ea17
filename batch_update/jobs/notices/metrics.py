"""The last run of a job as figures in a text file, which the textfile collector of Prometheus' node_exporter reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from errno import EEXIST
from pathlib import Path

from batch_update.disk import read_plain, replace_public
from batch_update.jobs.record.job_run import JobRun
from batch_update.model.plans import Status
from batch_update.model.reports import Exit
from batch_update.text import excerpt

COLLECTED = ".prom"
"""Ending of the files that the collector reads; others it passes over without a word."""

_MOST = 1 << 16
"""bytes of the file before it that are read"""
_PREFIX = "batch_update_job_"
_LAST_SUCCESS, _EXIT = "last_success_timestamp_seconds", "exit_status"


def write_metrics(path: Path, job_run: JobRun) -> None:
    """Write the file beside its name and rename it; others may read it. Raises OSError, where it is another job's, too.

    The time of the last success is taken over from the file that is there, where this run was none. Its folder is not
    made: the collector would not be there either.
    """
    before = _read_before(path)
    if fault := _fault_of_owner(before, job_run.job):
        raise OSError(EEXIST, fault)
    success = _seconds(job_run.ended) if job_run.exit is Exit.OK else _success_in(before)
    replace_public(path, "".join(_all_metrics(job_run, success)).encode("utf-8"))


def fault_of_metrics_file(path: Path, job: str) -> str:
    """Return why the figures of a job would not come to be collected from this file; "" where they would."""
    if path.suffix != COLLECTED:
        return f"{excerpt(path.name)} does not end in {COLLECTED}, and the collector passes over it"
    if not path.parent.is_dir():
        return f"there is no folder {excerpt(str(path.parent))}"
    if not os.access(path.parent, os.W_OK):
        return f"the folder {excerpt(str(path.parent))} cannot be written to"
    if os.path.lexists(path) and not path.is_file():
        return f"{excerpt(path.name)} is no plain file"
    return _fault_of_owner(_read_before(path), job)


def _all_metrics(job_run: JobRun, success: str) -> Iterator[str]:
    label = f'job="{_escaped_label(job_run.job)}"'
    took = (job_run.ended - job_run.began).total_seconds()
    yield from _metric(
        "last_run_timestamp_seconds", "When the job last ended.", label, _seconds(job_run.ended)
    )
    if success:
        help_ = "When the job last ended with exit status 0."
        yield from _metric(_LAST_SUCCESS, help_, label, success)
    yield from _metric(_EXIT, "Exit status of the last run.", label, f"{int(job_run.exit)}")
    yield from _metric("duration_seconds", "How long the last run took.", label, f"{max(took, 0.0):.3f}")
    yield from _help_and_type("rows", "Rows of the last run by what became of them.")
    for status in Status:
        yield f'{_PREFIX}rows{{{label},status="{status}"}} {job_run.counts.get(status, 0)}\n'


def _metric(name: str, help_: str, label: str, value: str) -> Iterator[str]:
    yield from _help_and_type(name, help_)
    yield f"{_PREFIX}{name}{{{label}}} {value}\n"


def _help_and_type(name: str, help_: str) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {help_}\n"
    yield f"# TYPE {_PREFIX}{name} gauge\n"


def _seconds(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"


def _escaped_label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _read_before(path: Path) -> str:
    """Return what the file holds; "" where there is none, or it cannot be read."""
    try:
        return read_plain(path, _MOST).decode("utf-8", "replace")
    except OSError:
        return ""


def _success_in(text: str) -> str:
    """Return the time of the last success as a file has it; "" where it has none."""
    found = re.search(rf"^{_PREFIX}{_LAST_SUCCESS}\{{.*\}} ([0-9]+(?:\.[0-9]+)?)$", text, re.MULTILINE)
    return found[1] if found else ""


def _fault_of_owner(text: str, job: str) -> str:
    """Return whose figures a file holds where it is another job: each would write over the other's for ever."""
    found = re.search(rf'^{_PREFIX}{_EXIT}\{{job="(.*)"\}} ', text, re.MULTILINE)
    if found is None or found[1] == _escaped_label(job):
        return ""
    return f"it holds the figures of the job {excerpt(found[1])}: give each job a file of its own"
