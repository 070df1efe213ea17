"""Owns how a sheet is to be read: the user's word about it, and how much it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a sheet may be, and how much of it is held at once. Those without a default are settings."""

    max_csv_mb: int
    max_excel_mb: int
    max_unpacked_mb: int
    max_rows: int
    max_columns: int
    most_problems: int = 50_000
    """with more of them it is the file that is wrong, not its rows; and each takes half a kilobyte of memory"""
    block: int = 1 << 21
    """bytes of a CSV that are parsed at once: about 20,000 rows"""
    smallest_block: int = 1 << 16
    """bytes of a CSV that are read record by record rather than parsed in smaller blocks"""
    longest_cell: int = 1 << 20
    """characters; a cell or line of a CSV beyond it is taken for a quote that is never closed"""
    longest_line: int = 16 << 20
    """characters of a line of JSON"""
    largest_array: int = 32 << 20
    """characters of a JSON array, which is held in memory as a whole"""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is to be read. None: it is guessed."""

    limits: Limits
    map: Mapping[str, str] = field(default_factory=dict)
    """header -> field, where the header does not say it"""
    ignore: tuple[str, ...] = ()
    """headers of columns that are left out"""
    ignore_unknown: bool = False
    """leave out the columns that mean nothing"""
    header_row: int | None = None
    """number of the row that names the columns"""
    visible_only: bool = False
    """leave out the rows that do not show"""
    worksheet: str | None = None
    """name or number, from 1"""
    delimiter: str | None = None
    """as the setting has it: `tab` is a word there"""
    encoding: str | None = None
    decimal: str | None = None
