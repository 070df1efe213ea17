"""Owns what a workbook keeps out of sight: rows and columns that are hidden or filtered away count like all others."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from batch_update.fields.names import key_of
from batch_update.model.sheets import Problem, Severity
from batch_update.settings.tunables import Settings
from batch_update.sheet.headers import called
from batch_update.text import counted, excerpt, named, quoted

_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
"""of any spreadsheet program"""


class Ranges:
    """Ranges of rows or columns, from 0. They take little memory, however many there are and however far they reach."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ends = array("q")
        """of each range the first and, one further, the last"""

    def add(self, first: int, end: int) -> None:
        """What lies beyond any spreadsheet program is left out. Raises ValueError for more ranges than there can be."""
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
        """A 1 for each of the first `count` rows or columns that lies in one of them, a 0 for each other."""
        marks = bytearray(count)
        for first, end in zip(self._ends[::2], self._ends[1::2], strict=True):
            if first < count:
                marks[first:end] = b"\1" * (min(end, count) - first)
        return marks


class Hidden:
    """What of a worksheet is hidden."""

    def __init__(self) -> None:
        self.rows = Ranges(_LAST_ROW)
        self.columns = Ranges(_LAST_COLUMN)

    def see(self, tag: str, attributes: Mapping[str, str], row: int) -> None:
        """A <row> of an .xlsx, the number of which is `row`, or a <col>. Raises ValueError or KeyError where it cannot
        be one."""
        if attributes.get("hidden") not in ("1", "true"):
            return
        if tag == "row":
            self.rows.add(row, row + 1)
        else:
            self.columns.add(int(attributes["min"]) - 1, int(attributes["max"]))


def hidden_problems(
    hidden: Hidden, numbers: Sequence[int], header: Sequence[str], settings: Settings
) -> Iterator[Problem]:
    """One warning for all rows with these numbers that are hidden, and one for each column that says something."""
    left_out = {key_of(name) for name in settings.ignore}
    columns = hidden.columns.marks(len(header))
    for column, name in enumerate(header):
        means_something = name.strip() and not name.strip().startswith("_") and key_of(name) not in left_out
        if means_something and columns[column]:
            yield _column(column, header)
    if hidden.rows and numbers:
        marks = hidden.rows.marks(max(numbers))
        rows = [index for index, number in enumerate(numbers) if marks[number - 1]]
        if rows:
            yield _rows(rows, numbers)


def _column(column: int, header: Sequence[str]) -> Problem:
    name = quoted(called(header, column))
    return Problem(
        "S117",
        "the column is hidden, and counts like all others",
        Severity.WARNING,
        column=column,
        given=excerpt(header[column]),
        remedy=f"Show it and look at it; if it is not meant, leave it out with --ignore {name}.",
    )


def _rows(rows: Sequence[int], numbers: Sequence[int]) -> Problem:
    """At the first of them."""
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
        given=named("row", [numbers[index] for index in rows]),
        remedy="Show them and look at them; if they are not meant, delete them, or copy the others to a new worksheet.",
    )
