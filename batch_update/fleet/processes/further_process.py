"""`python -m batch_update.fleet.processes.further_process`: works on the accounts that it reads of on its stdin.

A fleet begins it, and nobody else. It heeds no signal that ends others, since a terminal's Ctrl-C and the end of a
service reach it, too: its accounts end in order by the fleet's file `stop`, or once its stdin ends, since whoever began
it is gone then. Plans and keys it reads itself, where they lie.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial

import anyio
import anyio.to_thread

from batch_update.clock import SYSTEM
from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.processes.here import Here
from batch_update.fleet.processes.one_process import OneProcess, one_process
from batch_update.fleet.processes.process_lines import (
    Briefing,
    Ready,
    RowsDone,
    form_of_lines,
    lines_in,
    process_line,
    told_by,
)
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import FleetPlan, ShardEnd
from batch_update.model.reports import Exit
from batch_update.own_process import heed_no_signal, look_seldom_for_garbage
from batch_update.send.progress import Progress
from batch_update.version import __version__

EVERY = 1.0
"""seconds between two lines that tell how far accounts are"""
_CHUNK = 65_536


class Told:
    """The lines that a further process of a fleet writes: in a thread, those that come meanwhile in one go."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._lines: list[bytes] = []
        self._rows: dict[str, Progress] = {}
        self._turn = anyio.Lock()

    def rows_done(self, account: str, progress: Progress) -> None:
        """Take note of how far an account is: the next line of all accounts tells it."""
        self._rows[account] = progress

    async def ended(self, end: ShardEnd) -> None:
        """Tell the end of an account."""
        self._rows.pop(end.account, None)
        await self.tell(process_line(end))

    async def tell(self, line: bytes) -> None:
        """Write a line. Nobody may be left who reads it."""
        self._lines.append(line)
        async with self._turn:
            lines, self._lines = self._lines, []
            if lines:
                await anyio.to_thread.run_sync(self._write, b"".join(lines))

    async def keep_telling(self) -> None:
        """Tell each second how far accounts are, and that this process goes on."""
        while True:
            await SYSTEM.sleep(EVERY)
            rows, self._rows = self._rows, {}
            await self.tell(process_line(RowsDone(rows)))


async def work(source: int, write: Callable[[bytes], None]) -> None:
    """Work on accounts, until the source of their tasks has come to its end and they have."""
    told = Told(write)
    async with aclosing(_chunks_of(source)) as chunks, aclosing(lines_in(chunks)) as lines:
        briefing = told_by(await anext(lines))
        if not isinstance(briefing, Briefing):
            raise TypeError("the first line is no briefing")
        async with (
            one_process(FleetFolder(briefing.folder), starts=briefing.starts) as shared,
            anyio.create_task_group() as telling,
        ):
            here = Here(0, shared, briefing.given, tell=told.rows_done, fleet=_plan_in(briefing))
            await told.tell(process_line(Ready(__version__, form_of_lines())))
            telling.start_soon(told.keep_telling)
            await _all_tasks(lines, here, shared, told)
            telling.cancel_scope.cancel()


async def _all_tasks(lines: AsyncIterator[bytes], here: Here, shared: OneProcess, told: Told) -> None:
    async with anyio.create_task_group() as accounts:
        async for line in lines:
            task = told_by(line)
            if not isinstance(task, ShardTask):
                raise TypeError("a line is no task")
            accounts.start_soon(_see, task, here, told)
        shared.stop()  # whoever began this needs it no more, or is gone


async def _see(task: ShardTask, here: Here, told: Told) -> None:
    try:
        end = await here.carry_out(task)
    except Exception as bug:  # noqa: BLE001  # in one account: the others go on, and its text could hold anything
        words = f"this is a bug, please report it: {type(bug).__name__}"
        end = ShardEnd(task.account, 0, Exit.BUG, message=words)
    await told.ended(end)


def _plan_in(briefing: Briefing) -> FleetPlan | None:
    """Return the plan of the fleet, read once for all accounts; None where it cannot be read, which each tells then."""
    try:
        return read_fleet(FleetFolder(briefing.folder))
    except BatchUpdateError:
        return None


async def _chunks_of(source: int) -> AsyncGenerator[bytes, None]:
    """Yield what comes from a pipe, until whoever writes has closed it."""
    while chunk := await anyio.to_thread.run_sync(os.read, source, _CHUNK, abandon_on_cancel=True):
        yield chunk


def _write_to(target: int, lines: bytes) -> None:
    """Write all of it, unless whoever reads is gone: the end of stdin tells that."""
    try:
        while lines:
            lines = lines[os.write(target, lines) :]
    except OSError:
        return


def main() -> None:
    """Run the program."""
    heed_no_signal()
    look_seldom_for_garbage()
    target = os.dup(1)
    os.dup2(2, 1)  # what anything prints is none of the lines that are read
    anyio.run(work, sys.stdin.fileno(), partial(_write_to, target))


if __name__ == "__main__":
    main()
