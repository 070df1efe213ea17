"""Entries of a journal's log on their way to the disk: those of all workers that have some go into one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

from batch_update.journal.storing.schema import LogEntry

LINGER = 0.75
"""seconds that outcomes wait for an intention to be written with, where many journals share the waits for the disk: the
next request of an account goes out 0.6 seconds after the last, and each commit of a thousand accounts counts"""
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
    """Hands entries to `commit` in their order; it says whether they are on the disk.

    With `reach`, they are there only once that says so. It is awaited while `keep` runs. Outside, `reach_now` waits in
    its place, and only where somebody is to be told: the rest waits together with what comes after it.
    """

    def __init__(
        self,
        commit: Callable[[list[LogEntry]], bool],
        reach: Callable[[], Awaitable[bool]] | None = None,
        reach_now: Callable[[], bool] = lambda: True,
    ) -> None:
        self._commit = commit
        self._reach = reach
        self._reach_now = reach_now
        self._open = Transaction()
        self._pressing = anyio.Event()
        """set when somebody waits for what is open"""
        self._due: anyio.Event | None = None
        """set when there is something to commit; None: nobody commits in groups"""

    def add(
        self, *entries: LogEntry, then: Callable[[], None] | None = None, pressing: bool = False
    ) -> Transaction:
        """Put these entries into one commit. Without `keep` running, that is done when this returns.

        `pressing`: somebody waits for it.
        """
        group = self._open
        if pressing:
            self._pressing.set()
        group.entries += entries
        if then is not None:
            group.then.append(then)
        if self._due is None:
            self._flush()
        else:
            self._due.set()
        return group

    async def keep(self) -> None:
        """Commits in groups, until it is cancelled; the last entries are written all the same.

        Without `reach` the event loop waits for the disk: for one journal alone, handing that to a thread costs more
        than it gains.
        """
        self._due = anyio.Event()
        try:
            while True:
                await self._due.wait()
                if self._reach is not None and not self._pressing.is_set():
                    with anyio.move_on_after(LINGER):
                        await self._pressing.wait()
                await self._gather()
                self._due = anyio.Event()
                if self._reach is None:
                    self._flush()
                    continue
                group = self._take()
                if group.kept:
                    with anyio.CancelScope(shield=True):  # what is under way in a thread has to end there
                        group.kept = await self._reach()
                group.tell()
        finally:
            self._due = None
            self._flush()

    async def _gather(self) -> None:
        """Lets others run as long as that brings new entries."""
        seen = 0
        for _ in range(MOST_ROUNDS):
            await anyio.lowlevel.checkpoint()
            if len(self._open.entries) == seen:
                return
            seen = len(self._open.entries)

    def _take(self) -> Transaction:
        """Return what is open, once it was given to `commit`; a new one is open then."""
        group, self._open, self._pressing = self._open, Transaction(), anyio.Event()
        group.kept = not group.entries or self._commit(group.entries)
        return group

    def _flush(self) -> None:
        group = self._take()
        if group.kept and group.then:
            group.kept = self._reach_now()
        group.tell()
