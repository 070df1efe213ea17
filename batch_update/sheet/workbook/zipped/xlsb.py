"""Owns .xlsb on its way in: the records of [MS-XLSB]."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.biff import F64, LEAST, MOST_EMPTY, U16, U32, error_of, packed_number
from batch_update.sheet.workbook.shown import as_cell
from batch_update.sheet.workbook.worksheets import (
    Cell,
    Texts,
    Typed,
    Workbook,
    Worksheet,
)
from batch_update.sheet.workbook.zipped.archives import Archive
from batch_update.sheet.workbook.zipped.books import Contents, Format, Formats, Shared, open_book
from batch_update.sheet.workbook.zipped.packages import Package

_ROW, _COLUMNS, _MERGE = 0, 60, 176
_WORKBOOK, _SHEET, _TEXT = 153, 156, 19
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 44, 47, 617, 618
_RICH_TEXT = 62
_CELLS = {2: "packed", 3: "error", 4: "flag", 5: "number", 6: "text", 7: "shared", 8: "text", 9: "number", 10: "flag",
          11: "error", _RICH_TEXT: "rich"}  # fmt: skip
_SHORT = {12: "", 13: "packed", 14: "error", 15: "flag", 16: "number", 17: "text", 18: "shared"}
"""cells that stand right of the one before, and do not say where"""
_BLANK = 1


def open_xlsb(archive: Archive, name: str, limits: Limits) -> Workbook:
    """List the worksheets of an .xlsb. SheetError S108 where it cannot be read, S103 where it is too large."""
    return open_book(Format(_contents, _read_texts, _formats, _read_cells), archive, name, limits)


def _contents(package: Package, part: str) -> Contents:
    contents, data = Contents(), package.read(part)
    for kind, at, _ in _records(data):
        if kind == _SHEET:
            relation, after = _wide_text(data, at + 8)
            contents.add(_wide_text(data, after)[0], relation, visible=U32.unpack_from(data, at)[0] == 0)
        elif kind == _WORKBOOK:
            contents.since_1904 = bool(data[at] & 1)
    return contents


def _read_texts(package: Package, part: str, texts: Texts) -> None:
    data = package.read(part)
    for kind, at, _ in _records(data):
        if kind == _TEXT:
            texts.add(_wide_text(data, at + 1)[0])


def _formats(package: Package, part: str) -> Formats:
    codes: dict[int, str] = {}
    used, inside, data = [], False, package.read(part)
    for kind, at, _ in _records(data):
        if kind == _FORMAT:
            codes[U16.unpack_from(data, at)[0]] = _wide_text(data, at + 2)[0][:255]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            used.append(U16.unpack_from(data, at + 2)[0])
    return Formats(codes, used)


def _read_cells(package: Package, part: str, sheet: Worksheet, shared: Shared) -> None:
    _Reader(package.read(part), sheet, shared).read()


class _Reader:
    """Reads one worksheet's part into a Worksheet. Raises ValueError, IndexError or struct.error."""

    def __init__(self, data: bytearray, sheet: Worksheet, shared: Shared) -> None:
        self._data = data
        self._sheet = sheet
        self._shared = shared
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
        """Add a cell of this kind, from its style on."""
        if kind:
            style = U32.unpack_from(self._data, at)[0] & 0xFFFFFF
            cell = self._cell(kind, style, at + 4, end)
            self._sheet.add(self._row, self._column, cell, shared=kind == "shared")

    def _cell(self, kind: str, style: int, at: int, end: int) -> Cell:
        data = self._data
        if kind == "shared":
            return self._shared.texts[U32.unpack_from(data, at)[0]]
        if kind in ("text", "rich"):
            text, after = _wide_text(data, at + 1 if kind == "rich" else at)
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
        return as_cell(value, self._shared.format_of(style), since_1904=self._shared.since_1904)


def _wide_text(data: bytearray, at: int) -> tuple[str, int]:
    """Return a text that its length precedes, and where it ends."""
    end = at + 4 + 2 * U32.unpack_from(data, at)[0]
    if end > len(data):
        raise ValueError("a text longer than its part")
    return data[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _records(data: bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield type, place and length of each record. Type and length are written seven bits a byte."""
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
