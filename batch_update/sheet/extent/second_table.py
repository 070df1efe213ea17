"""Owns that a sheet holds one table: below a second header, cells would be values of the wrong fields."""

from __future__ import annotations

from collections.abc import Sequence

from batch_update.errors import SheetError
from batch_update.fields.names import STAND_FOR_ID, known_names, normalize
from batch_update.model.sheets import Column, Role
from batch_update.text import excerpt

_ID = "id"
_LONGEST = 40
_STANDING = frozenset(map(normalize, STAND_FOR_ID))
_SETTING = (Role.ID, Role.FIELD, Role.PART)


def refuse_second_table(name: str, columns: Sequence[Column], numbers: Sequence[int]) -> None:
    """Raise SheetError S134 where a row names an id and a field again, and not those of its columns.

    A header that is merely repeated, as on each printed page, moves nothing; its row is refused by itself.
    """
    ids = next((column.texts for column in columns if column.role is Role.ID), ())
    words = {text for text in set(ids) if not text.isdecimal() and _names_something(text)}
    for row, text in enumerate(ids if words else ()):
        if text in words and _begins_another(row, columns):
            shown = excerpt(" | ".join(cell for c in columns if (cell := c.texts[row].strip())), 80)
            raise SheetError(f"{name}: a second table begins in row {numbers[row]}: {shown}", code="S134")


def _names_something(text: str) -> bool:
    return len(text) <= _LONGEST and ((key := normalize(text)) in known_names() or key in _STANDING)


def _begins_another(row: int, columns: Sequence[Column]) -> bool:
    named: dict[int, set[str]] = {}
    for number, column in enumerate(columns):
        text = column.texts[row]
        if _names_something(text):
            named[number] = _meanings(text)
    fields = [names for names in named.values() if names - {_ID}]
    if len(named) < 2 or not fields or not any(_ID in names for names in named.values()):
        return False
    return any(not names & _own(columns[number]) for number, names in named.items())


def _meanings(text: str) -> set[str]:
    """Return what a cell may name as a header: a field, the id, or both, as `Name` does."""
    key = normalize(text)
    field = known_names().get(key)
    return ({field} if field else set()) | ({_ID} if key in _STANDING else set())


def _own(column: Column) -> set[str]:
    if column.role not in _SETTING:
        return _meanings(column.header) if _names_something(column.header) else set()
    return {_ID if column.role is Role.ID else column.field or ""}
