"""How a sheet was understood, as text: its file, encoding, delimiter, rows and columns."""

from __future__ import annotations

from batch_update.check.remembering import rows_with_memory
from batch_update.model.sheets import Dialect, Role, Sheet
from batch_update.text import counted, excerpt, printable

MOST_HEADER = 40
"""Characters of a header."""
MOST_HEADERS = 20
"""Headers that are shown with what they were read as."""


def describe(sheet: Sheet) -> str:
    """`cp1252, ";", decimal comma: 214 rows, 6 columns`, and which headers were read as which fields."""
    lines = [
        f"{_dialect_words(sheet.dialect)}{_header_words(sheet)}: "
        f"{counted(len(sheet), 'row')}, {counted(len(sheet.columns), 'column')}" + _blank_words(sheet)
    ]
    mapped = [
        f"{excerpt(column.header, MOST_HEADER)} -> {column.field}"
        for column in sheet.columns
        if column.role is Role.FIELD and column.field and column.header.strip() != column.field
    ]
    left_out = [
        excerpt(column.header, MOST_HEADER)
        for column in sheet.columns
        if column.role is Role.IGNORED and column.header
    ]
    if mapped:
        lines.append("  " + _some(mapped, "   "))
    if left_out:
        lines.append("  left out: " + _some(left_out, ", "))
    lines.append(f"  {_memory_words(sheet)}")
    return "\n".join(lines)


def _memory_words(sheet: Sheet) -> str:
    """`remembers what was exported: 212 of 214 rows`, so that only what is edited counts; or that none does."""
    count = rows_with_memory(sheet)
    if not count:
        return "remembers no export: every value counts as meant"
    rows = counted(len(sheet), "row")
    return f"remembers what was exported: {rows if count == len(sheet) else f'{count} of {rows}'}"


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
