"""A plan against what is there now: only what differs is sent; what cannot be sent is a problem at its cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from batch_update.check.checking import in_order, invalid_rows
from batch_update.check.fault import Fault, has_errors
from batch_update.fields.remembered.memory import Memory
from batch_update.fields.rules import (
    MODE_MODELS,
    MODE_SETTINGS,
    RULES,
    Broken,
    Context,
    broken_rules,
    depends_on_mode,
)
from batch_update.fields.tools import shown
from batch_update.fields.values.same import is_so
from batch_update.fields.values.stored import alterations
from batch_update.model.plans import Change, Conflict, Outcome, Part, Plan, Present, Status
from batch_update.model.sheets import Body, Json, Problem, Severity, Sheet, picked, without
from batch_update.plan.changing.editing import OnConflict, Recalling, edits_of
from batch_update.plan.changing.merging import merge_parts
from batch_update.plan.changing.prompting import prompt_problems

ALREADY_SO = Outcome(Status.UNCHANGED, "X250", "already so")
LEFT_WORDS = "not touched in the sheet, changed by others since the export"

_RULED = frozenset({*MODE_SETTINGS, *(name for rule in RULES for name in rule.fields)})


# ---------------------------------------------------------------- planning


def compare(
    plan: Plan,
    present: Mapping[int, Present],
    *,
    account: str = "",
    on_conflict: OnConflict = "hold",
) -> Plan:
    """Return the plan, reduced to what differs from what is there.

    `present`: every assistant of the plan's changes that is on the account, as `normalize_assistant` gives it. A
    field that is not in it is unknown, and always sent. Parts are merged; the rules across fields are exact, with the
    present mode known; a change of mode sends all that its row says of the fields that the mode resets.

    `before` of each change holds the known present values of what it sends, for a change of mode also those of the
    fields that it resets, and the mode where what it sends is not for every mode. What is there is never validated,
    unless it would be sent beside a merged part.

    Of a row that remembers its export on this account, only what was edited counts; what others changed in the same
    field since is a conflict, which holds back the row or, with `on_conflict` ours, is overwritten.
    """
    places = _Places(plan.sheet)
    recalling = Recalling(plan, account)
    compared = [
        _compare_one(change, present.get(change.assistant_id), recalling.memory(change), on_conflict)
        for change in plan.changes
    ]
    problems = [problem for one in compared for problem in places.problems(one)]
    problems += recalling.problems()
    problems += prompt_problems(plan.sheet, (one.change for one in compared), present)
    held = {index: _in_conflict(one) for one in compared if one.conflicts for index in one.change.indexes}
    settled = {**plan.settled, **held, **invalid_rows(problems)}
    settled |= {index: so for index, so in _rows_already_so(compared).items() if index not in settled}
    return Plan(
        plan.sheet,
        tuple(one.change for one in compared if one.change.indexes[0] not in settled),
        dict(sorted(settled.items())),
        in_order([*_still_told(plan), *problems]),
        account,
        plan.server,
        left_to_others={one.change.indexes[0]: one.left_to_others for one in compared if one.left_to_others},
    )


def _still_told(plan: Plan) -> list[Problem]:
    """Return the plan's problems but for warnings about changes of mode, of which it is known only now if they are."""
    compared = {index for change in plan.changes for index in change.indexes}
    return [p for p in plan.problems if p.code != "X220" or p.index not in compared]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A change that knows what is there, and what is wrong with it."""

    change: Change
    faults: tuple[tuple[Part | Broken | None, Fault], ...] = ()
    """each with what it is about: a part, fields, or the assistant"""
    stored: tuple[str, ...] = ()
    """fields that are so but for how the server stores their texts"""
    left_to_others: tuple[str, ...] = ()
    """fields that were not edited, and that others changed since the export"""
    conflicts: tuple[Conflict, ...] = ()
    """fields that were edited, and that others changed since the export"""

    @property
    def is_so(self) -> bool:
        """Whether nothing has to be sent, and nothing is wrong."""
        return not self.change.body and not has_errors(fault for _, fault in self.faults)


def _compare_one(
    change: Change, now: Present | None, memory: Memory | None, on_conflict: OnConflict
) -> _Compared:
    if now is None:
        return _Compared(change, ((None, _not_there(change.assistant_id)),))
    if memory is None:
        return _against(replace(change, base=""), now)
    edits = edits_of(change, now, memory)
    conflicts = edits.conflicts if on_conflict == "hold" else ()
    return replace(_against(edits.change, now), left_to_others=edits.left_to_others, conflicts=conflicts)


def _against(change: Change, now: Present) -> _Compared:
    """Return the change, reduced to what differs from what is there."""
    merged = merge_parts(change.parts, now)
    wanted = {**change.body, **merged.values} if change.parts else change.body
    body = differing(wanted, now)
    compared = replace(change, body=body, parts=(), before=before_of(body, now), name=now.get("name") or "")
    broken = broken_by(body, wanted, change.assistant_id, now)
    stored = (name for name in wanted if name not in body and alterations(wanted[name], now[name]))
    return _Compared(compared, (*merged.faults, *((rule, _fault(rule)) for rule in broken)), tuple(stored))


def _rows_already_so(compared: Iterable[_Compared]) -> dict[int, Outcome]:
    """Return an outcome for each row of which nothing has to be sent."""
    return {index: _already_so(one) for one in compared if one.is_so for index in one.change.indexes}


def _in_conflict(compared: _Compared) -> Outcome:
    return Outcome(Status.CONFLICT, "X303", conflicts=compared.conflicts)


def _already_so(compared: _Compared) -> Outcome:
    if compared.left_to_others:
        return Outcome(Status.UNCHANGED, "X251", f"{LEFT_WORDS}: {', '.join(compared.left_to_others)}")
    if not compared.stored:
        return ALREADY_SO
    words = f"already so, but for how the server stores {', '.join(compared.stored)} (spaces at the ends, line ends)"
    return replace(ALREADY_SO, message=words)


def before_of(body: Body, now: Present) -> dict[str, Json]:
    """Return what is there of the fields that sending this changes or rests on."""
    return picked(now, _touched(body))


def _touched(body: Body) -> Iterable[str]:
    """Return the fields that are changed or reset, and the mode where something is not for every mode."""
    if "mode" in body:
        return (*body, *MODE_SETTINGS)
    return (*body, "mode") if depends_on_mode(body) else body


def differing(wanted: Body, now: Present) -> dict[str, Json]:
    """Return what has to be sent of the fields that are wanted; with a change of mode, also what that would reset."""
    body = {name: value for name, value in wanted.items() if not is_so(name, value, now)}
    if "mode" in body:
        return without(wanted, wanted.keys() - body.keys() - set(MODE_SETTINGS))
    return body


def broken_by(body: Body, wanted: Body, assistant_id: int, now: Present) -> Iterable[Broken]:
    """Return the rules that sending this breaks. Of fields that belong together, those already so count too."""
    if _RULED.isdisjoint(body):
        return ()
    mode = now.get("mode")
    known_mode = mode if mode in MODE_MODELS else None  # the vendor may add modes
    touched = (rule.fields for rule in RULES if not body.keys().isdisjoint(rule.fields))
    silent = wanted.keys() - body.keys() - set(chain.from_iterable(touched))
    return broken_rules(without(wanted, silent), Context(assistant_id, known_mode, now))


def _fault(rule: Broken) -> Fault:
    severity = Severity.ERROR if rule.blocks else Severity.WARNING
    return Fault(rule.code, rule.sentence, remedy=rule.remedy, severity=severity)


def _not_there(assistant_id: int) -> Fault:
    message = f"assistant {assistant_id} is not on this account"
    return Fault("X241", message, str(assistant_id), "an assistant of the account")


class _Places:
    """The places in a sheet where problems of its changes belong."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._id = next((n for n, column in enumerate(sheet.columns) if column is sheet.id_column), None)
        self._columns: dict[str | None, list[int]] = {}
        for number, column in enumerate(sheet.columns):
            self._columns.setdefault(column.field, []).append(number)

    def problems(self, compared: _Compared) -> Iterator[Problem]:
        """Yield a problem for each fault and each row that the change settles."""
        change = compared.change
        for about, fault in compared.faults:
            for index in change.indexes:
                column, given = self._cells(about, index)
                yield fault.at(index, column, change.assistant_id, given=given)

    def _cells(self, about: Part | Broken | None, index: int) -> tuple[int | None, str]:
        """Return the column that a fault is shown at, and what its row says there."""
        match about:
            case None:
                return self._id, ""
            case Part():
                return self._of_part(about), ""
        columns = [number for name in about.fields for number in self._columns.get(name, ())]
        filled = [number for number in columns if self._text(number, index)]
        given = ", ".join(self._given(number, index) for number in filled)
        return next(iter(filled or columns), None), given

    def _of_part(self, part: Part) -> int | None:
        columns = ((number, self._sheet.columns[number]) for number in self._columns.get(part.field, ()))
        wanted = (part.path, part.operation)
        return next((number for number, column in columns if (column.path, column.operation) == wanted), None)

    def _given(self, number: int, index: int) -> str:
        """`speech_speed 1.7`."""
        return f"{self._sheet.columns[number].field} {shown(self._text(number, index))}".strip()

    def _text(self, number: int, index: int) -> str:
        return self._sheet.columns[number].texts[index].strip()
