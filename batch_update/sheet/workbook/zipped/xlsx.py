"""Owns .xlsx and .xlsm on their way in: the XML of Office Open XML (ECMA-376)."""

from __future__ import annotations

from collections.abc import Callable

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.worksheets import Texts, Workbook, Worksheet
from batch_update.sheet.workbook.zipped.archives import Archive, BrokenPart
from batch_update.sheet.workbook.zipped.books import Contents, Format, Formats, Shared, open_book
from batch_update.sheet.workbook.zipped.markup import Watch, follow
from batch_update.sheet.workbook.zipped.packages import Package
from batch_update.sheet.workbook.zipped.plain import texts_left_of
from batch_update.sheet.workbook.zipped.plain_rows import rows_left_of
from batch_update.sheet.workbook.zipped.xlsx_cells import CellMaker, cell_place, column_of, unescaped

LONGEST_TEXT = 16 << 20
"""letters of one cell: five hundred times what Excel allows"""
_MOST_FORMATS = 50_000


def open_xlsx(archive: Archive, name: str, limits: Limits) -> Workbook:
    """List the worksheets of an .xlsx. SheetError S108 where it cannot be read, S103 where it is too large."""
    return open_book(Format(_contents, _read_texts, _formats, _read_cells), archive, name, limits)


class _ContentsWatch(Watch):
    """Follows <sheet> and <workbookPr> in the workbook's own part."""

    def __init__(self) -> None:
        self.contents = Contents()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            visible = attributes.get("state", "") not in ("hidden", "veryHidden")
            self.contents.add(unescaped(attributes.get("name", "")), "".join(ids[:1]), visible=visible)
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
            self._texts.add(unescaped(self.taken()))


def _read_texts(package: Package, part: str, texts: Texts) -> None:
    watch = _TextsWatch(texts)

    def parse(element: bytes) -> None:
        follow((b"<sst>", element, b"</sst>"), watch)

    package.follow(part, watch, left_of=lambda pieces: texts_left_of(pieces, texts, unescaped, parse))


class _FormatsWatch(Watch):
    """Follows <numFmt>, and <xf> inside <cellXfs>."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        """of each style of a cell the number of its format"""
        self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self.codes[int(attributes["numFmtId"])] = unescaped(attributes.get("formatCode", ""))[:255]
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

    def __init__(self, sheet: Worksheet, maker: CellMaker) -> None:
        super().__init__()
        self._sheet = sheet
        self._make = maker.cell
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
            self._column = column_of(letters)
        elif place:
            self._row, self._column = cell_place(place)
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
                cell = self._make(self._kind, self._style, text, is_formula=self._is_formula)
                self._sheet.add(self._row, self._column, cell, shared=self._kind == "s")
        else:
            super().end(tag)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        (top, left), (bottom, right) = cell_place(first), cell_place(last or first)
        self._sheet.merge(top, bottom, left, right)


def _read_cells(package: Package, part: str, sheet: Worksheet, shared: Shared) -> None:
    maker = CellMaker(shared)
    watch = _CellsWatch(sheet, maker)
    if sheet.is_whole:
        package.follow(part, watch, left_of=lambda pieces: rows_left_of(pieces, sheet, maker))
    else:  # no more of it is to be read than it takes
        package.follow(part, watch)
