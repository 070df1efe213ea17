"""Entries of a journal's log on their way to the disk: those of all workers that have some go into one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.lowlevel

from batch_update.journal.storing.schema import LogEntry
from batch_update.journal.storing.shared_disk import SharedDisk

MOST_ROUNDS = 20
"""Turns of the event loop that a commit waits at most for others to join it."""


@dataclass(slots=True)
class Transaction:
    """Entries that are written in one transaction."""

    entries: list[LogEntry] = field(default_factory=list)
    then: list[Callable[[], None]] = field(default_factory=list)
    """called once it has been tried"""
    done: anyio.Event = field(default_factory=anyio.Event)
    kept: bool = False

    def tell(self) -> None:
        """Wake whoever waits for this."""
        self.done.set()
        for then in self.then:
            then()


class Transactions:
    """Has entries written by `commit` in their order, and by `reach` seen on the disk; both say whether that is so.

    With `disk`, both are called in one of its threads while `keep` runs. Else on the event loop: for one journal
    alone, handing that to a thread costs more than it gains.
    """

    def __init__(
        self,
        commit: Callable[[list[LogEntry]], bool],
        reach: Callable[[], bool] = lambda: True,
        disk: SharedDisk | None = None,
    ) -> None:
        self._commit = commit
        self._reach = reach
        self._disk = disk
        self._open = Transaction()
        self._due: anyio.Event | None = None
        """set when there is something to commit; None: nobody commits in groups"""
        self._is_expected = False
        """whether what is open will be committed, at the latest after a while"""

    def add(
        self, *entries: LogEntry, then: Callable[[], None] | None = None, pressing: bool = False
    ) -> Transaction:
        """Put these entries into one commit. Without `keep` running, that is done when this returns.

        `pressing`: somebody waits for it. On a disk that many share, the rest waits for something that presses.
        """
        group = self._open
        group.entries += entries
        if then is not None:
            group.then.append(then)
        if self._due is None:
            self._flush(pressing=pressing)
        elif pressing or self._disk is None:
            self._due.set()
        elif not self._is_expected:
            self._is_expected = True
            self._disk.set_later(self._due)
        return group

    async def keep(self) -> None:
        """Commits in groups, until it is cancelled; the last entries are written all the same."""
        self._due = anyio.Event()
        try:
            while True:
                await self._due.wait()
                if self._disk is None:
                    await self._gather()
                    self._due = anyio.Event()
                    self._flush()
                    continue
                await self._write_elsewhere(self._disk)
        finally:
            self._due = None
            self._flush()

    async def _write_elsewhere(self, disk: SharedDisk) -> None:
        """Have a thread write what is open once it has the time, and tell what came of it."""
        groups = []

        def handed_over() -> Callable[[], None]:
            self._due = anyio.Event()
            groups.append(self._take())
            return partial(self._write, groups[-1])

        with anyio.CancelScope(shield=True):  # what is under way in a thread has to end there
            await disk.reach(handed_over)
        for group in groups:
            group.tell()

    async def _gather(self) -> None:
        """Lets others run as long as that brings new entries."""
        seen = 0
        for _ in range(MOST_ROUNDS):
            await anyio.lowlevel.checkpoint()
            if len(self._open.entries) == seen:
                return
            seen = len(self._open.entries)

    def _take(self) -> Transaction:
        """Return what is open; a new one is open then."""
        group, self._open, self._is_expected = self._open, Transaction(), False
        return group

    def _write(self, group: Transaction) -> None:
        group.kept = (not group.entries or self._commit(group.entries)) and self._reach()

    def _flush(self, *, pressing: bool = False) -> None:
        """Commit at once; what nobody waits for reaches the disk with what comes after it."""
        group = self._take()
        group.kept = not group.entries or self._commit(group.entries)
        if group.kept and (pressing or group.then):
            group.kept = self._reach()
        group.tell()
