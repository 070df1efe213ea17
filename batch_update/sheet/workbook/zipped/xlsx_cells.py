"""Owns what a cell of an .xlsx holds, by its type, its style and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from batch_update.fields.cells.words import is_failed_formula
from batch_update.sheet.workbook.shown import as_cell, is_plain_format
from batch_update.sheet.workbook.worksheets import Cell, Place, Typed
from batch_update.sheet.workbook.zipped.archives import BrokenPart
from batch_update.sheet.workbook.zipped.books import Shared

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS = frozenset({"n", "s", "str", "inlineStr", "b", "e", "d"})


def unescaped(text: str) -> str:
    """Return a text as its reader sees it: `_x000D_` is one character, `_xD83D__xDE00_` too, `_x005F_` is `_`."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


_PLAIN = "-1"
"""a style that there is not, and so one without a number format"""
Kind = tuple[str, str]
"""type and style of a cell"""


class CellMaker:
    """Makes cells of what the XML of a worksheet says of them."""

    def __init__(self, shared: Shared) -> None:
        self.texts = shared.texts
        self._format_of = shared.format_of
        self._since_1904 = shared.since_1904

    def kind_of(self, attributes: Mapping[str, str]) -> Kind:
        """Return type and style of a cell; one for all styles that say nothing of the value."""
        kind, style = attributes.get("t", "n"), attributes.get("s", "0")
        counts = kind == "n" and not (style.isdecimal() and is_plain_format(self._format_of(int(style))))
        return kind, style if counts else _PLAIN

    def cell(self, kind: str, style: str, text: str, *, is_formula: bool = False) -> Cell:
        """Return what a cell holds. Raises ValueError, or IndexError for a text that there is not."""
        if kind == "s" and text:
            return self.texts[int(text)]
        if kind == "str" or kind == "inlineStr":
            return unescaped(text)
        trimmed = text.strip()
        if kind == "e":
            return trimmed if is_failed_formula(trimmed) else "#N/A"
        if not trimmed:
            return None if is_formula else ""
        if kind == "b":
            return Typed(_flag(trimmed))
        if kind == "d":
            return Typed(_moment(trimmed))
        if kind not in _KINDS:
            raise BrokenPart(f"a cell is of a kind that nobody knows, {kind[:20]!r}")
        return as_cell(float(trimmed), self._format_of(int(style)), since_1904=self._since_1904)

    def cells(self, kind: str, style: str, texts: Sequence[str]) -> list[Cell]:
        """Return what cells of one type and style hold, each as `cell` has it. Raises as that does."""
        try:
            if kind == "s":
                return list(self.texts.those(list(map(int, texts))))
            if kind == "n" and style == _PLAIN:
                return list(map(float, texts))
            if kind == "str" or kind == "inlineStr":
                return [unescaped(text) if "_x" in text else text for text in texts]
        except ValueError:
            pass  # an empty one is no number, and no text either
        made: dict[str, Cell] = {text: self.cell(kind, style, text) for text in dict.fromkeys(texts)}
        return [made[text] for text in texts]


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


def cell_place(reference: str) -> Place:
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


def letters_of(column: int) -> str:
    """0 -> `A`, 16383 -> `XFD`."""
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return letters
