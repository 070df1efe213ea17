"""Owns the guesses about a text file: encoding, delimiter, decimal sign. The user's word beats each of them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from batch_update.errors import SheetError, UsageError

DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLOCK = 1 << 20
_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*")
_POINT = re.compile(r"\s*[+-]?\d*\.\d+\s*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_SEP = re.compile(r"sep=([\t !#-/:-@\[-`{-~])(?:\r\n|\n|\r)", re.IGNORECASE)
"""Signs of ASCII alone: others are several bytes, and a quote or a letter separates nothing."""


# ---------------------------------------------------------------- encoding


def find_encoding(name: str, file: BinaryIO, wanted: str | None) -> str:
    """The codec of a text file, proved on all of its bytes. The file is at its beginning afterwards.

    A byte order mark decides; else UTF-8 where every byte fits; else cp1252, unless most of what is not ASCII is
    good UTF-8, which is then a damaged file. Raises SheetError S104 with the line, UsageError for no such codec.
    """
    file.seek(0)
    head = file.read(4096)
    found = next((codec for mark, codec in _BOMS if head.startswith(mark)), None) or _utf16_by_zeros(head)
    if wanted is not None:
        found = _users_codec(wanted, head)
    codec = found or "utf-8"
    bad = _first_bad_byte(file, codec)
    if bad is not None and found is None and not _is_damaged_utf8(file, bad):
        codec = "cp1252"
        bad = _first_bad_byte(file, codec)
    if bad is not None:
        raise _undecodable(name, file, codec, bad)
    file.seek(0)
    return codec


def _users_codec(wanted: str, head: bytes) -> str:
    """The codec that the user names, unless the file begins with UTF-8's mark, as what we write may: no text in
    another encoding begins so. UTF names become the one that fits the mark.
    """
    try:
        codec = codecs.lookup(wanted).name
        "".encode(codec)
    except (LookupError, ValueError):
        raise UsageError(
            f"--encoding: {wanted!r} is no text encoding",
            code="U101",
            remedy="Known are, among others, utf-8, cp1252, utf-16, cp850 and mac-roman.",
        ) from None
    by_mark = next((found for mark, found in _BOMS if head.startswith(mark)), None)
    if by_mark == "utf-8-sig":
        return by_mark
    if codec == "utf-8-sig":
        return "utf-8"
    if codec == "utf-16":
        return by_mark if by_mark in ("utf-16-le", "utf-16-be") else "utf-16-le"
    return codec


def _utf16_by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: in mostly Latin text every other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 4 or 3 * (even + odd) < len(head):
        return None
    return "utf-16-le" if even == 0 else "utf-16-be" if odd == 0 else None


def _first_bad_byte(file: BinaryIO, codec: str) -> int | None:
    """Offset of the first byte that the codec cannot decode."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    ascii_fits = codec in ("utf-8", "utf-8-sig", "cp1252")
    file.seek(0)
    offset = 0
    while True:
        block = file.read(_BLOCK)
        waiting = decoder.getstate()[0]
        if not (ascii_fits and block and not waiting and block.isascii()):
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return offset - len(waiting) + error.start
        if not block:
            return None
        offset += len(block)


def _is_damaged_utf8(file: BinaryIO, bad: int) -> bool:
    start = max(0, bad - _BLOCK // 2)
    file.seek(start)
    text = file.read(_BLOCK).decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    good = sum(not character.isascii() for character in text) - wrong
    return good > wrong


def _undecodable(name: str, file: BinaryIO, codec: str, bad: int) -> SheetError:
    file.seek(0)
    line, left, byte = 1, bad, b""
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        line += block.count(b"\n")
        left -= len(block)
    byte = file.read(1)
    return SheetError(
        f"{name}, line {line}: byte 0x{byte.hex() or '??'} does not fit {codec}",
        code="S104",
        remedy="Save it as UTF-8, or name the encoding with --encoding.",
    )


@contextmanager
def text_of(file: BinaryIO, codec: str) -> Iterator[io.TextIOWrapper]:
    """The file as text from its beginning, line ends untouched. The byte order mark is not part of it."""
    file.seek(len(codecs.BOM_UTF16_LE) if _has_utf16_mark(file, codec) else 0)
    text = io.TextIOWrapper(file, codec, newline="")
    try:
        yield text
    finally:
        text.detach()  # else the file would be closed with it


def _has_utf16_mark(file: BinaryIO, codec: str) -> bool:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    file.seek(0)
    return file.read(2) == marks.get(codec, b"--")


# ---------------------------------------------------------------- delimiter, line end


def sep_line(text: str) -> re.Match[str] | None:
    """Excel's own first line `sep=;`, which no spreadsheet program counts as a row."""
    return _SEP.match(text)


def find_delimiter(text: str, wanted: str | None, is_known: Callable[[str], bool]) -> str:
    """The delimiter of a CSV that begins with `text`: the one under which most headers are known to us.

    Where that decides nothing: the one under which the records after the header are as wide as the header.
    """
    if wanted is not None:
        return "\t" if wanted == "tab" else wanted
    return max(DELIMITERS, key=lambda delimiter: _score(text, delimiter, is_known))


def _score(text: str, delimiter: str, is_known: Callable[[str], bool]) -> tuple[int, int, int, int]:
    records = first_records(text, delimiter, 20)
    if not records:
        return 0, 0, 0, 0
    header, *rest = records
    known = sum(is_known(cell) for cell in header[:1000] if cell.strip())
    even = sum(len(record) == len(header) for record in rest)
    return known, even if len(header) > 1 else 0, len(header), even


def first_records(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The first records that are not blank; fewer where the text is no CSV under this delimiter."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(_lines(text), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == most:
                break
    except csv.Error:  # a cell beyond csv's own limit: what came before it is enough for a guess
        pass
    return records


def _lines(text: str) -> Iterator[str]:
    """Line by line, with their ends: a guess from the first few is to cost no look at the rest."""
    for found in _LINE.finditer(text):
        yield found[0]


def newline_of(text: str) -> str:
    """The line end that a text uses first; "\\n" where it has none."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


# ---------------------------------------------------------------- decimal sign


def find_decimal(cells: Iterable[Sequence[str]], delimiter: str, wanted: str | None) -> str:
    """The decimal sign, from the cells of the columns that hold numbers. Each column is looked at as far as needed."""
    if wanted is not None:
        return wanted
    commas = points = 0
    for column in cells:
        for start in range(0, len(column), 1000):
            part = set(column[start : start + 1000])
            commas += sum(_COMMA.fullmatch(cell) is not None for cell in part if "," in cell)
            points += sum(_POINT.fullmatch(cell) is not None for cell in part if "." in cell)
            if commas or points:
                break
    if commas != points:
        return "," if commas > points else "."
    return "," if delimiter == ";" else "."
