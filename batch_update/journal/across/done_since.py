"""Runs that were cut off, held against later ones: whether those have done every row that is still open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batch_update.errors import JournalError
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import RecordedRun, report_of
from batch_update.model.plans import Change, Outcome, Status, Verified
from batch_update.model.sheets import Json, Role, Sheet
from batch_update.outcomes import is_open

ALREADY_SO = "X250"
"""what a row ends with that holds what it should hold"""
Cells = Mapping[tuple[object, ...], str]
"""Field, or part of one -> the text of its cell, of a row's cells that are not empty."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A row that a run left open: its values, and the cells that they came from."""

    body: Mapping[str, Json]
    cells: Cells


@dataclass(slots=True)
class Debt:
    """The open rows of a run that no later one is known to have done."""

    run: RecordedRun
    rows: dict[int, Owed]
    """assistant -> its row"""
    doers: list[str]
    """names of the later runs that did some of them, in their order"""


def done_since(cut_off: Iterable[Path], later_first: Iterable[Path]) -> dict[Path, tuple[str, ...]]:
    """Return those of the runs that were cut off whose rows later ones have all done, and the names of these.

    A row is done where a later run at the same server and account ended it as updated, or as being so already, with
    the values that it should have got. `later_first`: all runs of the folder, the last one first.
    """
    debts = list(filter(None, map(_debt, cut_off)))
    oldest = min((debt.run.created for debt in debts), default=None)
    for folder in reversed(list(later_first) if oldest else []):
        if not any(debt.rows for debt in debts):
            break
        with suppress(JournalError):  # what cannot be read has done nothing that is known
            later = read_run(folder)
            for debt in debts:
                _settle(debt, later)
    return {debt.run.folder: tuple(debt.doers) for debt in debts if not debt.rows and debt.doers}


def _debt(folder: Path) -> Debt | None:
    try:
        run = read_run(folder)
    except JournalError:
        return None
    outcomes = report_of(run).outcomes
    rows = {
        change.assistant_id: Owed(change.body, _cells(run.plan.sheet, change.indexes[0]))
        for change in run.plan.changes
        if is_open(outcomes[change.indexes[0]])
    }
    return Debt(run, rows, [])


def _settle(debt: Debt, later: RecordedRun) -> None:
    """Take those rows off that the later run has done."""
    is_later = later.folder != debt.run.folder and later.created > debt.run.created
    if not debt.rows or not is_later or not _at_one_place(debt.run, later):
        return
    done = [number for number, cells, body in _done(later) if _is_paid(debt.rows.get(number), cells, body)]
    for number in set(done):
        del debt.rows[number]
    if done:
        debt.doers.append(later.folder.name)


def _at_one_place(one: RecordedRun, other: RecordedRun) -> bool:
    """Whether both were for one account: with one key at one server, or as the list of assistants told."""
    is_same_key = bool(one.facts.key) and one.facts.key == other.facts.key
    is_same_account = bool(one.plan.account) and one.plan.account == other.plan.account
    return one.plan.server == other.plan.server and (is_same_key or is_same_account)


def _is_paid(owed: Owed | None, cells: Cells, body: Mapping[str, Json]) -> bool:
    if owed is None:
        return False
    by_cells = bool(owed.cells) and all(cells.get(place) == text for place, text in owed.cells.items())
    return by_cells or all(name in body and body[name] == value for name, value in owed.body.items())


def _done(run: RecordedRun) -> Iterator[tuple[int, Cells, Mapping[str, Json]]]:
    """Yield the assistants that a run left as its sheet wants them, with their cells and what was sent."""
    sheet, outcomes = run.plan.sheet, report_of(run).outcomes
    for change in run.plan.changes:
        if _is_done(outcomes[change.indexes[0]], change):
            yield change.assistant_id, _cells(sheet, change.indexes[0]), change.body
    ids = sheet.id_column
    for index, outcome in run.plan.settled.items():
        text = ids.texts[index].strip() if ids is not None else ""
        if outcome.code == ALREADY_SO and text.isdecimal():
            yield int(text), _cells(sheet, index), {}


def _is_done(outcome: Outcome, change: Change) -> bool:
    is_so = outcome.status is Status.UPDATED or outcome.code == ALREADY_SO
    return is_so and outcome.verified is not Verified.MISMATCH and not change.held


def _cells(sheet: Sheet, index: int) -> Cells:
    return {
        (column.field, *column.path, column.operation): text
        for column in sheet.columns
        if column.role is Role.FIELD and (text := column.texts[index].strip())
    }
