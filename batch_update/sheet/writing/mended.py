"""Owns sheets that go out with their repairs, in the format that the file's ending names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from batch_update.fields.facts import all_fields
from batch_update.fields.parts import part_facts
from batch_update.model.sheets import Column, Dialect, Repair, Role, Sheet
from batch_update.settings.locales import OF_SEMICOLONS, Signs
from batch_update.sheet.writing.again import columns_again, rows_again
from batch_update.sheet.writing.annotated import write_annotated
from batch_update.sheet.writing.formats import format_to_write, write_texts
from batch_update.sheet.writing.records import csv_dialect, dialect_of_signs, write_table


def write_mended(path: Path, sheet: Sheet, repairs: Iterable[Repair]) -> Path:
    """Write a sheet with its repairs; a CSV in its own dialect, if it has one.

    Raises UsageError where the format cannot hold it, OSError; nothing is left behind then.
    """
    format = format_to_write(path.name)
    if format == "xlsx":
        return write_annotated(path, sheet, (), repairs)
    header = [sheet.columns[number].header for number in columns_again(sheet)]
    if format == "jsonl":
        return write_texts(path, header, list(_with_points(sheet, rows_again(sheet, repairs))), title="")
    return write_table(path, header, rows_again(sheet, repairs, ragged=True), _dialect(sheet.dialect, format))


def _with_points(sheet: Sheet, rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield the rows with points in their numbers, as JSON Lines are read."""
    columns = [sheet.columns[number] for number in columns_again(sheet)]
    places = [place for place, column in enumerate(columns) if _holds_numbers(column)]
    for row in rows:
        if sheet.dialect.decimal == ",":
            for place in places:
                if "," in row[place]:
                    row[place] = row[place].replace(".", "").replace(",", ".")
        yield row


def _holds_numbers(column: Column) -> bool:
    if column.field is None or column.role not in (Role.FIELD, Role.PART):
        return False
    is_part = column.role is Role.PART
    facts = part_facts(column.field, column.path, column.operation) if is_part else all_fields()[column.field]
    return facts.kind in ("number", "integer")


def _dialect(dialect: Dialect, format: str) -> Dialect:
    """Return the sheet's own dialect; for one of another format that of programs of its country."""
    if dialect.format == format:
        return csv_dialect(dialect)
    own = Signs(dialect.delimiter, dialect.decimal)
    return dialect_of_signs(format, OF_SEMICOLONS if dialect.decimal == "," else own)
