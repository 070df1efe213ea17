"""Owns `read_sheet`: a file or stdin to a Sheet, whatever its format."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.model.sheets import Column, Sheet
from batch_update.settings.tunables import Settings
from batch_update.sheet.headers import resolve
from batch_update.sheet.opening import STDIN, WORKBOOKS, format_of, opened
from batch_update.sheet.table import Table, is_blank
from batch_update.sheet.text.delimited import read_delimited
from batch_update.sheet.text.jsonlines import read_jsonlines
from batch_update.sheet.workbook.loading import read_workbook

DEFAULTS = Settings()


def read_sheet(source: str | Path, settings: Settings = DEFAULTS, *, stdin: BinaryIO | None = None) -> Sheet:
    """Read a CSV, TSV, workbook or JSON Lines file; "-" reads `stdin` (by default the process's own).

    What is wrong with rows, cells and headers is in `Sheet.problems`. Raises SheetError (codes S1xx) for what
    cannot be read at all, UsageError where the settings name columns, fields or encodings that do not exist.
    """
    name = STDIN if str(source) == STDIN else Path(source).name
    with opened(source, stdin, settings) as file:
        format = format_of(name, file, settings)
        if format in WORKBOOKS:
            table = read_workbook(file, name, settings, format)
        elif settings.sheet is not None:
            raise _no_workbook(name, settings.sheet)
        elif format == "jsonl":
            table = read_jsonlines(file, name, settings)
        else:
            table = read_delimited(file, name, settings, format)
    return _sheet(name, table, settings)


def _sheet(name: str, table: Table, settings: Settings) -> Sheet:
    headings, problems = resolve(
        table.header,
        settings,
        first_value=lambda column: _first_value(table, column),
    )
    columns = tuple(
        Column(header, texts, heading.role, heading.field, heading.path, heading.operation)
        for header, texts, heading in zip(table.header, table.columns, headings, strict=True)
    )
    return Sheet(
        name=name,
        dialect=table.dialect,
        columns=columns,
        numbers=table.numbers,
        lines=table.lines,
        header_row=table.header_row,
        blank_rows=table.blank_rows,
        ragged=table.ragged,
        problems=problems + table.problems,
    )


def _no_workbook(name: str, worksheet: str) -> SheetError:
    """Whoever names a worksheet means another file, or another setting."""
    return SheetError(
        f"{name} is no workbook, and has no worksheet {worksheet!r}",
        code="S107",
        remedy="Leave out --sheet, or give it the workbook.",
    )


def _first_value(table: Table, column: int) -> int | None:
    """The number of the first row that has a value in this column."""
    texts = table.columns[column]
    if all(map(is_blank, set(texts))):
        return None
    return next(number for number, text in zip(table.numbers, texts, strict=True) if not is_blank(text))
