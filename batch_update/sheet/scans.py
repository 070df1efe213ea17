"""Owns a look at a worksheet before it is loaded: how far its cells reach, and what calamine does not tell.

calamine makes a dense grid of all cells between the first and the last, so that two cells far apart take
gigabytes; and it hands over an error such as #REF!, or a formula without a value, as an empty text.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import Protocol
from xml.parsers import expat

from batch_update.errors import SheetError
from batch_update.settings import Settings
from batch_update.sheet.archives import damaged

_SMALL_GRID = 1_000_000
_SPARSE = 20
"""a grid above the small one may have this many places for each cell"""
_LARGEST_GRID = 20_000_000
Place = tuple[int, int]
"""row and column, both from 0"""


@dataclass(slots=True)
class Scan:
    """How far a worksheet reaches and what calamine does not tell of it."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    """that hold something"""
    errors: dict[Place, str] = field(default_factory=dict)
    """#REF! and its kin"""
    missing: set[Place] = field(default_factory=set)
    """formulas without a value"""

    def see(self, row: int, column: int, *, down: int = 1, across: int = 1) -> None:
        """A cell that holds something, repeated down and across."""
        self.rows = max(self.rows, row + down)
        self.columns = max(self.columns, column + across)
        self.cells += down * across

    def check(self, name: str, sheet: str, settings: Settings) -> None:
        """Raises SheetError S103 where loading the worksheet would take too much memory."""
        grid = self.rows * self.columns
        if self.columns > settings.max_columns:
            what, remedy = f"{self.columns:,} columns, the limit is {settings.max_columns}", "--max-columns"
        elif self.rows > settings.max_rows + 1:
            what, remedy = f"{self.rows:,} rows, the limit is {settings.max_rows:,}", "--max-rows"
        elif grid > _LARGEST_GRID or (grid > _SMALL_GRID and grid > _SPARSE * self.cells):
            what, remedy = (
                f"its {self.cells:,} cells lie in {self.rows:,} rows and {self.columns} columns",
                "",
            )
        else:
            return
        hint = "Delete the cells far out, or save it as CSV" + (f", or raise {remedy}." if remedy else ".")
        raise SheetError(f"{name}, worksheet {sheet!r}: {what}", code="S103", remedy=hint)


class _Watch(Protocol):
    """Follows the XML of a part, tags without namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def text(self, tag: str, text: str) -> None: ...


# ---------------------------------------------------------------- xlsx


def scan_xlsx(archive: zipfile.ZipFile, name: str, part: str) -> Scan:
    """Scans one worksheet's part. Raises SheetError S108 where it is no XML."""
    watch = _XlsxWatch()
    _parse(archive, name, part, watch)
    watch.close_cell()
    return watch.scan


class _XlsxWatch:
    """Follows <row>, <c>, <f> and <v>. Cells and rows without a place follow the one before."""

    def __init__(self) -> None:
        self.scan = Scan()
        self._row, self._column = -1, -1
        self._kind = ""
        self._text: list[str] | None = None
        """what stands in <v>, where that matters: in errors and below formulas"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.close_cell()
            place = attributes.get("r")
            self._row, self._column = _place(place) if place else (self._row, self._column + 1)
            self._kind = attributes.get("t", "")
            self._text = [] if self._kind == "e" else None
        elif tag == "f" and self._kind != "str":
            self._text = []
        elif tag in ("v", "is"):
            self.scan.see(self._row, self._column)
        elif tag == "row":
            self.close_cell()
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1

    def text(self, tag: str, text: str) -> None:
        if tag == "v" and self._text is not None:
            self._text.append(text)

    def close_cell(self) -> None:
        if self._text is not None:
            place, text = (self._row, self._column), "".join(self._text).strip()
            if self._kind == "e":
                self.scan.errors[place] = text or "#N/A"
            elif not text:
                self.scan.missing.add(place)
                self.scan.see(*place)
        self._text = None


def _place(reference: str) -> Place:
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, _column(letters)


@cache
def _column(letters: str) -> int:
    """`A` -> 0, `XFD` -> 16383. Raises ValueError for what is no column of any spreadsheet program."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 6):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def xlsx_part(archive: zipfile.ZipFile, name: str, sheet: str) -> str:
    """The member that holds a worksheet of an xlsx. Raises SheetError S108."""
    watch = _SheetsWatch()
    _parse(archive, name, "xl/workbook.xml", watch)
    return related_part(archive, name, "xl/workbook.xml", watch.ids.get(sheet, ""))


