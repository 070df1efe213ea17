"""The folders of runs: which there are, of runs that sent something, that were refused, or that never began."""

from __future__ import annotations

import json
import re
from pathlib import Path

from batch_update.disk import read_plain
from batch_update.errors import UsageError
from batch_update.model import Json

JOURNAL = "journal.db"
"""What makes a folder the folder of a run."""
DOCUMENT = "run.json"
"""What there is, too, where a sheet was refused: nothing was sent, and there is no journal."""
MOST_BYTES = 16 * 1024 * 1024
"""of a run's document"""
_OUR_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{4}-.+")
"""The names that we give"""


def all_runs(runs_dir: Path) -> list[Path]:
    """The folders of all runs, the one that was last worked on first. Raises UsageError where they cannot be listed."""
    try:
        found = [
            (worked_on, path) for path in runs_dir.glob("*/") if (worked_on := worked_on_at(path)) is not None
        ]
    except OSError as error:
        raise UsageError(f"{runs_dir} cannot be listed: {error.strerror}", code="U111") from error
    return [folder for _, folder in sorted(found, reverse=True)]


def worked_on_at(folder: Path) -> int | None:
    """When the run in this folder was last worked on, in nanoseconds since 1970; None where it is no run's.

    A folder with a name of ours and nothing in it, but for parts of a file, is what is left of one that was killed.
    """
    if (journal := folder / JOURNAL).is_file():
        return journal.stat().st_mtime_ns
    if document_of(folder):
        return (folder / DOCUMENT).stat().st_mtime_ns
    is_ours = _OUR_NAME.fullmatch(folder.name) and all(
        path.name.endswith(".part") for path in folder.iterdir()
    )
    return folder.stat().st_mtime_ns if is_ours else None


def document_of(folder: Path) -> dict[str, Json]:
    """Return what `run.json` tells of a run; {} where there is none of this program."""
    try:
        told = json.loads(read_plain(folder / DOCUMENT, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    is_ours = isinstance(told, dict) and str(told.get("tool")).startswith("batch-update ")
    return told if is_ours else {}
