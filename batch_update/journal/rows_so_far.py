"""How far a run is as its journal tells, for who looks every few seconds: it is read on from where it was left."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from batch_update.errors import JournalError
from batch_update.journal.reading import read_journal
from batch_update.journal.storing import schema
from batch_update.journal.storing.database import JOURNAL, lasting
from batch_update.journal.storing.mark import Promise
from batch_update.model.plans import Status

_STATUSES = tuple(Status)
_PLACES = {status: place for place, status in enumerate(_STATUSES, 1)}
"""Status -> the byte that stands for it; 0 stands for a row of which nothing is known yet."""


class RowsSoFar:
    """The statuses of the rows of a run so far, without those that its plan settled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, tuple[int, int, int]] = {}
        self._lines = 0
        self._rows = bytearray()

    @property
    def counts(self) -> Mapping[Status, int]:
        """Return how many rows ended in each status; statuses that did not occur are left out."""
        found = {status: self._rows.count(place) for status, place in _PLACES.items()}
        return {status: count for status, count in found.items() if count}

    def look(self) -> bool:
        """Read what is new. Returns whether anything was; a journal that cannot be read now tells nothing new."""
        with suppress(OSError, JournalError):
            files = lasting(self.folder / JOURNAL)
            seen = {path: (its.st_ino, its.st_size, its.st_mtime_ns) for path, its in files.items()}
            if seen != self._seen:
                is_more = read_journal(self.folder, self._take, thorough=False)
                self._seen = seen
                return is_more
        return False

    def _take(self, db: sqlite3.Connection, lines: int, promise: Promise | None) -> bool:
        before = self._lines
        asked = db.execute("SELECT n, data, seal FROM log WHERE n > ? ORDER BY n", (before,))
        for session, kind, row, value in schema.entries_of_some("log", asked):
            if session and kind == schema.OUTCOME:
                self._rows.extend(bytes(max(0, row + 1 - len(self._rows))))
                self._rows[row] = _PLACES[Status(value["status"])]
        self._lines = max(before, lines)
        return self._lines > before
