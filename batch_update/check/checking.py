"""A sheet checked: every problem at its row and cell, and every row either to be sent or settled. Pure.

Cells of one column are mostly alike, so each distinct text is read and checked once, and a row is looked at only
where something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from typing import Literal

from batch_update.check.advice.placeholders import brace_problems, placeholder_problems
from batch_update.check.combinations import part_problems, rule_problems
from batch_update.check.excusing import excused_by_memory
from batch_update.check.repeats import settle_repeated
from batch_update.check.rows import ReadRows
from batch_update.check.settled_names import Names
from batch_update.codes import Trait, has_trait
from batch_update.errors import UsageError
from batch_update.model.named import NamedChoice
from batch_update.model.plans import Outcome, Status
from batch_update.model.sheets import Problem, Repair, Severity, Sheet
from batch_update.model.views import amounts
from batch_update.text import counted, listed

MOST_TOLD = 20
"""Problems of one row that its message tells."""
OnDuplicate = Literal["error", "first", "last"]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: problems, and how many rows would do what."""

    problems: tuple[Problem, ...]
    """all of them, errors and warnings, in the sheet's order"""
    invalid_rows: int
    to_change: int
    """assistants: one update each"""
    unchanged: int
    """rows that nothing is sent for although nothing is wrong with them"""
    names: frozenset[NamedChoice] = field(default=frozenset(), repr=False)
    """names that stand in the sheet in place of ids, and were not looked up"""
    repairs: tuple[Repair, ...] = ()
    """with which the sheet was written again, where that was asked for; problems and counts are of what was written"""

    def __repr__(self) -> str:
        counts = {"to change": self.to_change, "unchanged": self.unchanged, "invalid": self.invalid_rows}
        return f"<Checked: {amounts(counts)}; {counted(len(self.problems), 'problem')}>"


