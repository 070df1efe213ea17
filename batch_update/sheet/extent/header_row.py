"""Owns where a table begins: the row that names its columns, below titles and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from batch_update.errors import UsageError
from batch_update.fields.names import Heading
from batch_update.model.sheets import Role
from batch_update.sheet.headers import Headings, headings_of
from batch_update.sheet.manner import Reading
from batch_update.sheet.table import is_blank
from batch_update.text import counted, excerpt

ROWS_LOOKED_AT = 50
"""Rows that hold something, of which one has to be the header."""
_MOST_CELLS = 1000
"""Cells of such a row that are looked at."""
_MOST_ABOVE = 200
"""Characters of what stands above the header."""

Rows = Iterable[tuple[int, Sequence[str]]]
"""Number and cells of each row, from the first on."""


class Fit(IntEnum):
    """The degrees to which a row names the columns of a sheet."""

    NOT = 0
    IN_PART = 1
    """fields, and nothing that tells whose; or ids, and nothing that is known beside them"""
    BY_NAME = 2
    """a name stands for the id, beside a field"""
    BY_ID = 3
    """an id column, beside a field"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The row that names the columns, and what stands above it."""

    number: int
    headers: tuple[str, ...]
    """of a header in two rows, those of both"""
    fit: Fit
    above: str = ""
    """the texts above it, shortened"""
    rows_above: int = 0
    """rows above it that hold something"""
    is_joined: bool = False
    """whether the headers are those of two rows"""

    @property
    def blank_rows(self) -> int:
        """Return how many rows above it hold nothing."""
        return self.number - 1 - self.rows_above


def find_beginning(rows: Rows, reading: Reading, name: str) -> Beginning | None:
    """Return the row that names the columns: the one that the user says, else the first that holds an id column beside
    a field, else the first where a name stands for the id, else what comes nearest; None where all rows are blank.

    Raises UsageError where the user says a row that is blank, or that there is not.
    """
    if reading.header_row is not None:
        return _said(rows, reading, reading.header_row, name)
    seen: list[tuple[int, Sequence[str]]] = []
    best: Beginning | None = None
    for number, cells in rows:
        if all(map(is_blank, cells)):
            continue
        found = _judged(number, cells, seen, reading)
        if best is None or (
            found.fit > best.fit and (found.fit > Fit.IN_PART or _names_several(found, reading))
        ):
            best = found
        seen.append((number, cells))
        if best.fit is Fit.BY_ID or len(seen) == ROWS_LOOKED_AT:
            break
    return best


def refuse_header_row(name: str, reading: Reading) -> None:
    """Raise UsageError where the user says which row names the columns of what has no such row."""
    if reading.header_row is not None:
        remedy = "Leave out the setting header_row."
        raise UsageError(
            f"the setting header_row: no row of {name} names its columns", code="U101", remedy=remedy
        )


def _said(rows: Rows, reading: Reading, wanted: int, name: str) -> Beginning:
    seen: list[tuple[int, Sequence[str]]] = []
    last = 0
    for last, cells in rows:
        blank = all(map(is_blank, cells))
        if last == wanted and not blank:
            return _judged(wanted, cells, seen, reading)
        if (not blank and len(seen) < ROWS_LOOKED_AT) or last == wanted - 1:
            seen.append((last, cells))
        if last == wanted:
            break
    what = f"row {wanted} is blank" if last == wanted else f"it has {counted(last, 'row')}"
    raise UsageError(
        f"the setting header_row: {name} has no header in row {wanted}: {what}",
        code="U101",
        remedy="Give the number of the row that names the columns, as the spreadsheet program shows it.",
    )


def _judged(
    number: int, cells: Sequence[str], seen: Sequence[tuple[int, Sequence[str]]], reading: Reading
) -> Beginning:
    """Return a row as a beginning; with what stands right above its blank cells, where both together name more."""
    headers, fit = cells, _fit_of(cells, reading)
    upper = seen[-1][1] if seen and seen[-1][0] == number - 1 else None
    if upper and fit is Fit.IN_PART:
        both = [_first(cell, above) for cell, above in zip(cells, upper, strict=False)] + list(
            cells[len(upper) :]
        )
        if (of_both := _fit_of(both, reading)) > Fit.IN_PART:
            headers, fit = both, of_both
    texts = (cell.strip() for _, row in seen for cell in row[:_MOST_CELLS] if not is_blank(cell))
    above = excerpt(" | ".join(texts)[: 2 * _MOST_ABOVE], _MOST_ABOVE)
    rows_above = sum(not all(map(is_blank, row)) for _, row in seen)
    return Beginning(number, tuple(headers), fit, above, rows_above, is_joined=headers is not cells)


def _first(cell: str, above: str) -> str:
    return above if is_blank(cell) else cell


def _fit_of(cells: Sequence[str], reading: Reading) -> Fit:
    headings = headings_of(cells[:_MOST_CELLS], reading)
    roles = {heading.role for heading in _known(headings)}
    if Role.ID not in roles:
        return Fit.IN_PART if roles & {Role.FIELD, Role.PART} else Fit.NOT
    if not roles & {Role.FIELD, Role.PART}:
        return Fit.IN_PART
    return Fit.BY_NAME if headings.by_name else Fit.BY_ID


def _known(headings: Headings) -> Iterator[Heading]:
    """Yield what columns are for whose headers are not blank: by a letter, the user names a column of any row."""
    return (
        heading
        for heading, header in zip(headings.meant, headings.headers, strict=True)
        if heading is not None and not is_blank(header)
    )


def _names_several(found: Beginning, reading: Reading) -> bool:
    """Whether a row names several columns: one word alone is a title, or a value."""
    return (
        sum(
            heading.role in (Role.ID, Role.FIELD, Role.PART)
            for heading in _known(headings_of(found.headers, reading))
        )
        > 1
    )
