"""The dated lines of jobs, where stdout is a log: on a terminal, and for all else, there is nothing of them."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from batch_update.cli.after_run import from_here
from batch_update.cli.screens.screen import out, out_raw
from batch_update.cli.spelling import as_flags
from batch_update.clock import SYSTEM
from batch_update.model.reports import Exit
from batch_update.text import log_close, log_heading


def dated(job: str, moment: datetime | None = None) -> str:
    """`2026-11-22 03:00 CET  opening-hours: `, where a job writes into a log; "" for all else."""
    if not job or sys.stdout.isatty():
        return ""
    return log_heading(moment or SYSTEM.wall(), job)


def out_dated(text: str, job: str) -> None:
    """Print a result whose first line, that of a job in a log, stays one line however long it is."""
    if not job or sys.stdout.isatty():
        out(text)
        return
    first, _, rest = text.partition("\n")
    out_raw(as_flags(first))
    if rest:
        out(rest)


def log_tail(job: str, status: Exit, folder: Path | None) -> str:
    """`; exit 0, runs/2026-11-22T0300-nightly`: what stands at the end of a job's dated line; "" for all else."""
    if not job or sys.stdout.isatty():
        return ""
    return log_close(int(status), () if folder is None else (from_here(folder),))
