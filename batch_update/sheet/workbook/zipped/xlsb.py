"""Owns .xlsb on its way in: the records of [MS-XLSB]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zipfile import ZipFile

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.biff import F64, LEAST, MOST_EMPTY, U16, U32, error_of, packed_number
from batch_update.sheet.workbook.shown import BUILT_IN, as_cell
from batch_update.sheet.workbook.worksheets import (
    MOST_SHEETS,
    Budget,
    Cell,
    Listed,
    Texts,
    Typed,
    Workbook,
    Worksheet,
)
from batch_update.sheet.workbook.zipped.archives import Damage, readable
from batch_update.sheet.workbook.zipped.packages import Package
from batch_update.sheet.workbook.zipped.xlsx import related, worksheets_of

_ROW, _COLUMNS, _MERGE = 0, 60, 176
_WORKBOOK, _SHEET, _TEXT = 153, 156, 19
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 44, 47, 617, 618
_RICH_TEXT = 62
_CELLS = {2: "packed", 3: "error", 4: "flag", 5: "number", 6: "text", 7: "shared", 8: "text", 9: "number", 10: "flag",
          11: "error", _RICH_TEXT: "rich"}  # fmt: skip
_SHORT = {12: "", 13: "packed", 14: "error", 15: "flag", 16: "number", 17: "text", 18: "shared"}
"""cells that stand right of the one before, and do not say where"""
_BLANK = 1


def open_xlsb(archive: ZipFile, name: str, limits: Limits) -> Workbook:
    """Lists the worksheets of an .xlsb. SheetError S108 where it cannot be read, S103 where it is too large."""
    package, budget = Package(archive, name), Budget(name, limits)
    sheets: list[tuple[Listed, str]] = []
    since_1904 = False
    with readable(name):
        part = package.workbook_part()
        data, relations = package.read(part), package.relations(part)
        for kind, at, _ in _records(data):
            if kind == _SHEET:
                id, after = _wide_text(data, at + 8)
                sheets.append((Listed(_wide_text(data, after)[0], U32.unpack_from(data, at)[0] == 0), id))
                if len(sheets) > MOST_SHEETS:
                    raise Damage("it claims to hold far too many worksheets")
            elif kind == _WORKBOOK:
                since_1904 = bool(data[at] & 1)
    tables = worksheets_of(sheets, relations)

    def read(number: int) -> Worksheet:
        listed, to = tables[number]
        with readable(name):
            if to is None:
                raise Damage(f"nothing in it is worksheet {listed.name!r}")
            texts = _texts(package, related(part, relations, "sharedStrings"), budget)
            formats = _formats(package, related(part, relations, "styles"))
            sheet = Worksheet(f"{name}, worksheet {listed.name!r}", budget, limits)
            _Reader(package.read(to.part), sheet, texts, formats, since_1904).read()
            return sheet

    return Workbook(tuple(listed for listed, _ in tables), read)


def _texts(package: Package, part: str, budget: Budget) -> Texts:
    texts = Texts(budget)
    data = package.read(part) if part in package else bytearray()
    for kind, at, _ in _records(data):
        if kind == _TEXT:
            texts.add(_wide_text(data, at + 1)[0])
    return texts


def _formats(package: Package, part: str) -> Callable[[int], str]:
    """Number of a cell's style -> its number format."""
    codes, used, inside = dict(BUILT_IN), [], False
    data = package.read(part) if part in package else bytearray()
    for kind, at, _ in _records(data):
        if kind == _FORMAT:
            codes[U16.unpack_from(data, at)[0]] = _wide_text(data, at + 2)[0][:255]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            used.append(U16.unpack_from(data, at + 2)[0])
    formats = [codes.get(number, "") for number in used]
    return lambda style: formats[style] if style < len(formats) else ""


class _Reader:
    """Reads one worksheet's part into a Worksheet. Raises ValueError, IndexError or struct.error."""

    def __init__(
        self, data: bytearray, sheet: Worksheet, texts: Texts, formats: Callable[[int], str], since_1904: bool
    ) -> None:
        self._data = data
        self._sheet = sheet
        self._texts = texts
        self._formats = formats
        self._since_1904 = since_1904
        self._row = self._column = -1

    def read(self) -> None:
        for kind, at, length in _records(self._data):
            if kind == _ROW:
                self._begin_row(at, length)
            elif kind in _CELLS or kind == _BLANK:
                self._column = U32.unpack_from(self._data, at)[0]
                self._add(_CELLS.get(kind, ""), at + 4, at + length)
            elif kind in _SHORT:
                self._column += 1
                self._add(_SHORT[kind], at, at + length)
            elif kind == _COLUMNS and length >= 17 and self._data[at + 16] & 0x01:
                first, last = (U32.unpack_from(self._data, at + place)[0] for place in (0, 4))
                self._sheet.hidden.columns.add(first, last + 1)
            elif kind == _MERGE:
                top, bottom, left, right = (
                    U32.unpack_from(self._data, at + 4 * place)[0] for place in range(4)
                )
                self._sheet.merge(top, bottom, left, right)

    def _begin_row(self, at: int, length: int) -> None:
        self._row, self._column = U32.unpack_from(self._data, at)[0], -1
        if length >= 12 and self._data[at + 11] & 0x10:
            self._sheet.hidden.rows.add(self._row, self._row + 1)

    def _add(self, kind: str, at: int, end: int) -> None:
        """A cell of this kind, from its style on."""
        if kind:
            style = U32.unpack_from(self._data, at)[0] & 0xFFFFFF
            cell = self._cell(kind, style, at + 4, end)
            self._sheet.add(self._row, self._column, cell, shared=kind == "shared")

    def _cell(self, kind: str, style: int, at: int, end: int) -> Cell:
        data = self._data
        if kind == "shared":
            return self._texts[U32.unpack_from(data, at)[0]]
        if kind in ("text", "rich"):
            text, after = _wide_text(data, at + (kind == "rich"))
            if after > end:
                raise ValueError("a text longer than its record")
            return text
        if kind == "error":
            return error_of(data[at])
        if kind == "flag":
            return Typed(bool(data[at]))
        value = (
            packed_number(U32.unpack_from(data, at)[0]) if kind == "packed" else F64.unpack_from(data, at)[0]
        )
        return as_cell(value, self._formats(style), since_1904=self._since_1904)


def _wide_text(data: bytearray, at: int) -> tuple[str, int]:
    """A text that its length precedes, and where it ends."""
    end = at + 4 + 2 * U32.unpack_from(data, at)[0]
    if end > len(data):
        raise ValueError("a text longer than its part")
    return data[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _records(data: bytearray) -> Iterator[tuple[int, int, int]]:
    """Type, place and length of each record. Type and length are written seven bits a byte."""
    at = count = 0
    while at < len(data):
        count += 1
        if count > MOST_EMPTY + at // LEAST:
            raise ValueError("empty records without end")
        kind, length = data[at], 0
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + length > len(data):
            raise ValueError("a record longer than its part")
        yield kind, at, length
        at += length
