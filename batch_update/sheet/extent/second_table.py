"""Owns headers below the first: the same once more is left out, below another one cells would be of wrong fields."""

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


def headers_again(name: str, columns: Sequence[Column], numbers: Sequence[int]) -> frozenset[int]:
    """Return the rows that name the columns once more, as on each printed page.

    Raises SheetError S134 where a row names an id and a field again, and not those of its columns.
    """
    ids = next((column for column in columns if column.role is Role.ID), None)
    if ids is None:
        return frozenset()
    own = _folded(ids.header)
    odd = {text for text in ids.texts if not text.isdecimal()}  # few; all ids would be a tenth of the sheet
    words = {text for text in odd if _names_something(text) or (text and _folded(text) == own)}
    again: set[int] = set()
    for row, text in enumerate(ids.texts if words else ()):
        if text not in words:
            continue
        if _repeats(row, columns):
            again.add(row)
        elif _begins_another(row, columns):
            shown = excerpt(" | ".join(cell for c in columns if (cell := c.texts[row].strip())), 80)
            raise SheetError(f"{name}: a second table begins in row {numbers[row]}: {shown}", code="S134")
    return frozenset(again)


def _repeats(row: int, columns: Sequence[Column]) -> bool:
    """Whether a row says in each of its columns what the header says there, and in two of them that count."""
    filled = [column for column in columns if column.texts[row].strip()]
    counting = [column for column in filled if column.role in _SETTING]
    return len(counting) > 1 and all(_folded(c.texts[row]) == _folded(c.header) for c in filled)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


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
