"""The exit status of a run: what a script or cron learns of it."""

from __future__ import annotations

from batch_update.errors import BatchUpdateError
from batch_update.model import Exit, Report, Status, Verified
from batch_update.report.messages import as_wanted


def exit_status(report: Report) -> Exit:
    """0 every row as wanted; 1 finished, some rows not, or not read back; else what the end of the run stands for.

    3 the sheet is invalid and nothing was sent, 4 the key is refused, 5 stopped, 70 a bug of ours,
    129, 130 or 143 interrupted.
    """
    if isinstance(report.stopped, BatchUpdateError):
        return report.stopped.exit
    if report.stopped is not None:
        return Exit.BUG
    is_good = all(map(as_wanted, report.outcomes)) and not is_unread(report)
    return Exit.OK if is_good else Exit.SOME_FAILED


def is_unread(report: Report) -> bool:
    """Whether the run failed to read back rows that it sent, or ended before it did."""
    is_missed = report.stopped is not None or any(event.kind == "verify" for event in report.events)
    return is_missed and any(
        o.status is Status.UPDATED and o.verified is Verified.NOT_READ for o in report.outcomes
    )
