"""Owns the form in which every reader hands over what it read, before anybody asks what the columns mean."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from batch_update.errors import SheetError
from batch_update.model.sheets import Dialect, Problem, Severity
from batch_update.settings.tunables import Settings
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
        self._uneven: dict[int, int] = {}
        """row with fewer cells than the header, or more of which all are empty -> how many"""
        self._torn: set[int] = set()
        self._name = name
        self._settings = settings

    def __len__(self) -> int:
        return len(self.numbers)

    def add(
        self,
        cells: Sequence[str],
        number: int,
        line: int = 0,
        *,
        problems: Sequence[Problem] = (),
        is_whole: bool = True,
    ) -> None:
        """One row. With too few or too many cells its columns stay empty and a problem says so, unless all that is
        missing or too many is empty. `is_whole`: the row ends where a row ends, and not where the file breaks off.
        """
        self._check_size(number, len(cells))
        if all(map(is_blank, cells)) and not problems:
            self.blank_rows += 1
            return
        index, width = len(self), len(self.columns)
        has_only_blanks_beyond = all(map(is_blank, cells[width:]))
        if len(cells) != width and has_only_blanks_beyond and is_whole and not problems:
            self._uneven[index] = len(cells)
            self._append([*cells, *[""] * (width - len(cells))][:width], number, line)
        elif len(cells) == width:
            self._append(cells, number, line)
        else:
            self.fail(cells, number, line, _ragged(cells, len(self.columns), index))
        self.problems += [replace(problem, index=index) for problem in problems]
        if any("\0" in cell for cell in cells):
            self._add_nul(cells)

    def tear(self, index: int) -> None:
        """This row is the rest of the one before it: neither is to be trusted."""
        for torn, which in ((index - 1, "next"), (index, "previous")):
            if torn not in self._torn:
                self._torn.add(torn)
                self.problems.append(_torn(torn, which, self._cells(index)))

    def _cells(self, index: int) -> tuple[str, ...]:
        """The cells of a row as they stand in the file."""
        if index in self.ragged:
            return self.ragged[index]
        cells = tuple(column[index] for column in self.columns)
        count = self._uneven.get(index, len(cells))
        return (*cells, *[""] * (count - len(cells)))[:count]

    def _settle_uneven(self, header: Sequence[str]) -> None:
        """Rows that have fewer or more cells than the header: a warning where that changes nothing, else an error
        for each, and their columns stay empty."""
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
        self._settle_uneven(header)
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
            tuple(sorted(self.problems, key=lambda problem: -1 if problem.index is None else problem.index)),
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


def _trailing(rows: int, first: int) -> Problem:
    has = "has" if rows == 1 else "have"
    return Problem(
        "S123",
        f"{counted(rows, 'row')} {has} too few or too many delimiters at the end; all cells there are empty",
        Severity.WARNING,
        index=first,
        remedy="Nothing needs to be done.",
    )


def _torn(index: int, which: str, rest: Sequence[str]) -> Problem:
    what = "goes on in" if which == "next" else "seems to be the rest of"
    return Problem(
        "S122",
        f"the row {what} the {which} one: a line break seems to have torn it apart",
        index=index,
        given=excerpt(" | ".join(rest)),
        wanted="one row for each assistant, cells with line breaks in quotes",
        remedy="Put the cell with the line break in quotes, or take the line break out.",
    )


def _ragged(cells: Sequence[str], width: int, index: int) -> Problem:
    return Problem(
        "S106",
        f"the row has {counted(len(cells), 'cell')}, the header has {width}",
        index=index,
        given=f"{counted(len(cells), 'cell')}: {excerpt(' | '.join(cells))}",
        wanted=counted(width, "cell"),
        remedy="Look for a missing or surplus delimiter, or for one inside a value that is not in quotes.",
    )


MIB = 1 << 20


def too_large(name: str, given: str, flag: str = "") -> SheetError:
    """The SheetError for what is over a limit; `flag` names the setting that raises it, if there is one."""
    return SheetError(
        f"{name}: {given}", code="S103", remedy=f"Split it, or raise {flag}." if flag else "Split it."
    )
