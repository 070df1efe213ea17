"""A field that is held back, as a sentence with its values: `name: planned from Old, wanted New, now Else`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from batch_update.fields.values.differences import side_by_side
from batch_update.model.plans import UNKNOWN, Conflict, Why


def conflict_words(one: Conflict) -> str:
    """Return the field with its values and why it is held back; no secret, and of a long text what differs."""
    words = _OF_AN_UNDO if one.is_undo else _OF_A_PLAN
    return f"{one.field}: {words[one.why](one)}"


def _three(one: Conflict) -> str:
    planned, wanted, now = side_by_side(one.planned, one.wanted, one.now)
    return f"planned from {planned}, wanted {wanted}, now {now}"


def _before_ours_now(one: Conflict) -> str:
    before, ours, now = side_by_side(one.wanted, one.planned, one.now)
    left = "not known (it was not read back)" if one.planned is UNKNOWN else ours
    return f"before {before}, ours {left}, now {now}"


def _to_be_reset(one: Conflict) -> str:
    planned, now = side_by_side(one.planned, one.now)
    return f"planned from {planned}, reset by the new mode, now {now}"


def _not_to_be_reset(one: Conflict) -> str:
    return f"{_expected(one)}, and the mode {one.mode} would reset it"


def _moved(one: Conflict) -> str:
    planned, now = side_by_side(one.planned, one.now)
    return f"planned from {planned}, wanted as it was for {', '.join(one.others)}, now {now}"


def _expected(one: Conflict) -> str:
    ours, now = side_by_side(one.planned, one.now)
    return f"expected {ours}, now {now}"


def _edited(one: Conflict) -> str:
    wanted, now = side_by_side(one.wanted, one.now)
    return f"wanted {wanted}, now {now}, changed by others since the export"


def _rule(one: Conflict) -> str:
    return f"{_three(one)}, and {one.rule}"


def _with_mode(one: Conflict) -> str:
    return f"wanted {next(side_by_side(one.wanted))}, belongs to the mode"


def _would_reset(one: Conflict) -> str:
    return f"wanted {one.wanted}, which would reset {', '.join(one.others)}"


_OF_A_PLAN: Mapping[Why, Callable[[Conflict], str]] = {
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
