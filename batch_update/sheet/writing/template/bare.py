"""Owns templates as CSV or TSV: the header, and what is there, in the manner of the user's spreadsheet program."""

from __future__ import annotations

from pathlib import Path

from batch_update.settings.locales import Signs
from batch_update.sheet.writing.formats import format_to_write
from batch_update.sheet.writing.records import dialect_of_signs, write_table
from batch_update.sheet.writing.template.book import Blueprint
from batch_update.sheet.writing.template.form_columns import TemplateColumn


def write_bare(path: Path, form: Blueprint, signs: Signs) -> Path:
    """Write the header and the rows beside their place and rename the file; returns where it lies.

    A German program takes semicolons and decimal commas. Raises OSError, with nothing left behind.
    """
    dialect = dialect_of_signs(format_to_write(path.name), signs)
    rows = (
        [*map(_typed, form.columns, row, [signs.decimal] * len(form.columns)), *row[len(form.columns) :]]
        for row in form.rows
    )
    return write_table(path, form.header, rows, dialect)


def _typed(column: TemplateColumn, text: str, decimal: str) -> str:
    return text.replace(".", decimal) if column.facts.kind == "number" else text
