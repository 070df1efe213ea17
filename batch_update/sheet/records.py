"""Owns the same look at the binary formats: the records of .xls and .xlsb, and the container around .xls."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator

from batch_update.sheet.archives import damaged, encrypted, member_of
from batch_update.sheet.scans import LARGEST_GRID, Scan, related_part

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_U16, _U32 = struct.Struct("<H"), struct.Struct("<L")

# .xlsb, [MS-XLSB] 2.3: a row header, then cells whose row is that header's
_ROW, _COLUMNS, _BUNDLE_SHEET, _XLSB_ERRORS, _XLSB_CELLS = 0, 60, 156, (3, 11), range(2, 12)

# .xls, [MS-XLS] 2.3
_EOF, _FORMULA, _FILE_PASS, _BOUND_SHEET, _BOOL_ERR, _MUL_RK, _DIMENSIONS, _XLS_ROW, _XLS_COLUMNS = (
    0x0A,
    0x06,
    0x2F,
    0x85,
    0x205,
    0xBD,
    0x200,
    0x208,
    0x7D,
)
_XLS_CELLS = {_FORMULA, 0x206, 0x406, 0x203, 0x204, _BOOL_ERR, 0x27E, 0xFD, 0xD6, 0x04}


def scan_xlsb(archive: zipfile.ZipFile, name: str, part: str) -> Scan:
    """Scans one worksheet's part. Raises SheetError S108."""
    scan = Scan()
    row = 0
    try:
        data = archive.read(member_of(archive, name, part))
        for kind, at, length in _xlsb_records(data):
            if kind == _ROW:
                row = _U32.unpack_from(data, at)[0]
                if length >= 12 and data[at + 11] & 0x10:
                    scan.hidden.rows.add(row, row + 1)
            elif kind == _COLUMNS:
                if length >= 17 and data[at + 16] & 0x01:
                    first, last = struct.unpack_from("<2L", data, at)
                    scan.hidden.columns.add(first, last + 1)
            elif kind in _XLSB_CELLS:
                column = _U32.unpack_from(data, at)[0]
                scan.see(row, column)
                if kind in _XLSB_ERRORS:
                    scan.errors[row, column] = ERRORS.get(data[at + 8], "#N/A")
    except (struct.error, IndexError, ValueError):
        raise damaged(name, f"{part} is damaged") from None
    return scan


def xlsb_part(archive: zipfile.ZipFile, name: str, sheet: str) -> str:
    """The member that holds a worksheet of an xlsb. Raises SheetError S108."""
    ids: dict[str, str] = {}
    try:
        data = archive.read(member_of(archive, name, "xl/workbook.bin"))
        for kind, at, _ in _xlsb_records(data):
            if kind == _BUNDLE_SHEET:
                id, after = _wide_string(data, at + 8)
                ids[_wide_string(data, after)[0]] = id
    except (struct.error, IndexError):
        raise damaged(name, "xl/workbook.bin is damaged") from None
    return related_part(archive, name, "xl/workbook.bin", ids.get(sheet, ""))


def _wide_string(data: bytes, at: int) -> tuple[str, int]:
    """A text that its length precedes, and where it ends."""
    end = at + 4 + 2 * _U32.unpack_from(data, at)[0]
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _xlsb_records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, place and length of each record. Type and length are written seven bits a byte."""
    at = 0
    while at < len(data):
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
        yield kind, at, length
        at += length


def scan_xls(data: bytes, name: str) -> list[Scan]:
    """Scans every sheet of an .xls, in the workbook's order: calamine loads them all at once."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise encrypted(name)
    try:
        stream = _workbook_stream(data)
        places = []
        for kind, at, _ in _xls_records(stream, 0):
            if kind == _FILE_PASS:
                raise encrypted(name)
            if kind == _BOUND_SHEET:
                places.append(_U32.unpack_from(stream, at)[0])
            elif kind == _EOF:
                break
        return [_scan_xls_sheet(stream, place) for place in places]
    except (struct.error, IndexError, KeyError, ValueError):
        raise damaged(name, "it is damaged or truncated") from None


