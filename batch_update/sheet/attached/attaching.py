"""Owns the texts of files that cells name, `@prompts/sales.md`: each is read once, from within the sheet's folder.

No link is followed, at the end or on the way, and nothing is opened that could make somebody wait: a sheet that came by
mail must not be able to send a file of this machine as a prompt.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from batch_update.fields.cells.texts import names_file, unix_lines
from batch_update.fields.garbled.damage import damage_of
from batch_update.fields.names import Heading
from batch_update.model.sheets import Column, NamedFile, Role, Sheet
from batch_update.sheet.attached.paths import MOST_SHOWN, NoSuchText, parts_of_path
from batch_update.sheet.table import MIB, is_blank
from batch_update.text import did_you_mean, excerpt

MOST_OF_ONE = MIB
MOST_OF_ALL = 64 * MIB
"""Bytes of all files that one sheet names."""
_MOST_NEIGHBORS = 2_000
"""Names of a folder among which one that was meant is looked for."""
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
)


def with_files(sheet: Sheet, folder: Path | None) -> Sheet:
    """Return the sheet with the texts of the files that its cells name, and why others cannot be taken.

    `folder`: where it lies; None for a sheet that lies nowhere, which can name no file.
    """
    cells = dict.fromkeys(cell for column in sheet.columns if _takes_text(column) for cell in _naming(column))
    if not cells:
        return sheet
    reader = _Folder(folder)
    return replace(sheet, files={cell: reader.file(cell.strip()[1:]) for cell in cells})


def _takes_text(column: Column) -> bool:
    if column.role not in (Role.FIELD, Role.PART):
        return False
    return Heading(column.role, column.field, column.path, column.operation).facts.kind == "text"


def _naming(column: Column) -> Iterator[str]:
    return (text for text in column.texts if "@" in text and names_file(text))


class _Folder:
    """Reads files below one folder, each once."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, NamedFile] = {}
        self._left = MOST_OF_ALL

    def file(self, path: str) -> NamedFile:
        if path not in self._known:
            try:
                self._known[path] = NamedFile(path, self._text(path))
            except NoSuchText as error:
                self._known[path] = NamedFile(path, refused=str(error), remedy=error.remedy)
        return self._known[path]

    def _text(self, path: str) -> str:
        parts = parts_of_path(path)
        if self._folder is None:
            raise NoSuchText(
                f"{excerpt(path, MOST_SHOWN)} lies nowhere: a sheet from stdin, and a DataFrame, have no folder",
                "Save the sheet beside the file, or put the text itself into the cell.",
            )
        try:
            data = _bytes_of(self._folder, parts)
        except (OSError, ValueError) as error:
            raise _unreadable(self._folder, parts, error) from None
        self._left -= len(data)
        if len(data) > MOST_OF_ONE:
            raise NoSuchText(f"{path} is larger than 1 MiB", "Shorten it.")
        if self._left < 0:
            raise NoSuchText(
                f"{path} is one too many: all files of a sheet hold 64 MiB at most", "Split the sheet."
            )
        return _text_of_bytes(path, data)


def _bytes_of(folder: Path, parts: list[str]) -> bytes:
    """Return the beginning of a file, one byte more than it may have. Raises OSError, NoSuchText."""
    with ExitStack() as stack:
        number = (
            _opened_here(folder, parts, stack) if os.open in os.supports_dir_fd else _opened(folder, parts)
        )
        stack.callback(os.close, number)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise NoSuchText(f"{'/'.join(parts)} is a folder, a pipe or a device, and no file")
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(MOST_OF_ONE + 1)


def _opened_here(folder: Path, parts: list[str], stack: ExitStack) -> int:
    """Open a file step by step, so that no step can become a link between looking at it and taking it."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    stack.callback(os.close, here)
    for step in parts[:-1]:
        here = os.open(step, _FLAGS | os.O_DIRECTORY, dir_fd=here)
        stack.callback(os.close, here)
    return os.open(parts[-1], _FLAGS, dir_fd=here)


def _opened(folder: Path, parts: list[str]) -> int:
    """Open a file where a system knows paths alone: no step may be a link, and it has to be where it says."""
    place = folder.joinpath(*parts)
    if place.resolve() != folder.resolve().joinpath(*parts):
        raise NoSuchText(f"{'/'.join(parts)} is a link, or goes through one")
    return os.open(place, _FLAGS)


def _unreadable(folder: Path, parts: list[str], error: OSError | ValueError) -> NoSuchText:
    """Return why a file could not be opened."""
    path, place = "/".join(parts), folder
    for number, step in enumerate(parts):
        place = place / step
        if _is_link(place):
            return NoSuchText(
                f"{'/'.join(parts[: number + 1])} is a link", "Put the file itself in its place."
            )
        if not os.path.lexists(place):
            return _not_there(path, place, parts[:number])
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return NoSuchText(f"{excerpt(path, MOST_SHOWN)} cannot be read: {reason}")


def _is_link(place: Path) -> bool:
    try:
        return place.is_symlink()
    except OSError:  # no system can have such a name
        return False


def _not_there(path: str, place: Path, folders: list[str]) -> NoSuchText:
    """Return that there is no such file, with the name that it most likely has."""
    guess = did_you_mean(place.name, {name: "@" + "/".join((*folders, name)) for name in _neighbors(place)})
    remedy = f"{guess} " if guess else ""
    return NoSuchText(
        f"there is no {excerpt(path, MOST_SHOWN)} in the folder of the sheet",
        f"{remedy}Write where it lies, from that folder on. A text that itself begins with @ is written @@.",
    )


def _neighbors(place: Path) -> list[str]:
    try:
        return sorted(other.name for other in place.parent.iterdir())[:_MOST_NEIGHBORS]
    except OSError:
        return []


def _text_of_bytes(path: str, data: bytes) -> str:
    """Return the text that these bytes are. Raises NoSuchText where they are none that somebody typed."""
    try:
        text = unix_lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NoSuchText(
            f"{path} is not in UTF-8, the first such byte in line {line}", "Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise NoSuchText(f"{path} holds a NUL byte, and is no text", "Save it as text, in UTF-8.")
    if is_blank(text):
        raise NoSuchText(f"{path} is empty", "Write the text into it, or empty the cell.")
    found = damage_of(text)
    if found is not None and found.code == "C115":
        raise NoSuchText(f"{path} was read in a wrong encoding once{found.detail}", "Type these places anew.")
    return text
