"""Owns .xls on its way in: the records of [MS-XLS], Excel 5 to 2003."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from batch_update.sheet.manner import Limits
from batch_update.sheet.workbook.biff import F64, LEAST, MOST_EMPTY, U16, U32, error_of, packed_number
from batch_update.sheet.workbook.binary.compound import workbook_stream
from batch_update.sheet.workbook.binary.pieces import Pieces
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
from batch_update.sheet.workbook.zipped.archives import BrokenPart, encrypted, readable

_EOF, _CODE_PAGE, _SINCE_1904, _FILE_PASS, _CONTINUE, _COLUMNS, _SHEET, _MULTI_PACKED, _STYLE, _MERGES, _TEXTS = (
    0x0A, 0x42, 0x22, 0x2F, 0x3C, 0x7D, 0x85, 0xBD, 0xE0, 0xE5, 0xFC,
)  # fmt: skip
_ROW, _FORMAT, _BEGIN, _FORMULA_TEXT = 0x208, 0x41E, 0x809, 0x207
_FORMULAS, _LABELS, _SHARED = (0x06, 0x206, 0x406), (0x204, 0xD6), 0xFD
_NUMBER, _PACKED, _FLAG_OR_ERROR = 0x203, (0x27E, 0x7E), 0x205
_OLD = (0x02, 0x03, 0x04, 0x05)
"""cells of Excel 2, which have no place in any later workbook"""
_EXCEL_5 = 0x500
_CODE_PAGES = {
    0: "cp1252",
    1: "cp1252",
    10000: "mac-roman",
    32768: "mac-roman",
    32769: "cp1252",
    1200: "utf-16-le",
}


def open_xls(data: bytes, name: str, limits: Limits) -> Workbook:
    """List the worksheets of an .xls. SheetError S108 where it cannot be read, S103 where it is too large."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise encrypted(name)
    budget = Budget(name, limits)
    with readable(name):
        stream = workbook_stream(data)
        del data  # as large as the stream
        globals = _Globals(stream, name, budget)
        globals.read()
    tables = [sheet for sheet in globals.sheets if sheet.is_table]

    def fill(number: int, sheet: Worksheet) -> None:
        with readable(name):
            _Reader(globals, sheet).read(tables[number].place)

    return Workbook(name, tuple(sheet.listed for sheet in tables), budget, limits, fill)


@dataclass(frozen=True, slots=True)
class _Sheet:
    listed: Listed
    place: int
    """in the stream"""
    is_table: bool


@dataclass(slots=True)
class _Globals:
    """The part of an .xls that all of its worksheets share: texts, codec, formats, the list of sheets."""

    stream: bytes
    name: str
    budget: Budget
    sheets: list[_Sheet] = field(default_factory=list)
    texts: Texts = field(init=False)
    codec: str = "cp1252"
    wide: bool = True
    """whether texts are Unicode, as since Excel 97"""
    since_1904: bool = False
    _codes: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    _styles: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.texts = Texts(self.budget)

    def read(self) -> None:
        for kind, pieces in _records(self.stream, 0):
            content = pieces[0]
            if kind == _EOF:
                return
            if kind == _BEGIN:
                self._begin(content)
            elif kind == _FILE_PASS:
                raise encrypted(self.name)
            elif kind == _CODE_PAGE:
                number = U16.unpack_from(content)[0]
                self.codec = _CODE_PAGES.get(number, f"cp{number}")
            elif kind == _SINCE_1904:
                self.since_1904 = U16.unpack_from(content)[0] == 1
            elif kind == _SHEET:
                self._list(content)
            elif kind == _FORMAT:
                number = U16.unpack_from(content)[0]
                self._codes[number] = self.text(Pieces(pieces, 2), 2 if self.wide else 1)[:255]
            elif kind == _STYLE:
                self._styles.append(U16.unpack_from(content, 2)[0])
            elif kind == _TEXTS:
                self._read_texts(Pieces(pieces, 8), U32.unpack_from(content, 4)[0])
        raise BrokenPart("it is damaged or truncated")

    def _begin(self, content: bytes) -> None:
        version = U16.unpack_from(content)[0]
        if 0 < version < _EXCEL_5:
            raise BrokenPart("it is older than Excel 5")
        self.wide = version != _EXCEL_5

    def _list(self, content: bytes) -> None:
        place, state, type = struct.unpack_from("<LBB", content)
        name = self.text(Pieces([content], 6), 1)
        self.sheets.append(_Sheet(Listed(name, state & 3 == 0), place, type == 0))
        if len(self.sheets) > MOST_SHEETS:
            raise BrokenPart("it claims to hold far too many worksheets")

    def _read_texts(self, pieces: Pieces, count: int) -> None:
        for _ in range(count):
            if pieces.is_over:
                return  # some programs claim more than they write; a cell that names one of those is damage
            self.texts.add(pieces.text(2))

    def text(self, pieces: Pieces, width: int) -> str:
        """Return a text that a length of so many bytes precedes."""
        return pieces.text(width) if self.wide else pieces.narrow(width).decode(self.codec)

    def format_of(self, style: int) -> str:
        """Return the number format of a style."""
        return self._codes.get(self._styles[style], "") if style < len(self._styles) else ""


