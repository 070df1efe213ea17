"""Owns the form in which every reader hands over what it read, before anybody asks whether the columns make sense."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from batch_update.errors import SheetError
from batch_update.model.sheets import Dialect, Problem, Surroundings
from batch_update.sheet.headers import Headings
from batch_update.sheet.manner import Limits

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """Headers, what they are for, and the cells below them, verbatim."""

    dialect: Dialect
    headings: Headings
    header_row: int
    columns: Sequence[Sequence[str]]
    numbers: Sequence[int]
    lines: Sequence[int] | None
    blank_rows: int = 0
    ragged: dict[int, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    around: Surroundings = field(default_factory=Surroundings)

    def without(self, rows: Collection[int]) -> Table:
        """Return the table without these rows, and without what is wrong with them."""
        kept = [index for index in range(len(self.numbers)) if index not in rows]
        places = {old: new for new, old in enumerate(kept)}
        problems = (
            replace(problem, index=None if problem.index is None else places[problem.index])
            for problem in self.problems
            if problem.index is None or problem.index in places
        )
        return replace(
            self,
            columns=[[column[index] for index in kept] for column in self.columns],
            numbers=[self.numbers[index] for index in kept],
            lines=None if self.lines is None else [self.lines[index] for index in kept],
            ragged={places[index]: cells for index, cells in self.ragged.items() if index in places},
            problems=tuple(problems),
        )


def is_blank(cell: str) -> bool:
    """Whether a cell is empty, or holds nothing but white space."""
    return not cell or cell.isspace()


def require_height(name: str, number: int, limits: Limits) -> None:
    """Raise SheetError S103 where a row lies further down than it may; the header is one more."""
    if number > limits.max_rows + 1:
        raise too_large(name, f"more than {limits.max_rows:,} rows", "max_rows")


def require_width(name: str, width: int, limits: Limits) -> None:
    """Raise SheetError S103 where a sheet has more columns than it may."""
    if width > limits.max_columns:
        raise too_large(name, f"{width:,} columns, the limit is {limits.max_columns}", "max_columns")


def too_large(name: str, given: str, limit: str = "") -> SheetError:
    """Return the SheetError for what is over a limit; `limit` is the setting that raises it, if there is one."""
    return SheetError(
        f"{name}: {given}",
        code="S103",
        remedy=f"Split it, or raise the setting {limit}." if limit else "Split it.",
    )
