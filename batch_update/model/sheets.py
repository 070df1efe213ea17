"""The nouns of a sheet: its columns and rows as they stand in the file, and the problems found in them.

The repr of what has a part for each row is one line: asyncio makes the repr of the result of its main task, twice.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from batch_update.codes import remedy_of
from batch_update.model.views import Viewed, sizes

Json = Any
"""A JSON value: None, bool, int, float, str, or a list or dict of them."""

Body = Mapping[str, Json]
"""The values that one update sends: field name -> value, only the fields that are to change."""


NOTHING: Mapping[str, Any] = {}
"""No values: one for all that have none, since a fleet has hundreds of thousands of them."""


def picked(values: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """Return the values of these names, in their order; names that have none are left out."""
    return {name: values[name] for name in names if name in values}


def without(values: Mapping[str, Json], names: Container[str]) -> dict[str, Json]:
    """Return the values of all other names."""
    return {name: value for name, value in values.items() if name not in names}


# ---------------------------------------------------------------- sheets


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a sheet is written down on disk."""

    format: str
    """csv, tsv, xlsx, xls, xlsb, ods, jsonl or frame"""
    encoding: str = "utf-8"
    """Python codec name; "utf-8-sig" where the file begins with a byte order mark"""
    delimiter: str = ","
    decimal: str = "."
    newline: str = "\n"
    worksheet: str | None = None


class Role(StrEnum):
    """The purpose of a column."""

    ID = "id"
    ACCOUNT = "account"
    """says which account of a list a row belongs to"""
    FIELD = "field"
    PART = "part"
    """sets a part of a field's value and keeps the rest"""
    OWN = "own"
    """begins with `_`: written by this program, ignored when read"""
    IGNORED = "ignored"
    """the user said so, or the column is empty"""
    UNKNOWN = "unknown"
    """matches nothing; there is a problem that says so"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its header and its cells, verbatim."""

    header: str
    texts: Sequence[str] = field(repr=False)
    """a cell for each row of the sheet, as it stands in the file; equal cells mostly share one string"""
    role: Role
    field: str | None = None
    """the field of the update that it sets, for Role.FIELD and Role.PART"""
    path: tuple[str, ...] = ()
    """keys inside the value, for Role.PART; see `Part`"""
    operation: str = "set"
    """set, add or remove, for Role.PART"""
    is_constant: bool = False
    """whether it stands in no file: the setting set gives each row its value"""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """The file that a cell names, `@prompts/sales.md`, as it was read once; or why its text cannot be taken."""

    path: str
    """relative to the folder of the sheet, as the cell has it"""
    text: str = ""
    refused: str = ""
    """the end of a sentence: `prompts/sales.md is a link`; "" where the text was read"""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, seen on its own."""

    number: int
    """as the spreadsheet program shows it; the header is usually 1"""
    line: int | None
    """line in the file where the row begins, for text formats"""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The parts of a file beside the rows that were taken from it."""

    above: str = ""
    """what stands above the header, shortened"""
    worksheets: tuple[str, ...] = ()
    """of a workbook those that were not read"""
    hidden_rows: int = 0
    """which were left out, since they do not show"""


@dataclass(frozen=True, slots=True)
class Sheet(Viewed):
    """A sheet as read: columns of verbatim text, true row and line numbers, what was wrong with it.

    Rows of blanks are not rows; they are counted in `blank_rows`. A *ragged* row (too few or too many cells)
    is a row with empty cells here; its cells as they stand are in `ragged`, its problem in `problems`.
    """

    name: str
    """file name to show; "-" for stdin, "DataFrame" for one"""
    dialect: Dialect
    columns: tuple[Column, ...]
    numbers: Sequence[int]
    """row number of each row"""
    lines: Sequence[int] | None
    """line number of each row, for text formats"""
    header_row: int = 1
    blank_rows: int = 0
    ragged: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """row index -> the cells as they stand"""
    problems: tuple[Problem, ...] = ()
    around: Surroundings = Surroundings()
    """what else the file holds"""
    totals: frozenset[int] = frozenset()
    """indexes of rows that are no assistants: sums over those above them"""
    headers_again: frozenset[int] = frozenset()
    """indexes of rows that name the columns once more, as on each printed page"""
    sha256: str = ""
    """of the file that it was read from; "" where nobody asked for it"""
    files: Mapping[str, NamedFile] = field(default_factory=dict)
    """cell of a text column that names a file -> that file"""

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        found = sizes({"row": len(self), "column": len(self.columns), "problem": len(self.problems)})
        return f"<Sheet {self.name!r}: {found}>"

    def to_frame(self) -> Any:
        """Return a pandas DataFrame of the cells as they stand, with the number of each row in `_row`."""
        return self.viewer().frame_of(self)

    def row(self, index: int) -> Row:
        """Return the row at this index (0-based, not its number)."""
        line = None if self.lines is None else self.lines[index]
        cells = self.ragged.get(index) or tuple(column.texts[index] for column in self.columns)
        return Row(self.numbers[index], line, cells)

    @property
    def no_assistants(self) -> frozenset[int]:
        """Return the indexes of all rows that are about no assistant: totals, and headers once more."""
        return self.totals | self.headers_again

    @property
    def id_column(self) -> Column | None:
        return next((column for column in self.columns if column.role is Role.ID), None)


def without_cells(sheet: Sheet) -> Sheet:
    """Return what sending needs of a sheet: how many rows it has, and their numbers."""
    numbers = sheet.numbers
    if numbers and list(in_a_row := range(numbers[0], numbers[0] + len(numbers))) == list(numbers):
        numbers = in_a_row  # as they mostly are: in no memory
    return replace(sheet, columns=(), numbers=numbers, lines=None, ragged={}, files={})


# ---------------------------------------------------------------- problems


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in a sheet. Made without a remedy, it has its code's."""

    code: str
    message: str
    """one sentence, without the place"""
    severity: Severity = Severity.ERROR
    index: int | None = None
    """row index into the sheet; None: it concerns the whole sheet, and nothing can be sent"""
    column: int | None = None
    """column index into the sheet"""
    assistant_id: int | None = None
    given: str = ""
    wanted: str = ""
    remedy: str = ""
    also: tuple[int, ...] = ()
    """indexes of other rows that it concerns"""

    def __post_init__(self) -> None:
        if not self.remedy:
            object.__setattr__(self, "remedy", remedy_of(self.code))


@dataclass(frozen=True, slots=True)
class Repair:
    """A place of a sheet that can be written otherwise and mean the same, or mean something where it meant nothing."""

    code: str
    index: int
    """row index into the sheet; for a repair of many rows the first"""
    column: int | None
    """column index into the sheet; None where no cell is written otherwise"""
    before: str
    after: str


def rows_with(problems: Iterable[Problem]) -> set[int]:
    """Return the indexes of the rows that problems concern, a row that is wrong only beside another one, too."""
    return {
        index for problem in problems if problem.index is not None for index in (problem.index, *problem.also)
    }


# ---------------------------------------------------------------- plans


# ---------------------------------------------------------------- the API


# ---------------------------------------------------------------- reports
