"""Owns the text of an OpenDocument cell: paragraphs, and spaces, tabs and line breaks that are elements."""

from __future__ import annotations

import re
from datetime import timedelta

_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT, STYLE = (f"{_SPACE}{name}:1.0 " for name in ("office", "table", "text", "style"))
DRAW = f"{_SPACE}drawing:1.0 "

_ASIDE = ("office:annotation", "text:note", "text:ruby-text", "table:table")
"""what stands in a paragraph or a cell and is no part of its text; drawings neither."""
_SIGNS = {"text:tab": "\t", "text:line-break": "\n"}
_LONGEST = 16 << 20
"""letters of one cell"""
_INDENT = re.compile(r" *[\t\r\n][ \t\r\n]*")
_SPACED = "\0"
"""stands for an indentation until its paragraph is over; no XML holds it"""
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:[.,]\d+)?)S)?)?"
)


class Paragraphs:
    """Gathers what a cell shows, element by element, with white space as the format means it."""

    def __init__(self) -> None:
        self.listens = False
        """whether the text that comes next is the cell's"""
        self._done: list[str] = []
        self._open: list[str] | None = None
        """the paragraph that is followed"""
        self._aside_at = 0
        self._letters = 0

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        """An element begins, so many below the cell."""
        if self._aside_at:
            return
        if tag in _ASIDE or tag.startswith("draw:"):
            self._aside_at = depth
        elif tag in ("text:p", "text:h") and self._open is None:
            self._open = []
        elif self._open is not None and tag == "text:s":
            self._put(" " * _count(attributes.get(TEXT + "c", "1")))
        elif self._open is not None and tag in _SIGNS:
            self._put(_SIGNS[tag])
        self.listens = self._open is not None and not self._aside_at

    def add(self, text: str) -> None:
        """Add text of a paragraph. Line breaks and tabs are indentation, and that is one space, or none at either end.

        Spaces in a row count, though the format says otherwise: LibreOffice writes and reads them so.
        """
        self._put(_INDENT.sub(_SPACED, text))

    def end(self, tag: str, depth: int) -> None:
        """An element is over."""
        if self._aside_at:
            self._aside_at = 0 if depth == self._aside_at else self._aside_at
        elif tag in ("text:p", "text:h") and self._open is not None and depth >= 1:
            self._close()
        self.listens = self._open is not None and not self._aside_at

    def taken(self) -> str | None:
        """Return what the cell shows, its paragraphs as lines; None where it has none. Begins anew."""
        shown = "\n".join(self._done) if self._done else None
        self._done, self._open, self._letters, self._aside_at, self.listens = [], None, 0, 0, False
        return shown

    def _put(self, text: str) -> None:
        assert self._open is not None, "a paragraph is open"
        self._letters += len(text)
        if self._letters > _LONGEST:
            raise ValueError("a text without end")
        self._open.append(text)

    def _close(self) -> None:
        assert self._open is not None, "a paragraph is open"
        self._done.append("".join(self._open).strip(_SPACED).replace(_SPACED, " "))
        self._open = None


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _LONGEST:
        raise ValueError("spaces without end")
    return number


def parsed_duration(text: str) -> timedelta:
    """`PT09H30M00S` -> nine and a half hours. Raises ValueError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError("no duration")
    units = {
        unit: float((match[unit] or "0").replace(",", "."))
        for unit in ("days", "hours", "minutes", "seconds")
    }
    return timedelta(**units) * (-1 if match["sign"] else 1)
