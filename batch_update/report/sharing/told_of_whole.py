"""What is told of a run as a whole, its stop and its events, without the words that may quote a row. Pure."""

from __future__ import annotations

from dataclasses import replace

from batch_update.codes import CODES, Trait, has_trait, remedy_of
from batch_update.errors import BatchUpdateError, GuardStopped, Interrupted
from batch_update.model.plans import Outcome
from batch_update.model.reports import Event

_OUR_EVENTS = frozenset(
    {"gate", "slow", "limit", "shared", "wave", "resume", "resumed", "ledger", "local", "loss"}
)
"""Kinds of events whose words are ours alone."""
_IN_SHORT = {
    "pause": "a pause",
    "stop": "sending was stopped",
    "list": "a look at the account told something",
    "stored": "the server stores a text otherwise than it was sent",
    "verify": "not all was read back",
}
"""Kind -> what is told of an event in place of words that a server may have written."""


def without_words(stopped: Exception) -> Exception:
    """Return why a run ended early, by its code: its words may count assistants, or name them."""
    if isinstance(stopped, Interrupted) or not isinstance(stopped, BatchUpdateError):
        return stopped
    title = CODES[stopped.code].title if stopped.code in CODES else "the run did not reach its end"
    return type(stopped)(title, code=stopped.code, remedy=remedy_of(stopped.code))


def without_quotes(stopped: Exception) -> Exception:
    """Return why a run ended early, in its words where they are ours alone: others may quote the answer to a row."""
    is_ours = isinstance(stopped, GuardStopped) or has_trait(getattr(stopped, "code", ""), Trait.OUR_WORDS)
    return stopped if is_ours else without_words(stopped)


def event_without_quotes(event: Event) -> Event:
    """Return an event, in short where a server may have written its words, or some of them."""
    if event.kind in _OUR_EVENTS:
        return event
    return replace(event, message=_IN_SHORT.get(event.kind, f"{event.kind}: told to whoever ran it"))


def outcome_without_stop(outcome: Outcome) -> Outcome:
    """Return the outcome of a row; one that repeats why the run ended says no more than that it did."""
    is_told = has_trait(outcome.code, Trait.TELLS_THE_STOP)
    return replace(outcome, message=CODES[outcome.code].title) if is_told else outcome
