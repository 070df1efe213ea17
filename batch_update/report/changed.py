"""Changes of fields as values: those that a plan would make, and what became of them in a run; secrets replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from batch_update.check.judging.columns import IdColumn
from batch_update.fields.parts import part_name
from batch_update.fields.tools import redact
from batch_update.fields.values.differences import SAME_BUT_SECRETS, difference
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Plan, Status, Verified, Why
from batch_update.model.reports import Report
from batch_update.model.sheets import Json, Sheet

Numbers = Sequence[int] | Mapping[int, int]
"""Index of a row -> its number in the sheet."""


class Became(StrEnum):
    """The end of a change of a field."""

    PLANNED = "planned"
    APPLIED = "applied"
    """sent and confirmed by the server; `verified` tells whether it was read back"""
    PERHAPS = "perhaps"
    """sent, and no answer seen"""
    NOT_APPLIED = "not_applied"
    """refused, not sent, or found to be so already"""
    HELD = "held"
    """kept back, since somebody changed the assistant"""
    RESET = "reset"
    """not asked for by the sheet: a change of mode did it"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an assistant that changes, or is held back. Its values may be shown: they hold no secret."""

    index: int
    """of the row in the sheet, the first of those that ask for it"""
    row: int
    """its number"""
    assistant_id: int | None
    """None where the id cannot be read"""
    name: str
    """what the assistant is called; "" where that is not known"""
    field: str
    before: Json
    """UNKNOWN where it is not known"""
    after: Json
    """what it is to be; of what is held back and cannot be told, UNKNOWN"""
    became: Became
    verified: Verified = Verified.NOT_READ
    """what reading back showed of the assistant"""
    why: Why | None = None
    """why it is held back"""
    wave: int = 0
    """in which it was sent; 0 for none"""
    is_secret: bool = False
    """whether all that differs is a secret, which is not shown"""

    def __str__(self) -> str:
        """`412 -> 533`, a long text as a word diff."""
        return SAME_BUT_SECRETS if self.is_secret else difference(self.before, self.after)


def changed_by_plan(plan: Plan) -> Iterator[FieldChange]:
    """Yield each field that would change, in the order of the rows; behind those of an assistant what is held back."""
    for change in plan.changes:
        yield from _fields_of(change, plan.sheet.numbers)
        yield from (_kept_back(one, change, plan.sheet.numbers) for one in change.held)


def changed_by_run(report: Report) -> Iterator[FieldChange]:
    """Yield each field that a run changed, was to change, held back, or that a change of mode reset, in row order."""
    sheet, ids = report.plan.sheet, _whose(report.plan.sheet)
    changes = {change.indexes[0]: change for change in report.plan.changes}
    sent = {index for change in report.plan.changes for index in change.indexes}
    for index, outcome in enumerate(report.outcomes):
        if (change := changes.get(index)) is not None:
            yield from changes_of(change, outcome, sheet.numbers)
        elif index not in sent and outcome.conflicts:
            whole = Change(ids[index] or 0, {}, (index,))
            yield from (_kept_back(one, whole, sheet.numbers) for one in outcome.conflicts)


def _whose(sheet: Sheet) -> IdColumn | dict[int, None]:
    return IdColumn(sheet.id_column.texts) if sheet.id_column else dict.fromkeys(range(len(sheet)))


def _fields_of(change: Change, numbers: Numbers) -> Iterator[FieldChange]:
    pairs = [(name, change.before.get(name, UNKNOWN), after) for name, after in change.body.items()]
    pairs += [(part_name(one.field, one.path, one.operation), UNKNOWN, one.value) for one in change.parts]
    yield from (_field(change, numbers, *pair, Became.PLANNED) for pair in pairs)


def changes_of(change: Change, outcome: Outcome, numbers: Numbers) -> Iterator[FieldChange]:
    """Yield what became of a change that a run was to send. `numbers`: index of a row -> its number in the sheet."""
    held = {one.field for one in outcome.conflicts} - set(outcome.changed)
    for name, after in change.body.items():
        if name not in held:
            before = change.before.get(name, UNKNOWN)
            yield _field(change, numbers, name, before, after, _became(name, outcome), outcome)
    yield from (_kept_back(one, change, numbers) for one in _once((*change.held, *outcome.conflicts)))
    for name, after in outcome.after_reset.items():
        before = change.before.get(name, UNKNOWN)
        if before != after:
            yield _field(change, numbers, name, before, after, Became.RESET, outcome)


def _became(name: str, outcome: Outcome) -> Became:
    if name in outcome.changed:
        return Became.APPLIED
    return Became.PERHAPS if outcome.status is Status.UNKNOWN else Became.NOT_APPLIED


def _once(conflicts: Iterable[Conflict]) -> Iterable[Conflict]:
    """Return a conflict for each field, the latest one: a change and its outcome tell of the same."""
    return {one.field: one for one in conflicts}.values()


def _kept_back(one: Conflict, change: Change, numbers: Numbers) -> FieldChange:
    return _field(change, numbers, one.field, one.now, one.wanted, Became.HELD, why=one.why)


def _field(
    change: Change,
    numbers: Numbers,
    name: str,
    before: Json,
    after: Json,
    became: Became,
    outcome: Outcome | None = None,
    why: Why | None = None,
) -> FieldChange:
    old, new = redact(before), redact(after)
    return FieldChange(
        index=change.indexes[0],
        row=int(numbers[change.indexes[0]]),
        assistant_id=change.assistant_id or None,
        name=change.name,
        field=name,
        before=old,
        after=new,
        became=became,
        verified=outcome.verified if outcome else Verified.NOT_READ,
        why=why,
        wave=outcome.wave if outcome else 0,
        is_secret=before is not UNKNOWN and old == new and before != after,
    )
