"""Owns the guesses about a text file: encoding, delimiter, decimal sign. The user's word beats each of them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from batch_update.errors import SheetError, UsageError
from batch_update.fields.tools import shown
from batch_update.sheet.text.encodings import GUESS, Doubt, breaks_in, doubt_about

DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # which begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
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
    """Return the codec of a text file, proved on all of its bytes. The file is at its beginning afterwards.

    A byte order mark decides; else UTF-8 where every byte fits; else cp1252, unless most of what is not ASCII is
    good UTF-8, which is then a damaged file. Raises SheetError S104 with the line, UsageError for no such codec.
    """
    known = _known_codec(file, wanted)
    codec = known or "utf-8"
    bad = _first_bad_byte(file, codec)
    if known is None and bad is not None and not _is_damaged_utf8(file, bad):
        codec = GUESS
        if doubt := doubt_about(file):
            raise _uncertain(name, doubt)
        bad = _first_bad_byte(file, codec)
    if bad is not None:
        raise _undecodable(name, file, codec, bad)
    file.seek(0)
    return codec


def _known_codec(file: BinaryIO, wanted: str | None) -> str | None:
    """Return the codec that the user names, or that the file's first bytes tell; None where it has to be guessed."""
    file.seek(0)
    head = file.read(4096)
    if wanted is not None:
        return _users_codec(wanted, head)
    by_mark = next((codec for mark, codec in _BOMS if head.startswith(mark)), None)
    return by_mark or _wide_by_zeros(file, head)


def _users_codec(wanted: str, head: bytes) -> str:
    """Return the codec that the user names, or UTF-8 where the file begins with its mark, as what we write may: no text
    in another encoding begins so. UTF names become the one that fits the mark.
    """
    try:
        codec = codecs.lookup(wanted).name
        "".encode(codec)
    except (LookupError, ValueError):
        raise UsageError(
            f"the setting encoding: {wanted!r} is no text encoding",
            code="U101",
            remedy="Known are, among others, utf-8, cp1252, utf-16, cp850 and mac-roman.",
        ) from None
    by_mark = next((found for mark, found in _BOMS if head.startswith(mark)), None)
    if by_mark == "utf-8-sig":
        return by_mark
    if codec == "utf-8-sig":
        return "utf-8"
    if codec in ("utf-16", "utf-32"):
        return by_mark if by_mark in (f"{codec}-le", f"{codec}-be") else f"{codec}-le"
    return codec


def _wide_by_zeros(file: BinaryIO, head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 for a file without a mark: all decodes, some units are ASCII, a line end among them."""
    for codec in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be") if b"\0" in head else ():
        width = len("\n".encode(codec))
        units = [head[at : at + width] for at in range(0, len(head) - width + 1, width)]
        ascii_ones = {chr(number).encode(codec) for number in range(1, 0x80)}
        ends_lines = not {"\r".encode(codec), "\n".encode(codec)}.isdisjoint(units)
        share = sum(unit in ascii_ones for unit in units) / max(1, len(units))
        if ends_lines and share > LEAST_ASCII and _first_bad_byte(file, codec) is None:
            return codec
    return None


LEAST_ASCII = 0.03
"""Share of the characters of a CSV that are digits, spaces and delimiters, even where its texts are in no alphabet."""


def _first_bad_byte(file: BinaryIO, codec: str) -> int | None:
    """Return the offset of the first byte that the codec cannot decode."""
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


def _uncertain(name: str, doubt: Doubt) -> SheetError:
    """Return an error that shows the odd line as each likely encoding would have it."""
    likely = list(doubt.readings)[1]
    width = max(map(len, doubt.readings))
    readings = [f"{codec:<{width}}  {text}" for codec, text in _beside(doubt.readings).items()]
    return SheetError(
        code="S121",
        details=[f"{name}, line {doubt.line}: the encoding is uncertain; the line would be", *readings],
        remedy=f"Save it as UTF-8, or name the encoding that reads right: the setting encoding={likely}",
    )


def _beside(readings: Mapping[str, str]) -> dict[str, str]:
    """Return the readings cut around the first place where they differ."""
    texts = list(readings.values())
    differ = next((n for n, signs in enumerate(zip(*texts, strict=False)) if len(set(signs)) > 1), 0)
    start = max(0, differ - 20)
    return {codec: "... " * bool(start) + shown(text[start:]) for codec, text in readings.items()}


def _undecodable(name: str, file: BinaryIO, codec: str, bad: int) -> SheetError:
    file.seek(0)
    line, left, before = 1, bad, b""
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        line += breaks_in(block) - (before == b"\r" and block[:1] == b"\n")
        left, before = left - len(block), block[-1:]
    byte = file.read(1)
    return SheetError(
        f"{name}, line {line}: byte 0x{byte.hex() or '??'} does not fit {codec}",
        code="S104",
    )


@contextmanager
def text_of(file: BinaryIO, codec: str) -> Iterator[io.TextIOWrapper]:
    """Yield the file as text from its beginning, line ends untouched. The byte order mark is not part of it."""
    file.seek(0)
    mark = MARKS.get(codec, b"")
    file.seek(len(mark) if mark and file.read(len(mark)) == mark else 0)
    text = io.TextIOWrapper(file, codec, newline="")
    try:
        yield text
    finally:
        text.detach()  # else the file would be closed with it


MARKS = {codec: mark for mark, codec in _BOMS if codec != "utf-8-sig"}
"""Codecs that leave the mark where it is -> their marks."""


# ---------------------------------------------------------------- delimiter, line end


def sep_line(text: str) -> re.Match[str] | None:
    """Return the match of Excel's own first line `sep=;`, which no spreadsheet program counts as a row."""
    return _SEP.match(text)


def find_delimiter(text: str, wanted: str | None, is_known: Callable[[str], bool]) -> str:
    """Return the delimiter of a CSV that begins with `text`: that under which most headers are known to us.

    Where that decides nothing: the one under which the records after the header are as wide as the header.
    """
    if wanted is not None:
        return "\t" if wanted == "tab" else wanted
    return max(DELIMITERS, key=lambda delimiter: _score(text, delimiter, is_known))


def _score(text: str, delimiter: str, is_known: Callable[[str], bool]) -> tuple[int, int, int, int]:
    records = first_records(text, delimiter, 20)
    if not records:
        return 0, 0, 0, 0
    knows = [sum(is_known(cell) for cell in record[:1000] if cell.strip()) for record in records]
    known = max(knows)
    header, *rest = records[knows.index(known) :]  # a title may stand above it
    even = sum(len(record) == len(header) for record in rest)
    return known, even if len(header) > 1 else 0, len(header), even


def first_records(text: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the first records that are not blank; fewer where the text is no CSV under this delimiter."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(each_line(text), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == most:
                break
    except csv.Error:  # a cell beyond csv's own limit: what came before it is enough for a guess
        pass
    return records


def each_line(text: str) -> Iterator[str]:
    """Yield line by line, with their ends: a guess from the first few is to cost no look at the rest."""
    for found in _LINE.finditer(text):
        yield found[0]


def newline_of(text: str) -> str:
    """Return the line end that a text uses first; "\\n" where it has none."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


# ---------------------------------------------------------------- decimal sign


def find_decimal(cells: Iterable[Sequence[str]], delimiter: str, wanted: str | None) -> str:
    """Return the decimal sign that columns of numbers are written with. Each is looked at as far as needed."""
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
