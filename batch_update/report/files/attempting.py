"""Files for people beside those that must not be lost: one that cannot be made is told, and the rest is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from batch_update.errors import BatchUpdateError
from batch_update.text import printable


def attempted(name: str, write: Callable[[], Path]) -> tuple[Path | None, tuple[str, ...]]:
    """Return where a file was written; None, and a sentence why, where it could not be made, whatever went wrong.

    What was done to assistants stands in other files, too, and these must be reached.
    """
    try:
        return write(), ()
    except BatchUpdateError as error:
        why = error.message
    except OSError as error:
        why = error.strerror or str(error)
    except MemoryError:
        why = "there is too little memory for it"
    except Exception as error:  # noqa: BLE001  # a bug in what is looked at must not hide what was done
        why = f"a bug in batch-update ({type(error).__name__}), please report it"
    return None, (f"no {name}: {printable(why)}",)


def removed(path: Path) -> tuple[str, ...]:
    """Remove a file of an earlier session, which is not true any more; return a sentence where it cannot be."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        return (f"{path.name} there is of before, and cannot be removed: {printable(why)}",)
    return ()
