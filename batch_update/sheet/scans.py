"""Owns a look at a worksheet before it is loaded: how far its cells reach, and what calamine does not tell.

calamine makes a dense grid of all cells between the first and the last, so that two cells far apart take
gigabytes; and it hands over an error such as #REF!, or a formula without a value, as an empty text.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from xml.parsers import expat

from batch_update.errors import SheetError
from batch_update.settings import Settings
from batch_update.sheet.archives import blocks_of, damaged
from batch_update.sheet.hidden import Hidden

SMALL_GRID = 1_000_000
_SPARSE = 20
"""a grid above the small one may have this many places for each cell"""
LARGEST_GRID = 20_000_000
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
    hidden: Hidden = field(default_factory=Hidden)

    def see(self, row: int, column: int, *, down: int = 1, across: int = 1) -> None:
        """A cell that holds something, repeated down and across."""
        self.rows = max(self.rows, row + down)
        self.columns = max(self.columns, column + across)
        self.cells += down * across

    def fits(self, settings: Settings) -> bool:
        """Whether loading the worksheet takes no more memory than it should."""
        grid = self.rows * self.columns
        is_dense = grid <= max(SMALL_GRID, _SPARSE * self.cells) and grid <= LARGEST_GRID
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


# ---------------------------------------------------------------- XML


class Watch:
    """Follows the XML of a part, tags without namespace."""

    listens = False
    """whether texts matter just now"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, tag: str, text: str) -> None:
        """A piece of text after that element's beginning."""

    def end(self) -> None:
        """The part is over."""


def follow(archive: zipfile.ZipFile, name: str, part: str, watch: Watch) -> None:
    """Shows a member to a watch, which may raise ValueError or KeyError. Raises SheetError S108."""
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
    parser.EntityDeclHandler = _refuse
    try:
        for block in blocks_of(archive, name, part):
            parser.Parse(block, False)
        parser.Parse(b"", True)
        watch.end()
    except (expat.ExpatError, ValueError, KeyError):
        raise damaged(name, f"{part} is damaged") from None


def _refuse(*_: object) -> None:
    """No spreadsheet program declares entities; ten of them, one inside the other, stand for a billion letters."""
    raise ValueError("an entity")


# ---------------------------------------------------------------- xlsx


_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_ANYTHING = re.compile(rb"<(?:\w+:)?[cf]\b|\bt\s*=\s*[\"']e[\"']")


def scan_xlsx(archive: zipfile.ZipFile, name: str, part: str, settings: Settings) -> Scan:
    """Scans one worksheet's part. Raises SheetError S108 where it is no XML."""
    scan = _scan_plain(archive, name, part)
    if scan is not None and scan.fits(settings):
        return scan
    watch = _XlsxWatch()
    follow(archive, name, part, watch)
    return watch.scan


def check_counts(archive: zipfile.ZipFile, name: str) -> None:
    """calamine makes room for as many texts as are claimed. Raises SheetError S108 for more than there can be."""
    part = "xl/sharedStrings.xml"
    size = sum(member.file_size for member in archive.infolist() if member.filename.lower() == part.lower())
    if size:
        claimed = re.search(rb"uniqueCount\s*=\s*[\"'](\d+)", next(blocks_of(archive, name, part)))
        if claimed and int(claimed[1][:20]) > size:
            raise damaged(name, "it claims to hold far too many texts")


def _scan_plain(archive: zipfile.ZipFile, name: str, part: str) -> Scan | None:
    """Eight times as fast, and counts empty cells too; None where there is a formula, an error or other spelling."""
    scan, rest = Scan(), b""
    for block in blocks_of(archive, name, part):
        text, _, rest = (rest + block).rpartition(b"<")
        rest = b"<" + rest
        places = _PLAIN_CELL.findall(text)
        if len(places) != len(_ANYTHING.findall(text)):
            return None
        try:
            scan.hidden.see_text(text)
        except (ValueError, KeyError):
            return None
        if places:
            scan.cells += len(places)
            scan.rows = max(scan.rows, *map(int, {row for _, row in places}))
            scan.columns = max(
                scan.columns, *(_column(letters.decode()) + 1 for letters in {c for c, _ in places})
            )
    return scan if scan.cells else None


class _XlsxWatch(Watch):
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
                self.end()
            self._row, self._column = self._place(attributes.get("r"))
            self._kind = attributes.get("t", "")
            self.listens = self._kind == "e"
        elif tag == "v" or tag == "is":
            self.scan.see(self._row, self._column)
        elif tag == "f" and self._kind != "str":
            self.listens = True
        elif tag == "row":
            self.end()
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
            self.scan.hidden.see(tag, attributes, self._row)
        elif tag == "col":
            self.scan.hidden.see(tag, attributes, self._row)

    def text(self, tag: str, text: str) -> None:
        if tag == "v" or tag == "t":
            self._text += text

    def end(self) -> None:
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
    follow(archive, name, "xl/workbook.xml", watch)
    return related_part(archive, name, "xl/workbook.xml", watch.ids.get(sheet, ""))


class _SheetsWatch(Watch):
    """Follows <sheet> in the workbook's own part."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        """worksheet's name -> the id of its relation"""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            self.ids[attributes.get("name", "")] = "".join(ids[:1])


def related_part(archive: zipfile.ZipFile, name: str, part: str, id: str) -> str:
    """The member that a part calls by this id. Raises SheetError S108."""
    path = PurePosixPath(part)
    watch = _RelationsWatch()
    follow(archive, name, str(path.parent / "_rels" / f"{path.name}.rels"), watch)
    target = watch.targets.get(id, "")
    return target.lstrip("/") if target.startswith(("/", "xl/")) else str(path.parent / target)


class _RelationsWatch(Watch):
    """Follows <Relationship>."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
