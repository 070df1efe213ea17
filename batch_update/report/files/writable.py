"""Where a file of a plan may be written, and what is said where none can be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from batch_update.disk import refuse_no_file
from batch_update.errors import UsageError
from batch_update.text import printable


def check_place_of_plan(path: Path, is_one: Callable[[Path], bool], what: str = "plan") -> None:
    """Raises UsageError where nothing can be written there, or something is there that is no such file of a plan."""
    try:
        require_folder(path)
        refuse_no_file(path)
        if path.exists() and not is_one(path):
            raise UsageError(f"{path} is there already, and no {what}", code="U109")
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def require_folder(path: Path) -> None:
    """Raises UsageError (U110) where the folder that a file is to lie in is not there, OSError. No folder is made."""
    folder = path.parent
    if folder.is_dir():
        return
    if folder.exists():
        raise unwritable(path, f"{printable(str(folder))} is no folder")
    raise UsageError(
        f"{printable(str(path))} cannot be written: there is no folder {printable(str(folder))}",
        code="U110",
        remedy="make that folder first, or choose another place",
    )


def unwritable(path: Path, why: str) -> UsageError:
    """Return the UsageError for a file that cannot be written where somebody wants it."""
    return UsageError(f"{printable(str(path))} cannot be written: {why}", code="U110")
