"""The documents of `check` and `plan`: a sheet with what is wrong with it, and what it would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from batch_update.codes import Trait, has_trait
from batch_update.model.plans import Outcome, Plan, Status, Tripped
from batch_update.model.sheets import Sheet
from batch_update.report.documents.nouns import (
    ToldChange,
    ToldConflict,
    ToldGuard,
    ToldProblem,
    ToldRepair,
    ToldSheet,
    told_change,
    told_conflict,
    told_guard,
    told_problem,
    told_problems,
    told_sheet,
)
from batch_update.report.messages import words_of

if TYPE_CHECKING:
    from batch_update.check.checking import Checked


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """A sheet with every problem of it. Nothing was asked of the server."""

    KIND: ClassVar[str] = "check"

    sheet: ToldSheet
    """how it was understood"""
    to_change: int
    """assistants, one update each"""
    unchanged: int
    """rows that nothing would be sent for although nothing is wrong with them"""
    invalid: int
    """rows with errors"""
    names: int
    """that stand in place of ids and were not looked up, as the option online has it done"""
    problems: Iterable[ToldProblem]
    """all of them, in the order of the sheet"""
    fixed: str | None
    """where the sheet was written again with its repairs, which all beside them is about then; null where it was not"""
    repairs: tuple[ToldRepair, ...]
    """with which it was written, at their places in the sheet that was read"""
    annotated: str | None
    """where the workbook lies that shows the problems; null where there is none"""


def checked_sheet(
    sheet: Sheet,
    checked: Checked,
    *,
    fixed: str | None = None,
    repairs: Iterable[ToldRepair] = (),
    annotated: str | None = None,
) -> CheckedSheet:
    """Return what a check found, and what was written."""
    problems = (told_problem(sheet, problem) for problem in checked.problems)
    counts = (checked.to_change, checked.unchanged, checked.invalid_rows, len(checked.names))
    return CheckedSheet(told_sheet(sheet), *counts, problems, fixed, tuple(repairs), annotated)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many of what a plan comes to."""

    change: int
    """assistants: one update each"""
    already_so: int
    """rows"""
    no_assistant: int
    """rows: totals, titles, the header once more"""
    conflict: int
    """rows that somebody changed since the plan was made, or the sheet exported"""
    invalid: int
    """rows"""
    left_out: int
    """rows, by the settings only and limit"""
    left_to_others: int
    """values whose cells are as they were exported, and that others changed since; they stay as they are"""


def totals_of(plan: Plan) -> Totals:
    """Return how many updates a plan would send, and what the other rows come to."""
    settled = Counter(outcome.status for outcome in plan.settled.values())
    apart = sum(
        outcome.status is Status.UNCHANGED and has_trait(outcome.code, Trait.NO_ASSISTANT)
        for outcome in plan.settled.values()
    )
    return Totals(
        change=len(plan.changes),
        already_so=settled[Status.UNCHANGED] - apart,
        no_assistant=apart,
        conflict=settled[Status.CONFLICT],
        invalid=settled[Status.INVALID],
        left_out=settled[Status.NOT_SENT],
        left_to_others=sum(map(len, plan.left_to_others.values())),
    )


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row for which nothing would be sent, since somebody changed the assistant after the plan was made, or after the
    sheet was exported."""

    row: int
    """its number"""
    code: str
    """explained by `batch-update explain CODE`"""
    message: str
    """why, in words"""
    fields: tuple[ToldConflict, ...]
    """that are held back"""


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row some of whose cells are as they were exported, while others changed these fields since."""

    row: int
    """its number"""
    fields: tuple[str, ...]
    """that stay as others made them"""


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """The changes that a sheet, or a saved plan, would make now."""

    KIND: ClassVar[str] = "plan"

    sheet: ToldSheet
    """how it was understood"""
    account: str
    """whose assistants they are; empty where that is not known"""
    compared: bool
    """whether the plan was held against what is there"""
    rows: int
    """of the sheet"""
    requests: int
    """that it took to know what is there"""
    counts: Totals
    """what the rows come to"""
    changes: tuple[ToldChange, ...]
    """the updates that would be sent"""
    called: Mapping[str, Mapping[str, str]]
    """list of the account, such as voices -> id -> what the account calls it, for the ids of these changes that were
    looked up"""
    conflicts: tuple[HeldRow, ...]
    """rows that are held back"""
    left_to_others: tuple[LeftRow, ...]
    """fields that nobody touched in the sheet, and that others changed since it was exported"""
    guards: tuple[ToldGuard, ...]
    """what has to be allowed before it is sent"""
    digest: str
    """stands for these changes: the setting expect holds an apply to it"""
    problems: Iterable[ToldProblem]
    """of the sheet, in its order"""


def planned_sheet(plan: Plan, tripped: Sequence[Tripped], *, requests: int, digest: str) -> PlannedSheet:
    """Return a plan with its totals, changes and guards."""
    return PlannedSheet(
        sheet=told_sheet(plan.sheet),
        account=plan.account,
        compared=plan.compared,
        rows=len(plan.sheet),
        requests=requests,
        counts=totals_of(plan),
        changes=tuple(told_change(plan, change) for change in plan.changes),
        called={
            str(catalog): {str(number): name for number, name in names.items()}
            for catalog, names in plan.called.items()
        },
        conflicts=tuple(
            _held_row(plan.sheet.numbers[index], outcome)
            for index, outcome in plan.settled.items()
            if outcome.status is Status.CONFLICT
        ),
        left_to_others=tuple(
            LeftRow(plan.sheet.numbers[index], fields) for index, fields in plan.left_to_others.items()
        ),
        guards=tuple(map(told_guard, tripped)),
        digest=digest,
        problems=told_problems(plan),
    )


def _held_row(number: int, outcome: Outcome) -> HeldRow:
    return HeldRow(number, outcome.code, words_of(outcome), tuple(map(told_conflict, outcome.conflicts)))
