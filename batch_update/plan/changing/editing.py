"""A change beside what its row remembers of the export: what was edited is sent, the rest is left to others. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from batch_update.check.remembering import base_column
from batch_update.fields.parts import part_of
from batch_update.fields.remembered.form import same_form
from batch_update.fields.remembered.memory import Memory, account_mark, recalled
from batch_update.fields.rules import MODE_SETTINGS
from batch_update.fields.values.same import is_so
from batch_update.model.plans import UNKNOWN, Change, Conflict, Part, Plan, Present, Why
from batch_update.model.sheets import Problem, Severity, without
from batch_update.plan.changing.merging import name_of_part
from batch_update.text import counted

OnConflict = Literal["hold", "ours"]


class Recalling:
    """The memories of the rows of a plan, as far as they are about this account."""

    def __init__(self, plan: Plan, account: str) -> None:
        self._plan = plan
        self._mark = account_mark(account)
        self._foreign: list[Change] = []

    def memory(self, change: Change) -> Memory | None:
        """Return what the row of a change remembers; None where it has to mean what it says."""
        memory = recalled(change.base) if change.base else None
        if memory is None or memory.account != self._mark:
            self._foreign += [change] if change.base else []
            return None
        return memory

    def problems(self) -> Iterator[Problem]:
        """Yield a warning where rows that were asked for remember another account, and what is wrong with them then."""
        if not self._foreign:
            return
        rows = [index for change in self._foreign for index in change.indexes]
        words = f"{counted(len(rows), 'row')} {'remembers' if len(rows) == 1 else 'remember'} another account"
        yield Problem("X282", words, Severity.WARNING, column=base_column(self._plan.sheet))
        yield from (problem for problem in self._plan.excused if problem.index in set(rows))


@dataclass(frozen=True, slots=True)
class Edits:
    """A change without the cells that are as they were exported."""

    change: Change
    left_to_others: tuple[str, ...]
    """of those, what others changed since"""
    conflicts: tuple[Conflict, ...]
    """what was edited, and changed by others since"""


def edits_of(change: Change, now: Present, memory: Memory) -> Edits:
    """Return what somebody edited of a row that was exported, and what others changed meanwhile.

    | the cell    | what is there now             | then                               |
    | ----------- | ----------------------------- | ---------------------------------- |
    | as exported | as exported                   | nothing                            |
    | as exported | something else                | nothing: it is left to others      |
    | edited      | as exported                   | it is in the change                |
    | edited      | something else                | it is in the change, and a conflict |
    | edited      | what is wanted                | it is in the change, and no news   |

    A field that the row does not remember is in the change: the cell means what it says.
    """
    differing = {name for name, value in change.body.items() if not is_so(name, value, now)}
    same = {name for name in differing if memory.saw(name, change.body[name])}
    if (
        "mode" in differing - same
    ):  # it would reset these, and what it resets is sent again where somebody asks for it
        same |= {
            name for name in change.body if name in MODE_SETTINGS and memory.saw(name, change.body[name])
        }
    parts = [part for part in change.parts if not _is_part_as_exported(part, memory)]
    left = replace(change, body=without(change.body, same), parts=tuple(parts), base="")
    others = [name for name in change.body if name in same & differing and name in now]
    others += [
        name_of_part(part) for part in change.parts if part not in parts and not _is_part_so(part, now)
    ]
    moved = differing - same
    conflicts = (*_moved(left, moved, now, memory), *_moved_parts(left, now, memory))
    return Edits(left, tuple(others), conflicts)


def _moved(change: Change, differing: set[str], now: Present, memory: Memory) -> Iterator[Conflict]:
    """Yield a conflict for each field that holds neither what was exported nor what it should hold."""
    for name, wanted in change.body.items():
        held = now.get(name, UNKNOWN)
        if name in differing and memory.knows(name) and not memory.saw(name, held):
            yield Conflict(name, Why.EDITED, wanted=wanted, now=held)


# ---------------------------------------------------------------- parts


def _moved_parts(change: Change, now: Present, memory: Memory) -> Iterator[Conflict]:
    """Yield a conflict for each such part. What is added to a list, or taken out of it, overwrites nobody's work."""
    for part in change.parts:
        name = name_of_part(part)
        if part.operation != "set" or not memory.knows(name) or _is_part_so(part, now):
            continue
        held = part_of(now[part.field], part.field, part.path) if part.field in now else UNKNOWN
        if not memory.saw(name, held):
            yield Conflict(name, Why.EDITED, wanted=part.value, now=held)


def _is_part_as_exported(part: Part, memory: Memory) -> bool:
    return part.operation == "set" and memory.saw(name_of_part(part), part.value)


def _is_part_so(part: Part, now: Present) -> bool:
    if part.operation != "set" or part.field not in now:
        return False
    held = part_of(now[part.field], part.field, part.path)
    return bool(same_form(name_of_part(part), part.value) == same_form(name_of_part(part), held))
