"""The verdict on a run in values, from which a sentence can be made in any language: what was reached, what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from batch_update.errors import BatchUpdateError, SheetError
from batch_update.model.plans import Status, Verified
from batch_update.model.reports import Exit, Report
from batch_update.outcomes import as_wanted, exit_status, was_sent


class Reached(StrEnum):
    """The goal that a run came to."""

    ALL = "all"
    """every row is as wanted, and something was changed"""
    NOTHING_TO_DO = "nothing_to_do"
    """every row was as wanted already, or was left out"""
    PART = "part"
    """it came to its end, and some rows are not as wanted"""
    STOPPED = "stopped"
    """it ended early, after something was sent"""
    NOT_SENT = "not_sent"
    """it ended before anything was sent"""
    INVALID = "invalid"
    """the same, since the sheet has errors"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands."""

    reached: Reached
    rows: int
    """of the sheet"""
    as_wanted: int
    """rows that nothing is left to do for"""
    left: Mapping[Status, int]
    """the other rows, by their ends; `updated` are those that read back otherwise"""
    assistants: int
    """which were changed"""
    verified: int
    """of these, how many were read back as they were sent"""
    exit: Exit
    stop_code: str = ""
    """of what ended it early"""


def standing_of(report: Report) -> Standing:
    """Return how a run stands."""
    outcomes = report.outcomes
    ends = [outcomes[change.indexes[0]] for change in report.plan.changes]
    changed = [outcome for outcome in ends if outcome.changed]
    return Standing(
        reached=_reached(report, any(map(was_sent, ends))),
        rows=len(outcomes),
        as_wanted=sum(map(as_wanted, outcomes)),
        left=Counter(outcome.status for outcome in outcomes if not as_wanted(outcome)),
        assistants=len(changed),
        verified=sum(outcome.verified is Verified.VERIFIED for outcome in changed),
        exit=exit_status(report),
        stop_code=report.stopped.code if isinstance(report.stopped, BatchUpdateError) else "",
    )


def _reached(report: Report, is_sent: bool) -> Reached:
    if isinstance(report.stopped, SheetError):
        return Reached.INVALID
    if report.stopped is not None:
        return Reached.STOPPED if is_sent else Reached.NOT_SENT
    if not all(map(as_wanted, report.outcomes)):
        return Reached.PART
    return Reached.ALL if is_sent else Reached.NOTHING_TO_DO
