"""The fleet's journal: JSON Lines that its one coordinator adds to, each on the disk before it goes on."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.to_thread

from batch_update.errors import JournalError
from batch_update.fleet.record.fleet_entries import (
    AccountsBegun,
    FleetBegun,
    FleetEnded,
    FleetEntry,
    PlansAdded,
    ShardBegun,
    WorkerGone,
)
from batch_update.line_file import Kinds, add_lines, entry_told, line_telling, read_lines
from batch_update.model.fleets import ShardEnd
from batch_update.text import printable, quoted_path

LARGEST = 256 * 1024 * 1024
"""bytes; some hundred times what a fleet of two thousand accounts comes to"""
_KINDS: Kinds = {
    "begun": FleetBegun,
    "planned": PlansAdded,
    "wave": AccountsBegun,
    "shard": ShardBegun,
    "lost": WorkerGone,
    "end": ShardEnd,
    "ended": FleetEnded,
}


class FleetJournal:
    """A fleet's journal as its coordinator writes it. What comes while the disk is waited for is written together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[bytes] = []
        self._noted = 0
        self._written = 0
        self._broken: OSError | None = None
        self._turn = anyio.Lock()

    async def note(self, *entries: FleetEntry) -> None:
        """Return once these are on the disk. Raises JournalError R156 where they cannot be, and ever after."""
        self._waiting += map(line_of_fleet, entries)
        self._noted += len(entries)
        mine = self._noted
        with anyio.CancelScope(shield=True):  # what another shard waits for is written, too
            async with self._turn:
                if self._written < mine and self._broken is None:
                    await self._write()
        if self._broken is not None:
            raise JournalError(
                f"the fleet's journal cannot be written: {self._broken.strerror or self._broken} "
                f"({printable(str(self._path))})",
                code="R156",
            ) from self._broken

    async def _write(self) -> None:
        lines, self._waiting = self._waiting, []
        try:
            await anyio.to_thread.run_sync(add_lines, self._path, b"".join(lines))
        except OSError as error:
            self._broken = error
        else:
            self._written += len(lines)


def read_fleet_journal(path: Path) -> list[FleetEntry]:
    """Return what the lines tell; [] where there is no file. A last line without an end was never there.

    Raises JournalError: U160 where it cannot be read, U161 at a line that is damaged.
    """
    try:
        lines = read_lines(path, LARGEST)
    except OSError as error:
        raise JournalError(
            f"the fleet's journal cannot be read: {error.strerror or error} ({printable(str(path))})",
            code="U160",
        ) from error
    return [_entry_in(path, number, line) for number, line in enumerate(lines, start=1)]


def line_of_fleet(entry: FleetEntry) -> bytes:
    """Return the line that tells it, in ASCII."""
    return line_telling(_KINDS, entry)


def _entry_in(path: Path, number: int, line: bytes) -> FleetEntry:
    try:
        entry: FleetEntry = entry_told(_KINDS, line)
    except ValueError:
        raise _damaged_line(path, number) from None
    return entry


def _damaged_line(path: Path, number: int) -> JournalError:
    aside = path.with_name(f"{path.name}.damaged")
    return JournalError(
        f"{printable(str(path))}: line {number} of the fleet's journal is damaged",
        code="U161",
        remedy=f"move it away: mv {quoted_path(path)} {quoted_path(aside)}, then go on: batch-update fleet resume "
        f"{quoted_path(path.parent)}. Each account has a journal of its own, which tells what was sent: what is done "
        "is not sent again",
    )
