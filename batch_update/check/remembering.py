"""Rows that remember the export that they come from, and which of their cells are as it wrote them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from batch_update.check.fault import Fault
from batch_update.fields.remembered.memory import BASE, Memory, recalled
from batch_update.model.sheets import Problem, Role, Severity, Sheet

Assistant = Callable[[int], int | None]
"""Row index -> whom the row is about; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Memories:
    """The column `_base` of a sheet, read."""

    column: int | None
    """None: the sheet has none"""
    of_row: Mapping[int, Memory]
    """row index -> what it remembers of its assistant"""
    damaged: Mapping[int, str]
    """row index -> the cell, which is cut off or changed"""
    of_others: Mapping[int, Memory]
    """row index -> what it remembers of another assistant"""
    apart: frozenset[int] = frozenset()
    """of those the rows whose ids stand at each other's memories: they were sorted, and the rest was not"""

    def problems(self, assistant: Assistant) -> Iterator[Problem]:
        """Yield a warning for each row whose memory does not count."""
        for row in self.damaged:
            yield _DAMAGED.at(row, self.column, assistant(row))
        for row, memory in self.of_others.items():
            words = f"the row is about assistant {assistant(row)}, and remembers {memory.assistant_id}"
            found = Fault("X281", words, severity=Severity.WARNING)
            if row in self.apart:
                found = Fault("X283", f"{words}, whose id stands in another row")
            yield found.at(row, self.column, assistant(row))


_DAMAGED = Fault("X280", "what the row remembers of the export cannot be read", severity=Severity.WARNING)


def base_column(sheet: Sheet) -> int | None:
    """Return the column that remembers the export; None where the sheet has none."""
    own = (index for index, column in enumerate(sheet.columns) if column.role is Role.OWN)
    return next((index for index in own if sheet.columns[index].header.strip().casefold() == BASE), None)


def rows_with_memory(sheet: Sheet) -> int:
    """Return how many rows have a cell in which an export remembers something that can be read."""
    column = base_column(sheet)
    return 0 if column is None else sum(recalled(text) is not None for text in sheet.columns[column].texts)


def memories_of(sheet: Sheet, assistant: Assistant) -> Memories:
    """Return what the rows of a sheet remember. A row without a cell remembers nothing, and that is no news."""
    column = base_column(sheet)
    of_row: dict[int, Memory] = {}
    damaged: dict[int, str] = {}
    of_others: dict[int, Memory] = {}
    for row, text in enumerate(sheet.columns[column].texts if column is not None else ()):
        if not text.strip():
            continue
        memory = recalled(text)
        if memory is None:
            damaged[row] = text
        elif assistant(row) in (None, memory.assistant_id):
            of_row[row] = memory
        else:
            of_others[row] = memory
    return Memories(column, of_row, damaged, of_others, _apart(sheet, of_others, assistant))


def _apart(sheet: Sheet, of_others: Mapping[int, Memory], assistant: Assistant) -> frozenset[int]:
    """Return the rows whose ids changed places. Names are left out: on another account they have other ids."""
    ids = next((column.texts for column in sheet.columns if column.role is Role.ID), ())
    rows = {assistant(row): row for row in of_others if ids[row].strip().isdecimal()}
    return frozenset(row for row in rows.values() if of_others[row].assistant_id in rows)
