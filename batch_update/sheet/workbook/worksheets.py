"""Owns a worksheet as every workbook's reader hands it over: cells at their places, what is hidden, what is merged."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import cast

from batch_update.errors import SheetError
from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.hidden import Hidden

Held = float | bool | date | time | timedelta
Place = tuple[int, int]
"""row and column, both from 0"""

SMALL_GRID = 1_000_000
_SPARSE = 20
"""a grid above the small one may have this many places for each cell"""
LARGEST_GRID = 20_000_000
_MEMORY = 192 << 20
"""bytes that the cells and texts of a workbook may take, all in all"""
_FOR_A_ROW, _FOR_A_CELL, _FOR_A_NUMBER = 480, 24, 104
"""bytes that a row and its cells take on their way into a plan, texts apart"""
_MOST_MERGES = 100_000
MOST_SHEETS = 10_000
"""worksheets, charts and macros of a workbook; each takes half a kilobyte"""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value in a cell that shows it in a form of its own: a date, a percentage, a yes or no."""

    held: Held
    format: str = ""
    """the number format, as spreadsheet programs write it in English; "" where the file tells none"""
    shown: str | None = None
    """what the cell shows, where the file tells that"""


Cell = str | float | Typed | None
"""A text or an error such as #REF!, a number that shows as it is, another value, or a formula without a value."""
_NOWHERE: tuple[int, Cell] = (-1, "")
"""what comes after the last cell of a column"""


OVER_A_COLUMN = r"(?:SUM|SUBTOTAL|AGGREGATE|COUNTA?|AVERAGE|MIN|MAX)\((?:[0-9]+[,;]){0,2}"
"""how a formula begins that makes one value of a range, as files write it in English"""


