"""A plan made earlier against what is there now: what somebody changed since is held back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from batch_update.fields.differences import UNKNOWN, side_by_side
from batch_update.fields.facts import all_fields
from batch_update.fields.rules import MODE_SETTINGS, depends_on_mode, fits_mode
from batch_update.model.plans import Change, Outcome, Plan, Present, Status
from batch_update.model.sheets import Body
from batch_update.plan.comparing import ALREADY_SO, before_of, broken_by, differing, is_so

WITH_MODE = frozenset({"mode", *MODE_SETTINGS})
"""Fields that stand and fall with a change of mode."""

Held = dict[str, str]
"""Field -> why it is held back, with its values."""


def hold_back(plan: Plan, present: Mapping[int, Present], *, by_field: bool) -> Plan:
    """A plan made earlier, whose changes know what they were planned from (`before`), against what is there now.

    A field that holds now what it should is not sent. One that still holds what it was planned from is sent. One
    that holds neither is a conflict, as is one that was known and is not reported any more, one that does not fit the
    mode that the assistant has got since, and whatever else breaks a rule by now. A change of mode looks also at the
    fields that it resets.

    By row, a conflict holds back the whole row. By field, as an undo is sent, it holds back that field; with one that
    goes with the mode, the change of mode and all that belongs to it, which would overwrite it. There, a field that
    `before` lacks is one that the run reset without its being known to what: it is a conflict unless the reset
    explains what is there. The row of a change with `held` ends as a conflict also where the rest of it is sent.
    """
    settled = dict(plan.settled)
    changes = []
    for change in plan.changes:
        hold = _by_field if by_field else _by_row
        now = present.get(change.assistant_id)
        kept = _gone(change) if now is None else hold(change, now)
        if isinstance(kept, Change):
            changes.append(kept)
        else:
            settled.update(dict.fromkeys(change.indexes, kept))
    return replace(plan, changes=tuple(changes), settled=dict(sorted(settled.items())))


def _gone(change: Change) -> Outcome:
    return Outcome(Status.CONFLICT, "X302", f"assistant {change.assistant_id} is not on the account any more")


def _conflict(held: Held) -> Outcome:
    return Outcome(Status.CONFLICT, "X301", _joined(held))


def _by_row(change: Change, now: Present) -> Change | Outcome:
    """The change as it can be sent, or what becomes of its rows instead."""
    body: Body = differing(change.body, now)
    moved = [name for name in change.before if _has_moved(name, change, body, now)]
    held = {name: _planned_wanted_now(name, change, body, now) for name in moved}
    held = held or _broken(change, body, now, held)
    if held:
        return _conflict(held)
    return _sent(change, body, now) if body else ALREADY_SO


def _by_field(change: Change, now: Present) -> Change | Outcome:
    """The change as an undo can send it, or what becomes of its rows instead: each field counts by itself."""
    body: Body = differing(change.body, now)
    moved = [name for name in change.before if _has_moved(name, change, body, now)]
    held = {name: _before_ours_now(name, change, body, now) for name in moved} | _in_doubt(change, body, now)
    held |= _with_mode(body, held, now)
    body = _without(change, held, now)
    broken = _broken(change, body, now, held)
    if broken:
        held |= broken | _with_mode(body, broken, now)
        body = _without(change, held, now)
    if body:
        return _sent(change, body, now, held)
    return _conflict(held) if held else ALREADY_SO


def _sent(change: Change, body: Body, now: Present, held: Held | None = None) -> Change:
    """Return the change to be sent. Its `before` is what is there now: that is what an undo brings back."""
    return replace(change, body=body, before=before_of(body, now), held=_joined(held or {}))


def _without(change: Change, held: Held, now: Present) -> Body:
    """Return what is left to send. Where the mode is held back, what it would have reset need not be sent again."""
    return differing({name: value for name, value in change.body.items() if name not in held}, now)


# ---------------------------------------------------------------- what holds a field back


def _has_moved(name: str, change: Change, body: Body, now: Present) -> bool:
    """Whether a field holds neither what it was planned from nor what it should hold."""
    if name in change.body:
        if name not in body or is_so(name, change.body[name], now):
            return False
    elif name == "mode":
        if not depends_on_mode(body):
            return False
    elif "mode" not in body:
        return False
    return not is_so(name, change.before[name], now)


def _in_doubt(change: Change, body: Body, now: Present) -> Held:
    """Return the fields that a run reset with the mode, to nobody knows what: somebody since may have chosen it.

    Where the mode of now cannot hold what was there before, there was nothing to choose.
    """
    if "mode" not in body or not isinstance(now.get("mode"), str):
        return {}
    doubtful = [
        name
        for name, value in body.items()
        if name not in change.before and not is_so(name, value, now) and fits_mode(name, value, now["mode"])
    ]
    return {name: _before_ours_now(name, change, body, now) for name in doubtful}


def _broken(change: Change, body: Body, now: Present, held: Held) -> Held:
    """Return what cannot be sent any more, since by now it breaks a rule."""
    found: Held = {}
    wanted = {name: value for name, value in change.body.items() if name not in held}
    for rule in broken_by(body, wanted, change.assistant_id, now):
        for name in rule.fields if rule.blocks else ():
            if name in body:
                was, to_be, is_now = _values(change.before, wanted, now, name=name)
                found[name] = f"{name}: planned from {was}, wanted {to_be}, now {is_now}, and {rule.sentence}"
    return found


def _with_mode(body: Body, held: Held, now: Present) -> Held:
    """Return what depends on the mode, or would overwrite what is held back by resetting it."""
    reasons = [name for name in held if name in WITH_MODE]
    if not reasons or not ("mode" in body or "mode" in held):
        return {}
    others = [
        name
        for name, value in body.items()
        if name not in held
        and (name in WITH_MODE if "mode" in body else depends_on_mode({name: value}))
        and not is_so(name, value, now)  # what is so is not sent once the mode is not
    ]
    words = {name: f"wanted {next(side_by_side(body[name]))}, belongs to the mode" for name in others}
    if "mode" in words:
        words["mode"] = f"wanted {body['mode']}, which would reset {', '.join(reasons)}"
    return {name: f"{name}: {said}" for name, said in words.items()}


# ---------------------------------------------------------------- the words of it


def _joined(held: Held) -> str:
    return "; ".join(held.values())


def field_by_field(words: str) -> list[str]:
    """Return the texts of a conflict, or of `Change.held`, one for each field. Values may hold a `; `, too."""
    names = "|".join(all_fields())
    return re.split(rf"; (?=(?:{names}): )", words)


def _values(*places: Mapping[str, object], name: str) -> Iterable[str]:
    return side_by_side(*(place.get(name, UNKNOWN) for place in places))


def _planned_wanted_now(name: str, change: Change, body: Body, now: Present) -> str:
    if name in change.body:
        was, wanted, is_now = _values(change.before, change.body, now, name=name)
        return f"{name}: planned from {was}, wanted {wanted}, now {is_now}"
    was, is_now = _values(change.before, now, name=name)
    if name != "mode":
        return f"{name}: planned from {was}, reset by the new mode, now {is_now}"
    others = ", ".join(other for other, value in body.items() if depends_on_mode({other: value}))
    return f"mode: planned from {was}, wanted as it was for {others}, now {is_now}"


def _before_ours_now(name: str, change: Change, body: Body, now: Present) -> str:
    """The values of a field that an undo holds back: what was there before the run, what it left, what is there."""
    if name in change.body:
        was, ours, is_now = _values(change.body, change.before, now, name=name)
        left = ours if name in change.before else "not known (it was not read back)"
        return f"{name}: before {was}, ours {left}, now {is_now}"
    ours, is_now = _values(change.before, now, name=name)
    if name == "mode":
        return f"mode: expected {ours}, now {is_now}"
    return f"{name}: expected {ours}, now {is_now}, and the mode {change.body['mode']} would reset it"