def check_sheet(
    sheet: Sheet,
    *,
    on_duplicate: OnDuplicate = "error",
    only: Collection[int] = (),
    names: Names | None = None,
) -> Checked:
    """Return every problem of the sheet, and how many rows would do what. Raises UsageError as `make_plan` does.

    A row that is as it was exported would change nothing. `names`: what the names in place of ids stand for; None: that
    was not looked up.
    """
    examined = examine(sheet, on_duplicate, only, checkable, names, remembers=True)
    statuses = [outcome.status for outcome in examined.settled.values()]
    to_send = len(sheet) - len(examined.settled) - sum(map(len, examined.merged.values()))
    as_exported = sum(map(examined.rows.is_untouched, examined.rows.memories.of_row.keys() - examined.left()))
    return Checked(
        problems=examined.problems,
        invalid_rows=statuses.count(Status.INVALID),
        to_change=to_send - as_exported,
        unchanged=statuses.count(Status.UNCHANGED) + as_exported,
        names=frozenset(examined.rows.names()),
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A sheet whose every row is either to be sent or settled."""

    rows: ReadRows
    problems: tuple[Problem, ...]
    settled: dict[int, Outcome]
    """rows that nothing is sent for; all others are sent, or settled by one that is"""
    merged: dict[int, tuple[int, ...]]
    """row that is sent -> rows that it settles too"""
    excused: tuple[Problem, ...]
    """problems that do not count, since their cells are as they were exported"""

    def left(self) -> set[int]:
        """Return the rows that nothing is sent for, and those that another one settles."""
        return {*self.settled, *chain.from_iterable(self.merged.values())}


def checkable(rows: ReadRows) -> Iterator[Problem]:
    """Yield what is wrong between cells that are good, whatever is there now."""
    yield from rule_problems(rows)
    yield from part_problems(rows)
    yield from brace_problems(rows)
    yield from placeholder_problems(rows)


def examine(
    sheet: Sheet,
    on_duplicate: OnDuplicate,
    only: Collection[int],
    between: Callable[[ReadRows], Iterable[Problem]],
    names: Names | None = None,
    *,
    remembers: bool,
) -> Examined:
    """Return the sheet with every problem. `remembers`: what its rows remember of an export counts."""
    rows = ReadRows(sheet, names)
    left_out = _left_out(rows, frozenset(only)) if only else frozenset()
    found = [*sheet.problems, *rows.cell_problems(), *between(rows)]
    apart = sheet.no_assistants
    problems = [p for p in found if p.index not in apart or has_trait(p.code, Trait.NO_ASSISTANT)]
    excused: tuple[Problem, ...] = ()
    if remembers and rows.memories.column is not None:
        problems, excused = excused_by_memory(rows, problems)
        problems += rows.memories.problems(rows.assistant)
    repeated = settle_repeated(rows, _rows_with_errors(problems), on_duplicate)
    problems += repeated.problems
    ordered = in_order(problem for problem in problems if problem.index not in left_out)

    settled = dict.fromkeys(rows.idle, Outcome(Status.UNCHANGED, "X204", "nothing to change"))
    settled |= _no_assistants(problems, rows.idle)
    settled |= repeated.settled
    settled |= invalid_rows(ordered)
    settled |= _held_by_sheet(sheet, settled)
    settled |= dict.fromkeys(left_out, Outcome(Status.NOT_SENT, "X205", "left out by the setting only"))
    merged = {row: others for row, others in repeated.merged.items() if row not in settled}
    return Examined(rows, ordered, settled, merged, excused)


_NO_ASSISTANT = {
    "S133": Outcome(Status.UNCHANGED, "S133", "a total, no assistant"),
    "S135": Outcome(Status.UNCHANGED, "S135", "the header once more, no assistant"),
    "S136": Outcome(Status.UNCHANGED, "S136", "a title, no assistant"),
}


def _no_assistants(problems: Iterable[Problem], idle: set[int]) -> dict[int, Outcome]:
    """Return an outcome for each row that is about no assistant, and sets nothing."""
    return {p.index: _NO_ASSISTANT[p.code] for p in problems if p.index in idle and p.code in _NO_ASSISTANT}


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems in the sheet's order; those of the whole sheet come first."""
    return tuple(sorted(problems, key=_order_of))


def _order_of(problem: Problem) -> tuple[int, int]:
    return (
        -1 if problem.index is None else problem.index,
        -1 if problem.column is None else problem.column,
    )


def _rows_with_errors(problems: Iterable[Problem]) -> set[int]:
    return {p.index for p in problems if p.severity is Severity.ERROR and p.index is not None}


def _left_out(rows: ReadRows, only: frozenset[int]) -> frozenset[int]:
    """Return the rows of assistants that were not asked for. Raises UsageError where one that was is not there."""
    if rows.id_index is None:
        return frozenset()
    assistants = [rows.assistant(row) for row in range(len(rows.sheet))]
    missing = sorted(only.difference(assistants))
    if missing and not rows.waiting:
        raise UsageError(
            f"the setting only names what no row of {rows.sheet.name} is about: {listed(missing)}",
            code="U101",
            remedy="check these ids, or leave them out",
        )
    # Whose a row is that waits for a name will be known when that is looked up.
    left_out = (row for row, assistant_id in enumerate(assistants) if assistant_id not in only)
    return frozenset(row for row in left_out if assistants[row] is not None or row not in rows.waiting)


def invalid_rows(problems: Iterable[Problem]) -> dict[int, Outcome]:
    """Return an outcome for each row with errors: the code of the first, and the words of all.

    Rows with which the same is wrong share one: in a sheet that is all wrong they would take most of the memory.
    """
    errors = (p for p in in_order(problems) if p.severity is Severity.ERROR and p.index is not None)
    shared: dict[tuple[str, str], Outcome] = {}
    outcomes = {}
    for row, group in groupby(errors, key=attrgetter("index")):
        of_row = list(group)
        said = of_row[0].code, _row_words(of_row)
        if said not in shared:
            shared[said] = Outcome(Status.INVALID, *said)
        outcomes[row] = shared[said]
    return outcomes


def _row_words(problems: list[Problem]) -> str:
    words = "; ".join(map(_problem_words, problems[:MOST_TOLD]))
    more = len(problems) - MOST_TOLD
    return f"{words}; and {more} more problems" if more > 0 else words


def _problem_words(problem: Problem) -> str:
    """`speech_speed is above the maximum (1.7, allowed 0.7 to 1.2)`."""
    wanted = f"allowed {problem.wanted}" if problem.wanted else ""
    given = "" if problem.message.endswith(problem.given) else problem.given
    details = ", ".join(part for part in (given, wanted) if part)
    return f"{problem.message} ({details})" if details else problem.message


def _held_by_sheet(sheet: Sheet, settled: dict[int, Outcome]) -> dict[int, Outcome]:
    """Return an outcome for every row that is good itself, where something is wrong with the sheet as a whole."""
    wrong = [p for p in sheet.problems if p.index is None and p.severity is Severity.ERROR]
    if not wrong:
        return {}
    held = Outcome(Status.NOT_SENT, "X206", f"nothing was sent: {wrong[0].message}")
    rows = range(len(sheet))
    return {row: held for row in rows if row not in settled or settled[row].status is not Status.INVALID}
