"""Owns what .xls and .xlsb have in common: numbers packed into 30 bits, codes of errors, bounds of records."""

from __future__ import annotations

import struct

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
MOST_EMPTY, LEAST = 1_000_000, 8
"""records of a part that may be empty, and bytes that all of them have beyond that on the average"""
U16, U32, F64 = struct.Struct("<H"), struct.Struct("<L"), struct.Struct("<d")


def error_of(code: int) -> str:
    """Return what a cell with this error shows."""
    return ERRORS.get(code, "#N/A")


def packed_number(raw: int) -> float:
    """Return a whole number, or one from the upper half of a float; either of them perhaps to be divided by 100."""
    if raw & 2:
        value = float((raw >> 2) - (1 << 30 if raw & 0x80000000 else 0))
    else:
        (value,) = F64.unpack(b"\0\0\0\0" + U32.pack(raw & 0xFFFFFFFC))
    return value / 100 if raw & 1 else value
