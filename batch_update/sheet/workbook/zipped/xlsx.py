"""Owns .xlsx and .xlsm on their way in: the XML of Office Open XML (ECMA-376)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from zipfile import ZipFile

from batch_update.fields.cells.words import is_failed_formula
from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.shown import as_cell
from batch_update.sheet.workbook.worksheets import (
    Cell,
    Place,
    Texts,
    Typed,
    Workbook,
    Worksheet,
)
from batch_update.sheet.workbook.zipped.archives import BrokenPart
from batch_update.sheet.workbook.zipped.books import Contents, Format, Formats, Shared, open_book
from batch_update.sheet.workbook.zipped.markup import Watch
from batch_update.sheet.workbook.zipped.packages import Package

LONGEST_TEXT = 16 << 20
"""letters of one cell: five hundred times what Excel allows"""
_MOST_FORMATS = 50_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS = frozenset({"n", "s", "str", "inlineStr", "b", "e", "d"})


def open_xlsx(archive: ZipFile, name: str, limits: Limits) -> Workbook:
    """List the worksheets of an .xlsx. SheetError S108 where it cannot be read, S103 where it is too large."""
    return open_book(Format(_contents, _read_texts, _formats, _read_cells), archive, name, limits)


def _unescaped(text: str) -> str:
    """Return a text as its reader sees it: `_x000D_` is one character, `_xD83D__xDE00_` too, `_x005F_` is `_`."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _ContentsWatch(Watch):
    """Follows <sheet> and <workbookPr> in the workbook's own part."""

    def __init__(self) -> None:
        self.contents = Contents()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            visible = attributes.get("state", "") not in ("hidden", "veryHidden")
            self.contents.add(_unescaped(attributes.get("name", "")), "".join(ids[:1]), visible=visible)
        elif tag == "workbookPr":
            self.contents.since_1904 = attributes.get("date1904") in ("1", "true", "on")


def _contents(package: Package, part: str) -> Contents:
    watch = _ContentsWatch()
    package.follow(part, watch)
    return watch.contents


# ---------------------------------------------------------------- texts and formats


class _TextWatch(Watch):
    """Gathers the text of <t> and <v>, however it is cut into runs; how it is pronounced is left out."""

    def __init__(self) -> None:
        self.listens = False
        self._letters: list[str] = []
        self._count = 0
        self._pronounced = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "t" or tag == "v":
            self.listens = not self._pronounced
        elif tag == "rPh":
            self._pronounced += 1

    def text(self, text: str) -> None:
        if self.listens:
            self._letters.append(text)
            self._count += len(text)
            if self._count > LONGEST_TEXT:
                raise BrokenPart("a cell holds far too long a text")

    def end(self, tag: str) -> None:
        if tag == "t" or tag == "v":
            self.listens = False
        elif tag == "rPh":
            self._pronounced -= 1

    def taken(self) -> str:
        """Return what was gathered since the last time."""
        if len(self._letters) == 1:
            text = self._letters.pop()
        else:
            text = "".join(self._letters)
            self._letters.clear()
        self._count = 0
        return text


class _TextsWatch(_TextWatch):
    """Follows <si> in the shared strings."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.found += 1
            self._texts.add(_unescaped(self.taken()))


def _read_texts(package: Package, part: str, texts: Texts) -> None:
    package.follow(part, _TextsWatch(texts))


class _FormatsWatch(Watch):
    """Follows <numFmt>, and <xf> inside <cellXfs>."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        """of each style of a cell the number of its format"""
        self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self.codes[int(attributes["numFmtId"])] = _unescaped(attributes.get("formatCode", ""))[:255]
            if len(self.codes) > _MOST_FORMATS:
                raise BrokenPart("it claims to hold far too many number formats")
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self.used.append(int(attributes.get("numFmtId", 0)))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False


def _formats(package: Package, part: str) -> Formats:
    watch = _FormatsWatch()
    package.follow(part, watch)
    return Formats(watch.codes, watch.used)


# ---------------------------------------------------------------- cells


class _CellsWatch(_TextWatch):
    """Follows rows, columns, cells and merges of a worksheet. Cells and rows without a place follow the one before."""

    def __init__(self, sheet: Worksheet, shared: Shared) -> None:
        super().__init__()
        self._sheet = sheet
        self._texts = shared.texts
        self._format_of = shared.format_of
        self._since_1904 = shared.since_1904
        self._row = self._column = -1
        self._row_name = ""
        """how the row is written in the places of its cells"""
        self._is_formula = self._has_value = False
        self._kind, self._style = "", "0"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes.get)
        elif tag == "v":
            self.listens = self._has_value = True
        elif tag == "row":
            self._row_name = attributes.get("r", "")
            self._row, self._column = int(self._row_name or self._row + 2) - 1, -1
            self._sheet.hidden.see(tag, attributes, self._row)
        elif tag == "f":
            self._is_formula = True
        elif tag == "is":
            self._kind, self._has_value = "inlineStr", True
        elif tag == "col":
            self._sheet.hidden.see(tag, attributes, self._row)
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        else:
            super().start(tag, attributes)

    def _start_cell(self, get: Callable[[str, str], str]) -> None:
        place = get("r", "")
        letters = place.removesuffix(self._row_name) if self._row_name else ""
        if letters.isalpha():
            self._column = _column_of(letters)
        elif place:
            self._row, self._column = _cell_place(place)
        else:
            self._column += 1
        self._kind, self._style = get("t", "n"), get("s", "0")
        self._is_formula = self._has_value = False

    def end(self, tag: str) -> None:
        if tag == "v":
            self.listens = False
        elif tag == "c":
            text = self.taken()
            if self._has_value or self._is_formula:
                self.found += 1
                self._sheet.add(self._row, self._column, self._cell(text), shared=self._kind == "s")
        else:
            super().end(tag)

    def _cell(self, text: str) -> Cell:
        """Return what a cell holds. Raises ValueError, or IndexError for a text that there is not."""
        kind = self._kind
        if kind == "s" and text:
            return self._texts[int(text)]
        if kind == "str" or kind == "inlineStr":
            return _unescaped(text)
        trimmed = text.strip()
        if kind == "e":
            return trimmed if is_failed_formula(trimmed) else "#N/A"
        if not trimmed:
            return None if self._is_formula else ""
        if kind == "b":
            return Typed(_flag(trimmed))
        if kind == "d":
            return Typed(_moment(trimmed))
        if kind not in _KINDS:
            raise BrokenPart(f"a cell is of a kind that nobody knows, {kind[:20]!r}")
        return as_cell(float(trimmed), self._format_of(int(self._style)), since_1904=self._since_1904)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        (top, left), (bottom, right) = _cell_place(first), _cell_place(last or first)
        self._sheet.merge(top, bottom, left, right)


def _read_cells(package: Package, part: str, sheet: Worksheet, shared: Shared) -> None:
    package.follow(part, _CellsWatch(sheet, shared))


def _flag(text: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false"):
        raise ValueError("neither yes nor no")
    return text.lower() in ("1", "true")


def _moment(text: str) -> date | time:
    """Return a date, a time or both as ISO 8601 writes them."""
    if "T" not in text and ":" in text:
        return time.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if "T" in text else moment.date()


def _cell_place(reference: str) -> Place:
    """`B7` -> row 6, column 1. Raises ValueError for what is no place in any spreadsheet program."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, _column_of(letters)


@lru_cache(maxsize=20_000)
def _column_of(letters: str) -> int:
    """`A` -> 0, `XFD` -> 16383."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 6):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
