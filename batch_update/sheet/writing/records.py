"""Owns CSV and TSV on their way out: the grammar that reading takes in, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from batch_update.disk import draft_beside, sync
from batch_update.errors import SheetError
from batch_update.model.sheets import Dialect
from batch_update.settings.locales import Signs
from batch_update.sheet.formulas import disarm, may_begin_formula, may_split_into_formula
from batch_update.sheet.text.dialect import MARKS, find_encoding, text_of

_PLAIN_START = re.compile(r"(?!sep=)[\w .-]+", re.ASCII | re.IGNORECASE)


def dialect_of_signs(format: str, signs: Signs) -> Dialect:
    """Return how a spreadsheet program writes a csv or tsv where these are its signs."""
    delimiter = "\t" if format == "tsv" else signs.delimiter
    return Dialect(format, "utf-8-sig", delimiter, signs.decimal)


def csv_dialect(dialect: Dialect) -> Dialect:
    """Return the dialect that CSVs made from this sheet go out with: its own, or UTF-8 with BOM and its delimiter.

    Cells go out as they stand, and so with the decimal sign that they have.
    """
    if dialect.format in ("csv", "tsv"):
        return dialect
    return Dialect("csv", "utf-8-sig", dialect.delimiter, dialect.decimal)


def dialect_of_ours(dialect: Dialect) -> Dialect:
    """Return the dialect of a CSV that goes out beside those, with cells that are ours: its numbers suit its commas."""
    if dialect.format in ("csv", "tsv"):
        return dialect
    return replace(csv_dialect(dialect), decimal="," if dialect.delimiter == ";" else dialect.decimal)


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    dialect: Dialect,
    *,
    rename: Callable[[Path, Path], object] = os.replace,
) -> Path:
    """Write a CSV or TSV beside its place and rename it; returns where it lies, readable by its owner only.

    That is another name (`results (2).csv`) where another program holds the file open. Texts that the dialect's
    encoding cannot carry, or that would be read back otherwise, make it UTF-8 with BOM. NUL bytes are left out.
    Raises OSError, with nothing left behind.
    """
    with draft_beside(path) as draft:
        _write(draft, records(header, rows, dialect), "utf-8" if dialect.encoding == "utf-8" else "utf-8-sig")
        if dialect.encoding not in ("utf-8", "utf-8-sig"):
            with draft_beside(path) as final:
                if _transcode(draft, final, dialect.encoding):
                    return _move(final, path, rename)
        return _move(draft, path, rename)


def write_whole(path: Path, write: Callable[[Path], None]) -> Path:
    """Have a file written beside its place and rename it; returns where it lies, as `write_table` does."""
    with draft_beside(path) as draft:
        write(draft)
        return _move(draft, path, os.replace)


def records(header: Sequence[str], rows: Iterable[Sequence[str]], dialect: Dialect) -> Iterator[str]:
    """Yield a CSV or TSV as texts: each record with its line end, guarded, without NUL."""
    # Not every first cell may stand without quotes: the file's first bytes would say that it is something else.
    formatted, in_quotes = (_formatter(dialect, quoting) for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    is_plain = not header or _PLAIN_START.fullmatch(header[0])
    for row in chain([header], rows):
        # NUL goes first: programs leave it out, and what it stood before begins the cell then.
        cells = [cell.replace("\0", "") if "\0" in cell else cell for cell in row]
        if any(map(may_split_into_formula, cells)):
            yield in_quotes(map(disarm, cells))
        else:
            guarded = [disarm(cell) if may_begin_formula(cell) else cell for cell in cells]
            yield (formatted if is_plain else in_quotes)(guarded)
        is_plain = True


def _formatter(dialect: Dialect, quoting: Literal[0, 1]) -> Callable[[Iterable[str]], str]:
    record: list[str] = []
    # csv.writer quotes only those line breaks that its own line end holds: so it gets both, and they are exchanged.
    writer = csv.writer(_Lines(record), delimiter=dialect.delimiter, lineterminator="\r\n", quoting=quoting)

    def formatted(cells: Iterable[str]) -> str:
        writer.writerow(cells)
        return record.pop()[:-2] + dialect.newline

    return formatted


class _Lines:
    """A file for csv.writer that keeps what is written."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _write(path: Path, records: Iterable[str], codec: str) -> None:
    # A lone half of a character, as a server may send it, has no bytes in UTF-8: it becomes a question mark.
    with path.open("w", encoding=codec, errors="replace", newline="") as file:
        file.writelines(records)


def _transcode(draft: Path, final: Path, codec: str) -> bool:
    """Whether the draft could be written in this codec, such that reading it guesses the same codec."""
    try:
        with (
            draft.open("rb") as source,
            text_of(source, "utf-8-sig") as text,
            final.open("w", encoding=codec, newline="") as file,
        ):
            file.write("\ufeff" if codec in MARKS else "")
            while block := text.read(1 << 20):
                file.write(block)
    except (UnicodeError, LookupError):
        return False
    with final.open("rb") as file:
        try:
            found = find_encoding(final.name, file, None)
        except SheetError:
            return False
        return found == codec or (found == "utf-8" and _is_ascii(file))


def _is_ascii(file: BinaryIO) -> bool:
    return all(block.isascii() for block in iter(lambda: file.read(1 << 20), b""))


def _move(draft: Path, path: Path, rename: Callable[[Path, Path], object]) -> Path:
    """Rename a draft once it is on the disk; returns where it lies then.

    Windows refuses to replace a file that a spreadsheet program holds open: then the next free name serves.
    """
    sync(draft)
    try:
        rename(draft, path)
        return path
    except PermissionError:
        for number in range(2, 100):
            other = path.with_name(f"{path.stem} ({number}){path.suffix}")
            if not other.exists():
                rename(draft, other)
                return other
        raise
