"""Owns the container around an .xls: sectors in chains, [MS-CFB].

olefile was tried in place of this, and reads what is whole. But a file of 50 KiB whose list of tables follows itself
keeps it busy for over 30 s, and one of 6 KiB whose stream of 4 GiB runs in a ring takes 3 GiB of memory; here each is
refused within 0.01 s.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from batch_update.sheet.workbook.biff import U16, U32

_FREE = 0xFFFFFFFA
"""sector numbers from here on are marks, such as the end of a chain"""
_NONE = 0xFFFFFFFF
_ENTRY = 128
_STREAM = 2


def workbook_stream(data: bytes) -> bytes:
    """Return the stream `Workbook` (or `Book`, up to Excel 95), not that of a workbook inside this one.

    Raises ValueError, IndexError, struct.error or KeyError.
    """
    size = 1 << U16.unpack_from(data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    table = _allocation(data, sector, size)
    (directory, cutoff, mini_start) = struct.unpack_from("<L4xLL", data, 48)
    entries = _chain(sector, table, directory)
    streams = _streams(entries)
    start, length = streams.get("workbook") or streams["book"]
    if length >= cutoff:
        return _chain(sector, table, start)[:length]
    mini_table = _numbers(_chain(sector, table, mini_start))
    root = _chain(sector, table, U32.unpack_from(entries, 116)[0])
    return _chain(lambda number: root[number * 64 : (number + 1) * 64], mini_table, start)[:length]


def _allocation(data: bytes, sector: Callable[[int], bytes], size: int) -> list[int]:
    """Return the table that says which sector follows which: its sectors are listed in the header, then in a chain."""
    places = _numbers(data[76:512])
    more = U32.unpack_from(data, 68)[0]
    seen = 0
    while more < _FREE and seen * size < len(data):
        *listed, more = _numbers(sector(more))
        places += listed
        seen += 1
    used = [place for place in places if place < _FREE]
    if len(used) * (size // 4) > 2 * len(data) // size + 4 * size:
        raise ValueError("a table larger than what it tells of")
    return [number for place in used for number in _numbers(sector(place))]


def _chain(sector: Callable[[int], bytes], table: list[int], start: int) -> bytes:
    blocks = []
    while start < _FREE:
        blocks.append(sector(start))
        start = table[start]
        if len(blocks) > len(table):
            raise ValueError("a chain without end")
    return b"".join(blocks)


def _streams(entries: bytes) -> dict[str, tuple[int, int]]:
    """Return the streams right below the root, whatever that is called: name in lower case -> first sector, length."""
    found: dict[str, tuple[int, int]] = {}
    waiting, seen = [U32.unpack_from(entries, 76)[0]], set()
    while waiting:
        number = waiting.pop()
        if number == _NONE or number in seen:
            continue
        seen.add(number)
        at = number * _ENTRY
        letters, kind = struct.unpack_from("<HB", entries, at + 64)
        waiting += struct.unpack_from("<2L", entries, at + 68)
        if kind == _STREAM:
            name = entries[at : at + max(0, min(letters, 64) - 2)].decode("utf-16-le", "replace").lower()
            found[name] = struct.unpack_from("<2L", entries, at + 116)
    return found


def _numbers(data: bytes) -> list[int]:
    return [number for (number,) in U32.iter_unpack(data[: len(data) // 4 * 4])]
