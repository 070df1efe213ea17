"""The gate to a terminal: all that is written to one passes here, and nothing but our colors has an effect there."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import Any, TextIO

from batch_update.text import printable

_SEAL = str(10**9 + int.from_bytes(os.urandom(8), "big") % (9 * 10**9))
"""Stands inside the colors that this program makes: nothing that comes from elsewhere can know it."""
_SPLIT = re.compile(rf"(\n|\033\[[0-9;]*;{_SEAL}m)").split


def colored(text: str, codes: str) -> str:
    """Return the text in a color, by the codes that terminals know. Only a `Terminal` can show it."""
    return f"\033[{codes};{_SEAL}m{text}\033[0;{_SEAL}m"


class Terminal(io.TextIOWrapper):
    """A stream to a terminal, in place of the one that Python made.

    Texts come from sheets, servers, paths and the command line, on many ways, and some through other libraries: so
    control and direction characters are escaped here once more. Line ends stay, and the colors that `colored` made.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        encoding = stream.encoding
        super().__init__(stream.detach(), encoding, "backslashreplace", line_buffering=True)

    def write(self, text: str) -> int:
        """Writes the text, escaped; returns the length of what was given, as every stream does."""
        if not (text.isascii() and text.isprintable()):
            parts = _SPLIT(text)
            parts[::2] = map(printable, parts[::2])
            super().write("".join(parts).replace(f";{_SEAL}m", "m"))
        else:
            super().write(text)
        return len(text)

    def write_as_it_is(self, text: str) -> int:
        """Writes what moves the cursor, for a display that has escaped its texts itself."""
        return super().write(text)


class _Moving:
    """The stream that a bar draws on: a terminal whose cursor it may move."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        return self._terminal.write_as_it_is(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)


class _Records:
    """Takes the bytes of a sheet, a record at a time, and shows them on a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, record: bytes) -> int:
        text = record.decode("utf-8", "replace")
        self._terminal.write(text.removesuffix("\r\n") + "\n" if text.endswith("\r\n") else text)
        return len(record)

    def flush(self) -> None:
        self._terminal.flush()


def ready_streams() -> None:
    """Whatever stdout and stderr are, they take every text: `>&-` leaves none, and ASCII has no umlauts.

    A terminal takes none that would do something to it.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # until the end
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if stream.isatty() and not isinstance(stream, Terminal):
                setattr(sys, name, Terminal(stream))


def drawing_on(stream: TextIO) -> Any:
    """Return the stream for a display that moves the cursor."""
    return _Moving(stream) if isinstance(stream, Terminal) else stream


def bytes_of_stdout() -> Any:
    """Return where the bytes of a sheet go: into a pipe or file as they are, onto a terminal escaped."""
    return _Records(sys.stdout) if isinstance(sys.stdout, Terminal) else sys.stdout.buffer
