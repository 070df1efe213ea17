"""What became of a row, as a value: by a reply, by the end of a run, by another row of the same assistant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from batch_update.errors import BatchUpdateError
from batch_update.model import Change, Outcome, Reply, Status


def replied(change: Change, reply: Reply) -> Outcome:
    """Return the outcome of a reply. With fields held back, the row is a conflict once the rest is sent."""
    is_updated = reply.status is Status.UPDATED
    is_held = is_updated and bool(change.held)
    message = "; ".join(text for text in (reply.message, change.held if is_held else "") if text)
    return Outcome(
        status=Status.CONFLICT if is_held else reply.status,
        code="X301" if is_held else reply.code,
        message=message,
        http=reply.http,
        attempts=reply.attempts,
        changed=tuple(change.body) if is_updated else (),
        request_id=reply.request_id,
        started=reply.started,
        ms=reply.ms,
        field_errors=reply.field_errors,
    )


def not_begun(stopped: Exception | None) -> Outcome:
    """The run ended before this row's turn."""
    return Outcome(Status.NOT_SENT, "R101", f"not sent: {_reason_words(stopped)}")


def lost_track() -> Outcome:
    """The journal ends before its run did: whether the row was sent after that is not known."""
    return Outcome(
        Status.UNKNOWN, "J109", "it is not known whether this was sent: the end of the journal is lost"
    )


def left_under_way(attempts: int, started: datetime | None, stopped: Exception | None) -> Outcome:
    """The run ended before there was an answer, or before an attempt that would have cleared it up."""
    message = f"sent, and no answer settled it: {_reason_words(stopped)}"
    return Outcome(Status.UNKNOWN, "R105", message, attempts=attempts, started=started)


def cut_off(attempts: int, started: datetime) -> Outcome:
    """All that is known is that it was about to be sent: the process ended before anything came of it."""
    message = "sent or about to be when the run was cut off: no answer was seen"
    return Outcome(Status.UNKNOWN, "R105", message, attempts=attempts, started=started)


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
    """Why a run ended, in a few words. Of a bug only its kind: its text could hold anything, a key too."""
    if stopped is None:
        return "the run was stopped"
    if isinstance(stopped, BatchUpdateError):
        return stopped.message
    return f"a bug in batch-update ended the run ({type(stopped).__name__})"
