"""Owns the setting set: values for every row of a sheet, as columns that stand in no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from batch_update.check.judging.columns import FieldColumn, PartColumn
from batch_update.errors import UsageError
from batch_update.fields.facts import Kind, all_fields
from batch_update.fields.names import ID, Heading, known_names, meaning, normalize
from batch_update.model.sheets import Column, Role, Severity, Sheet
from batch_update.sheet.headers import called
from batch_update.text import asked, column_letters, nearest, quoted, shortly

SETTING = "the setting set"
_WITH_POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+").fullmatch
_NUMBERS: tuple[Kind, ...] = ("number", "integer")


def with_constants(sheet: Sheet, values: Mapping[str, str]) -> Sheet:
    """Return the sheet with a column for each of these values, by their fields.

    Rows that are about no assistant, or do not say about which, have none. Raises UsageError where a field is none,
    is named twice, or has a column in the sheet.
    """
    headings = {name: meaning(name) for name in values}
    complaints = [text for name in values for text in _complaints(name, headings, sheet)]
    if complaints:
        raise UsageError(code="U101", details=complaints, remedy=_remedy(sheet, headings))
    columns = [
        _constant_column(sheet, heading, values[name]) for name, heading in headings.items() if heading
    ]
    return replace(sheet, columns=(*sheet.columns, *columns))


def _constant_column(sheet: Sheet, heading: Heading, text: str) -> Column:
    if heading.facts.kind in _NUMBERS and _WITH_POINT(text):
        text = text.replace(".", sheet.dialect.decimal)  # as the sheet would write it
    ids, apart = sheet.id_column, sheet.no_assistants
    texts = tuple(
        "" if row in apart or (ids and not ids.texts[row].strip()) else text for row in range(len(sheet))
    )
    name = heading.name or ""
    return Column(name, texts, heading.role, heading.field, heading.path, heading.operation, is_constant=True)


def _complaints(name: str, headings: Mapping[str, Heading | None], sheet: Sheet) -> Iterator[str]:
    heading = headings[name]
    if heading is None or heading.name is None:
        guess = asked(nearest(normalize(name), known_names()))
        yield f"{SETTING}: {shortly(name)} is no field" + (f"; {guess}" if guess else "")
    elif heading.name == ID:
        yield f"{SETTING}: {shortly(name)} says which assistant a row is about, which differs from row to row"
    else:
        others = [other for other, found in headings.items() if found == heading]
        if others.index(name) > 0:
            yield f"{SETTING}: {shortly(name)} and {shortly(others[0])} are one field"
        if (column := _column_of(sheet, heading)) is not None:
            header = shortly(sheet.columns[column].header)
            yield f"{SETTING}: the sheet has a column for {heading.name} already: {header} ({_place(sheet, column)})"


def _place(sheet: Sheet, column: int) -> str:
    return f"column {column_letters(column)}" if sheet.header_row else f"the {column + 1}. column"


def _column_of(sheet: Sheet, heading: Heading) -> int | None:
    for number, column in enumerate(sheet.columns):
        if Heading(column.role, column.field, column.path, column.operation) == heading:
            return number
    return None


def _remedy(sheet: Sheet, headings: Mapping[str, Heading | None]) -> str:
    """Return what to do about the first that has a column, or else where fields are listed."""
    for heading in headings.values():
        column = _column_of(sheet, heading) if heading and heading.role is not Role.ID else None
        if column is not None:
            option = quoted(called([each.header for each in sheet.columns], column))
            return (
                f"Leave it out of the setting set, or leave out the column with the setting ignore={option}."
            )
    return "`batch-update fields` lists all fields."


def refuse_wrong_constants(sheet: Sheet) -> None:
    """Raises UsageError with all that is wrong with the values of the setting set, as cells of their fields."""
    complaints, remedies = [], []
    for index, column in enumerate(sheet.columns):
        if not column.is_constant or column.field is None:
            continue
        judged: FieldColumn
        if column.role is Role.PART:
            judged = PartColumn(index, column, sheet.dialect.decimal, sheet.files)
        else:
            judged = FieldColumn(
                index, all_fields()[column.field], column.texts, sheet.dialect.decimal, files=sheet.files
            )
        for fault in (fault for faults in judged.faults.values() for fault in faults):
            if fault.severity is Severity.ERROR:
                details = ", ".join(filter(None, (fault.given, fault.wanted and f"allowed {fault.wanted}")))
                complaints.append(f"{SETTING}: {fault.message}" + (f" ({details})" if details else ""))
                remedies.append(fault.remedy)
    if complaints:
        raise UsageError(code="U101", details=complaints, remedy=remedies[0] if len(remedies) == 1 else "")