class Budget:
    """Counts what a workbook takes in memory, whatever its size on disk; beyond its limit it raises SheetError S103."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._most_letters = limits.max_unpacked_mb << 20
        self._bytes = self._letters = 0

    def take(self, size: int, letters: int = 0) -> None:
        """Count bytes that are kept, and letters that are shown: a text that is kept once may stand in many cells."""
        self._bytes += size
        self._letters += letters
        if self._bytes > _MEMORY:
            message = f"{self._name}: its cells would take more than {_MEMORY >> 20} MiB of memory"
            raise SheetError(message, code="S103")
        if self._letters > self._most_letters:
            raise SheetError(
                f"{self._name}: the texts of its cells come to more than {self._most_letters >> 20} MiB",
                code="S103",
                remedy="Split it, save it as CSV, or raise the setting max_unpacked_mb.",
            )


@dataclass(frozen=True, slots=True)
class Listed:
    """A worksheet in its workbook's list."""

    name: str
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets of a workbook, charts and macros left out, and how one of them is read."""

    name: str
    sheets: tuple[Listed, ...]
    budget: Budget
    limits: Limits
    fill: Callable[[int, Worksheet], None]
    """adds what a worksheet holds, by its number in that list, from 0"""

    def read(self, number: int) -> Worksheet:
        """Return a worksheet, by its number in the list. Raises SheetError, and ValueError for one that is damaged."""
        return self._filled(number, None)

    def peek(self, number: int, rows: int) -> Worksheet:
        """Return a worksheet with what stands in its first rows, without reading what comes below. Raises as `read`."""
        return self._filled(number, rows)

    def _filled(self, number: int, rows: int | None) -> Worksheet:
        title = f"{self.name}, worksheet {self.sheets[number].name!r}"
        sheet = Worksheet(title, self.budget, self.limits, rows)
        with suppress(Enough):
            self.fill(number, sheet)
        return sheet


class Enough(Exception):
    """Raised where a worksheet goes on below the rows that are asked for."""


class Worksheet:
    """The cells that hold something, in any order. Raises SheetError S103 for more than there may be."""

    def __init__(self, name: str, budget: Budget, limits: Limits, most_rows: int | None = None) -> None:
        """`most_rows`: what lies below is not taken, and ends the reading (Enough)."""
        self.hidden = Hidden()
        self.merges: list[tuple[int, int, int, int]] = []
        """first and last row, first and last column"""
        self.sums: set[Place] = set()
        """cells with a formula over those above them in their column, such as SUM(A2:A19)"""
        self.rows = self.columns = self.cells = 0
        self._row = -1
        self._end = most_rows
        self.is_whole = most_rows is None
        self._name = name
        self._budget = budget
        self._limits = limits
        self._columns: list[_Column] = []

    def add(
        self, row: int, column: int, cell: Cell, *, down: int = 1, across: int = 1, shared: bool = False
    ) -> None:
        """Add a cell that holds something, repeated down and across. An empty text is nothing.

        `shared`: its text is one of those that the workbook keeps once, and is paid for.
        Raises ValueError for what is no place, or for one that has a value already.
        """
        if cell == "":
            return
        if row < 0 or column < 0 or down < 1 or across < 1:
            raise ValueError("no place")
        if self._end is not None and row + down > self._end:
            if row >= self._end:
                raise Enough
            down = self._end - row
        if row + down > self.rows or column + across > self.columns:
            self._grow(row + down, column + across)
        times = down * across
        self.cells += times
        if row != self._row:
            self._row = row
            self._budget.take(_FOR_A_ROW * down)
        text = cell.shown if isinstance(cell, Typed) else cell
        if isinstance(text, str):
            size = 0 if shared else sys.getsizeof(text)
            self._budget.take(
                size + (_FOR_A_CELL if text is cell else _FOR_A_NUMBER) * times, len(text) * times
            )
        else:
            self._budget.take(_FOR_A_NUMBER * times)
        if across == 1:
            self._columns[column].add(row, cell, down)
        else:
            for number in range(column, column + across):
                self._columns[number].add(row, cell, down)

    def extend(self, column: int, rows: Sequence[int], cells: Sequence[Cell], size: int) -> None:
        """Add cells of one column, each further down than the one before. Raises as `add`.

        `size`: bytes that their texts take, but for those that the workbook keeps once. The rows are paid for apart.
        """
        kinds = set(map(type, cells))
        if str in kinds and "" in cells:
            rows = [row for row, cell in zip(rows, cells, strict=True) if cell != ""]
            cells = [cell for cell in cells if cell != ""]
        if not rows:
            return
        if rows[-1] >= self.rows or column >= self.columns:
            self._grow(rows[-1] + 1, column + 1)
        texts = (
            cells
            if kinds == {str}
            else [cell for cell in cells if isinstance(cell, str)]
            if str in kinds
            else ()
        )
        others = len(cells) - len(texts)
        self.cells += len(cells)
        self._budget.take(
            size + _FOR_A_CELL * len(texts) + _FOR_A_NUMBER * others,
            sum(map(len, cast(Sequence[str], texts))),
        )
        self._columns[column].extend(rows, cells)

    def pay_rows(self, count: int) -> None:
        """Count rows whose cells were added column by column."""
        self._budget.take(_FOR_A_ROW * count)

    def merge(self, first_row: int, last_row: int, first_column: int, last_column: int) -> None:
        """Take in a range of cells that became one. Raises ValueError for more of them than anybody makes."""
        self.merges.append((first_row, last_row, first_column, last_column))
        if len(self.merges) > _MOST_MERGES:
            raise ValueError("merges without end")

    def sum_at(self, row: int, column: int) -> None:
        """Take in that a cell holds a formula over its column."""
        self.sums.add((row, column))
        self._budget.take(_FOR_A_NUMBER)

    def ends(self) -> None:
        """Take in that nothing of it comes below; of one that is only looked at, the rest of the file tells no more.

        Raises Enough then.
        """
        if self._end is not None:
            raise Enough

    def lines(self) -> Iterator[list[Cell]]:
        """Yield every row from the first on, every column from A on; "" where nothing stands. Raises as `cells_of`."""
        self._require_density()
        columns = [column.in_order() for column in self._columns]
        upcoming = [next(cells, _NOWHERE) for cells in columns]
        for row in range(self.rows):
            line: list[Cell] = [""] * self.columns
            for number, (place, cell) in enumerate(upcoming):
                if place == row:
                    line[number] = cell
                    upcoming[number] = next(columns[number], _NOWHERE)
            yield line

    def cells_of(self, column: int) -> list[Cell]:
        """Return the cells of a column, every row from the first on; "" where nothing stands.

        Raises SheetError S103 where the cells lie too far apart, ValueError for two at one place.
        """
        self._require_density()
        return self._columns[column].spread(self.rows)

    def _grow(self, rows: int, columns: int) -> None:
        """Make room for so many rows and columns. Raises SheetError S103 where that is too many."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        if self.columns > self._limits.max_columns:
            limit = self._limits.max_columns
            raise self._too_far(f"{self.columns:,} columns, the limit is {limit}", "max_columns")
        if self.rows > self._limits.max_rows + 1:
            limit = self._limits.max_rows
            raise self._too_far(f"{self.rows:,} rows, the limit is {limit:,}", "max_rows")
        self._columns += [_Column() for _ in range(self.columns - len(self._columns))]

    def _require_density(self) -> None:
        grid = self.rows * self.columns
        if grid > max(SMALL_GRID, _SPARSE * self.cells) or grid > LARGEST_GRID:
            where = f"{self.rows:,} rows and {self.columns} columns"
            raise self._too_far(f"its {self.cells:,} cells lie in {where}")

    def _too_far(self, what: str, setting: str = "") -> SheetError:
        hint = "Delete the cells far out, or save it as CSV" + (
            f", or raise the setting {setting}." if setting else "."
        )
        return SheetError(f"{self._name}: {what}", code="S103", remedy=hint)


