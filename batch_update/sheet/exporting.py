"""Owns tables on their way out as CSV, TSV, workbook or JSON Lines, by the file's ending. Nothing is ever a formula.

In an export, numbers, flags and what is JSON anyway are written as such wherever that is read back as the same cell;
all else is text. In other tables everything is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from batch_update.codes import CODES
from batch_update.errors import UsageError
from batch_update.fields.cells import LEAVE, read_cell, read_id
from batch_update.fields.cells.ids import EXACT_DIGITS
from batch_update.fields.damage import damage_of, with_escapes
from batch_update.fields.reference import Kind, all_fields
from batch_update.model import Dialect, Json
from batch_update.sheet.headers import ID
from batch_update.sheet.writing import records, write_table, write_whole

LONGEST_IN_WORKBOOK = 32_767
"""characters of a cell, as a spreadsheet program counts them: in 16 bits"""

_ENDINGS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_DIALECTS = {"csv": Dialect("csv", "utf-8-sig"), "tsv": Dialect("tsv", "utf-8-sig", "\t")}
_PLAIN = Dialect("csv")

Rows = Sequence[Sequence[str]]
ValueOf = Callable[[str, str], Json]
"""Column and cell -> what is written for it."""


def format_to_write(name: str) -> str:
    """csv, tsv, xlsx or jsonl, by a file's ending. Raises UsageError (U101) for any other."""
    ending = Path(name).suffix.lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    raise UsageError(
        f"{name}: {f'sheets are not written as {ending}' if ending else 'its name has no ending'}",
        code="U101",
        remedy="let it end in .csv, .tsv, .xlsx or .jsonl; - is a CSV to stdout",
    )


def write_export(path: Path, header: Sequence[str], rows: Rows) -> Path:
    """Write a table whose columns are `id` and fields beside its place and rename it; returns where it lies.

    Cells are texts of the grammar with decimal points. The file is readable by its owner only. Raises UsageError
    where the format cannot hold it, OSError; nothing is left behind then.
    """
    format = format_to_write(path.name)
    if format == "xlsx":
        write = partial(
            _write_workbook, value_of=_each_once(_plain_value), spelling=_in_xml, title="Assistants"
        )
        return write_whole(path, partial(write, name=path.name, header=header, rows=rows))
    if format == "jsonl":
        return write_whole(
            path, partial(_write_lines, header=header, rows=rows, value_of=_each_once(_json_value))
        )
    return write_table(path, header, rows, _DIALECTS[format])


def write_texts(path: Path, header: Sequence[str], rows: Rows, *, title: str) -> Path:
    """Write a table of whatever columns as a workbook or as JSON Lines, every cell as the text that it is.

    As `write_export` otherwise. Characters that a workbook cannot hold are left out there.
    """
    if format_to_write(path.name) == "xlsx":
        write = partial(_write_workbook, value_of=_as_text, spelling=_without_unfit, title=title)
        return write_whole(path, partial(write, name=path.name, header=header, rows=rows))
    return write_whole(path, partial(_write_lines, header=_distinct(header), rows=rows, value_of=_as_text))


def write_stream(stream: BinaryIO, header: Sequence[str], rows: Rows) -> None:
    """The table as a CSV in UTF-8. No byte order mark, since it is a program that reads it."""
    for record in records(header, rows, _PLAIN):
        stream.write(record.encode("utf-8", "replace"))
    stream.flush()


# ---------------------------------------------------------------- cells with a type


def _plain_value(name: str, text: str) -> Json:
    """A number, a flag or null where a cell is one that every program keeps as it is; else the text."""
    if name == ID:
        return _short(read_id(text), text)
    if _kind(name) not in ("number", "integer", "id", "flag"):
        return text
    value = read_cell(name, text)
    return text if value is LEAVE else _short(value, text)


def _kind(name: str) -> Kind:
    """The kind of a column; those of our own hold texts."""
    if name == ID:
        return "id"
    return "text" if name.startswith("_") else all_fields()[name].kind


def _short(value: Json, text: str) -> Json:
    """As text where it has more digits than a spreadsheet program keeps; others that read JSON keep hardly more."""
    is_long = isinstance(value, int) and len(str(abs(value))) > EXACT_DIGITS
    return text if is_long else value


