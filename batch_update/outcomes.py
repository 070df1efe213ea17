"""Outcomes of rows: how each is made, what is asked of one, and the exit status that all of them make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from batch_update.codes import Trait, has_trait
from batch_update.errors import BatchUpdateError
from batch_update.model.plans import Change, Outcome, Status, Verified
from batch_update.model.reports import Exit, Reply, Report


def replied(change: Change, reply: Reply) -> Outcome:
    """Return the outcome of a reply. With fields held back, the row is a conflict once the rest is sent."""
    is_updated = reply.status is Status.UPDATED
    held = change.held if is_updated else ()
    return Outcome(
        status=Status.CONFLICT if held else reply.status,
        code="X301" if held else reply.code,
        message=reply.message,
        http=reply.http,
        attempts=reply.attempts,
        changed=_shared_names(tuple(change.body)) if is_updated else (),
        request_id=reply.request_id,
        started=reply.started,
        ms=reply.ms,
        field_errors=reply.field_errors,
        conflicts=held,
        wave=change.wave,
    )


@lru_cache(maxsize=64)
def _shared_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names as they were given first: a fleet has hundreds of thousands of outcomes that tell the same."""
    return names


def not_begun(stopped: Exception | None) -> Outcome:
    """Return the outcome of a row whose turn had not come when the run ended."""
    return Outcome(Status.NOT_SENT, "R101", f"not sent: {_reason_words(stopped)}")


def lost_track() -> Outcome:
    """Return the outcome of a row that was sent, or not, after the end of what the journal still holds."""
    return Outcome(
        Status.UNKNOWN, "J109", "it is not known whether this was sent: the end of the journal is lost"
    )


def left_under_way(
    attempts: int, started: datetime | None, stopped: Exception | None, *, wave: int = 0
) -> Outcome:
    """Return the outcome of a row whose run ended before its answer, or before an attempt that would clear it up."""
    message = f"sent, and no answer settled it: {_reason_words(stopped)}"
    return Outcome(Status.UNKNOWN, "R105", message, attempts=attempts, started=started, wave=wave)


def cut_off(attempts: int, started: datetime, *, wave: int = 0) -> Outcome:
    """Return the outcome of a row that was about to be sent when the process ended."""
    message = "sent or about to be when the run was cut off: no answer was seen"
    return Outcome(Status.UNKNOWN, "R105", message, attempts=attempts, started=started, wave=wave)


def spread(change: Change, outcome: Outcome, numbers: Sequence[int]) -> dict[int, Outcome]:
    """Row index -> outcome for every row that the change settles; `numbers` are the sheet's row numbers."""
    first, *others = change.indexes
    return {first: outcome} | {index: _shared(outcome, numbers[first]) for index in others}


def _shared(outcome: Outcome, number: int) -> Outcome:
    """The outcome of another row of the assistant, which asked for the same change and was sent with the first."""
    words = f"sent with row {number}" if outcome.status is not Status.NOT_SENT else f"belongs to row {number}"
    message = f"{words}: {outcome.message}" if outcome.message else words
    return replace(outcome, code=outcome.code or "X202", message=message)


def _reason_words(stopped: Exception | None) -> str:
    """Return why a run ended, in a few words. Of a bug only its kind: its text could hold anything, a key too."""
    if stopped is None:
        return "the run was stopped"
    if isinstance(stopped, BatchUpdateError):
        return stopped.message
    return f"a bug in batch-update ended the run ({type(stopped).__name__})"


DONE = frozenset({Status.UPDATED, Status.UNCHANGED})
"""The ends of a row that holds what it should hold."""


def as_wanted(outcome: Outcome) -> bool:
    """Whether nothing is left to do for this row."""
    if outcome.status is Status.NOT_SENT:
        return has_trait(outcome.code, Trait.CHOSEN)
    if outcome.status is Status.UNKNOWN:
        return outcome.verified is Verified.VERIFIED  # as it should be, whoever made it so
    if outcome.verified is Verified.MISMATCH:
        return False
    return outcome.status in DONE


def is_open(outcome: Outcome) -> bool:
    """Whether going on with a run sends the row, or looks for it. What failed for a reason of its own stays so."""
    if outcome.status is Status.FAILED:
        return has_trait(outcome.code, Trait.NOT_THE_ROWS)
    if outcome.status is Status.UNKNOWN:
        return not as_wanted(outcome)
    return outcome.status is Status.NOT_SENT


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


def was_sent(outcome: Outcome) -> bool:
    """Whether the row was changed, or may have been."""
    return outcome.status in {Status.UPDATED, Status.UNKNOWN} or bool(outcome.changed)
