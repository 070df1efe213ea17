"""Owns `read_sheet`: a file, stdin or a DataFrame to a Sheet, whatever its format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from batch_update.errors import SheetError
from batch_update.model.sheets import Column, Problem, Severity, Sheet
from batch_update.settings.locales import Signs, signs_wanted
from batch_update.settings.tunables import Settings
from batch_update.sheet.attached.attaching import with_files
from batch_update.sheet.endings import WORKBOOKS
from batch_update.sheet.extent.account_rows import taken_by
from batch_update.sheet.extent.second_table import headers_again
from batch_update.sheet.extent.totals import total_rows
from batch_update.sheet.header_problems import resolve
from batch_update.sheet.manner import Limits, Reading
from batch_update.sheet.opening import STDIN, format_of, opened
from batch_update.sheet.table import Table, is_blank
from batch_update.sheet.text.jsonlines import read_jsonlines
from batch_update.sheet.workbook.loading import read_workbook

if TYPE_CHECKING:
    from pandas import DataFrame

Source: TypeAlias = "str | os.PathLike[str] | DataFrame"
"""A sheet that can be read: the path of a file, - for stdin, or a frame."""


def read_sheet(
    source: Source,
    settings: Settings | None = None,
    *,
    stdin: BinaryIO | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Sheet:
    """Read a CSV, TSV, workbook or JSON Lines file, or a pandas DataFrame; "-" reads `stdin` (the process's own).

    A frame's first row is row 2, as in a file; named levels of its index are columns, an index without a name is none.
    Of a sheet for several accounts the rows of the setting account are taken.
    Files that cells name, `@prompts/sales.md`, are read from the folder of the sheet. A CSV that is made of what is
    none has the delimiter of the settings, or that of programs here, as `environ` tells. What is wrong with rows, cells
    and headers is in `Sheet.problems`. Raises SheetError (codes S1xx) for what cannot be read at all, UsageError where
    the settings name columns, fields or encodings that do not exist.
    """
    settings = settings or Settings()
    reading = reading_of(settings)
    signs = signs_wanted(settings.delimiter, environ)
    if not isinstance(source, (str, os.PathLike)):
        from batch_update.sheet.frames import NAME, read_frame  # loads pandas, which workbooks do without

        if reading.worksheet is not None:
            raise _no_workbook(NAME, reading.worksheet)
        table = _all_visible(read_frame(source, reading), NAME, reading)
        return _with_all_cells(sheet_of(NAME, table), settings, signs, None)
    name = STDIN if str(source) == STDIN else Path(source).name
    with opened(Path(source) if name != STDIN else STDIN, stdin, reading.limits) as file:
        sheet = sheet_of(name, read_table(file, name, reading))
    return _with_all_cells(sheet, settings, signs, None if name == STDIN else Path(source).parent)


def _with_all_cells(sheet: Sheet, settings: Settings, signs: Signs, folder: Path | None) -> Sheet:
    """Return the sheet with the values that every row has, and the files in the folder that cells name."""
    sheet = taken_by(settings.account, _with_delimiter(sheet, signs))
    if not settings.set:
        return with_files(sheet, folder)
    from batch_update.sheet.constants import refuse_wrong_constants, with_constants

    sheet = with_files(with_constants(sheet, settings.set), folder)
    refuse_wrong_constants(sheet)
    return sheet


def _with_delimiter(sheet: Sheet, signs: Signs) -> Sheet:
    """Return the sheet with the delimiter of the CSVs that will be made of it, where it has none of its own."""
    if sheet.dialect.format in ("csv", "tsv"):
        return sheet
    return replace(sheet, dialect=replace(sheet.dialect, delimiter=signs.delimiter))


def reading_of(settings: Settings) -> Reading:
    """Return how the settings have a sheet read."""
    limits = Limits(
        max_csv_mb=settings.max_csv_mb,
        max_excel_mb=settings.max_excel_mb,
        max_unpacked_mb=settings.max_unpacked_mb,
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
    )
    return Reading(
        limits,
        map=settings.map,
        ignore=settings.ignore,
        ignore_unknown=settings.ignore_unknown,
        header_row=settings.header_row,
        visible_only=settings.visible_only,
        worksheet=settings.sheet,
        delimiter=settings.delimiter,
        encoding=settings.encoding,
        decimal=settings.decimal,
    )


def read_table(file: BinaryIO, name: str, reading: Reading) -> Table:
    """Return the cells of a sheet that was opened. Raises SheetError where it cannot be read."""
    format = format_of(name, file, reading.limits)
    if format in WORKBOOKS:
        return read_workbook(file, name, reading, format)
    if reading.worksheet is not None:
        raise _no_workbook(name, reading.worksheet)
    if format == "jsonl":
        return _all_visible(read_jsonlines(file, name, reading), name, reading)
    from batch_update.sheet.text.delimited import read_delimited  # loads pandas, as above

    return _all_visible(read_delimited(file, name, reading, format), name, reading)


def _all_visible(table: Table, name: str, reading: Reading) -> Table:
    """Return the table of a file that does not tell which rows are hidden; it is told where it was to."""
    if not reading.visible_only:
        return table
    message = f"{name} does not tell which rows are hidden or filtered away: all of them are read"
    return replace(table, problems=(Problem("S137", message, Severity.WARNING), *table.problems))


def sheet_of(name: str, table: Table) -> Sheet:
    """Return the sheet that a table is, once it is settled what each column is for.

    Raises UsageError where the settings name columns or fields that do not exist, SheetError S134.
    """
    headings, problems = resolve(table.headings, first_value=lambda column: _first_value(table, column))
    columns = tuple(
        Column(header, texts, heading.role, heading.field, heading.path, heading.operation)
        for header, texts, heading in zip(table.headings.headers, table.columns, headings, strict=True)
    )
    again = headers_again(name, columns, table.numbers)
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
        around=table.around,
        totals=total_rows(columns),
        headers_again=again,
    )


def _no_workbook(name: str, worksheet: str) -> SheetError:
    """Return the SheetError for a worksheet of what is no workbook: another file is meant, or another setting."""
    return SheetError(
        f"{name} is no workbook, and has no worksheet {worksheet!r}",
        code="S107",
        remedy="Leave out the setting sheet, or give it the workbook.",
    )


def _first_value(table: Table, column: int) -> int | None:
    """Return the number of the first row that has a value in this column."""
    texts = table.columns[column]
    if all(map(is_blank, set(texts))):
        return None
    return next(number for number, text in zip(table.numbers, texts, strict=True) if not is_blank(text))
