"""Owns .xlsx and .xlsm on their way in: the XML of Office Open XML (ECMA-376)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from zipfile import ZipFile

from batch_update.fields.cells.words import is_failed_formula
from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.shown import BUILT_IN, as_cell
from batch_update.sheet.workbook.worksheets import (
    MOST_SHEETS,
    Budget,
    Cell,
    Listed,
    Place,
    Texts,
    Typed,
    Workbook,
    Worksheet,
)
from batch_update.sheet.workbook.zipped.archives import Damage, readable
from batch_update.sheet.workbook.zipped.markup import Watch
from batch_update.sheet.workbook.zipped.packages import Package, Relation

_NO_WORKSHEETS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
"""Relations of sheets that are no tables: charts, dialogs, macros of Excel 4."""
LONGEST_TEXT = 16 << 20
"""letters of one cell: five hundred times what Excel allows"""
_MOST_FORMATS = 50_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS = frozenset({"n", "s", "str", "inlineStr", "b", "e", "d"})


def open_xlsx(archive: ZipFile, name: str, limits: Limits) -> Workbook:
    """Lists the worksheets of an .xlsx. SheetError S108 where it cannot be read, S103 where it is too large."""
    package, budget = Package(archive, name), Budget(name, limits)
    with readable(name):
        part = package.workbook_part()
        sheets, relations = _SheetsWatch(), package.relations(part)
        package.follow(part, sheets)
    tables = worksheets_of(sheets.listed, relations)

    def read(number: int) -> Worksheet:
        listed, to = tables[number]
        with readable(name):
            if to is None:
                raise Damage(f"nothing in it is worksheet {listed.name!r}")
            texts = _texts(package, related(part, relations, "sharedStrings"), budget)
            formats = _formats(package, related(part, relations, "styles"))
            sheet = Worksheet(f"{name}, worksheet {listed.name!r}", budget, limits)
            package.follow(to.part, _CellsWatch(sheet, texts, formats, sheets.since_1904))
            return sheet

    return Workbook(tuple(listed for listed, _ in tables), read)


def worksheets_of(
    sheets: Iterable[tuple[Listed, str]], relations: Mapping[str, Relation]
) -> list[tuple[Listed, Relation | None]]:
    """Return the worksheets, charts and macros left out, with where each stands; None where the file does not tell."""
    places = ((listed, relations.get(id)) for listed, id in sheets)
    return [(listed, to) for listed, to in places if to is None or to.type not in _NO_WORKSHEETS]


def related(part: str, relations: Mapping[str, Relation], type: str) -> str:
    """The part of this type: the one that the workbook points to, or the usual one beside it."""
    found = (relation.part for relation in relations.values() if relation.type == type)
    folder, slash, file = part.rpartition("/")
    return next(found, f"{folder}{slash}{type}.{file.rpartition('.')[2]}")


def unescaped(text: str) -> str:
    """A text as its reader sees it: `_x000D_` is a character, `_xD83D__xDE00_` one of two halves, `_x005F_` a `_`."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _SheetsWatch(Watch):
    """Follows <sheet> and <workbookPr> in the workbook's own part."""

    def __init__(self) -> None:
        self.listed: list[tuple[Listed, str]] = []
        """each sheet and the name of its relation"""
        self.since_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            visible = attributes.get("state", "") not in ("hidden", "veryHidden")
            self.listed.append((Listed(unescaped(attributes.get("name", "")), visible), "".join(ids[:1])))
            if len(self.listed) > MOST_SHEETS:
                raise Damage("it claims to hold far too many worksheets")
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true", "on")


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
                raise Damage("a cell holds far too long a text")

    def end(self, tag: str) -> None:
        if tag == "t" or tag == "v":
            self.listens = False
        elif tag == "rPh":
            self._pronounced -= 1

    def taken(self) -> str:
        """What was gathered since the last time."""
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


def _texts(package: Package, part: str, budget: Budget) -> Texts:
    texts = Texts(budget)
    if part in package:
        package.follow(part, _TextsWatch(texts))
    return texts


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
                raise Damage("it claims to hold far too many number formats")
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self.used.append(int(attributes.get("numFmtId", 0)))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False


def _formats(package: Package, part: str) -> Callable[[int], str]:
    """Number of a cell's style -> its number format."""
    watch = _FormatsWatch()
    if part in package:
        package.follow(part, watch)
    codes = BUILT_IN | watch.codes
    formats = [codes.get(number, "") for number in watch.used]
    return lambda style: formats[style] if 0 <= style < len(formats) else ""


# ---------------------------------------------------------------- cells


class _CellsWatch(_TextWatch):
    """Follows rows, columns, cells and merges of a worksheet. Cells and rows without a place follow the one before."""

    def __init__(
        self, sheet: Worksheet, texts: Texts, formats: Callable[[int], str], since_1904: bool
    ) -> None:
        super().__init__()
        self._sheet = sheet
        self._texts = texts
        self._formats = formats
        self._since_1904 = since_1904
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
            self._row, self._column = place_of(place)
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
        """What a cell holds. Raises ValueError, or IndexError for a text that there is not."""
        kind = self._kind
        if kind == "s" and text:
            return self._texts[int(text)]
        if kind == "str" or kind == "inlineStr":
            return unescaped(text)
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
            raise Damage(f"a cell is of a kind that nobody knows, {kind[:20]!r}")
        return as_cell(float(trimmed), self._formats(int(self._style)), since_1904=self._since_1904)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        (top, left), (bottom, right) = place_of(first), place_of(last or first)
        self._sheet.merge(top, bottom, left, right)


def _flag(text: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false"):
        raise ValueError("neither yes nor no")
    return text.lower() in ("1", "true")


def _moment(text: str) -> date | time:
    """A date, a time or both as ISO 8601 writes them."""
    if "T" not in text and ":" in text:
        return time.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if "T" in text else moment.date()


def place_of(reference: str) -> Place:
    """`B7` -> row 6, column 1. Raises ValueError for what is no place in any spreadsheet program."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, column_of(letters)


@lru_cache(maxsize=20_000)
def column_of(letters: str) -> int:
    """`A` -> 0, `XFD` -> 16383."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 6):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