class _Column:
    """The cells of one column and their rows."""

    __slots__ = ("_cells", "_is_sorted", "_last", "_rows")

    def __init__(self) -> None:
        self._rows = array("l")
        self._cells: list[Cell] = []
        self._is_sorted = True
        self._last = -1

    def add(self, row: int, cell: Cell, down: int) -> None:
        if row <= self._last:
            self._is_sorted = False
        self._last = max(self._last, row + down - 1)
        if down == 1:
            self._rows.append(row)
            self._cells.append(cell)
        else:
            self._rows.extend(range(row, row + down))
            self._cells.extend([cell] * down)

    def extend(self, rows: Sequence[int], cells: Sequence[Cell]) -> None:
        """Add cells, each further down than the one before."""
        if rows[0] <= self._last:
            self._is_sorted = False
        self._last = max(self._last, rows[-1])
        self._rows.extend(rows if isinstance(rows, array) else array("l", rows))
        self._cells.extend(cells)

    def spread(self, rows: int) -> list[Cell]:
        """Return a cell for each of so many rows; "" where there is none. Raises ValueError for two at one place."""
        if self._is_sorted and len(self._cells) == rows:  # as many as can be, so that none is missing
            return self._cells
        cells: list[Cell] = [""] * rows
        for row, cell in self.in_order():
            cells[row] = cell
        return cells

    def in_order(self) -> Iterator[tuple[int, Cell]]:
        if self._is_sorted:
            yield from zip(self._rows, self._cells, strict=True)
            return
        last = -1
        for index in sorted(range(len(self._rows)), key=self._rows.__getitem__):
            if self._rows[index] == last:
                raise ValueError("two values in one cell")
            last = self._rows[index]
            yield last, self._cells[index]


class Texts:
    """The texts that a workbook keeps once and its cells name by number."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._texts: list[str] = []

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """Add the next one."""
        self._budget.take(16 + sys.getsizeof(text))
        self._texts.append(text)

    def extend(self, texts: Sequence[str]) -> None:
        """Add the next ones."""
        self._budget.take(16 * len(texts) + sum(map(sys.getsizeof, texts)))
        self._texts.extend(texts)

    def those(self, numbers: Sequence[int]) -> list[str]:
        """Return the texts of these numbers. Raises as for one."""
        if min(numbers, default=0) < 0:
            raise IndexError(min(numbers))
        return list(map(self._texts.__getitem__, numbers))

    def __getitem__(self, number: int) -> str:
        """Return the text of that number. Raises IndexError where there is none."""
        if number < 0:
            raise IndexError(number)
        return self._texts[number]
