"""How far accounts are that other processes carry out: read from their journals, as far as those lie in the folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

import anyio
import anyio.to_thread

from batch_update.clock import SYSTEM, Clock
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.outlook.fleet_meter import rows_sent
from batch_update.journal.rows_so_far import RowsSoFar
from batch_update.send.progress import Progress

EVERY = 2.0
"""seconds between two rounds"""
MOST_SECONDS = 0.1
"""that a round may take: where the accounts are many, it goes on with the others the next time"""


class RowsAtWork:
    """Looks into the journals of accounts that are at work, those first that were looked into longest ago."""

    def __init__(
        self,
        folder: FleetFolder,
        changes: Mapping[str, int],
        *,
        passed: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._folder = folder
        self._changes = changes
        self._passed = passed
        self._known: dict[str, RowsSoFar] = {}
        """by account, in the order in which they were looked into"""

    def look(self, at_work: Collection[str]) -> list[tuple[str, Progress]]:
        """Return how far accounts are of which there is news, for as long as a round may take."""
        self._known = {name: rows for name, rows in self._known.items() if name in at_work}
        waiting = [*(name for name in at_work if name not in self._known), *self._known]
        end, news = self._passed() + MOST_SECONDS, []
        for name in waiting:
            rows = self._rows_of(name)
            if rows.look():
                done, total = rows_sent(rows.counts), self._changes.get(name, 0)
                news.append((name, Progress(min(done, total), total, rows.counts, 0.0, None)))
            if self._passed() >= end:
                break
        return news

    def _rows_of(self, name: str) -> RowsSoFar:
        """Return what is known of the account's newest run, which is the last one that was looked into from now on."""
        home = self._folder.run_of(name, self._folder.latest_epoch(name))
        rows = self._known.pop(name, None)
        self._known[name] = rows if rows is not None and rows.folder == home else RowsSoFar(home)
        return self._known[name]


async def tell_rows(
    folder: FleetFolder,
    changes: Mapping[str, int],
    at_work: Collection[str],
    tell: Callable[[str, Progress], None],
    clock: Clock = SYSTEM,
) -> None:
    """Tell every few seconds how far the accounts are that are at work then, until this is cancelled."""
    rows = RowsAtWork(folder, changes)
    while True:
        await clock.sleep(EVERY)
        news = await anyio.to_thread.run_sync(rows.look, tuple(at_work), abandon_on_cancel=True)
        for name, progress in news:
            tell(name, progress)
