"""Owns a look at a worksheet before it is loaded: how far its cells reach, and what calamine does not tell.

calamine makes a dense grid of all cells between the first and the last, so that two cells far apart take
gigabytes; and it hands over an error such as #REF!, or a formula without a value, as an empty text.
"""

from __future__ import annotations

import re
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

    def fits(self, settings: Settings) -> bool:
        """Whether loading the worksheet takes no more memory than it should."""
        grid = self.rows * self.columns
        is_dense = grid <= max(_SMALL_GRID, _SPARSE * self.cells) and grid <= _LARGEST_GRID
        return is_dense and self.columns <= settings.max_columns and self.rows <= settings.max_rows + 1

    def check(self, name: str, sheet: str, settings: Settings) -> None:
        """Raises SheetError S103 where loading the worksheet would take too much memory."""
        if self.fits(settings):
            return
        if self.columns > settings.max_columns:
            what, flag = f"{self.columns:,} columns, the limit is {settings.max_columns}", "--max-columns"
        elif self.rows > settings.max_rows + 1:
            what, flag = f"{self.rows:,} rows, the limit is {settings.max_rows:,}", "--max-rows"
        else:
            what, flag = f"its {self.cells:,} cells lie in {self.rows:,} rows and {self.columns} columns", ""
        hint = "Delete the cells far out, or save it as CSV" + (f", or raise {flag}." if flag else ".")
        raise SheetError(f"{name}, worksheet {sheet!r}: {what}", code="S103", remedy=hint)


class _Watch(Protocol):
    """Follows the XML of a part, tags without namespace."""

    listens: bool
    """whether texts matter just now"""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def text(self, tag: str, text: str) -> None: ...


# ---------------------------------------------------------------- xlsx


_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_ANYTHING = re.compile(rb"<(?:\w+:)?[cf]\b|\bt\s*=\s*[\"']e[\"']")


def scan_xlsx(archive: zipfile.ZipFile, name: str, part: str, settings: Settings) -> Scan:
    """Scans one worksheet's part. Raises SheetError S108 where it is no XML."""
    scan = _scan_plain(archive, part)
    if scan is not None and scan.fits(settings):
        return scan
    watch = _XlsxWatch()
    _parse(archive, name, part, watch)
    watch.close_cell()
    return watch.scan


def _scan_plain(archive: zipfile.ZipFile, part: str) -> Scan | None:
    """Eight times as fast, and counts empty cells too; None where there is a formula, an error or other spelling."""
    scan, rest = Scan(), b""
    for block in _blocks(archive, part):
        text, _, rest = (rest + block).rpartition(b"<")
        rest = b"<" + rest
        places = _PLAIN_CELL.findall(text)
        if len(places) != len(_ANYTHING.findall(text)):
            return None
        if places:
            scan.cells += len(places)
            scan.rows = max(scan.rows, *map(int, {row for _, row in places}))
            scan.columns = max(
                scan.columns, *(_column(letters.decode()) + 1 for letters in {c for c, _ in places})
            )
    return scan if scan.cells else None


class _XlsxWatch:
    """Follows <row>, <c>, <f> and <v>. Cells and rows without a place follow the one before."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.listens = False
        self._row, self._column = -1, -1
        self._kind = ""
        self._text = ""
        """what stands in <v>, of errors and below formulas"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            if self.listens:
                self.close_cell()
            self._row, self._column = self._place(attributes.get("r"))
            self._kind = attributes.get("t", "")
            self.listens = self._kind == "e"
        elif tag == "v" or tag == "is":
            self.scan.see(self._row, self._column)
        elif tag == "f" and self._kind != "str":
            self.listens = True
        elif tag == "row":
            self.close_cell()
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1

    def text(self, tag: str, text: str) -> None:
        if tag == "v" or tag == "t":
            self._text += text

    def close_cell(self) -> None:
        """What was heard of a cell, once it is over."""
        if self.listens:
            place = self._row, self._column
            if self._kind == "e":
                self.scan.errors[place] = self._text.strip() or "#N/A"
            elif not self._text.strip():
                self.scan.missing.add(place)
                self.scan.see(*place)
        self.listens, self._text = False, ""

    def _place(self, reference: str | None) -> Place:
        if not reference:
            return self._row, self._column + 1
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

    listens = False

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

    listens = False

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
    watch.close_cell()
    return watch.scans


class _OdsWatch:
    """Follows tables, rows and cells, each of which may stand for many like it."""

    def __init__(self) -> None:
        self.scans: dict[str, Scan] = {}
        self.listens = False
        self._scan = Scan()
        self._row = self._column = 0
        self._down = self._across = 1
        self._text = ""
        """what a cell shows whose value is an empty text"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self.close_cell()
            self._scan = self.scans[attributes.get("table:name", "")] = Scan()
            self._row, self._down = 0, 0
        elif tag == "table-row":
            self.close_cell()
            self._row += self._down
            self._down = int(attributes.get("table:number-rows-repeated", 1))
            self._column, self._across = 0, 0
        elif tag in ("table-cell", "covered-table-cell"):
            self.close_cell()
            self._column += self._across
            self._across = int(attributes.get("table:number-columns-repeated", 1))
            self._start_cell(attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = self._row, self._column
        if "office:value-type" in attributes:
            self._scan.see(*place, down=self._down, across=self._across)
            is_error = attributes.get("calcext:value-type") == "error"
            self.listens = is_error or attributes.get("office:string-value") == ""
        elif "table:formula" in attributes:
            self._scan.missing.add(place)
            self._scan.see(*place)

    def text(self, tag: str, text: str) -> None:
        self._text += text

    def close_cell(self) -> None:
        """What was heard of a cell, once it is over: `#DIV/0!`, or LibreOffice's own `Err:502`."""
        text = self._text.strip()
        if self.listens and text.startswith(("#", "Err:")):
            if self._down * self._across > _SMALL_GRID:
                raise ValueError("an error in a million cells")
            for row in range(self._row, self._row + self._down):
                for column in range(self._column, self._column + self._across):
                    self._scan.errors[row, column] = text
        self.listens, self._text = False, ""


# ---------------------------------------------------------------- XML


def _parse(archive: zipfile.ZipFile, name: str, part: str, watch: _Watch) -> None:
    """Feeds a member to a watch. Raises SheetError S108."""
    parser = expat.ParserCreate()
    local: dict[str, str] = {}
    tag = ""

    def hear(text: str) -> None:
        watch.text(tag, text)

    def start(full: str, attributes: dict[str, str]) -> None:
        nonlocal tag
        tag = local.get(full) or local.setdefault(full, full.rpartition(":")[2])
        watch.start(tag, attributes)
        parser.CharacterDataHandler = hear if watch.listens else None

    parser.StartElementHandler = start
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
