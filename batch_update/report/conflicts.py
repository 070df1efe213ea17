"""A field that is held back, as a sentence with its values: `name: planned from Old, wanted New, now Else`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from batch_update.model.plans import UNKNOWN, Conflict, Why
from batch_update.report.called import NO_NAMES, Called, named_values

Show = Callable[..., Iterator[str]]
"""How values of the field are shown beside each other."""


def conflict_words(one: Conflict, called: Called = NO_NAMES) -> str:
    """Return the field with its values and why it is held back; no secret, and of a long text what differs.

    `called`: what the account calls ids, where that is known.
    """
    words = _OF_AN_UNDO if one.is_undo else _OF_A_PLAN
    return f"{one.field}: {words[one.why](one, partial(named_values, one.field, called))}"


def _three(one: Conflict, show: Show) -> str:
    planned, wanted, now = show(one.planned, one.wanted, one.now)
    return f"planned from {planned}, wanted {wanted}, now {now}"


def _before_ours_now(one: Conflict, show: Show) -> str:
    before, ours, now = show(one.wanted, one.planned, one.now)
    left = "not known (it was not read back)" if one.planned is UNKNOWN else ours
    return f"before {before}, ours {left}, now {now}"


def _to_be_reset(one: Conflict, show: Show) -> str:
    planned, now = show(one.planned, one.now)
    return f"planned from {planned}, reset by the new mode, now {now}"


def _not_to_be_reset(one: Conflict, show: Show) -> str:
    return f"{_expected(one, show)}, and the mode {one.mode} would reset it"


def _moved(one: Conflict, show: Show) -> str:
    planned, now = show(one.planned, one.now)
    return f"planned from {planned}, wanted as it was for {', '.join(one.others)}, now {now}"


def _expected(one: Conflict, show: Show) -> str:
    ours, now = show(one.planned, one.now)
    return f"expected {ours}, now {now}"


def _edited(one: Conflict, show: Show) -> str:
    wanted, now = show(one.wanted, one.now)
    return f"wanted {wanted}, now {now}, changed by others since the export"


def _rule(one: Conflict, show: Show) -> str:
    return f"{_three(one, show)}, and {one.rule}"


def _with_mode(one: Conflict, show: Show) -> str:
    return f"wanted {next(show(one.wanted))}, belongs to the mode"


def _would_reset(one: Conflict, _: Show) -> str:
    return f"wanted {one.wanted}, which would reset {', '.join(one.others)}"


_OF_A_PLAN: Mapping[Why, Callable[[Conflict, Show], str]] = {
    Why.CHANGED: _three,
    Why.RESET: _to_be_reset,
    Why.MOVED: _moved,
    Why.RULE: _rule,
    Why.EDITED: _edited,
    Why.WITH_MODE: _with_mode,
    Why.WOULD_RESET: _would_reset,
}
_OF_AN_UNDO = {
    **_OF_A_PLAN,
    Why.CHANGED: _before_ours_now,
    Why.RESET: _not_to_be_reset,
    Why.MOVED: _expected,
}
