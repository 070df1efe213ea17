"""The nouns that travel between the stages: sheet, problem, change, plan, reply, outcome, report.

What has a part for each row leaves those out of its repr: asyncio makes the repr of the result of its main task, twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from fractions import Fraction
from math import ceil
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, or a list or dict of them."""

Body = Mapping[str, Json]
"""What one update sends: field name -> value, only the fields that are to change."""


# ---------------------------------------------------------------- sheets


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a sheet is written down on disk."""

    format: str
    """csv, tsv, xlsx, xls, xlsb, ods or jsonl"""
    encoding: str = "utf-8"
    """Python codec name; "utf-8-sig" where the file begins with a byte order mark"""
    delimiter: str = ","
    decimal: str = "."
    newline: str = "\n"
    worksheet: str | None = None


class Role(StrEnum):
    """What a column of a sheet is for."""

    ID = "id"
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


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, seen on its own."""

    number: int
    """as the spreadsheet program shows it; the header is usually 1"""
    line: int | None
    """line in the file where the row begins, for text formats"""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as read: columns of verbatim text, true row and line numbers, what was wrong with it.

    Rows of blanks are not rows; they are counted in `blank_rows`. A *ragged* row (too few or too many cells)
    is a row with empty cells here; its cells as they stand are in `ragged`, its problem in `problems`.
    """

    name: str
    """file name to show; "-" for stdin"""
    dialect: Dialect
    columns: tuple[Column, ...]
    numbers: Sequence[int] = field(repr=False)
    """row number of each row"""
    lines: Sequence[int] | None = field(repr=False)
    """line number of each row, for text formats"""
    header_row: int = 1
    blank_rows: int = 0
    ragged: Mapping[int, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """row index -> the cells as they stand"""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    sha256: str = ""
    """of the file that it was read from; "" where nobody asked for it"""

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, index: int) -> Row:
        """The row at this index (0-based, not its number)."""
        line = None if self.lines is None else self.lines[index]
        cells = self.ragged.get(index) or tuple(column.texts[index] for column in self.columns)
        return Row(self.numbers[index], line, cells)

    @property
    def id_column(self) -> Column | None:
        return next((column for column in self.columns if column.role is Role.ID), None)


# ---------------------------------------------------------------- problems


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in a sheet. Its code is explained in `codes.py`."""

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


# ---------------------------------------------------------------- plans


Present = Mapping[str, Json]
"""What an assistant holds now, as an update would send it: field -> value. A field that is not in it is *unknown*."""


@dataclass(frozen=True, slots=True)
class Part:
    """A change of a part of a value, the rest of which stays: `variables.company_name`, `label_ids+`."""

    field: str
    path: tuple[str, ...]
    """keys inside the value: ("company_name",), ("end_call", "description"); () for a list that is added to"""
    value: Json
    """what the part becomes; None removes it. For a list: the ids"""
    operation: str = "set"
    """set, add or remove"""


@dataclass(frozen=True, slots=True)
class Change:
    """One update to send."""

    assistant_id: int
    body: Body
    indexes: tuple[int, ...]
    """the rows of the sheet that it settles; the first is the one it was made from"""
    parts: tuple[Part, ...] = ()
    """parts that still have to be merged into the present values; a change that is sent has none"""
    before: Present = field(default_factory=dict)
    """what the fields of the body held when the change was planned, as far as it is known; for a change of mode also
    the fields that it resets"""
    name: str = ""
    """what the assistant is called now, where that is known"""
    held: str = ""
    """fields that were taken out of the body since somebody changed them, with the values; "" for none. Once the
    rest is sent, the row ends as a conflict that says so"""


