"""Owns opening a sheet: regular files and stdin only, within limits, and what the first bytes say it is."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from batch_update.errors import SheetError
from batch_update.sheet import kinds
from batch_update.sheet.endings import READ, WORKBOOKS
from batch_update.sheet.manner import Limits
from batch_update.sheet.table import MIB, too_large
from batch_update.sheet.workbook.zipped.archives import open_archive
from batch_update.sheet.workbook.zipped.packages import workbook_format

STDIN = "-"


@contextmanager
def opened(source: str | Path, stdin: BinaryIO | None, limits: Limits) -> Iterator[BinaryIO]:
    """Yield the sheet's bytes as a seekable file, at its beginning. Raises SheetError S101, S103 or S120."""
    if str(source) == STDIN:
        with tempfile.SpooledTemporaryFile(max_size=16 * MIB) as spool:
            _drain(stdin or _stdin(), cast(BinaryIO, spool), limits.max_csv_mb)
            yield cast(BinaryIO, spool)
    else:
        with _open_regular(Path(source)) as file, _unchanged(str(source), file):
            yield file


def _open_regular(path: Path) -> BinaryIO:
    """Open a file without ever waiting: a pipe without a writer would block for good."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        if isinstance(error, (IsADirectoryError, PermissionError)) and os.path.isdir(path):  # noqa: PTH112  # never raises
            raise _no_file(path, "is a folder") from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _no_file(path, f"cannot be opened: {reason}") from None
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        raise _no_file(
            path, "is a folder" if stat.S_ISDIR(mode) else "is a pipe or a device, no regular file"
        )
    return os.fdopen(number, "rb")


@contextmanager
def _unchanged(name: str, file: BinaryIO) -> Iterator[None]:
    """Raise SheetError S120 where somebody wrote into the file meanwhile: what was read may be half of each."""
    before = os.fstat(file.fileno())
    try:
        yield
    finally:  # also where that was why it could not be read
        now = os.fstat(file.fileno())
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise SheetError(
                f"{name} was written to while it was read",
                code="S120",
                remedy="Try again once it is saved; a copy is safe from that.",
            )


def _no_file(path: Path, what: str) -> SheetError:
    return SheetError(f"{path} {what}", code="S101")


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise SheetError("stdin is closed", code="S101", remedy="Name a file, or pipe a sheet in.")
    return sys.stdin.buffer


def _drain(stdin: BinaryIO, spool: BinaryIO, limit_mb: int) -> None:
    size = 0
    while block := stdin.read(MIB):
        size += len(block)
        if size > limit_mb * MIB:
            raise too_large("stdin", f"more than {limit_mb} MiB", "max_csv_mb")
        spool.write(block)
    spool.seek(0)


def format_of(name: str, file: BinaryIO, limits: Limits) -> str:
    """Return csv, tsv, jsonl, xlsx, xls, xlsb or ods, by the content; the name must not say otherwise.

    Raises SheetError S102 where they do not fit or nobody knows the content, S103 where the file is too large.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    is_workbook = head.startswith((kinds.ZIP, kinds.OLE))
    _require_size(name, size, limits, is_workbook=is_workbook)
    _require_sheet(name, kinds.by_name(name, head) or kinds.by_content(head))
    by_name = READ.get(Path(name).suffix.lower(), "")
    found = _by_content(name, file, head, by_name)
    if by_name and (by_name in WORKBOOKS) != is_workbook:
        raise _misnamed(name, found) if found in WORKBOOKS else _no_workbook(name, size, head)
    return found


def _require_size(name: str, size: int, limits: Limits, *, is_workbook: bool) -> None:
    """Raise SheetError S103 where a file is larger than it may be."""
    limit = limits.max_excel_mb if is_workbook else limits.max_csv_mb
    if size > limit * MIB:
        setting = "max_excel_mb" if is_workbook else "max_csv_mb"
        raise too_large(name, f"{size / MIB:,.1f} MiB, the limit is {limit} MiB", setting)


def _misnamed(name: str, found: str) -> SheetError:
    return _other_name(name, f"a workbook ({found})", found)


def _no_workbook(name: str, size: int, head: bytes) -> SheetError:
    """Return the SheetError for what its name calls a workbook and is none."""
    if size and not kinds.is_binary(head):
        return _other_name(name, "text, no workbook", "csv")
    what = (
        "holds bytes of no kind that is known: it is damaged, or no workbook"
        if size
        else "is empty (0 bytes)"
    )
    remedy = "Open it in the program that made it and save it again, or take it from a copy."
    return SheetError(f"{name} {what}", code="S102", remedy=remedy)


def _other_name(name: str, what: str, ending: str) -> SheetError:
    remedy = f"Give it a name that ends in .{ending}, or save it again as .xlsx."
    return SheetError(f"{name} holds {what}", code="S102", remedy=remedy)


def _by_content(name: str, file: BinaryIO, head: bytes, by_name: str) -> str:
    if head.startswith(kinds.ZIP):
        return _kind_of_zip(name, file)
    if head.startswith(kinds.OLE):
        _require_sheet(name, kinds.in_compound(file))
        file.seek(0)
        return "xls"
    if by_name in ("csv", "tsv", "jsonl"):
        return by_name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "jsonl" if text.startswith((b"{", b"[")) else "csv"


def _kind_of_zip(name: str, file: BinaryIO) -> str:
    with open_archive(file, name) as archive:
        _require_sheet(name, kinds.in_zip(archive))
        kind = workbook_format(archive, name)
    file.seek(0)
    if not kind:
        raise SheetError(f"{name} is a zip archive, no workbook", code="S102")
    return kind


def _require_sheet(name: str, other: kinds.Other | None) -> None:
    """Raise SheetError S102 with what the file is, where that is no sheet."""
    if other is not None:
        raise SheetError(f"{name} {other.what}", code="S102", remedy=other.remedy)
