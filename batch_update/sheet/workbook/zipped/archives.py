"""Owns what is asked of a zip archive before any library unpacks it: whole, open, and of bounded size."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers import expat

from batch_update.errors import SheetError
from batch_update.sheet.manner import Limits

_END, _END_MARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_LARGEST_DIRECTORY = 4 << 20
"""bytes; 40,000 members. Each takes a kilobyte of memory once it is listed"""
_BLOCK = 1 << 20
_MOST_KEPT = 48 << 20
"""bytes that an archive keeps"""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""what zipfile raises for archives that are damaged or made to harm"""
_UNFIT = (*_BROKEN, expat.ExpatError, struct.error, LookupError, OverflowError)
"""what else comes of bytes that are not what they should be"""


class BrokenPart(ValueError):
    """A part of a workbook that is not as it should be; `str(error)` says what of it, for people."""


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn whatever a workbook's bytes make of what is done inside into SheetError S108."""
    try:
        yield
    except BrokenPart as damage:
        raise damaged(name, str(damage)) from None
    except _UNFIT:
        raise damaged(name, "it is damaged or truncated") from None


def tidy(path: str) -> str:
    """Return the name of a part as others are compared with it: some programs write `\\` for `/`, or begin with one."""
    return path.replace("\\", "/").removeprefix("./").lstrip("/")


class Archive(zipfile.ZipFile):
    """A zip archive that keeps, within bounds, what was unpacked to be counted, so that it is not unpacked twice."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._kept: dict[str, list[bytes]] = {}
        self.room = _MOST_KEPT
        """bytes that can still be kept"""

    def keep(self, member: zipfile.ZipInfo, blocks: list[bytes]) -> None:
        """Keep the content of a member."""
        self.room -= sum(map(len, blocks))
        self._kept[member.filename] = blocks

    def blocks_of(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield a member's content in blocks of a MiB. Raises Damage."""
        if member.filename in self._kept:
            yield from self._kept[member.filename]
            return
        try:
            with self.open(member) as content:
                while block := content.read(_BLOCK):
                    yield block
        except _BROKEN:
            raise BrokenPart(f"{member.filename} is damaged") from None


def open_archive(file: BinaryIO, name: str) -> Archive:
    """Return the archive, with its members listed and nothing unpacked. Raises SheetError S108."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_536 - _END.size))
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise damaged(name, "it is damaged or truncated")
    if _END.unpack_from(tail, at)[5] > _LARGEST_DIRECTORY:
        raise damaged(name, "it claims to hold far too many parts")
    try:
        return Archive(file)
    except _BROKEN:
        raise damaged(name, "it is damaged or truncated") from None


def check_archive(archive: Archive, name: str, limits: Limits) -> None:
    """Unpack every member and count, since sizes may be lied about. Raises SheetError S103 or S108."""
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise encrypted(name)
    if len({tidy(member.filename).lower() for member in members}) < len(members):
        raise damaged(name, "it holds a part twice")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise damaged(name, "it is packed in a way that spreadsheet programs do not use")
    left = limits.max_unpacked_mb << 20
    for member in members:
        left -= _unpacked_size(archive, member, name, left)
        if left < 0:
            raise SheetError(
                f"{name}: unpacks to more than {limits.max_unpacked_mb} MiB",
                code="S103",
                remedy="Split it, save it as CSV, or raise the setting max_unpacked_mb.",
            )


def _unpacked_size(archive: Archive, member: zipfile.ZipInfo, name: str, most: int) -> int:
    """Return how many bytes a member really unpacks to; stops counting above `most`."""
    declared, size = member.file_size, 0
    kept: list[bytes] = []
    member.file_size = 1 << 62  # zipfile stops at the size that the archive claims, others do not
    try:
        with archive.open(member) as content:
            while size <= most and (block := content.read(_BLOCK)):
                size += len(block)
                if size <= archive.room:
                    kept.append(block)
    except _BROKEN:
        raise damaged(name, "it is damaged") from None
    finally:
        member.file_size = declared
    if size <= most and size != declared:
        raise damaged(name, "it is damaged")
    if size <= min(most, archive.room):
        archive.keep(member, kept)
    return size


def damaged(name: str, what: str) -> SheetError:
    """Return the SheetError for a workbook that cannot be read."""
    return SheetError(
        f"{name} is no workbook that can be read: {what}",
        code="S108",
    )


def encrypted(name: str) -> SheetError:
    """Return the SheetError for a workbook with a password."""
    return SheetError(
        f"{name} is encrypted",
        code="S108",
    )