class _Reader:
    """Reads one worksheet's records into a Worksheet. Raises ValueError, LookupError or struct.error."""

    def __init__(self, globals: _Globals, sheet: Worksheet) -> None:
        self._globals = globals
        self._sheet = sheet
        self._waiting: tuple[int, int] | None = None
        """place of a formula the text of which is still to come"""

    def read(self, start: int) -> None:
        depth = 0
        for kind, pieces in _records(self._globals.stream, start):
            if kind == _BEGIN:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    self._settle()
                    return
            elif depth <= 1:  # a chart inside the worksheet has records of its own
                self._take(kind, pieces)
        raise BrokenPart("it is damaged or truncated")

    def _settle(self) -> None:
        """Add a formula whose text never came: it has no value."""
        if self._waiting is not None:
            self._sheet.add(*self._waiting, None)
            self._waiting = None

    def _take(self, kind: int, pieces: list[bytes]) -> None:
        content = pieces[0]
        if kind == _FORMULA_TEXT:
            if self._waiting is not None:
                place, self._waiting = self._waiting, None
                self._sheet.add(*place, self._globals.text(Pieces(pieces), 2))
        elif kind in _FORMULAS:
            self._settle()
            self._add_formula(content)
        elif kind == _MULTI_PACKED:
            self._add_many(content)
        elif kind in _LABELS:
            self._add(content, self._globals.text(Pieces(pieces, 6), 2))
        elif kind == _SHARED:
            row, column, number = struct.unpack_from("<2H2xL", content)
            self._sheet.add(row, column, self._globals.texts[number], shared=True)
        elif kind == _NUMBER:
            self._add(content, self._number(content, F64.unpack_from(content, 6)[0]))
        elif kind in _PACKED:
            self._add(content, self._number(content, packed_number(U32.unpack_from(content, 6)[0])))
        elif kind == _FLAG_OR_ERROR:
            self._add(content, error_of(content[6]) if content[7] else Typed(bool(content[6])))
        elif kind in _OLD:
            raise BrokenPart("it holds cells of Excel 2")
        else:
            self._see(kind, content)

    def _see(self, kind: int, content: bytes) -> None:
        """Take in what is hidden and what is merged."""
        if kind == _ROW and len(content) >= 13 and content[12] & 0x20:
            row = U16.unpack_from(content)[0]
            self._sheet.hidden.rows.add(row, row + 1)
        elif kind == _COLUMNS and len(content) >= 9 and content[8] & 0x01:
            first, last = struct.unpack_from("<2H", content)
            self._sheet.hidden.columns.add(first, last + 1)
        elif kind == _MERGES:
            for number in range(U16.unpack_from(content)[0]):
                self._sheet.merge(*struct.unpack_from("<4H", content, 2 + 8 * number))

    def _add(self, content: bytes, cell: Cell) -> None:
        row, column = struct.unpack_from("<2H", content)
        self._sheet.add(row, column, cell)

    def _number(self, content: bytes, value: float) -> Cell:
        style = U16.unpack_from(content, 4)[0]
        return as_cell(value, self._globals.format_of(style), since_1904=self._globals.since_1904)

    def _add_many(self, content: bytes) -> None:
        row, first = struct.unpack_from("<2H", content)
        for number in range((len(content) - 6) // 6):
            style, raw = struct.unpack_from("<HL", content, 4 + 6 * number)
            cell = as_cell(
                packed_number(raw), self._globals.format_of(style), since_1904=self._globals.since_1904
            )
            self._sheet.add(row, first + number, cell)

    def _add_formula(self, content: bytes) -> None:
        result = content[6:14]
        if len(result) < 8:
            raise ValueError("a formula that is cut short")
        if result[6:] != b"\xff\xff":
            self._add(content, self._number(content, F64.unpack(result)[0]))
        elif result[0] == 0:
            self._waiting = struct.unpack_from("<2H", content)
        elif result[0] == 1:
            self._add(content, Typed(bool(result[2])))
        elif result[0] == 2:
            self._add(content, error_of(result[2]))
        elif result[0] != 3:  # 3: an empty text
            raise ValueError("a result of a kind that nobody knows")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield each record from a place on: its type and its content, with that of the records that continue it."""
    kind, pieces, count = -1, [b""], 0
    while at + 4 <= len(stream):
        count += 1
        if count > MOST_EMPTY + at // LEAST:
            raise ValueError("empty records without end")
        upcoming, length = struct.unpack_from("<2H", stream, at)
        content = stream[at + 4 : at + 4 + length]
        if len(content) < length:
            break
        if upcoming == _CONTINUE:
            pieces.append(content)
        else:
            if kind >= 0:
                yield kind, pieces
            kind, pieces = upcoming, [content]
        at += 4 + length
    if kind >= 0:
        yield kind, pieces
