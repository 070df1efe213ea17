"""Owns what an .xlsx keeps out of sight: rows and columns that are hidden or filtered away count like all others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from batch_update.model import Problem, Severity
from batch_update.settings import Settings
from batch_update.sheet.headers import key_of
from batch_update.text import counted, named

_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
"""of any spreadsheet program"""
_TAG = re.compile(rb"<(?:\w+:)?(row|col)\b([^<>]*\bhidden\b[^<>]*)")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")


class Hidden:
    """What of a worksheet is hidden."""

    def __init__(self) -> None:
        self.rows: set[int] = set()
        """from 0"""
        self._columns: list[tuple[int, int]] = []
        """first and, one further, last column of each range, from 0"""

    def see(self, tag: str, attributes: Mapping[str, str], row: int) -> None:
        """A <row>, the number of which is `row`, or a <col>. Raises ValueError or KeyError where it cannot be one."""
        if attributes.get("hidden") not in ("1", "true"):
            return
        if tag == "row":
            self.rows.add(row)
        else:
            self._columns.append((int(attributes["min"]) - 1, int(attributes["max"])))
        if len(self.rows) > _LAST_ROW or len(self._columns) > _LAST_COLUMN:
            raise ValueError("more than there can be")

    def see_text(self, text: bytes) -> None:
        """Every <row> with a number and every <col> in a piece of XML that cuts none. Raises as `see` does."""
        for tag, inside in _TAG.findall(text) if b"hidden" in text else ():
            found = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(inside)}
            self.see(tag.decode(), found, int(found["r"]) - 1 if tag == b"row" else 0)

    def has_column(self, column: int) -> bool:
        return any(first <= column < end for first, end in self._columns)


def hidden_problems(
    hidden: Hidden, numbers: Sequence[int], header: Sequence[str], settings: Settings
) -> Iterator[Problem]:
    """One warning for all rows with these numbers that are hidden, and one for each column that says something."""
    left_out = {key_of(name) for name in settings.ignore}
    for column, name in enumerate(header):
        means_something = name.strip() and not name.strip().startswith("_") and key_of(name) not in left_out
        if means_something and hidden.has_column(column):
            yield _column(column, name)
    rows = [index for index, number in enumerate(numbers) if number - 1 in hidden.rows] if hidden.rows else []
    if rows:
        yield _rows(rows, numbers)


def _column(column: int, name: str) -> Problem:
    return Problem(
        "S117",
        "the column is hidden, and counts like all others",
        Severity.WARNING,
        column=column,
        given=name,
        remedy=f"Show it and look at it; if it is not meant, leave it out with --ignore '{name}'.",
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
