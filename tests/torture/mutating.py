"""Ways to damage the bytes of a file, as disks, programs and people do. All dice are passed in."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from io import BytesIO

Dice = random.Random
INSERTED = (
    b"\0", b"\r", b"\n", b"\r\n", b'"', b"'", b";", b",", b"\t", b"|", b"=", b"@", b"-", b"[", b"{", b"}",
    b"\xff", b"\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbf\xbd",
    b"\xe2\x80\x8b", b"\xc3\x83\xc2\xbc", b"_x000D_", b"_xD83D__xDE00_", b"&uuml;", b"\\u00fc", b"#" * 255,
    b"Loading...",
    b"[object Object]", b"undefined", b"x" * 32_767, b";=1+1", b"\0=1", b"\xe2\x81\xa0=", b"~$", b"id", b"id,name\n",
    b"9" * 400, b"1e999", b"-0", b"NaN", b"null", b"<", b">", b"&amp;", b"&#0;", b"]]>", b"PK\x03\x04", b"[" * 5000,
)  # fmt: skip
"""Pieces with a meaning for one reader or the other."""
CODECS = (
    "cp1252", "cp850", "cp437", "mac-roman", "cp1250", "iso8859-2", "cp1251", "utf-16", "utf-16-le", "utf-32",
    "utf-32-be", "utf-8-sig",
)  # fmt: skip
LONGEST = 4 << 20
"""bytes of a mutated file; repeating must not make it a test of the limits alone"""


def mutated(data: bytes, dice: Dice, others: tuple[bytes, ...] = ()) -> bytes:
    """One to four kinds of damage, one after the other; `others`: files that a part may come from."""
    ways = [*_WAYS, *([_spliced(others)] if others else [])]
    if zipfile.is_zipfile(BytesIO(data)):
        ways = [*ways, *[_mutated_member] * 12]  # else nearly all damage would be seen by a checksum alone
    for _ in range(dice.choice((1, 1, 1, 2, 2, 4))):
        data = dice.choice(ways)(data, dice)[:LONGEST]
    return data


def _flipped(data: bytes, dice: Dice) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 4, 32)) if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _set(data: bytes, dice: Dice) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 2, 8)) if changed else 0):
        changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return bytes(changed)


def _cut(data: bytes, dice: Dice) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _beheaded(data: bytes, dice: Dice) -> bytes:
    return data[dice.randrange(min(len(data), 600) + 1) :]


def _without(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + data[end:]


def _repeated(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 2, 50, 1000)) + data[end:]


def _inserted(data: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(INSERTED) + data[at:]


def _replaced(data: bytes, dice: Dice) -> bytes:
    """Every one of a byte becomes something else: other line ends, other delimiters, no quotes."""
    if not data:
        return data
    old = data[(at := dice.randrange(len(data))) : at + 1]
    return data.replace(old, dice.choice(INSERTED[:24]))


def _zeroed(data: bytes, dice: Dice) -> bytes:
    """A block that never reached the disk."""
    start, end = _span(data, dice)
    return data[:start] + bytes(end - start) + data[end:]


def _recoded(data: bytes, dice: Dice) -> bytes:
    """A text in another encoding, or UTF-8 read as another and written again."""
    codec = dice.choice(CODECS)
    try:
        text = data.decode()
        return (
            text.encode(codec, "replace") if dice.random() < 0.7 else data.decode(codec, "replace").encode()
        )
    except UnicodeError:
        return data


def _swapped(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    middle = (start + end) // 2
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


_WAYS: tuple[Callable[[bytes, Dice], bytes], ...] = (
    _flipped, _set, _cut, _beheaded, _without, _repeated, _inserted, _inserted, _replaced, _zeroed, _swapped,
    _recoded,
)  # fmt: skip


def _span(data: bytes, dice: Dice) -> tuple[int, int]:
    start = dice.randrange(len(data) + 1)
    return start, min(len(data), start + dice.choice((1, 4, 40, 400, 4096)))


def _spliced(others: tuple[bytes, ...]) -> Callable[[bytes, Dice], bytes]:
    """The beginning of this file and the end of another."""

    def spliced(data: bytes, dice: Dice) -> bytes:
        other = dice.choice(others)
        return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]

    return spliced


def _mutated_member(data: bytes, dice: Dice) -> bytes:
    """An archive that is whole, with damage inside one member, or a member gone or doubled."""
    target = BytesIO()
    try:
        with (
            zipfile.ZipFile(BytesIO(data)) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            names = source.namelist()
            victim = dice.choice(names)
            for name in names:
                content = source.read(name)
                if name != victim:
                    archive.writestr(name, content)
                elif dice.random() < 0.95:
                    archive.writestr(name, dice.choice(_WAYS)(content, dice)[:LONGEST])
    except (OSError, ValueError, IndexError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError,
            RuntimeError, zipfile.zlib.error):  # fmt: skip
        return data  # it was damaged before, so that no archive can be made of it
    return target.getvalue()
