"""Tables of every unpleasant kind, writers that share nothing with the package, and what reading must give."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from batch_update.model.sheets import Dialect, Sheet
from batch_update.settings.tunables import Settings
from batch_update.sheet.manner import Reading
from batch_update.sheet.reading import read_sheet, read_table, reading_of, sheet_of

NO_LIMITS: Mapping[str, int] = {}

NASTY = [
    '"', '""', '"x', 'x"', 'x"y', 'say "yes"', ",", ";", "|", "\t", "a,b;c|d\te", "\n", "a\nb", "a\r\nb", "\r", "a\rb",
    "\n\n", '"\n"', "Größe", "Weiß & Söhne", "„so“", "€ 5", "naïve", "日本語", "🙂", "\u00a0", " ", "  x  ", "\ufeff",
    "=1+1", "@x", "+1", "+49 30 1234-5", "-0,5", "-5", "-", "+", "- item\n- item", "+x", "'=x", "''=x", "'x", "'", "''",
    "'+49 30", "'-", "\t=x", "\rx", "null", "NULL", "NA", "None", "nan", "007", "1e5", "1.0", "true", "#N/A", "\\",
    "\\n", '\\"', "{{name}}", '{"a": [1, "x"]}', "[]", "#", "sep=;", "\x0b", "\x0c", "\x1c", "\u2028", "\x85", "\x7f",
]  # fmt: skip
FIELDS = ("id", "name", "system_prompt", "Stimme", "initial_message", "timezone", "webhook_url", "_message")


def texts(*, without: str = "") -> st.SearchStrategy[str]:
    """Cells: nasty ones, joined nasty ones, and any text without NUL or half characters."""
    nasty = st.sampled_from(NASTY)
    free = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    cells = st.one_of(nasty, st.lists(nasty, min_size=2, max_size=4).map("".join), free, st.just(""))
    return cells.map(lambda cell: "".join(c for c in cell if c not in without)) if without else cells


@dataclass(frozen=True)
class Written:
    """A header and rows as they were written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def kept(self) -> list[int]:
        """Indexes of the rows that are not blank."""
        return [index for index, row in enumerate(self.rows) if any(cell.strip() for cell in row)]


@st.composite
def tables(draw: Any, cells: st.SearchStrategy[str] | None = None) -> Written:
    """Tables whose headers are known, with at least one row that is not blank."""
    cells = texts() if cells is None else cells
    header = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=5, unique=True))
    if header[0].startswith("_") and len(header) == 1:
        header = ["id"]
    rows = draw(st.lists(st.tuples(*[cells] * len(header)), min_size=1, max_size=7))
    return Written(tuple(header), (*rows, ("7",) * len(header)))


def line_breaks(text: str) -> int:
    """Line ends as editors count them."""
    return len(re.findall(r"\r\n|\r|\n", text))


def check_read_back(sheet: Sheet, table: Written, *, lines: bool = True, first: int = 2) -> None:
    """Cells, row numbers and lines are those that were written."""
    assert tuple(column.header for column in sheet.columns) == table.header
    assert [sheet.row(index).cells for index in range(len(sheet))] == [table.rows[i] for i in table.kept]
    assert list(sheet.numbers) == [index + first for index in table.kept]
    assert sheet.blank_rows == len(table.rows) - len(table.kept)
    assert not sheet.ragged
    assert not [p for p in sheet.problems if p.index is not None]
    if not lines:
        assert sheet.lines is None
        return
    begins, line = [], 1
    for record in (table.header, *table.rows):
        begins.append(line)
        line += 1 + sum(map(line_breaks, record))
    assert list(sheet.lines or ()) == [begins[index + 1] for index in table.kept]


def reading(limits: Mapping[str, int] = NO_LIMITS, **settings: Any) -> Reading:
    """How a sheet is read by these settings, within these limits that no setting names."""
    found = reading_of(Settings(**settings))
    return replace(found, limits=replace(found.limits, **limits))


def read_within(limits: Mapping[str, int], text: str, **settings: Any) -> Sheet:
    """Read a text, within these limits that no setting names."""
    table = read_table(io.BytesIO(text.encode()), "-", reading(limits, **settings))
    return sheet_of("-", table)


def read_text(text: str, codec: str = "utf-8", **settings: Any) -> Sheet:
    """Read a text as stdin."""
    return read_bytes(text.encode(codec), **settings)


def read_bytes(data: bytes, **settings: Any) -> Sheet:
    return read_sheet("-", Settings(**settings), stdin=io.BytesIO(data))


def as_csv(table: Written, delimiter: str, newline: str, *, always: bool) -> str:
    """A CSV by the book: what must be quoted is, or everything."""

    def cell(text: str) -> str:
        needs = always or any(character in text for character in ('"', delimiter, "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(delimiter.join(map(cell, record)) + newline for record in (table.header, *table.rows))


def write_xlsx(path: Path, table: Written) -> None:
    """All cells as strings."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, record in enumerate((table.header, *table.rows)):
            for column, cell in enumerate(record):
                sheet.write_string(number, column, cell)


def write_jsonl(path: Path, table: Written) -> None:
    lines = [json.dumps(dict(zip(table.header, row, strict=True)), ensure_ascii=False) for row in table.rows]
    path.write_text("".join(line + "\n" for line in lines), "utf-8", newline="")


DIALECTS = [
    Dialect(format, encoding, delimiter, newline=newline)
    for format, delimiter in (("csv", ","), ("csv", ";"), ("csv", "|"), ("csv", "\t"), ("tsv", "\t"))
    for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252")
    for newline in ("\n", "\r\n")
]
