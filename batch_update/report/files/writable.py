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
        if not path.parent.is_dir():
            raise unwritable(path, f"there is no folder {path.parent}")
        refuse_no_file(path)
        if path.exists() and not is_one(path):
            raise UsageError(f"{path} is there already, and no {what}", code="U109")
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def unwritable(path: Path, why: str) -> UsageError:
    """Return the UsageError for a file that cannot be written where somebody wants it."""
    return UsageError(f"{printable(str(path))} cannot be written: {why}", code="U110")
