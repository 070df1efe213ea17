"""Brings what a worker writes on its own disk home into the fleet's folder: plain copies, whole or not at all."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from threading import Lock

import anyio
import anyio.to_thread

from batch_update.clock import Clock
from batch_update.disk import draft_beside, make_folder, sync
from batch_update.journal.copying import copy_journal
from batch_update.journal.storing.database import JOURNAL, beside
from batch_update.journal.storing.reserve import RESERVE

EVERY = 5.0
"""seconds between two copies of a journal that goes on"""
TRIES = 3
"""to bring everything home at the end"""


class Homing:
    """Brings one run from the disk of its worker home. Where it lies there anyway, there is nothing to do."""

    def __init__(self, local: Path, home: Path, clock: Clock) -> None:
        self._local, self._home, self._clock = local, home, clock
        self._turn = Lock()
        """an earlier copy that takes long must not come home after a later one"""
        self._copied: dict[Path, tuple[int, int]] = {}
        """the files of the journal as they were copied last"""

    async def keep(self) -> None:
        """Bring the journal home every few seconds, until this is cancelled; what fails is tried again."""
        while self._local != self._home:
            await self._clock.sleep(EVERY)
            with suppress(OSError):
                await anyio.to_thread.run_sync(self._bring_journal, abandon_on_cancel=True)

    async def bring(self) -> None:
        """Bring everything home, now that the run has ended. Raises OSError where that fails again and again."""
        for left in reversed(range(TRIES)):
            try:
                await anyio.to_thread.run_sync(self._bring_all)
            except OSError:
                if not left:
                    raise
            else:
                return
            await self._clock.sleep(EVERY / TRIES)

    def _bring_all(self) -> None:
        make_folder(self._home)
        if self._local != self._home:
            self._copied.clear()
            self._bring_journal()
            for place in sorted(self._local.iterdir()) if self._local.is_dir() else ():
                if not place.name.startswith((JOURNAL, RESERVE, ".")) and place.is_file():
                    _copy(place, self._home / place.name)

    def _bring_journal(self) -> None:
        path = self._local / JOURNAL
        with self._turn:
            if not path.is_file():
                return
            files = {path: path.stat(), **beside(path)}
            now = {place: (its.st_size, its.st_mtime_ns) for place, its in files.items()}
            if now != self._copied:
                copy_journal(self._local, self._home)
                self._copied = now


def _copy(source: Path, to: Path) -> None:
    with draft_beside(to) as draft:
        shutil.copyfile(source, draft)
        sync(draft)
        draft.replace(to)
