"""The runs of a folder, with how far each is, and which of them some process works on now."""

from __future__ import annotations

from pathlib import Path

from batch_update.account.account import lock_folders
from batch_update.account.locking import running
from batch_update.errors import UsageError
from batch_update.journal.folders import Entry, all_runs, entry_of
from batch_update.settings.tunables import Settings


def known_runs(settings: Settings) -> list[Entry]:
    """Return all runs of the folder that the settings name, the last one worked on first. Raises UsageError."""
    at_work = runs_at_work(settings)
    return [entry_of(folder, at_work) for folder in all_runs(settings.runs_dir)]


def runs_at_work(settings: Settings) -> set[Path]:
    """Return the folders of runs that some process works on now. Raises UsageError where that cannot be told."""
    try:
        return {run for folder in lock_folders(settings) for run in running(folder)}
    except OSError as error:
        raise UsageError(
            f"it cannot be told which runs are going on: {error.strerror} ({error.filename})",
            code="U112",
            remedy="make the folder readable, or set HOME to one that is",
        ) from error
