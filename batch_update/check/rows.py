"""The rows of a sheet by what their cells mean: whose they are, what they would send, what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from batch_update.check.fault import Fault
from batch_update.check.judging.columns import FieldColumn, IdColumn, PartColumn
from batch_update.check.remembering import Memories, memories_of
from batch_update.check.settled_names import Names
from batch_update.codes import CODES, Trait, has_trait
from batch_update.fields.cells import LEAVE, CellError, read_as
from batch_update.fields.cells.ids import id_before_name
from batch_update.fields.cells.words import is_total
from batch_update.fields.facts import all_fields
from batch_update.model.named import NamedChoice, names_in
from batch_update.model.plans import UNKNOWN, Part
from batch_update.model.sheets import Column, Json, Problem, Role, Severity, Sheet


class ReadRows:
    """A sheet whose columns have been read. Rows are named by their index, 0-based.

    `names`: what the names in place of ids stand for. None: that is not known yet, and rows with some are `waiting`.
    """

    def __init__(self, sheet: Sheet, names: Names | None = None) -> None:
        self.sheet = sheet
        decimal = sheet.dialect.decimal
        columns = _speaking(sheet)
        self.columns = tuple(
            FieldColumn(
                index, all_fields()[column.field], column.texts, decimal, files=sheet.files, names=names
            )
            for index, column in enumerate(columns)
            if column.role is Role.FIELD and column.field is not None
        )
        self.part_columns = tuple(
            PartColumn(index, column, decimal, sheet.files, names)
            for index, column in enumerate(columns)
            if column.role is Role.PART
        )
        self.all_columns: tuple[FieldColumn, ...] = (*self.columns, *self.part_columns)
        self.by_name = {column.name: column for column in self.all_columns}
        self._ids = _ids_of(sheet, names)
        self.id_index = None if sheet.id_column is None else sheet.columns.index(sheet.id_column)

    def assistant(self, row: int) -> int | None:
        """Return the id of the assistant that the row is about; None where it cannot be read."""
        return self._ids[row]

    def repeated(self) -> list[list[int]]:
        """Return the rows of each assistant that has several, as far as it is known what they would send."""
        groups = self._ids.repeated()
        return [group for group in groups if self.waiting.isdisjoint(group)] if self.waiting else groups

    def names(self) -> set[NamedChoice]:
        """Return the names that have to be looked up."""
        found = {name for column in self.all_columns for names in column.waiting.values() for name in names}
        return found | set(self._ids.waiting.values())

    @cached_property
    def waiting(self) -> set[int]:
        """Return the rows with names that have to be looked up."""
        columns: tuple[FieldColumn | IdColumn, ...] = (*self.all_columns, self._ids)
        named = (column for column in columns if column.waiting)
        return {row for column in named for row, text in enumerate(column.texts) if text in column.waiting}

    def body(self, row: int) -> dict[str, Json]:
        """Return the whole values that the row would send. Cells that are wrong are left out."""
        return _values_of(self.columns, row)

    def parts(self, row: int) -> tuple[Part, ...]:
        """Return the parts of values that the row would set. Cells that are wrong are left out."""
        parts = (column.part(column.texts[row]) for column in self.part_columns)
        return tuple(part for part in parts if part is not None)

    def wanted(self, row: int) -> dict[str, Json]:
        """Return what the row asks for, by the names of its columns: whole values and parts."""
        return _values_of(self.all_columns, row)

    @cached_property
    def idle(self) -> set[int]:
        """Return the rows that set nothing: the setting set says nothing of a row that is about nobody."""
        own = [column for column in self.all_columns if not self.sheet.columns[column.index].is_constant]
        found = _blank_rows(own, range(len(self.sheet)))
        return found if len(own) == len(self.all_columns) else self._without_constants(found)

    def _without_constants(self, idle: set[int]) -> set[int]:
        return {row for row in idle if row in self._ids.faults} | _blank_rows(self.all_columns, idle)

    @cached_property
    def memories(self) -> Memories:
        """Return what the rows remember of the export that they come from."""
        return memories_of(self.sheet, self.assistant)

    def is_as_exported(self, row: int, column: FieldColumn) -> bool:
        """Whether a cell says what was there when the sheet was exported, however it is written by now."""
        memory = self.memories.of_row.get(row)
        return memory is not None and memory.saw(column.name, self._said(column, column.texts[row]))

    def is_untouched(self, row: int) -> bool:
        """Whether every cell of a row that says something is as it was exported."""
        says = (column for column in self.all_columns if column.texts[row] not in column.blanks)
        return all(self.is_as_exported(row, column) for column in says)

    def _said(self, column: FieldColumn, text: str) -> Json:
        """Return the value that a cell says, also where it may not be sent; UNKNOWN where it cannot be read."""
        value = column.value(text)
        if value is LEAVE:
            try:
                value = read_as(column.field, text, self.sheet.dialect.decimal)
            except CellError:
                return UNKNOWN
        return UNKNOWN if value is LEAVE else _by_its_ids(value)

    def problem(self, row: int, column: int | None, fault: Fault, also: tuple[int, ...] = ()) -> Problem:
        """Return the problem that a fault is at its place."""
        return fault.at(row, column, self.assistant(row), also=also)

    def cell_problems(self) -> Iterator[Problem]:
        """Yield the problems of single cells."""
        for row, fault in self._ids.faults.items():
            is_title = self._is_title(row, fault)
            yield self.problem(row, self.id_index, replace(_TITLE, given=fault.given) if is_title else fault)
        for row in sorted(self.sheet.headers_again):
            yield self.problem(row, self.id_index, _HEADER_AGAIN)
        for row in self._ids.missing - self.idle:
            is_alone = sum(bool(column.texts[row].strip()) for column in self.sheet.columns) == 1
            yield self.problem(row, self.id_index, _NO_ID_ALONE if is_alone else _NO_ID)
        for row in sorted(self.sheet.totals):
            yield self.problem(row, self.id_index, _TOTAL_LEFT_OUT if row in self.idle else _TOTAL)
        for column in self.all_columns:
            for row, text in enumerate(column.texts if column.faults else ()):
                for fault in column.faults.get(text, ()):
                    yield self.problem(row, column.index, fault)

    def _is_title(self, row: int, fault: Fault) -> bool:
        """Whether a row holds a name that nobody has, and nothing else at all."""
        if not has_trait(fault.code, Trait.NOBODY) or row not in self.idle:
            return False
        cells = (
            column.texts[row]
            for number, column in enumerate(self.sheet.columns)
            if number != self.id_index and not column.is_constant
        )
        return not any(map(str.strip, cells))


def _blank_rows(columns: Sequence[FieldColumn], rows: Iterable[int]) -> set[int]:
    """Return those of these rows that are blank in all of these columns."""
    if not all(column.blanks for column in columns):
        return set()
    for column in columns:
        rows = [row for row in rows if column.texts[row] in column.blanks]
    return set(rows)


def _speaking(sheet: Sheet) -> Sequence[Column]:
    """Return the columns of a sheet. A row that names them once more says nothing, nor does the word for a total."""
    if not sheet.no_assistants:
        return sheet.columns
    return [replace(column, texts=_said_texts(sheet, column.texts)) for column in sheet.columns]


def _said_texts(sheet: Sheet, texts: Sequence[str]) -> Sequence[str]:
    silent = [row for row in sheet.totals if is_total(texts[row])]
    if not silent and not sheet.headers_again:
        return texts
    found = list(texts)
    for row in (*silent, *sheet.headers_again):
        found[row] = ""
    return found


def _ids_of(sheet: Sheet, names: Names | None) -> IdColumn:
    """Return the ids of a sheet. In one without an id column each row is without an id, and that is no news."""
    if sheet.id_column is None:
        return IdColumn([""] * len(sheet), without=range(len(sheet)))
    broken = {problem.index for problem in sheet.problems if problem.severity is Severity.ERROR}
    texts = sheet.id_column.texts
    if apart := sheet.no_assistants:  # their words are no names
        texts = ["" if row in apart else text for row, text in enumerate(texts)]
    return IdColumn(texts, without=broken | apart, names=names)


def _values_of(columns: Iterable[FieldColumn], row: int) -> dict[str, Json]:
    """Return the values that the row holds in these columns, by their names."""
    said = {}
    for column in columns:
        value = column.value(column.texts[row])
        if value is not LEAVE:
            said[column.name] = value
    return said


def _by_its_ids(value: Json) -> Json:
    """Return 412 for `412 – Clara`, whoever is called so by now; UNKNOWN where a name stands alone."""
    if next(names_in(value), None) is None:
        return value
    items = value if isinstance(value, list) else [value]
    found = [id_before_name(item) if isinstance(item, NamedChoice) else item for item in items]
    if None in found:
        return UNKNOWN
    return found if isinstance(value, list) else found[0]


_TOTAL = Fault("S133", "the row is a total, no assistant, and holds values", wanted="an assistant")
_TOTAL_LEFT_OUT = Fault(
    "S133",
    "the row is a total, no assistant, and left out",
    remedy="Nothing needs to be done.",
    severity=Severity.WARNING,
)
_HEADER_AGAIN = Fault(
    "S135", "the row names the columns once more, and is left out", severity=Severity.WARNING
)
_TITLE = Fault(
    "S136",
    "no assistant is called so, and nothing else stands in the row: it is taken for a title",
    severity=Severity.WARNING,
)
_NO_ID = Fault("C113", CODES["C113"].title, wanted="an id, a whole number above 0")
_NO_ID_ALONE = replace(_NO_ID, remedy="Write the id. Is it the title of the rows below, delete it.")
