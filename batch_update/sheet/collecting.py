"""Owns how rows become a table: columns are filled side by side, blank rows counted, uneven ones judged at the end."""

from __future__ import annotations

from array import array
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from batch_update.errors import SheetError
from batch_update.model.sheets import Dialect, Problem, Severity
from batch_update.sheet.headers import Headings
from batch_update.sheet.manner import Limits
from batch_update.sheet.table import Table, is_blank, require_height, require_width
from batch_update.text import counted, excerpt

if TYPE_CHECKING:  # it takes a while to be loaded, and workbooks do without
    import numpy as np
    from numpy.typing import NDArray

Integers: TypeAlias = "NDArray[np.int64] | array[int]"
"""whole numbers of 64 bits"""
MOST_SHOWN = 60
"""characters of a cell or row in a message"""


class RowCollector:
    """Collects the rows of a table column by column; blank ones are counted and left out."""

    def __init__(self, width: int, name: str, limits: Limits, *, blank_rows: int = 0) -> None:
        self.columns: list[list[str]] = [[] for _ in range(width)]
        self.numbers = array("q")
        self.lines = array("q")
        self.blank_rows = blank_rows
        self.ragged: dict[int, tuple[str, ...]] = {}
        self.problems: list[Problem] = []
        self._uneven: dict[int, int] = {}
        """row with fewer cells than the header, or more of which all are empty -> how many"""
        self._many_uneven = limits.most_problems + 1
        """rows of that kind at which it is asked whether they can still be harmless"""
        self._torn: set[int] = set()
        self._name = name
        self._limits = limits

    def __len__(self) -> int:
        return len(self.numbers)

    # ---------------------------------------------------------------- rows one by one

    def add(
        self,
        cells: Sequence[str],
        number: int,
        line: int = 0,
        *,
        problems: Sequence[Problem] = (),
        is_whole: bool = True,
    ) -> None:
        """Add one row. With too few or too many cells its columns stay empty and a problem says so, unless all that is
        missing or too many is empty. `is_whole`: the row ends where a row ends, and not where the file breaks off.
        """
        self._check_size(number, len(cells))
        if not problems and all(map(is_blank, cells)):
            self.blank_rows += 1
            return
        index, width = len(self), len(self.columns)
        if len(cells) == width:
            self._append(cells, number, line)
        elif is_whole and not problems and all(map(is_blank, cells[width:])):
            self._uneven[index] = len(cells)
            self._append([*cells, *[""] * (width - len(cells))][:width], number, line)
            if len(self._uneven) == self._many_uneven:
                self._refuse_uneven()
        else:
            self.fail(cells, number, line, _ragged(cells, width, index))
        self.problems += [replace(problem, index=index) for problem in problems]
        self._find_nul(cells, index)

    def fail(self, cells: Sequence[str], number: int, line: int, problem: Problem) -> None:
        """Add one row that is not to be trusted: its columns are empty, its cells are kept beside.

        `problem`: at the index that the row gets, `len(self)`.
        """
        self._check_size(number, len(cells))
        self.ragged[len(self)] = tuple(cells)
        self.problems.append(problem)
        self._append([""] * len(self.columns), number, line)

    def tear(self, index: int) -> None:
        """Mark this row as the rest of the one before it: neither is to be trusted."""
        for torn, which in ((index - 1, "next"), (index, "previous")):
            if torn not in self._torn:
                self._torn.add(torn)
                self.problems.append(_torn(torn, which, self._cells(index)))

    def _append(self, cells: Sequence[str], number: int, line: int) -> None:
        for column, cell in zip(self.columns, cells, strict=True):
            column.append(cell)
        self.numbers.append(number)
        self.lines.append(line)

    def _find_nul(self, cells: Sequence[str], index: int) -> None:
        if "\0" not in "".join(cells):
            return
        fits = len(cells) == len(self.columns)
        for column, cell in enumerate(cells):
            if "\0" in cell:
                self.problems.append(_nul(index, column if fits else None, cell))

    # ---------------------------------------------------------------- many rows at once

    def extend(
        self,
        columns: Sequence[list[str]],
        numbers: Integers,
        lines: Integers,
        problems: Iterable[Problem] = (),
    ) -> None:
        """Add many rows of full width, column by column; `problems`: at the places of rows among these, from 0."""
        self._check_size(int(numbers[-1]), len(columns))
        found = list(islice(problems, self._limits.most_problems + 1))
        blank = _blank_rows(columns).difference(problem.index for problem in found)
        self._place(found, sorted(blank))
        if blank:
            keep = [index for index in range(len(numbers)) if index not in blank]
            columns = [[column[index] for index in keep] for column in columns]
            numbers, lines = _those(numbers, keep), _those(lines, keep)
            self.blank_rows += len(blank)
        if len(self):
            for mine, more in zip(self.columns, columns, strict=True):
                mine.extend(more)
        else:
            self.columns = list(columns)
        self.numbers.frombytes(numbers.tobytes())
        self.lines.frombytes(lines.tobytes())

    def _place(self, problems: Iterable[Problem], dropped: Sequence[int]) -> None:
        """Add the problems of rows that are about to be added without those that are dropped."""
        for problem in problems:
            at = problem.index or 0
            self.problems.append(replace(problem, index=len(self) + at - bisect(dropped, at)))

    # ---------------------------------------------------------------- the end

    def table(self, dialect: Dialect, headings: Headings, header_row: int, *, lines: bool) -> Table:
        """Return what was collected. Raises SheetError S105 where there is no row."""
        self._settle_uneven(headings.headers)
        self._check_size(0, 0)
        if not self.numbers and not self.problems:
            raise SheetError(
                f"{self._name} has a header and no row below it: nothing is filled in yet",
                code="S105",
                remedy="Fill in a row for each assistant, its id and what is to change, and save the file.",
            )
        return Table(
            dialect,
            headings,
            header_row,
            self.columns,
            self.numbers,
            self.lines if lines else None,
            self.blank_rows,
            self.ragged,
            tuple(sorted(self.problems, key=lambda problem: -1 if problem.index is None else problem.index)),
        )

    def _cells(self, index: int) -> tuple[str, ...]:
        """Return the cells of a row as they stand in the file."""
        if index in self.ragged:
            return self.ragged[index]
        cells = tuple(column[index] for column in self.columns)
        count = self._uneven.get(index, len(cells))
        return (*cells, *[""] * (count - len(cells)))[:count]

    def _settle_uneven(self, header: Sequence[str]) -> None:
        """Judge the rows that have fewer or more cells than the header: one warning where that changes nothing, else an
        error for each, and their columns stay empty."""
        if not self._uneven:
            return
        if self._is_harmless(header):
            self.problems.append(_trailing(len(self._uneven), next(iter(self._uneven))))
            return
        for index in self._uneven:
            self.ragged[index] = cells = self._cells(index)
            self.problems.append(_ragged(cells, len(self.columns), index))
            for column in self.columns:
                column[index] = ""
            self._check_size(0, len(cells))

    def _refuse_uneven(self) -> None:
        """Raise SheetError S116 where rows that are uneven are too many problems, whatever follows: what they could
        shift is filled somewhere, and so it stays."""
        if not self._is_harmless(()):
            first = next(iter(self._uneven))
            self.problems.append(_ragged(self._cells(first), len(self.columns), first))
            raise self._too_broken()
        self._many_uneven *= 2

    def _is_harmless(self, header: Sequence[str]) -> bool:
        """Whether only delimiters at the end are missing or too many: all columns that they could shift are empty in
        every row, as spreadsheet programs leave them out, or every row ends with the same ones too many."""
        if any(name.strip().startswith("_") for name in header):
            return False  # ours: a row that was uneven before has our columns after its own
        width, counts = len(self.columns), set(self._uneven.values())
        first = min(width - 1, *counts)
        if all(all(map(is_blank, column)) for column in self.columns[max(1, first) :]):
            return first > 0
        return len(counts) == 1 and max(counts) > width and 1 < len(self._uneven) == len(self)

    def _check_size(self, number: int, width: int) -> None:
        """Raise SheetError S103 where a row lies too far down, blank ones counted, or is far too wide; S116 where
        too much is wrong above it."""
        require_width(self._name, width, self._limits)
        require_height(self._name, number, self._limits)
        if len(self.problems) > self._limits.most_problems:
            raise self._too_broken()

    def _too_broken(self) -> SheetError:
        first = self.problems[0]
        row = "" if first.index is None else f" in row {self.numbers[first.index]}"
        return SheetError(
            f"{self._name}: more than {self._limits.most_problems:,} problems, the first{row}: {first.message}",
            code="S116",
            remedy=first.remedy,
        )


