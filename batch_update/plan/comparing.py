"""A plan against what is there now: only what differs is sent, and what cannot be is a problem at its cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from batch_update.codes import CODES
from batch_update.fields.cells import show_cell
from batch_update.fields.rules import MODE_FACTS, MODE_MODELS, RULES, Broken, Context, broken_rules
from batch_update.fields.tools import redact
from batch_update.model import (
    Body,
    Change,
    Json,
    Outcome,
    Part,
    Plan,
    Present,
    Problem,
    Severity,
    Sheet,
    Status,
)
from batch_update.plan.checking import in_order, invalid_rows
from batch_update.plan.fault import Fault, shown
from batch_update.plan.merging import merge_parts
from batch_update.plan.normalizing import same_value
from batch_update.text import excerpt

MODE_SETTINGS = (*dict.fromkeys(fact.field for fact in MODE_FACTS), "voice_id")
"""Fields that a change of mode may reset. Where it does, it does not help that a field is already so."""

ALREADY_SO = Outcome(Status.UNCHANGED, "X250", "already so")

_RULED = frozenset({*MODE_SETTINGS, *(name for rule in RULES for name in rule.fields)})


# ---------------------------------------------------------------- planning


def compare(plan: Plan, present: Mapping[int, Present], *, account: str = "") -> Plan:
    """The plan, reduced to what differs from what is there.

    `present`: every assistant of the plan's changes that is on the account, as `normalize_assistant` gives it. A
    field that is not in it is unknown, and always sent. Parts are merged; the rules across fields are exact, with the
    present mode known; a change of mode sends all that its row says of the fields that the mode resets.

    `before` of each change holds the known present values of what it sends, and for a change of mode also those of
    the fields that it resets. What is there is never validated, unless it would be sent beside a merged part.
    """
    places = _Places(plan.sheet)
    found = [_compare_one(change, present.get(change.assistant_id)) for change in plan.changes]
    compared = {index for change in plan.changes for index in change.indexes}
    # Whether a mode changes is known only now, so that warnings about it are given anew.
    problems = [p for p in plan.problems if p.code != "X220" or p.index not in compared]
    new = [problem for one in found for problem in places.problems(one)]
    settled = {**plan.settled, **invalid_rows(new)}
    for one in found:
        if not one.is_wrong and not one.change.body:
            settled.update(dict.fromkeys(one.change.indexes, ALREADY_SO))
    return Plan(
        plan.sheet,
        tuple(one.change for one in found if one.change.indexes[0] not in settled),
        dict(sorted(settled.items())),
        in_order([*problems, *new]),
        account,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A change that knows what is there, and what is wrong with it."""

    change: Change
    faults: tuple[tuple[Part | Broken | None, Fault], ...] = ()
    """each with what it is about: a part, fields, or the assistant"""

    @property
    def is_wrong(self) -> bool:
        return any(fault.severity is Severity.ERROR for _, fault in self.faults)


def _compare_one(change: Change, now: Present | None) -> _Compared:
    if now is None:
        return _Compared(change, ((None, _not_there(change.assistant_id)),))
    merged = merge_parts(change.parts, now)
    wanted = {**change.body, **merged.values} if change.parts else change.body
    body = _differing(wanted, now)
    touched = (*body, *MODE_SETTINGS) if "mode" in body else body
    before = {name: now[name] for name in touched if name in now}
    compared = replace(change, body=body, parts=(), before=before, name=now.get("name") or "")
    mode = now.get("mode") if now.get("mode") in MODE_MODELS else None  # the vendor may add modes
    broken = _broken(body, wanted, Context(change.assistant_id, mode, now))
    return _Compared(compared, (*merged.faults, *((rule, _fault(rule)) for rule in broken)))


def _differing(wanted: Body, now: Present) -> dict[str, Json]:
    """What of it has to be sent."""
    body = {name: value for name, value in wanted.items() if not _is_so(name, value, now)}
    if "mode" in body:
        return {name: value for name, value in wanted.items() if name in body or name in MODE_SETTINGS}
    return body


def _is_so(name: str, wanted: Json, now: Present) -> bool:
    return name in now and same_value(name, wanted, now[name])


def _broken(body: Body, wanted: Body, context: Context) -> Iterable[Broken]:
    """Rules that are broken by what is sent. Of fields that belong together, those that are already so count too."""
    if _RULED.isdisjoint(body):
        return ()
    together = {name for rule in RULES if any(n in body for n in rule.fields) for name in rule.fields}
    return broken_rules({n: v for n, v in wanted.items() if n in body or n in together}, context)


def _fault(rule: Broken) -> Fault:
    severity = Severity.ERROR if rule.blocks else Severity.WARNING
    return Fault(rule.code, rule.sentence, remedy=rule.remedy, severity=severity)


def _not_there(assistant_id: int) -> Fault:
    message = f"assistant {assistant_id} is not on this account"
    return Fault("X241", message, str(assistant_id), "an assistant of the account", CODES["X241"].remedy)


