"""A plan made earlier against what is there now: what somebody changed since is held back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from batch_update.fields.rules import MODE_SETTINGS, RULES, depends_on_mode, fits_mode
from batch_update.fields.values.normalized import ATOMS
from batch_update.fields.values.same import is_so
from batch_update.model.as_json import dump
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Plan, Present, Status, Why
from batch_update.model.sheets import Body, Json, without
from batch_update.plan.changing.comparing import ALREADY_SO, before_of, broken_by, differing

WITH_MODE = frozenset({"mode", *MODE_SETTINGS})
"""Fields that stand and fall with a change of mode."""

Held = dict[str, Conflict]
"""Field -> why it is held back, with its values."""


_IN_RULES = frozenset({*WITH_MODE, *(name for rule in RULES for name in rule.fields)})


def fields_held_against(plan: Plan) -> frozenset[str]:
    """Return the fields of what is there that holding back the changes of a plan looks at."""
    return _IN_RULES.union(name for change in plan.changes for name in (*change.body, *change.before))


def hold_back(plan: Plan, present: Mapping[int, Present], *, by_field: bool) -> Plan:
    """Return the rest of a plan made earlier, once its changes are held against what is there now.

    What each was planned from is in its `before`.

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
    hold = _by_field if by_field else _by_row
    for change in plan.changes:
        now = present.get(change.assistant_id)
        kept = _gone(change) if now is None else hold(change, now)
        if isinstance(kept, Change):
            changes.append(kept)
        else:
            settled.update(dict.fromkeys(change.indexes, kept))
    return replace(plan, changes=tuple(changes), settled=dict(sorted(settled.items())))


def _gone(change: Change) -> Outcome:
    return Outcome(Status.CONFLICT, "X302", f"assistant {change.assistant_id} is not on the account any more")


def _held_outcome(held: Held) -> Outcome:
    return Outcome(Status.CONFLICT, "X301", conflicts=tuple(held.values()))


def _by_row(change: Change, now: Present) -> Change | Outcome:
    """Return the change as it can be sent, or what becomes of its rows instead."""
    look = _Look(change, now)
    body = look.left_without({})
    held = look.moved(body) or look.broken(body, {})
    if held:
        return _held_outcome(held)
    return look.sent(body, {}) if body else ALREADY_SO


def _by_field(change: Change, now: Present) -> Change | Outcome:
    """Return the change as an undo can send it, or what becomes of its rows instead: each field counts by itself."""
    look = _Look(change, now, is_undo=True)
    body = look.left_without({})
    held = look.moved(body) | look.in_doubt(body)
    held |= look.with_mode(body, held)
    body = look.left_without(held)
    if broken := look.broken(body, held):
        held |= broken | look.with_mode(body, broken)
        body = look.left_without(held)
    if body:
        return look.sent(body, held)
    return _held_outcome(held) if held else ALREADY_SO


@dataclass(frozen=True, slots=True)
class _Look:
    """A change beside what is there now. `body` is, in all that follows, what would still be sent of it."""

    change: Change
    now: Present
    is_undo: bool = False

    def left_without(self, held: Collection[str]) -> Body:
        """Return what is left to send. Where the mode is held back, what it would have reset need not be sent again."""
        return differing(self._but(held), self.now)

    def sent(self, body: Body, held: Held) -> Change:
        """Return the change to be sent. Its `before` is what is there now: that is what an undo brings back."""
        planned, found = self.change, before_of(body, self.now)
        # A fleet holds hundreds of thousands of changes beside those that they were planned as: what is alike is one.
        body = planned.body if body == planned.body else body
        before = planned.before if _is_written_alike(found, planned.before) else found
        if body is planned.body and before is planned.before and not (held or planned.held):
            return planned
        return replace(planned, body=body, before=before, held=tuple(held.values()))

    def moved(self, body: Body) -> Held:
        """Return the fields that hold neither what they were planned from nor what they should hold."""
        moved = [
            name
            for name, before in self.change.before.items()
            if not is_so(name, before, self.now) and self._matters(name, body)
        ]
        return {name: self._moved_one(name, body) for name in moved}

    def in_doubt(self, body: Body) -> Held:
        """Return the fields that a run reset with the mode, to nobody knows what: somebody since may have chosen it.

        Where the mode of now cannot hold what was there before, there was nothing to choose.
        """
        mode = self.now.get("mode")
        if "mode" not in body or not isinstance(mode, str):
            return {}
        unread = (name for name in body if name not in self.change.before and not self._is_as_wanted(name))
        return {name: self._held(name, Why.CHANGED) for name in unread if fits_mode(name, body[name], mode)}

    def broken(self, body: Body, held: Held) -> Held:
        """Return what cannot be sent any more, since by now it breaks a rule."""
        rules = broken_by(body, self._but(held), self.change.assistant_id, self.now)
        return {
            name: self._held(name, Why.RULE, rule=rule.sentence)
            for rule in rules
            if rule.blocks
            for name in rule.fields
            if name in body
        }

    def with_mode(self, body: Body, held: Held) -> Held:
        """Return what depends on the mode, or would overwrite what is held back by resetting it."""
        reasons = tuple(name for name in held if name in WITH_MODE)
        if not reasons or ("mode" not in body and "mode" not in held):
            return {}
        bound = WITH_MODE if "mode" in body else set(_bound(body))
        # What is so is not sent once the mode is not.
        left = [
            name for name in without(body, body.keys() - bound | held.keys()) if not self._is_as_wanted(name)
        ]
        words = {name: self._held(name, Why.WITH_MODE) for name in left}
        if "mode" in words:
            words["mode"] = self._held("mode", Why.WOULD_RESET, others=reasons)
        return words

    def _but(self, held: Collection[str]) -> Body:
        """Return what is wanted but for these fields: mostly none, and then no copy is made."""
        return without(self.change.body, held) if held else self.change.body

    def _is_as_wanted(self, name: str) -> bool:
        return is_so(name, self.change.body[name], self.now)

    def _matters(self, name: str, body: Body) -> bool:
        """Whether sending this would change the field or reset it, or rests on its being as it was."""
        if name in self.change.body:
            return name in body and not self._is_as_wanted(name)
        return depends_on_mode(body) if name == "mode" else "mode" in body

    def _moved_one(self, name: str, body: Body) -> Conflict:
        if name in self.change.body:
            return self._held(name, Why.CHANGED)
        if name == "mode":
            return self._held(name, Why.MOVED, others=_bound(body))
        return self._held(name, Why.RESET, mode=body["mode"])

    def _held(
        self, name: str, why: Why, *, others: tuple[str, ...] = (), mode: str = "", rule: str = ""
    ) -> Conflict:
        planned = self.change.before.get(name, UNKNOWN)
        wanted = self.change.body.get(name, UNKNOWN)
        now = self.now.get(name, UNKNOWN)
        return Conflict(name, why, planned, wanted, now, others, mode, rule, self.is_undo)


def _is_written_alike(one: Present, other: Present) -> bool:
    """Whether these are the same values of the same fields in one order, to the last sign: 1 is not 1.0."""
    if list(one) != list(other):
        return False
    return all(_is_written_so(value, other[name]) for name, value in one.items())


def _is_written_so(one: Json, other: Json) -> bool:
    if type(one) is not type(other):
        return False
    if type(one) is float:
        return repr(one) == repr(other)
    return bool(one == other) if type(one) in ATOMS else dump(one) == dump(other)


def _bound(body: Body) -> tuple[str, ...]:
    """Return the fields whose values are not for every mode."""
    return tuple(name for name, value in body.items() if depends_on_mode({name: value}))
