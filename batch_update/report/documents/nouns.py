"""Sheets, problems, guards and changes as values for programs: places by name, secrets left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batch_update.check.remembering import rows_with_memory
from batch_update.fields.tools import SECRET, holds_secret, redact
from batch_update.model.plans import UNKNOWN, Change, Conflict, Plan, Tripped, Why
from batch_update.model.sheets import Column, Json, Problem, Repair, Role, Severity, Sheet
from batch_update.report.conflicts import conflict_words
from batch_update.report.letters_shown import cell_beyond_ascii
from batch_update.report.places import files_behind, place_of
from batch_update.text import excerpt

MOST_HEADER = 200
"""Characters of a header."""


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """A column of a sheet, and what it was read as."""

    header: str
    """as it stands in the file"""
    role: Role
    """id, field, part (of a field's value), own (written by this program), ignored or unknown"""
    field: str | None
    """the field that it sets; null where it sets none"""
    path: tuple[str, ...]
    """for a part: the keys inside the value, such as company_name"""
    operation: str
    """for a part: set, add or remove"""


@dataclass(frozen=True, slots=True)
class ToldLetters:
    """A cell with letters beyond ASCII."""

    cell: str
    """such as B2"""
    text: str
    """a part of it"""


@dataclass(frozen=True, slots=True)
class ToldSheet:
    """A sheet, and how it was understood."""

    name: str
    """of the file; - for stdin"""
    sha256: str | None
    """of the file's bytes; null where they were not looked at"""
    format: str
    """csv, tsv, xlsx, xls, xlsb, ods or jsonl"""
    encoding: str
    """by the name that Python has for it"""
    delimiter: str
    """between cells of a text file; of any other sheet, that of the CSVs that are made of it"""
    decimal: str
    """the decimal sign: . or ,"""
    worksheet: str | None
    """of a workbook"""
    header_row: int | None
    """the number of the row that names the columns; null in JSON Lines"""
    rows: int
    """how many, without those that are blank"""
    blank_rows: int
    """which were skipped"""
    remembers: int
    """rows that remember what was exported: of these only what was edited is sent"""
    columns: tuple[ToldColumn, ...]
    """in the order of the file"""
    above: str
    """what stands above the header, shortened"""
    worksheets_not_read: tuple[str, ...]
    """the others of a workbook"""
    hidden_rows_left_out: int
    """by the setting visible_only"""
    letters: ToldLetters | None
    """a cell by which people see whether the encoding is right; null where no letter is beyond ASCII"""


def told_sheet(sheet: Sheet) -> ToldSheet:
    """Return a sheet's name, dialect, size and columns, without its cells."""
    dialect = sheet.dialect
    return ToldSheet(
        sheet.name,
        sheet.sha256 or None,
        dialect.format,
        dialect.encoding,
        dialect.delimiter,
        dialect.decimal,
        dialect.worksheet,
        sheet.header_row or None,
        len(sheet),
        sheet.blank_rows,
        rows_with_memory(sheet),
        tuple(map(_told_column, sheet.columns)),
        excerpt(sheet.around.above, MOST_HEADER),
        tuple(excerpt(name, MOST_HEADER) for name in sheet.around.worksheets),
        sheet.around.hidden_rows,
        None if (letters := cell_beyond_ascii(sheet)) is None else ToldLetters(*letters),
    )


def _told_column(column: Column) -> ToldColumn:
    header = excerpt(column.header, MOST_HEADER)
    return ToldColumn(header, column.role, column.field, column.path, column.operation)


# ---------------------------------------------------------------- problems


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """Something wrong at a place of the sheet."""

    code: str
    """explained by `batch-update explain CODE`"""
    severity: Severity
    """an error keeps its row from being sent; one of the whole sheet keeps all of them"""
    message: str
    """what is wrong, without the place"""
    row: int | None
    """its number, as the spreadsheet program shows it; that of the header for what concerns a column"""
    line: int | None
    """of a text file, where the row begins"""
    column: str | None
    """the header of the column"""
    cell: str | None
    """such as D14; null where no cell is meant, and in JSON Lines, which have none"""
    assistant_id: int | None
    """whom the row is about; null where that is not known"""
    given: str
    """the cell as it stands; (holds a secret) where it does"""
    allowed: str
    """what may stand there, in a few words"""
    remedy: str
    """what to do"""
    also_rows: tuple[int, ...]
    """other rows that it concerns"""


def told_problem(sheet: Sheet, problem: Problem) -> ToldProblem:
    """Return a problem with its place by name."""
    place = place_of(sheet, problem.index, problem.column)
    return ToldProblem(
        code=problem.code,
        severity=problem.severity,
        message=problem.message,
        row=place.row,
        line=place.line,
        column=None if place.header is None else excerpt(place.header, MOST_HEADER),
        cell=place.cell or None,
        assistant_id=problem.assistant_id,
        given=SECRET if holds_secret(problem.given) else problem.given,
        allowed=problem.wanted,
        remedy=problem.remedy,
        also_rows=tuple(sheet.numbers[other] for other in problem.also),
    )


def told_problems(plan: Plan) -> Iterator[ToldProblem]:
    """Yield the problems of a plan's sheet; there may be so many that they are better not held all at once."""
    return (told_problem(plan.sheet, problem) for problem in plan.problems)


@dataclass(frozen=True, slots=True)
class ToldRepair:
    """A cell that was written otherwise; it means the same, or something where it meant nothing."""

    code: str
    """explained by `batch-update explain CODE`"""
    row: int | None
    """its number in the sheet that was read; for a repair of many rows the first"""
    line: int | None
    """of a text file, where the row begins"""
    column: str | None
    """the header of the column; null where no cell was written otherwise"""
    cell: str | None
    """such as D14; null where no cell is meant, and in JSON Lines, which have none"""
    before: str
    """the cell as it stood; (holds a secret) where it does"""
    after: str
    """the cell as it was written"""


def told_repair(sheet: Sheet, repair: Repair) -> ToldRepair:
    """Return a repair with its place by name."""
    place = place_of(sheet, repair.index, repair.column)
    header = None if place.header is None else excerpt(place.header, MOST_HEADER)
    before, after = (SECRET if holds_secret(cell) else cell for cell in (repair.before, repair.after))
    return ToldRepair(repair.code, place.row, place.line, header, place.cell or None, before, after)


# ---------------------------------------------------------------- guards


@dataclass(frozen=True, slots=True)
class ToldGuard:
    """A guard that has to be lifted before anything is sent."""

    code: str
    """explained by `batch-update explain CODE`"""
    hazard: str | None
    """what `allow` takes; null for a limit"""
    words: str
    """what would happen"""
    assistants: int
    """how many it is about"""
    rows: tuple[int, ...]
    """the number of a row for each of the assistants; empty for a limit"""
    compared: bool
    """whether that is known of what is there now"""
    lifts: Mapping[str, Json]
    """the settings that let it through, each with a value that is just enough, or null for none"""


def told_guard(tripped: Tripped) -> ToldGuard:
    """Return a guard with the settings that lift it."""
    lifts = {"allow": [tripped.hazard]} if tripped.hazard else dict(tripped.lifts)
    return ToldGuard(
        tripped.code,
        tripped.hazard or None,
        tripped.words,
        tripped.assistants,
        tripped.rows,
        not tripped.is_blind,
        lifts,
    )


# ---------------------------------------------------------------- changes


@dataclass(frozen=True, slots=True)
class ToldConflict:
    """A field that is held back, since it holds now what nobody reckoned with."""

    field: str
    """its name"""
    why: Why
    """changed, reset, moved, rule, with_mode, would_reset or edited"""
    message: str
    """the same as a sentence"""
    planned: Json
    """what it held when the change was planned; for an undo, what the run left there"""
    wanted: Json
    """what it should hold"""
    now: Json
    """what it holds"""
    not_known: tuple[str, ...]
    """which of planned, wanted and now are not known, or there is none: null stands for them"""


def told_conflict(conflict: Conflict) -> ToldConflict:
    """Return a field that is held back, with its three values, as far as they are known."""
    values = {"planned": conflict.planned, "wanted": conflict.wanted, "now": conflict.now}
    known = {name: value for name, value in values.items() if value is not UNKNOWN}
    return ToldConflict(
        conflict.field,
        conflict.why,
        conflict_words(conflict),
        **{name: redact(known.get(name)) for name in values},
        not_known=tuple(name for name in values if name not in known),
    )


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One update that would be sent."""

    assistant_id: int
    """whom it is sent to"""
    name: str
    """what the assistant is called now; empty where that is not known"""
    rows: tuple[int, ...]
    """the numbers of the rows that it settles"""
    before: Mapping[str, Json]
    """field -> what it holds now; for a change of mode also the fields that it resets"""
    after: Mapping[str, Json]
    """field -> what would be sent"""
    unknown: tuple[str, ...]
    """fields of which is not known what they hold"""
    held: tuple[ToldConflict, ...]
    """fields that are held back while the rest is sent"""
    files: Mapping[str, list[str]]
    """field -> the files that its text, or the texts of its parts, come from; relative to the sheet"""


def told_change(plan: Plan, change: Change) -> ToldChange:
    """Return a change with what is there before and after it; values of secrets replaced."""
    return ToldChange(
        change.assistant_id,
        change.name,
        tuple(plan.sheet.numbers[index] for index in change.indexes),
        redact(dict(change.before)),
        redact(dict(change.body)),
        tuple(name for name in change.body if name not in change.before),
        tuple(map(told_conflict, change.held)),
        files_behind(plan.sheet, change.indexes[0]),
    )
