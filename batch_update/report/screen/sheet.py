"""How a sheet was understood, as text: its file, encoding, delimiter, rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from batch_update.check.remembering import rows_with_memory
from batch_update.fields.names import Heading
from batch_update.model.sheets import Column, Dialect, Role, Sheet
from batch_update.report.letters_shown import cell_beyond_ascii
from batch_update.text import counted, excerpt, printable

MOST_HEADER = 40
"""Characters of a header."""
MOST_HEADERS = 20
"""Headers that are shown with what they were read as."""
MOST_ABOVE = 70
"""Characters of what stands above the header."""
_TEXTS = ("csv", "tsv", "jsonl")
"""Formats the encoding of which is guessed."""


def describe(sheet: Sheet) -> str:
    """`cp1252, ";", decimal comma: 214 rows, 6 columns`; what each column was read as, and what was not read."""
    lines = [
        f"{_dialect_words(sheet.dialect)}{_header_words(sheet)}: "
        f"{counted(len(sheet), 'row')}, {counted(_of_file(sheet), 'column')}" + _blank_words(sheet)
    ]
    lines += _words_around(sheet)
    if read := [words for words in map(_column_words, sheet.columns) if words]:
        lines.append("  columns: " + _some(read, ", "))
    if constants := [column for column in sheet.columns if column.is_constant]:
        lines.append("  set in every row: " + _some([_constant_words(column) for column in constants], ", "))
    left_out = [_header_of(c) for c in sheet.columns if c.role is Role.IGNORED and c.header]
    if left_out:
        lines.append("  left out: " + _some(left_out, ", "))
    lines.append(f"  {_memory_words(sheet)}")
    return "\n".join(lines)


def _memory_words(sheet: Sheet) -> str:
    """`remembers what was exported: 212 of 214 rows`, so that only what is edited counts; or that none does."""
    count = rows_with_memory(sheet)
    if not count:
        return "remembers no export: all that differs from the account would be sent"
    rows = counted(len(sheet), "row")
    return f"remembers what was exported: {rows if count == len(sheet) else f'{count} of {rows}'}"


def _words_around(sheet: Sheet) -> Iterator[str]:
    """Yield a line for each thing that the file holds beside its table, and one that shows its letters."""
    around = sheet.around
    if around.above:
        yield f"  above the header: {excerpt(around.above, MOST_ABOVE)}"
    if around.worksheets:
        names = [f'"{excerpt(name, MOST_HEADER)}"' for name in around.worksheets]
        yield f"  worksheets not read: {_some(names, ', ')}"
    if around.hidden_rows:
        yield f"  {counted(around.hidden_rows, 'hidden row')} left out"
    example = cell_beyond_ascii(sheet)
    if example and sheet.dialect.format in _TEXTS:
        yield f"  its letters, for example {example.place}: {example.text}"


def _column_words(column: Column) -> str:
    """`Stimme -> voice_id`; the field alone where the header is its name."""
    if column.role not in (Role.ID, Role.FIELD, Role.PART) or column.is_constant:
        return ""
    field = Heading(column.role, column.field, column.path, column.operation).name or ""
    return field if column.header.strip() == field else f"{_header_of(column)} -> {field}"


def _of_file(sheet: Sheet) -> int:
    """Return how many columns stand in its file."""
    return sum(not column.is_constant for column in sheet.columns)


def _constant_words(column: Column) -> str:
    """`speech_speed = 1.1`: the setting set gives it."""
    text = next((text for text in column.texts if text), "")
    return f"{column.header} = {excerpt(text, MOST_HEADER)}"


def _header_of(column: Column) -> str:
    """Return a header on one line: a line break in it is a space, and where it hyphenates a word nothing."""
    return excerpt(" ".join(re.sub(r"(?<=\w)-\s*\n\s*(?=[a-zäöüß])", "", column.header).split()), MOST_HEADER)


def _some(words: list[str], between: str) -> str:
    more = f"{between}and {len(words) - MOST_HEADERS} more" if len(words) > MOST_HEADERS else ""
    return between.join(words[:MOST_HEADERS]) + more


def _header_words(sheet: Sheet) -> str:
    """`, header in row 3`; "" where it is in the first."""
    return f", header in row {sheet.header_row}" if sheet.header_row > 1 else ""


def _blank_words(sheet: Sheet) -> str:
    return f", {counted(sheet.blank_rows, 'blank row')} skipped" if sheet.blank_rows else ""


def _dialect_words(dialect: Dialect) -> str:
    """`cp1252, ";", decimal comma`; `xlsx, worksheet "A"`."""
    if dialect.format in {"csv", "tsv"}:
        delimiter = {"\t": "tab"}.get(dialect.delimiter, f'"{dialect.delimiter}"')
        decimal = "comma" if dialect.decimal == "," else "point"
        return f"{dialect.encoding}, {delimiter}, decimal {decimal}"
    worksheet = f', worksheet "{printable(dialect.worksheet)}"' if dialect.worksheet else ""
    return f"{dialect.format}{worksheet}"
