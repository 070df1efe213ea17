"""Owns the text of a CSV on its way to the parsers: in blocks of whole records, or line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TextIO

import numpy as np

BLOCK = 1 << 20
"""characters parsed at once: about 10,000 rows"""
LONGEST_CELL = 1 << 20
"""characters; a cell or line beyond it is taken for a quote that is never closed"""
_LINE_END = re.compile(r"\r\n|\n|\r")


class Feed:
    """The text of a file in blocks that end where a record probably does, or line by line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ended = False
        self._text = self._more()
        self._at = 0
        """how much of the text was handed out"""

    @property
    def head(self) -> str:
        """What was read and not handed out yet."""
        return self._text[self._at :]

    def block(self) -> str:
        """The next block; "" at the end of the file. Raises csv.Error where a line never ends."""
        text = self.head + self._more()
        if not self._ended and "\n" not in text:
            text += self._rest_of_line()
        end = len(text) if self._ended else _record_end(text)
        self._text, self._at = text[end:], 0
        return text[:end]

    def line(self) -> str:
        """The next line with its end; "" at the end of the file. Raises csv.Error where it never ends."""
        found = _LINE_END.search(self._text, self._at)
        end = found.end() if found else len(self._text)
        line = self._text[self._at : end]
        self._at = end
        return line if found or self._ended else line + self._rest_of_line()

    def _rest_of_line(self) -> str:
        rest = self._stream.readline(LONGEST_CELL)
        if len(rest) == LONGEST_CELL:
            raise csv.Error("line too long")
        return rest

    def _more(self) -> str:
        text = self._stream.read(BLOCK)
        self._ended = self._ended or len(text) < BLOCK
        # A line feed that belongs to the last carriage return would else begin the next block.
        return text + self._rest_of_line() if text.endswith("\r") else text


class Lines(Iterator[str]):
    """Lines for a csv.reader: those of a block, and where its last record is still open, more of the feed."""

    def __init__(self, feed: Feed, block: str | None = None) -> None:
        self._feed = feed
        self._block = None if block is None else io.StringIO(block, newline="")
        self._record: list[str] = []
        self.taken = 0
        """lines of the records taken so far"""

    def __next__(self) -> str:
        line = self._block.readline() if self._block else ""
        if not line and (self._block is None or self._record):
            line = self._feed.line()
        if not line:
            raise StopIteration
        self._record.append(line)
        return line

    def take(self) -> list[str]:
        """The lines of the record that the reader has just made."""
        record, self._record = self._record, []
        self.taken += len(record)
        return record


def _record_end(text: str) -> int:
    """The end of the last line before which quotes pair up; where there is none, of the last line."""
    end = last = text.rfind("\n") + 1
    quotes = count_of(text[:end], '"')
    while quotes % 2 and end:
        before = text.rfind("\n", 0, end - 1) + 1
        quotes -= text.count('"', before, end)
        end = before
    return end or last or len(text)  # without any line feed, a whole line: old Macs end them with CR alone


def count_of(text: str, sign: str) -> int:
    """How often an ASCII character occurs. `str.count` takes several times as long where it is frequent."""
    return int(np.count_nonzero(np.frombuffer(text.encode(), dtype=np.uint8) == ord(sign)))
