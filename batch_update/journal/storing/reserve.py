"""The reserve beside a journal: room on the disk that is given back when that is full, for what is under way."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

RESERVE = "journal.reserve"
RESERVED = 512 * 1024
"""Bytes that are kept free."""


def take_reserve(folder: Path, shared_by: int = 1) -> None:
    """Take the room, or a share of it where so many journals have one each.

    It is of random bytes, since a file system may pack others. What lies there is removed and not
    written to: it may be a link that somebody put there. Raises OSError.
    """
    (folder / RESERVE).unlink(missing_ok=True)
    descriptor = os.open(folder / RESERVE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(RESERVED // shared_by))
        file.flush()
        os.fsync(file.fileno())


def give_back(folder: Path) -> None:
    """Remove the reserve, where that can be done."""
    with suppress(OSError):
        (folder / RESERVE).unlink(missing_ok=True)
