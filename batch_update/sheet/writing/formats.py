"""Owns tables on their way out as CSV, TSV, workbook or JSON Lines, by the file's ending. Nothing is ever a formula.

In an export, numbers, flags and what is JSON anyway are written as such wherever that is read back as the same cell;
all else is text. In other tables everything is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from batch_update.errors import UsageError
from batch_update.fields.cells import LEAVE, read_assistant, read_cell
from batch_update.fields.cells.ids import EXACT_DIGITS
from batch_update.fields.facts import Kind, all_fields
from batch_update.fields.garbled.damage import damage_of
from batch_update.fields.names import ID
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Dialect, Json
from batch_update.settings.locales import OF_COMMAS, Signs
from batch_update.sheet.endings import WRITTEN
from batch_update.sheet.writing.records import dialect_of_signs, records, write_table, write_whole
from batch_update.sheet.writing.worksheet import Rows, ValueOf, in_xml, without_unfit, write_workbook

_PLAIN = Dialect("csv")


def format_to_write(name: str) -> str:
    """Return csv, tsv, xlsx or jsonl, by a file's ending. Raises UsageError (U101) for any other."""
    ending = Path(name).suffix.lower()
    if ending in WRITTEN:
        return WRITTEN[ending]
    raise UsageError(
        f"{name}: {f'sheets are not written as {ending}' if ending else 'its name has no ending'}",
        code="U101",
        remedy="let it end in .csv, .tsv, .xlsx or .jsonl; - is a CSV to stdout",
    )


def write_export(path: Path, header: Sequence[str], rows: Rows, signs: Signs = OF_COMMAS) -> Path:
    """Write a table whose columns are `id` and fields beside its place and rename it; returns where it lies.

    Cells are texts of the grammar with decimal points. `signs`: of a CSV. The file is readable by its owner
    only. Raises UsageError where the format cannot hold it, OSError; nothing is left behind then.
    """
    format = format_to_write(path.name)
    if format == "xlsx":
        write = partial(
            write_workbook, value_of=_each_once(_plain_value), spelling=in_xml, title="Assistants"
        )
        return write_whole(path, partial(write, name=path.name, header=header, rows=rows))
    if format == "jsonl":
        return write_whole(
            path, partial(_write_lines, header=header, rows=rows, value_of=_each_once(_json_value))
        )
    return write_table(path, header, _with_sign(header, rows, signs), dialect_of_signs(format, signs))


def write_texts(path: Path, header: Sequence[str], rows: Rows, *, title: str) -> Path:
    """Write a table of whatever columns as a workbook or as JSON Lines, every cell as the text that it is.

    As `write_export` otherwise. Characters that a workbook cannot hold are left out there.
    """
    if format_to_write(path.name) == "xlsx":
        write = partial(write_workbook, value_of=_as_text, spelling=without_unfit, title=title)
        return write_whole(path, partial(write, name=path.name, header=header, rows=rows))
    return write_whole(path, partial(_write_lines, header=distinct(header), rows=rows, value_of=_as_text))


def write_listing(
    path: Path, header: Sequence[str], rows: Rows, *, title: str, signs: Signs = OF_COMMAS
) -> Path:
    """Write a table of whatever columns, by the ending of its name; every cell as the text that it is."""
    format = format_to_write(path.name)
    if format in ("csv", "tsv"):
        return write_table(path, header, rows, dialect_of_signs(format, signs))
    return write_texts(path, header, rows, title=title)


def write_stream(
    stream: BinaryIO, header: Sequence[str], rows: Rows, signs: Signs = OF_COMMAS, *, typed: bool = False
) -> None:
    """Write the table as a CSV in UTF-8. No byte order mark, since it is a program that reads it.

    `typed`: its columns are fields, whose numbers get the decimal sign.
    """
    shown = _with_sign(header, rows, signs) if typed else rows
    for record in records(header, shown, replace(_PLAIN, delimiter=signs.delimiter)):
        stream.write(record.encode("utf-8", "replace"))
    stream.flush()


def _with_sign(header: Sequence[str], rows: Rows, signs: Signs) -> Iterator[Sequence[str]]:
    """Yield the rows, the numbers in them with the decimal sign."""
    numbers = [place for place, name in enumerate(header) if _kind(name) == "number"]
    for row in rows:
        cells = list(row)
        for place in numbers:
            cells[place] = cells[place].replace(".", signs.decimal)
        yield cells


# ---------------------------------------------------------------- cells with a type


def _plain_value(name: str, text: str) -> Json:
    """Return a number, a flag or null where a cell is one that every program keeps as it is; else the text."""
    if name == ID:
        whose = read_assistant(text)
        return text if isinstance(whose, NamedChoice) else _short(whose, text)
    if _kind(name) not in ("number", "integer", "id", "flag"):
        return text
    value = read_cell(name, text)
    return text if value is LEAVE or isinstance(value, NamedChoice) else _short(value, text)


def _kind(name: str) -> Kind:
    """Return the kind of a column; those of our own hold texts."""
    if name == ID:
        return "id"
    return "text" if name.startswith("_") else all_fields()[name].kind


def _short(value: Json, text: str) -> Json:
    """Return a value, as text where it has more digits than spreadsheet programs, and most that read JSON, keep."""
    is_long = isinstance(value, int) and len(str(abs(value))) > EXACT_DIGITS
    return text if is_long else value


def _json_value(name: str, text: str) -> Json:
    """Return the JSON value that a cell is, lists and objects, too, where every program keeps it; else the text."""
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


def distinct(header: Sequence[str]) -> list[str]:
    """Return names for the keys of an object: each once, none empty."""
    found: dict[str, None] = {}
    for number, name in enumerate(header, 1):
        wanted = name or f"column {number}"
        found[wanted if wanted not in found else f"{wanted} (column {number})"] = None
    return list(found)


def _each_once(value_of: ValueOf) -> ValueOf:
    """Return a function that reads each cell once: those of a column are mostly alike."""
    known: dict[tuple[str, str], Json] = {}

    def value(name: str, text: str) -> Json:
        key = name, text
        if key not in known:
            known[key] = value_of(name, text)
        return known[key]

    return value


# ---------------------------------------------------------------- JSON Lines


def _write_lines(path: Path, *, header: Sequence[str], rows: Rows, value_of: ValueOf) -> None:
    """Write one object a line. Empty cells are left out."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        for row in rows:
            cells = zip(header, row, strict=True)
            found = {name: value_of(name, text) for name, text in cells if text}
            file.write(json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n")
