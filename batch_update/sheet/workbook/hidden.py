"""Owns what a workbook keeps out of sight: rows and columns that are hidden or filtered away count like all others."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from batch_update.model.sheets import Problem, Role, Severity
from batch_update.sheet.collecting import MOST_SHOWN
from batch_update.sheet.headers import Headings, called
from batch_update.text import counted, excerpt, in_ranges, quoted

_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
"""of any spreadsheet program"""


class _Ranges:
    """Ranges of rows or columns, from 0. They take little memory, however many there are and however far they reach."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ends = array("q")
        """of each range the first and, one further, the last"""

    def add(self, first: int, end: int) -> None:
        """Add one, but for what lies beyond any spreadsheet program. Raises ValueError for more than there can be."""
        first, end = max(first, 0), min(end, self._most)
        if first >= end:
            return
        if self._ends and self._ends[-1] == first:
            self._ends[-1] = end
            return
        self._ends.extend((first, end))
        if len(self._ends) > 2 * self._most:
            raise ValueError("more than there can be")

    def __bool__(self) -> bool:
        return bool(self._ends)

    def marks(self, count: int) -> bytearray:
        """Return a 1 for each of the first `count` rows or columns that lies in one of them, a 0 for each other."""
        marks = bytearray(count)
        for first, end in zip(self._ends[::2], self._ends[1::2], strict=True):
            if first < count:
                marks[first:end] = b"\1" * (min(end, count) - first)
        return marks


class Hidden:
    """The hidden rows and columns of a worksheet."""

    def __init__(self) -> None:
        self.rows = _Ranges(_LAST_ROW)
        self.columns = _Ranges(_LAST_COLUMN)

    def see(self, tag: str, attributes: Mapping[str, str], row: int) -> None:
        """Take in a <row> of an .xlsx, the number of which is `row`, or a <col>.

        Raises ValueError or KeyError where it cannot be one.
        """
        if attributes.get("hidden") not in ("1", "true"):
            return
        if tag == "row":
            self.rows.add(row, row + 1)
        else:
            self.columns.add(int(attributes["min"]) - 1, int(attributes["max"]))


def hidden_problems(hidden: Hidden, numbers: Sequence[int], headings: Headings) -> Iterator[Problem]:
    """Yield one warning for all rows with these numbers that are hidden, and one for each column that counts."""
    columns = hidden.columns.marks(len(headings.headers))
    for column, is_hidden in enumerate(columns):
        if is_hidden and _is_read(headings, column):
            yield _column(column, headings.headers)
    if rows := hidden_rows(hidden, numbers):
        yield _unseen(rows, numbers)


def hidden_rows(hidden: Hidden, numbers: Sequence[int]) -> list[int]:
    """Return the indexes of the rows with these numbers that are hidden or filtered away."""
    if not hidden.rows or not numbers:
        return []
    marks = hidden.rows.marks(max(numbers))
    return [index for index, number in enumerate(numbers) if marks[number - 1]]


def _is_read(headings: Headings, column: int) -> bool:
    """Whether a column has a header, is not ours and not left out."""
    heading = headings.meant[column]
    is_left_out = heading is not None and heading.role in (Role.OWN, Role.IGNORED)
    return bool(headings.headers[column].strip()) and not is_left_out


def _column(column: int, header: Sequence[str]) -> Problem:
    name = quoted(called(header, column))
    return Problem(
        "S117",
        "the column is hidden, and counts like all others",
        Severity.WARNING,
        column=column,
        given=excerpt(header[column], MOST_SHOWN),
        remedy=f"Show it and look at it; if it is not meant, leave it out with the setting ignore={name}.",
    )


def _unseen(rows: Sequence[int], numbers: Sequence[int]) -> Problem:
    """Return one warning for all of these rows, at the first of them."""
    what = (
        "is hidden or filtered away, and counts"
        if len(rows) == 1
        else "are hidden or filtered away, and count"
    )
    return Problem(
        "S117",
        f"{counted(len(rows), 'row')} {what} like all others",
        Severity.WARNING,
        index=rows[0],
        given=in_ranges("row", [numbers[index] for index in rows]),
        remedy="Show them and look at them; if they are not meant, leave them out with the setting visible_only.",
    )
