"""A file that holds a secret: read once, a pipe too, however editors wrote it; who else may read it is told."""

from __future__ import annotations

import os
import select
import stat
import time
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from errno import ETIMEDOUT
from io import FileIO
from pathlib import Path

from batch_update.text import printable, quoted_path

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Variable that names the folder of credentials: systemd and containers set it."""
MOST_BYTES = 4096
PATIENCE = 15.0
"""seconds that a pipe or a command may take to hand over the secret: it might be waited for for ever"""


def read_secret_file(path: Path, warn: Callable[[str], None], *, what: str) -> str:
    """Return the first bytes of the file as text. A pipe is fine: `<(pass show famulor)`.

    `warn` is told where others may read `what` is in it. Raises OSError and ValueError where it cannot be read.
    """
    with FileIO(path, opener=_without_waiting) as file:
        mode = os.fstat(file.fileno()).st_mode
        is_plain = stat.S_ISREG(mode) or os.name != "posix"
        found = file.read(MOST_BYTES) if is_plain else read_slowly(file.fileno())
    if stat.S_ISREG(mode) and os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
        warn(f"others may read {what} in {printable(str(path))}: chmod 600 {quoted_path(path)}")
    if found.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # as PowerShell writes files
        return stripped(found.decode("utf-16", "replace"))
    return stripped(found.decode("utf-8", "replace"))


def why_unread(error: OSError | ValueError) -> str:
    """Return why a file cannot be read, without its name."""
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not a path"


def stripped(text: str) -> str:
    """Return the text without the byte order mark and the white space that editors and shells leave around it."""
    return text.strip().removeprefix("\ufeff").strip()


def _without_waiting(path: str, flags: int) -> int:
    """Opens also a pipe that nobody writes to yet."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_slowly(descriptor: int, patience: float = PATIENCE) -> bytes:
    """Return what comes out of a pipe or device until its end. Raises TimeoutError where that does not come."""
    found, deadline = b"", time.monotonic() + patience
    while len(found) < MOST_BYTES:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise OSError(ETIMEDOUT, "nothing comes out of it")
        some = os.read(descriptor, MOST_BYTES - len(found))
        if not some:
            break
        found += some
    return found
