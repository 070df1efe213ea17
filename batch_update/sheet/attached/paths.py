"""Owns which file a cell may name: a path of folders and a file, from the sheet's own folder downwards. Opens nothing.

Whatever some system could take for another place is refused on all of them, so that a sheet means the same everywhere.
"""

from __future__ import annotations

import re

from batch_update.text import asked, excerpt, is_hidden

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
MOST_SHOWN = 120
"""characters of a path in a message"""


class NoSuchText(Exception):
    """Raised where a cell names no file whose text can be taken: why, as the end of a sentence, and what to do."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.remedy = remedy


def parts_of_path(path: str) -> list[str]:
    """Return the folders and the file that a path names, in order. Raises NoSuchText for any that is not plain."""
    if not path:
        raise NoSuchText("no file is named behind the @")
    if any(map(is_hidden, path)):
        raise NoSuchText(
            f"{excerpt(path, MOST_SHOWN)} holds a line break, or what nobody sees", _MEANT_AS_TEXT
        )
    if path.startswith(("/", "~", "\\\\")) or re.match("[A-Za-z]:", path):
        raise NoSuchText(
            f"{excerpt(path, MOST_SHOWN)} does not begin in the folder of the sheet", _FROM_FOLDER
        )
    if "\\" in path:
        raise NoSuchText(f"{excerpt(path, MOST_SHOWN)} is spelled with \\", _with_slashes(path))
    parts = path.split("/")
    for part in parts:
        _require_plain(part, path)
    return parts


_FROM_FOLDER = "Put the file beside the sheet, or in a folder there, and write where it lies from there on."
_MEANT_AS_TEXT = "Where the text itself begins with @, write @@."


def _with_slashes(path: str) -> str:
    return (
        asked("@" + excerpt(path.replace("\\", "/"), MOST_SHOWN))
        + " Folders are written with / on every system."
    )


def _require_plain(part: str, path: str) -> None:
    """Raise NoSuchText for a step that leads elsewhere, or that systems do not agree on."""
    shown = excerpt(path, MOST_SHOWN)
    if part == "..":
        raise NoSuchText(f"{shown} leads out of the folder of the sheet", _FROM_FOLDER)
    if not part:
        raise NoSuchText(f"{shown} has an empty name between two /, or at an end")
    if part.startswith("."):
        raise NoSuchText(
            f"{shown} names what is hidden, or the folder itself",
            "Give it a name without a dot at its start.",
        )
    if part.endswith((".", " ")) or ":" in part or re.search(r'[<>"|?*]', part):
        raise NoSuchText(
            f"{shown} is a name that not every system can have", "Rename it to letters, digits, - and _."
        )
    if _DEVICE.fullmatch(part):
        raise NoSuchText(f"{shown} is the name of a device", "Rename it.")