def _json_value(name: str, text: str) -> Json:
    """The same for JSON, where lists and objects are values too, and so is null."""
    kind = _kind(name)
    if name.startswith("_"):
        return text
    if text == "null":
        return None
    if kind not in ("ids", "array", "object"):
        return _plain_value(name, text)
    value: Json = read_cell(name, text)
    is_long = kind == "ids" and any(_short(item, "") == "" for item in value)
    is_escaped = kind != "ids" and damage_of(json.dumps(value, ensure_ascii=False), is_json=True) is not None
    return text if is_long or is_escaped else value


def _as_text(name: str, text: str) -> Json:
    return text


def _distinct(header: Sequence[str]) -> list[str]:
    """Names for the keys of an object: each once, none empty."""
    found: dict[str, None] = {}
    for number, name in enumerate(header, 1):
        wanted = name or f"column {number}"
        found[wanted if wanted not in found else f"{wanted} (column {number})"] = None
    return list(found)


def _each_once(value_of: ValueOf) -> ValueOf:
    """Cells of a column are mostly alike: each is read once."""
    known: dict[tuple[str, str], Json] = {}

    def value(name: str, text: str) -> Json:
        key = name, text
        if key not in known:
            known[key] = value_of(name, text)
        return known[key]

    return value


# ---------------------------------------------------------------- JSON Lines


def _write_lines(path: Path, *, header: Sequence[str], rows: Rows, value_of: ValueOf) -> None:
    """One object a line. Empty cells are left out."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        for row in rows:
            cells = zip(header, row, strict=True)
            found = {name: value_of(name, text) for name, text in cells if text}
            file.write(json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n")


# ---------------------------------------------------------------- workbooks


def _write_workbook(
    path: Path,
    *,
    name: str,
    header: Sequence[str],
    rows: Rows,
    value_of: ValueOf,
    spelling: Callable[[str, str], str],
    title: str,
) -> None:
    """One worksheet, header and ids frozen. Raises UsageError (S114) for a text that is too long."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        bold = book.add_format({"bold": True})
        for column, field in enumerate(header):
            sheet.set_column(column, column, _width(field, (row[column] for row in rows[:200])))
            sheet.write_string(0, column, spelling(ID, field), bold)
        for number, row in enumerate(rows, 1):
            for column, (field, text) in enumerate(zip(header, row, strict=True)):
                if not text:
                    continue
                value = value_of(field, text)
                if isinstance(value, bool):
                    done = sheet.write_boolean(number, column, value)
                elif isinstance(value, (int, float)) and _is_exact(value):
                    done = sheet.write_number(number, column, value)
                else:
                    done = sheet.write_string(number, column, spelling(field, text))
                if done:
                    raise _too_long(
                        name, field, f"assistant {row[0]}" if header[0] == ID else f"row {number + 1}", text
                    )


def _is_exact(value: float) -> bool:
    """Whether a spreadsheet program would keep all of its digits."""
    return abs(value) < 10**EXACT_DIGITS and float(f"{value:.{EXACT_DIGITS}g}") == value


_HALVES = re.compile("[\ud800-\udfff]")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_)")
"""Characters that XML does not have; and the first of two escapes of workbooks that share a `_`, since it depends on
the program what becomes of those. All of these can be written as JSON writes them."""


def _in_xml(name: str, text: str) -> str:
    """The cell in a spelling that a workbook can hold and the grammar reads alike."""
    text = _HALVES.sub("?", text)
    if not _UNFIT.search(text):
        return text
    if name in all_fields() and _kind(name) in ("text", "url", "timezone"):
        text = with_escapes(read_cell(name, text))
    return _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _without_unfit(name: str, text: str) -> str:
    return _UNFIT.sub("", _HALVES.sub("?", text))


def _width(field: str, texts: Iterable[str]) -> int:
    """Characters: enough for the header and for what is short."""
    longest = max((len(text) for text in texts), default=0)
    return max(len(field) + 2, min(longest + 2, 40))


def _too_long(name: str, field: str, whose: str, text: str) -> UsageError:
    return UsageError(
        f"{name}: {field} of {whose} has {len(text):,} characters; a cell of a workbook holds "
        f"{LONGEST_IN_WORKBOOK:,}",
        code="S114",
        remedy=CODES["S114"].remedy,
    )
