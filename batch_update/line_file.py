"""Files of lines that are only added to: each line is on the disk before anything follows from it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from errno import EFBIG, ENOSPC
from pathlib import Path
from typing import Any, BinaryIO

from batch_update.disk import CAREFULLY, read_plain, refuse_odd, sync_folder
from batch_update.model.as_json import made_from
from batch_update.strict_json import read_own_json

Kinds = Mapping[str, type[Any]]
"""The word that a line begins with -> the dataclass of what it tells."""

_STEP = 65_536
"""bytes that are looked through at once for the last end of a line"""


def read_lines(path: Path, most: int) -> list[bytes]:
    """Return the lines of a file; [] where there is none. A last line without an end was never there.

    Raises OSError, also where the file is larger than so many bytes.
    """
    try:
        content = read_plain(path, most + 1)
    except FileNotFoundError:
        return []
    if len(content) > most:
        raise OSError(EFBIG, os.strerror(EFBIG), str(path))
    *lines, _torn = content.split(b"\n")
    return lines


def add_lines(path: Path, lines: bytes) -> None:
    """Add whole lines, and return once they are on the disk; what is left of a torn one goes. Raises OSError."""
    refuse_odd(path)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | CAREFULLY, 0o600)
    with os.fdopen(descriptor, "rb+", buffering=0) as file:
        end = _end_of_lines(file)
        try:
            file.truncate(end)
            file.seek(end)
            if file.write(lines) != len(lines):
                raise OSError(ENOSPC, os.strerror(ENOSPC))
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                file.truncate(end)
            raise
    if is_new:
        sync_names(path.parent)


def line_telling(kinds: Kinds, entry: Any, *, but: Collection[str] = ()) -> bytes:
    """Return the line that tells an entry as JSON in ASCII, times as text, without the fields `but`."""
    word = next(word for word, kind in kinds.items() if isinstance(entry, kind))
    told = {name: value for name, value in asdict(entry).items() if name not in but}
    return json.dumps({word: told}, default=_as_text, separators=(",", ":")).encode("ascii") + b"\n"


def entry_told(kinds: Kinds, line: bytes) -> Any:
    """Return the entry that a line tells. Raises ValueError where it is not as it was written."""
    try:
        ((word, told),) = read_own_json(line.decode("ascii")).items()
        return made_from(kinds[word], told)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _as_text(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def sync_names(folder: Path) -> None:
    """See to it that a new name is on the disk, too, where that can be: what it names is there in any case."""
    with suppress(OSError):
        sync_folder(folder)


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends."""
    position = file.seek(0, os.SEEK_END)
    while position:
        step = min(position, _STEP)
        file.seek(position - step)
        found = file.read(step).rfind(b"\n")
        if found >= 0:
            return position - step + found + 1
        position -= step
    return 0
