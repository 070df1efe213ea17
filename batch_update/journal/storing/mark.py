"""The mark beside a journal: how much of its log is on the disk, so that a log that ends sooner is noticed.

SQLite takes the first damaged page of a log for its end. The mark is another file, written after each commit. It waits
for no disk: after a kill it is there all the same, and after a power cut an older one is, which promises less.
"""

from __future__ import annotations

import os
import re
from binascii import crc32
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from batch_update.disk import CAREFULLY, read_plain, replace_private
from batch_update.journal.storing.database import JOURNAL

MARK = f"{JOURNAL}-mark"
_FORM = re.compile(rb"(lines (\d{12}) session (\d{6})) seal ([0-9a-f]{8})\n")


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise that a mark makes."""

    lines: int
    """of the log; more may be there"""
    session: int
    """in which they were written; 0 before the first"""


class Mark:
    """The mark of a journal that is being written."""

    def __init__(self, folder: Path, promise: Promise) -> None:
        """Raises OSError."""
        self._path = folder / MARK
        replace_private(self._path, mark_content(promise))
        self._file = FileIO(os.open(self._path, os.O_WRONLY | CAREFULLY), "w")

    def promise(self, promise: Promise) -> None:
        """So much is on the disk. Where this cannot be written, the one before stands, and promises less."""
        with suppress(OSError):
            self._file.seek(0)
            self._file.write(mark_content(promise))

    def close(self, *, remove: bool) -> None:
        """Let go of it. `remove`: the run came to its end, and its journal needs none any more."""
        self._file.close()
        if remove:
            with suppress(OSError):
                self._path.unlink()


def read_mark(folder: Path) -> Promise | None:
    """Return what was promised last; None where there is no mark, or one that is not as it was written."""
    try:
        match = _FORM.fullmatch(read_plain(folder / MARK, 1024))
    except OSError:
        return None
    if match is None or int(match[4], 16) != crc32(match[1]):
        return None
    return Promise(int(match[2]), int(match[3]))


def mark_content(promise: Promise) -> bytes:
    text = b"lines %012d session %06d" % (promise.lines, promise.session)
    return b"%s seal %08x\n" % (text, crc32(text))