def _those(numbers: Integers, places: Sequence[int]) -> Integers:
    return array("q", [int(numbers[place]) for place in places])


def _blank_rows(columns: Sequence[list[str]]) -> set[int]:
    first, *others = columns
    joined = "".join(first)
    if all(first) and joined.split(maxsplit=1) == [joined]:  # no white space anywhere, as among ids
        return set()
    candidates = [index for index, cell in enumerate(first) if is_blank(cell)]
    return {index for index in candidates if all(is_blank(column[index]) for column in others)}


# ---------------------------------------------------------------- what is wrong with a row


def _nul(index: int, column: int | None, cell: str) -> Problem:
    """Return the problem of a cell that holds a NUL byte."""
    return Problem(
        "S110",
        "the cell holds a NUL byte",
        index=index,
        column=column,
        given=excerpt(cell, MOST_SHOWN),
        wanted="text",
    )


def nuls_in(column: int, cells: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each cell of a column that holds a NUL byte, at its place."""
    if "\0" in "".join(cells):
        yield from (_nul(row, column, cell) for row, cell in enumerate(cells) if "\0" in cell)


def _trailing(rows: int, first: int) -> Problem:
    has = "has" if rows == 1 else "have"
    return Problem(
        "S123",
        f"{counted(rows, 'row')} {has} too few or too many delimiters at the end; all cells there are empty",
        Severity.WARNING,
        index=first,
    )


def _torn(index: int, which: str, rest: Sequence[str]) -> Problem:
    what = "goes on in" if which == "next" else "seems to be the rest of"
    return Problem(
        "S122",
        f"the row {what} the {which} one: a line break seems to have torn it apart",
        index=index,
        given=excerpt(" | ".join(rest), MOST_SHOWN),
        wanted="one row for each assistant, cells with line breaks in quotes",
    )


def _ragged(cells: Sequence[str], width: int, index: int) -> Problem:
    return Problem(
        "S106",
        f"the row has {counted(len(cells), 'cell')}, the header has {width}",
        index=index,
        given=f"{counted(len(cells), 'cell')}: {excerpt(' | '.join(cells), MOST_SHOWN)}",
        wanted=counted(width, "cell"),
    )