class _Places:
    """Where in a sheet the problems of its changes belong."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._id = next((n for n, column in enumerate(sheet.columns) if column is sheet.id_column), None)
        self._columns: dict[str | None, list[int]] = {}
        for number, column in enumerate(sheet.columns):
            self._columns.setdefault(column.field, []).append(number)

    def problems(self, compared: _Compared) -> Iterator[Problem]:
        """A problem for each fault and each row that the change settles."""
        change = compared.change
        for about, fault in compared.faults:
            for index in change.indexes:
                column, given = self._cells(about, index)
                yield Problem(
                    fault.code,
                    fault.message,
                    fault.severity,
                    index,
                    column,
                    change.assistant_id,
                    fault.given or given,
                    fault.wanted,
                    fault.remedy,
                )

    def _cells(self, about: Part | Broken | None, index: int) -> tuple[int | None, str]:
        """The column that a fault is shown at, and what its row says there."""
        match about:
            case None:
                return self._id, ""
            case Part():
                return self._of_part(about), ""
        columns = [number for name in about.fields for number in self._columns.get(name, ())]
        filled = [number for number in columns if self._sheet.columns[number].texts[index].strip()]
        given = ", ".join(self._given(number, index) for number in filled)
        return next(iter(filled or columns), None), given

    def _of_part(self, part: Part) -> int | None:
        wanted = (part.path, part.operation)
        for number in self._columns.get(part.field, ()):
            column = self._sheet.columns[number]
            if (column.path, column.operation) == wanted:
                return number
        return None

    def _given(self, column: int, index: int) -> str:
        header = self._sheet.columns[column]
        return f"{header.field} {shown(header.texts[index].strip())}".strip()


# ---------------------------------------------------------------- sending a plan that was made earlier


def hold_back(plan: Plan, present: Mapping[int, Present], *, by_field: bool) -> Plan:
    """A plan made earlier, whose changes know what they were planned from (`before`), against what is there now.

    A field that holds now what it should is not sent. One that still holds what it was planned from is sent. One
    that holds neither is a conflict, as is one that was known and is not reported any more. By row, a conflict holds
    back the whole row, and a change of mode looks also at the fields that it resets; by field, it holds back that
    field, and with the mode all fields that a mode resets. The row of a change with `held` ends as a conflict
    also where the rest of it is sent.
    """
    settled = dict(plan.settled)
    changes = []
    for change in plan.changes:
        kept, outcome = _hold_one(change, present.get(change.assistant_id), by_field=by_field)
        if outcome is None:
            changes.append(kept)
        else:
            settled.update(dict.fromkeys(change.indexes, outcome))
    return replace(plan, changes=tuple(changes), settled=dict(sorted(settled.items())))


def _hold_one(change: Change, now: Present | None, *, by_field: bool) -> tuple[Change, Outcome | None]:
    """The change as it can be sent, or what becomes of its rows instead."""
    if now is None:
        message = f"assistant {change.assistant_id} is not on the account any more"
        return change, Outcome(Status.CONFLICT, "X302", message)
    body = _differing(change.body, now)
    moved = [name for name in change.before if _has_moved(name, change, body, now)]
    if moved and not by_field:
        return change, _conflict([_three_values(name, change, now) for name in moved])
    held = {name: _three_values(name, change, now) for name in moved if name in body}
    if held:
        body = _differing({name: value for name, value in body.items() if name not in held}, now)
        held |= _without_mode(body, change.body["mode"]) if "mode" in held else {}
        body = {name: value for name, value in body.items() if name not in held}
    if not body:
        return change, _conflict(held.values()) if held else ALREADY_SO
    # What it is sent over is what is there now: that is what an undo brings back.
    touched = (*body, *MODE_SETTINGS) if "mode" in body else body
    before = {name: now[name] for name in touched if name in now}
    return replace(change, body=body, before=before, held="; ".join(held.values())), None


def _has_moved(name: str, change: Change, body: Body, now: Present) -> bool:
    """Whether a field holds neither what it was planned from nor what it should hold."""
    if name in change.body:
        if name not in body or _is_so(name, change.body[name], now):
            return False
    elif "mode" not in body:
        return False
    return not _is_so(name, change.before[name], now)


def _without_mode(body: Body, mode: Json) -> dict[str, str]:
    """The fields that would go with a change of mode that is held back, and why they are, too."""
    words = f"belongs to the change of mode to {mode}"
    return {name: f"{name}: wanted {_brief(name, body)}, {words}" for name in body if name in MODE_SETTINGS}


def _conflict(words: Iterable[str]) -> Outcome:
    return Outcome(Status.CONFLICT, "X301", "; ".join(words))


def _three_values(name: str, change: Change, now: Present) -> str:
    wanted = f"wanted {_brief(name, change.body)}" if name in change.body else "reset by the new mode"
    return f"{name}: planned from {_brief(name, change.before)}, {wanted}, now {_brief(name, now)}"


def _brief(name: str, values: Mapping[str, Json]) -> str:
    return excerpt(show_cell(name, redact(values[name])), 60) if name in values else "not reported"