def _scan_xls_sheet(stream: bytes, start: int) -> Scan:
    scan = Scan()
    for kind, at, length in _xls_records(stream, start):
        if kind == _EOF:
            break
        if kind == _DIMENSIONS:
            _check_dimensions(stream[at : at + length])
        elif kind in _XLS_CELLS or kind == _MUL_RK:
            row, column = struct.unpack_from("<2H", stream, at)
            across = (
                1 if kind != _MUL_RK else max(1, _U16.unpack_from(stream, at + length - 2)[0] - column + 1)
            )
            scan.see(row, column, across=across)
            code = _xls_error(stream, kind, at)
            if code is not None:
                scan.errors[row, column] = ERRORS.get(code, "#N/A")
        elif kind == _XLS_ROW:
            if length >= 13 and stream[at + 12] & 0x20:
                row = _U16.unpack_from(stream, at)[0]
                scan.hidden.rows.add(row, row + 1)
        elif kind == _XLS_COLUMNS and length >= 9 and stream[at + 8] & 0x01:
            first, last = struct.unpack_from("<2H", stream, at)
            scan.hidden.columns.add(first, last + 1)
    return scan


def _check_dimensions(content: bytes) -> None:
    """calamine makes room for as many cells as a sheet claims to have. Raises ValueError, struct.error."""
    first, last, left, right = struct.unpack_from("<2L2H" if len(content) == 14 else "<4H", content)
    if last < first or right < left or (last - first + 1) * (right - left + 1) > LARGEST_GRID:
        raise ValueError("dimensions")


def _xls_error(stream: bytes, kind: int, at: int) -> int | None:
    """The error code of a cell that holds one."""
    if kind == _BOOL_ERR:
        return stream[at + 6] if stream[at + 7] else None
    is_formula = kind in (_FORMULA, 0x206, 0x406)
    if is_formula and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
        return stream[at + 8]
    return None


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Type, place and length of each record from a place on."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        yield kind, at + 4, length
        at += 4 + length


# ---------------------------------------------------------------- the container, [MS-CFB]

_FREE = 0xFFFFFFFA
"""sector numbers from here on are marks, such as the end of a chain"""


def _workbook_stream(data: bytes) -> bytes:
    """The stream `Workbook` (or `Book`, up to Excel 95). Raises ValueError, IndexError, struct.error or KeyError."""
    size = 1 << _U16.unpack_from(data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    table = _allocation(data, sector, size)
    (directory, cutoff, mini_start) = struct.unpack_from("<L4xLL", data, 48)
    entries = _directory(_chain(sector, table, directory))
    start, length = entries.get("workbook") or entries["book"]
    if length >= cutoff:
        return _chain(sector, table, start)[:length]
    mini_table = _numbers(_chain(sector, table, mini_start))
    root = _chain(sector, table, entries["root entry"][0])
    return _chain(lambda number: root[number * 64 : (number + 1) * 64], mini_table, start)[:length]


def _allocation(data: bytes, sector: Callable[[int], bytes], size: int) -> list[int]:
    """The table that says which sector follows which: its sectors are listed in the header, then in a chain."""
    places = _numbers(data[76:512])
    more = _U32.unpack_from(data, 68)[0]
    seen = 0
    while more < _FREE and seen * size < len(data):
        *listed, more = _numbers(sector(more))
        places += listed
        seen += 1
    return [number for place in places if place < _FREE for number in _numbers(sector(place))]


def _chain(sector: Callable[[int], bytes], table: list[int], start: int) -> bytes:
    blocks = []
    while start < _FREE:
        blocks.append(sector(start))
        start = table[start]
        if len(blocks) > len(table):
            raise ValueError("a chain without end")
    return b"".join(blocks)


def _directory(data: bytes) -> dict[str, tuple[int, int]]:
    """Stream's name in lower case -> first sector and length."""
    found = {}
    for at in range(0, len(data) - 127, 128):
        letters = _U16.unpack_from(data, at + 64)[0]
        name = data[at : at + max(0, min(letters, 64) - 2)].decode("utf-16-le", "replace").lower()
        found[name] = struct.unpack_from("<2L", data, at + 116)
    return found


def _numbers(data: bytes) -> list[int]:
    return [number for (number,) in _U32.iter_unpack(data[: len(data) // 4 * 4])]
