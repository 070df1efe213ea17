"""Owns the form in which every reader hands over what it read, before anybody asks what the columns mean."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from batch_update.errors import SheetError
from batch_update.model import Dialect, Problem
from batch_update.settings import Settings
from batch_update.sheet.sources import too_large
from batch_update.text import counted

MOST_PROBLEMS = 50_000
"""With more of them it is the file that is wrong, not its rows; and each takes half a kilobyte of memory."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the cells below it, verbatim."""

    dialect: Dialect
    header: tuple[str, ...]
    header_row: int
    columns: Sequence[Sequence[str]]
    numbers: Sequence[int]
    lines: Sequence[int] | None
    blank_rows: int = 0
    ragged: dict[int, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Rows:
    """Collects the rows of a table column by column; blank ones are counted and left out."""

    def __init__(self, width: int, name: str, settings: Settings, *, blank_rows: int = 0) -> None:
        self.columns: list[list[str]] = [[] for _ in range(width)]
        self.numbers = array("q")
        self.lines = array("q")
        self.blank_rows = blank_rows
        self.ragged: dict[int, tuple[str, ...]] = {}
        self.problems: list[Problem] = []
        self._name = name
        self._settings = settings

    def __len__(self) -> int:
        return len(self.numbers)

    def add(
        self, cells: Sequence[str], number: int, line: int = 0, *, problems: Sequence[Problem] = ()
    ) -> None:
        """One row. With too few or too many cells its columns stay empty and a problem says so."""
        self._check_size(number, len(cells))
        if all(map(is_blank, cells)) and not problems:
            self.blank_rows += 1
            return
        index = len(self)
        if len(cells) == len(self.columns):
            self._append(cells, number, line)
        else:
            self.fail(cells, number, line, _ragged(cells, len(self.columns), index))
        self.problems += [replace(problem, index=index) for problem in problems]
        if any("\0" in cell for cell in cells):
            self._add_nul(cells)

    def fail(self, cells: Sequence[str], number: int, line: int, problem: Problem) -> None:
        """One row that is not to be trusted: its columns are empty, its cells are kept beside.

        `problem`: at the index that the row gets, `len(self)`.
        """
        self._check_size(number, len(cells))
        self.ragged[len(self)] = tuple(cells)
        self.problems.append(problem)
        self._append([""] * len(self.columns), number, line)

    def extend(
        self, columns: Sequence[list[str]], numbers: NDArray[np.int64], lines: NDArray[np.int64]
    ) -> None:
        """Many rows of full width, column by column."""
        self._check_size(int(numbers[-1]), len(columns))
        blank = _blank_rows(columns)
        if blank:
            keep = [index for index in range(len(numbers)) if index not in blank]
            columns = [[column[index] for index in keep] for column in columns]
            numbers, lines = numbers[keep], lines[keep]
            self.blank_rows += len(blank)
        if len(self):
            for mine, more in zip(self.columns, columns, strict=True):
                mine.extend(more)
        else:
            self.columns = list(columns)
        self.numbers.frombytes(numbers.tobytes())
        self.lines.frombytes(lines.tobytes())

    def table(self, dialect: Dialect, header: Sequence[str], header_row: int, *, lines: bool) -> Table:
        """What was collected. Raises SheetError S105 where there is no row."""
        if not self.numbers and not self.problems:
            raise SheetError(
                f"{self._name} has a header and no row below it",
                code="S105",
                remedy="Each row below the header is one assistant.",
            )
        return Table(
            dialect,
            tuple(header),
            header_row,
            self.columns,
            self.numbers,
            self.lines if lines else None,
            self.blank_rows,
            self.ragged,
            tuple(self.problems),
        )

    def _check_size(self, number: int, width: int) -> None:
        """Raises SheetError S103 where a row lies too far down, blank ones counted, or is far too wide; S116 where
        too much is wrong above it."""
        require_width(self._name, width, self._settings)
        require_height(self._name, number, self._settings)
        if len(self.problems) > MOST_PROBLEMS:
            raise self._too_broken()

    def _too_broken(self) -> SheetError:
        first = self.problems[0]
        row = "" if first.index is None else f" in row {self.numbers[first.index]}"
        return SheetError(
            f"{self._name}: more than {MOST_PROBLEMS:,} problems, the first{row}: {first.message}",
            code="S116",
            remedy=first.remedy,
        )

    def _append(self, cells: Sequence[str], number: int, line: int) -> None:
        for column, cell in zip(self.columns, cells, strict=True):
            column.append(cell)
        self.numbers.append(number)
        self.lines.append(line)

    def _add_nul(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            if "\0" in cell:
                place = column if len(cells) == len(self.columns) else None
                self.problems.append(
                    Problem(
                        "S110",
                        "the cell holds a NUL byte",
                        index=len(self) - 1,
                        column=place,
                        given=excerpt(cell),
                        wanted="text",
                        remedy="Save the file again, or name the encoding with --encoding.",
                    )
                )


def is_blank(cell: str) -> bool:
    """Empty, or nothing but white space."""
    return not cell or cell.isspace()


def excerpt(text: str, most: int = 60) -> str:
    """The beginning of a text, for a message."""
    return text if len(text) <= most else text[: most - 3] + "..."


def require_height(name: str, number: int, settings: Settings) -> None:
    """Raises SheetError S103 where a row lies further down than the settings allow; the header is one more."""
    if number > settings.max_rows + 1:
        raise too_large(name, f"more than {settings.max_rows:,} rows", "--max-rows")


def require_width(name: str, width: int, settings: Settings) -> None:
    """Raises SheetError S103 where a sheet has more columns than the settings allow."""
    if width > settings.max_columns:
        raise too_large(name, f"{width:,} columns, the limit is {settings.max_columns}", "--max-columns")


def _blank_rows(columns: Sequence[list[str]]) -> set[int]:
    first, *others = columns
    joined = "".join(first)
    if all(first) and joined.split(maxsplit=1) == [joined]:  # no white space anywhere, as among ids
        return set()
    candidates = [index for index, cell in enumerate(first) if is_blank(cell)]
    return {index for index in candidates if all(is_blank(column[index]) for column in others)}


def _ragged(cells: Sequence[str], width: int, index: int) -> Problem:
    return Problem(
        "S106",
        f"the row has {counted(len(cells), 'cell')}, the header has {width}",
        index=index,
        given=f"{counted(len(cells), 'cell')}: {excerpt(' | '.join(cells))}",
        wanted=counted(width, "cell"),
        remedy="Look for a missing or surplus delimiter, or for one inside a value that is not in quotes.",
    )