class _SheetsWatch:
    """Follows <sheet> in the workbook's own part."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        """worksheet's name -> the id of its relation"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            self.ids[attributes.get("name", "")] = "".join(ids[:1])

    def text(self, tag: str, text: str) -> None:
        """Nothing that matters stands there."""


def related_part(archive: zipfile.ZipFile, name: str, part: str, id: str) -> str:
    """The member that a part calls by this id. Raises SheetError S108."""
    path = PurePosixPath(part)
    watch = _RelationsWatch()
    _parse(archive, name, str(path.parent / "_rels" / f"{path.name}.rels"), watch)
    target = watch.targets.get(id, "")
    return target.lstrip("/") if target.startswith(("/", "xl/")) else str(path.parent / target)


class _RelationsWatch:
    """Follows <Relationship>."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def text(self, tag: str, text: str) -> None:
        """Nothing that matters stands there."""


# ---------------------------------------------------------------- ods


def scan_ods(archive: zipfile.ZipFile, name: str) -> dict[str, Scan]:
    """Scans every table of an OpenDocument spreadsheet: calamine loads them all at once."""
    watch = _OdsWatch()
    _parse(archive, name, "content.xml", watch)
    return watch.scans


class _OdsWatch:
    """Follows tables, rows and cells, each of which may stand for many like it."""

    def __init__(self) -> None:
        self.scans: dict[str, Scan] = {}
        self._scan = Scan()
        self._row = self._column = 0
        self._down = self._across = 1
        self._error: Place | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self._scan = self.scans[attributes.get("table:name", "")] = Scan()
            self._row, self._down = 0, 0
        elif tag == "table-row":
            self._row += self._down
            self._down = int(attributes.get("table:number-rows-repeated", 1))
            self._column, self._across = 0, 0
        elif tag in ("table-cell", "covered-table-cell"):
            self._column += self._across
            self._across = int(attributes.get("table:number-columns-repeated", 1))
            self._start_cell(attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = self._row, self._column
        self._error = place if attributes.get("calcext:value-type") == "error" else None
        if "office:value-type" in attributes:
            self._scan.see(*place, down=self._down, across=self._across)
        elif "table:formula" in attributes:
            self._scan.missing.add(place)
            self._scan.see(*place)
        if self._error:
            self._scan.errors[place] = ""

    def text(self, tag: str, text: str) -> None:
        if self._error:
            self._scan.errors[self._error] += text


# ---------------------------------------------------------------- XML


def _parse(archive: zipfile.ZipFile, name: str, part: str, watch: _Watch) -> None:
    """Feeds a member to a watch. Raises SheetError S108."""
    parser = expat.ParserCreate()
    local: dict[str, str] = {}
    tag = ""

    def start(full: str, attributes: dict[str, str]) -> None:
        nonlocal tag
        tag = local.get(full) or local.setdefault(full, full.rpartition(":")[2])
        watch.start(tag, attributes)

    parser.StartElementHandler = start
    parser.CharacterDataHandler = lambda text: watch.text(tag, text)
    try:
        for block in _blocks(archive, part):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, KeyError):
        raise damaged(name, f"{part} is damaged") from None


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A member in blocks. Raises KeyError where there is none; names are compared as calamine does, without case."""
    members = {member.lower(): member for member in archive.namelist()}
    with archive.open(members[part.lower()]) as content:
        while block := content.read(1 << 20):
            yield block
