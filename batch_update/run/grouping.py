"""Lines of a journal on their way to the disk: those of several workers in one commit, beside the event loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
import anyio.to_thread

from batch_update.run.schema import Value

Line = tuple[Value, ...]
"""A sealed line of the log."""


@dataclass(slots=True)
class Group:
    """Lines that are written in one transaction."""

    lines: list[Line] = field(default_factory=list)
    then: list[Callable[[], None]] = field(default_factory=list)
    """called once it has been tried"""
    done: anyio.Event = field(default_factory=anyio.Event)
    kept: bool = False


class Groups:
    """Hands lines to `commit` in their order, never two groups at once; it says whether they are on the disk."""

    def __init__(self, commit: Callable[[list[Line]], bool]) -> None:
        self._commit = commit
        self._full: deque[Group] = deque()
        self._open = Group()
        self._most = 1
        """lines, from which on a group is full"""
        self._due: anyio.Event | None = None
        """set when there is something to commit; None: nobody commits in groups"""

    def add(self, *lines: Line, then: Callable[[], None] | None = None) -> Group:
        """These lines go into one commit. Without `keep` running, that is done when this returns."""
        group = self._open
        group.lines += lines
        if then is not None:
            group.then.append(then)
        if self._due is None:
            self._flush()
        else:
            self._due.set()
            if len(group.lines) >= self._most:
                self._full.append(group)
                self._open = Group()
        return group

    async def keep(self, workers: int) -> None:
        """Commits in groups, until it is cancelled; each is finished, and the last lines are written, all the same.

        A group is full with the outcome and the next intention of half the workers: while the disk is busy with
        theirs, the other half sends.
        """
        self._most = max(2, workers)
        self._due = anyio.Event()
        try:
            while True:
                await self._due.wait()
                await self._gather()
                group = self._take()
                if not self._full and not self._open.lines:
                    self._due = anyio.Event()
                with anyio.CancelScope(shield=True):
                    group.kept = await self._aside(group.lines)
                _tell(group)
        finally:
            self._due = None
            self._flush()

    async def _aside(self, lines: list[Line]) -> bool:
        """In a thread, since the disk may take as long as many answers of the server."""
        try:
            return await anyio.to_thread.run_sync(self._commit, lines)
        except RuntimeError:  # the system has no thread left to give
            return self._commit(lines)

    async def _gather(self) -> None:
        """Lets others run as long as that brings new lines."""
        seen = 0
        while not self._full and len(self._open.lines) > seen:
            seen = len(self._open.lines)
            await anyio.lowlevel.checkpoint()

    def _take(self) -> Group:
        if self._full:
            return self._full.popleft()
        group, self._open = self._open, Group()
        return group

    def _flush(self) -> None:
        while self._full or self._open.lines or self._open.then:
            group = self._take()
            group.kept = self._commit(group.lines)
            _tell(group)


def _tell(group: Group) -> None:
    group.done.set()
    for then in group.then:
        then()
