"""Owns the bytes of a CSV on their way to the parsers: UTF-8, in blocks of whole records, or line by line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol, TextIO

import numpy as np

from batch_update.sheet.manner import Limits
from batch_update.sheet.text.dialect import text_of

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Stream(Protocol):
    """A source of UTF-8 bytes for a feed."""

    def read(self, size: int, /) -> bytes:
        """Return UTF-8; fewer bytes than `size` only at the end."""


@contextmanager
def utf8_of(file: BinaryIO, codec: str) -> Iterator[Stream]:
    """Yield the file from its beginning as UTF-8, whatever it is encoded in. The byte order mark is not part of it."""
    if codec == "utf-8":
        file.seek(0)
        yield file
    elif codec == "utf-8-sig":
        file.seek(len(codecs.BOM_UTF8))
        yield file
    else:
        with text_of(file, codec) as text:
            yield _Recoded(text)


class _Recoded:
    """A text as UTF-8."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int, /) -> bytes:
        """Return so many characters, which are at least as many bytes."""
        return self._text.read(size).encode()


class Feed:
    """The bytes of a file in blocks that end where a record probably does, or line by line."""

    def __init__(self, stream: Stream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._ended = False
        self._kept = b""
        """the carriage return that was read last: its line feed must not begin the next block"""
        self._data = self._more()
        self._at = 0
        """how much of the data was handed out"""
        self._size = limits.block
        """of the block handed out last"""
        self._next_size = limits.block

    def head(self) -> str:
        """Return what was read and not handed out yet, but for half a character."""
        return self._data[self._at :].decode("utf-8", "ignore")

    def block(self) -> bytes:
        """Return the next block; b"" at the end of the file. Raises csv.Error where a line never ends."""
        self._size, self._next_size = self._next_size, min(2 * self._next_size, self._limits.block)
        while not self._ended and (self._left() < self._size or not self._line_end()):
            self._read_on()
        end = self._at + self._size
        if self._data[end - 1 : end + 1] == b"\r\n":
            end += 1
        block = self._data[self._at : end]
        if not self._ended or end < len(self._data):
            block = block[: _record_end(block)] or self._data[self._at : self._line_end()]
        self._at += len(block)
        return block

    def take_back(self, block: bytes) -> bool:
        """Take back the block handed out last, so that the next is an eighth of it; False where that is too small."""
        is_smallest = self._size <= self._limits.smallest_block
        self._next_size = max(self._size // 8, self._limits.smallest_block)
        if not is_smallest:
            self._at -= len(block)
        return not is_smallest

    def line(self) -> str:
        """Return the next line with its end; "" at the end of the file. Raises csv.Error where it never ends."""
        while not (end := self._line_end()) and not self._ended:
            self._read_on()
        line = self._data[self._at : end]
        self._at += len(line)
        return line.decode()

    def _left(self) -> int:
        return len(self._data) - self._at

    def _line_end(self) -> int | None:
        """Return where the next line ends; None where no end was read yet."""
        found = _LINE_END.search(self._data, self._at)
        return found.end() if found else None

    def _read_on(self) -> None:
        """Read more, behind what was not handed out yet: that is less than a line, or as much as a block."""
        rest = self._data[self._at :]
        longest = self._limits.block + self._limits.longest_cell
        if len(rest) > longest and len(rest.decode("utf-8", "ignore")) > longest:
            raise csv.Error("line too long")
        self._data, self._at = rest + self._more(), 0

    def _more(self) -> bytes:
        data = self._stream.read(self._limits.block)
        self._ended = len(data) < self._limits.block
        data = self._kept + data
        self._kept = b"\r" if data.endswith(b"\r") and not self._ended else b""
        return data.removesuffix(self._kept)


class Lines(Iterator[str]):
    """Lines for a csv.reader: those of a block, and where its last record is still open, more of the feed."""

    def __init__(self, feed: Feed, block: bytes | None = None) -> None:
        self._feed = feed
        self._block = None if block is None else io.StringIO(block.decode(), newline="")
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
        """Return the lines of the record that the reader has just made."""
        record, self._record = self._record, []
        self.taken += len(record)
        return record


def _record_end(data: bytes) -> int:
    """Return the end of the last line before which quotes pair up; where there is none, of the last line."""
    end = last = data.rfind(b"\n") + 1
    quotes = count_of(memoryview(data)[:end], b'"')
    while quotes % 2 and end:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return end or last or data.rfind(b"\r") + 1  # old Macs end lines with CR alone


def count_of(data: bytes | memoryview, sign: bytes) -> int:
    """Return how often a byte occurs. `bytes.count` takes several times as long where it is frequent."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord(sign)))
