"""The log beside a journal whose waits for the disk are shared: waited for, and emptied."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from batch_update.disk import CAREFULLY, sync_content
from batch_update.journal.storing.database import LOG

MOST_COMMITS = 200
"""commits in a log until what they wrote is moved into the file: a log of about a MiB"""


class DiskLog:
    """The log that a connection writes without waiting for the disk; see `shared_disk` for why that is safe.

    One thread at a time uses it and the connection.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        """Raises OSError where the journal has no log."""
        self._file = os.open(path.with_name(path.name + LOG), os.O_RDWR | CAREFULLY)
        self._db = db
        self._commits = 0

    def reach(self) -> None:
        """Return once all that was committed is on the disk. Raises OSError where it may not be."""
        sync_content(self._file)
        self._commits += 1
        if self._commits >= MOST_COMMITS:
            self._commits = 0
            # What is in the log is on the disk already: where it cannot be moved now, that is tried later.
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