class Status(StrEnum):
    """What became of a row."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    INVALID = "invalid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """sent, and no answer seen"""
    NOT_SENT = "not_sent"
    CONFLICT = "conflict"
    """not sent, or not all of it, since somebody changed the assistant after the change was planned"""


class Verified(StrEnum):
    """What reading back an updated row showed."""

    NOT_READ = ""
    VERIFIED = "verified"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"
    """the API does not report these fields"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of the sheet, and why."""

    status: Status
    code: str = ""
    message: str = ""
    http: int | None = None
    attempts: int = 0
    changed: tuple[str, ...] = ()
    """fields that were sent and applied"""
    request_id: str = ""
    started: datetime | None = None
    """UTC, first attempt"""
    ms: int | None = None
    """from the first attempt to the last answer, waiting included"""
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """what the server said of single fields: "post_call_schema.0.name" -> messages"""
    verified: Verified = Verified.NOT_READ
    after_reset: Present = field(default_factory=dict)
    """what a change of mode made of the fields that it resets, as reading back showed them"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every row of a sheet, accounted for before anything is sent: to be sent, or settled already."""

    sheet: Sheet
    changes: tuple[Change, ...] = field(repr=False)
    settled: Mapping[int, Outcome] = field(repr=False)
    """row index -> outcome, for rows that nothing is sent for (invalid, unchanged, not selected)"""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    """all of them, errors and warnings, in the sheet's order"""
    account: str = ""
    """whose assistants they are, as the list or the account itself tells: `user 501 at app.famulor.de`, or the e-mail
    address in place of the number; "" where that is not known"""
    server: str = ""
    """the base URL that it was made for; "" where that is not known"""
    unseen: bool = False
    """its account is known, and what its assistants held is not: nothing was fetched"""

    @property
    def compared(self) -> bool:
        """Whether it was held against what is there."""
        return bool(self.account) and not self.unseen

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Tripped:
    """A guard that stops a run before anything is sent."""

    code: str
    hazard: str
    """its name, as `allow` takes it; "" for a limit, which only its own setting can lift"""
    words: str
    """what would happen"""
    assistants: int
    override: str
    """the flag that lets it through"""
    rows: tuple[int, ...] = ()
    """the number of a row for each of the assistants; empty for a limit"""
    is_blind: bool = False
    """whether it is judged without knowing what is there"""
    lifts: Mapping[str, int | float | None] = field(default_factory=dict)
    """for a limit: the settings that let it through, with the values that are just enough"""


# ---------------------------------------------------------------- the API


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in any `seconds` seconds."""

    limit: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.limit}/{self.seconds:g}"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of some, or so many percent of them."""

    number: float
    is_percent: bool = False

    def of(self, whole: int) -> int:
        """How many that is, percentages rounded up; never 0."""
        exact = Fraction(str(self.number)) * whole / 100 if self.is_percent else self.number
        return max(1, ceil(exact))

    def __str__(self) -> str:
        return f"{self.number:g}" + "%" * self.is_percent


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one change, after all of its attempts."""

    status: Status
    """UPDATED, FAILED, UNKNOWN, or NOT_SENT where sending was stopped before its first attempt"""
    code: str = ""
    message: str = ""
    http: int | None = None
    """status of the last answer; None where none was seen"""
    attempts: int = 0
    """requests that were begun; a 429 is not counted"""
    request_id: str = ""
    started: datetime | None = None
    ms: int | None = None
    field_errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stop: Exception | None = None
    """set where this reply shows that going on makes no sense: KeyRefused or RunStopped"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a run as a whole: a gate, a slow-down, a pause, a stop."""

    kind: str
    """gate, slow, pause, resume, limit, shared, ledger, list, wave, resumed, stored (what the server does to texts),
    verify (not read back), stop, loss (the end of the journal was lost), or display (progress could not be shown any
    more)"""
    message: str
    seconds: float | None = None
    """how long it lasts, where that is known"""


# ---------------------------------------------------------------- reports


class Exit(IntEnum):
    """Exit statuses. Only `cli` exits with them."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    SHEET_INVALID = 3
    KEY_REFUSED = 4
    STOPPED = 5
    CHANGES_PENDING = 10
    BUG = 70
    LOCKED = 75
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True)
class Report:
    """A plan and what came of it: an outcome for every row of the sheet, in its order."""

    plan: Plan
    outcomes: tuple[Outcome, ...] = field(repr=False)
    events: tuple[Event, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    """wall time of sending"""
    stopped: Exception | None = None
    """why the run did not reach its end"""
    started: datetime | None = None
    """UTC, when sending began"""

    def counts(self) -> dict[Status, int]:
        """How many rows ended in each status; statuses that did not occur are left out."""
        found = dict.fromkeys(Status, 0)
        for outcome in self.outcomes:
            found[outcome.status] += 1
        return {status: count for status, count in found.items() if count}

    def __iter__(self) -> Iterator[tuple[Row, Outcome]]:
        for index, outcome in enumerate(self.outcomes):
            yield self.plan.sheet.row(index), outcome
