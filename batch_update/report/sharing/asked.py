"""The values that a report is to be shared without: names of groups, fields and columns, read into what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batch_update.errors import UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.left_out import GROUPS
from batch_update.fields.names import ID, known_names, meaning, normalize
from batch_update.model.sheets import Column, Role, Sheet
from batch_update.text import did_you_mean, excerpt


@dataclass(frozen=True, slots=True)
class Withheld:
    """The values that are left out. Secrets always are."""

    fields: frozenset[str]
    columns: frozenset[int]
    """of the sheet, by their index: those of the fields, and those that were named by their header"""


def withheld(sheet: Sheet, names: Iterable[str]) -> Withheld:
    """Return what these names mean: a group, a field by any of its names, or the header of a column of the sheet.

    Several may stand in one text, by comma. Raises UsageError (U101).
    """
    parts = [part.strip() for name in names for part in name.split(",") if part.strip()]
    fields: set[str] = set()
    columns: set[int] = set()
    for part in parts:
        found = GROUPS.get(part.casefold())
        headed = {place for place, column in enumerate(sheet.columns) if _is_headed(column, part)}
        field = known_names().get(normalize(part))
        if (found is None and field == ID) or any(sheet.columns[place].role is Role.ID for place in headed):
            raise _ids_stay(part)
        if found is None and field is None and not headed:
            raise _unknown(sheet, part)
        fields.update((field,) if found is None and field else found or ())
        columns |= headed
    fields |= {one for place in columns if (one := _field_of(sheet.columns[place]))}
    columns |= {place for place, column in enumerate(sheet.columns) if _field_of(column) in fields}
    return Withheld(frozenset(fields), frozenset(columns))


def _is_headed(column: Column, name: str) -> bool:
    return column.header.strip().casefold() == name.casefold()


def _field_of(column: Column) -> str | None:
    """Return the field that a column is about, one that was left out as well."""
    if column.field is not None or column.role is Role.ID:
        return column.field
    found = meaning(column.header)
    return None if found is None else found.field


def _ids_stay(name: str) -> UsageError:
    return UsageError(
        f"the option redact: {excerpt(name)!r} says whose a row is, and a report without that tells nothing",
        code="U101",
        remedy="name fields; a report of some assistants alone is made with the setting only",
    )


def _unknown(sheet: Sheet, name: str) -> UsageError:
    near = did_you_mean(name, (*GROUPS, *all_fields(), *(column.header for column in sheet.columns)))
    return UsageError(
        f"the option redact: {excerpt(name)!r} is no group, no field and no column of the sheet",
        code="U101",
        remedy=near or f"write {', '.join(GROUPS)} or a field; batch-update fields lists them",
    )
