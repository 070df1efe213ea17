"""One further process that works on accounts: begun once an account comes, and another one in its place where it dies.

What is told of it goes to whoever waits for an account, as an end, as WorkerLost, or as the bug that a line is which
makes no sense.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.abc import Process, TaskGroup

from batch_update.disk import CAREFULLY
from batch_update.fleet.processes.process_lines import (
    Briefing,
    Ready,
    RowsDone,
    form_of_lines,
    lines_in,
    process_line,
    told_by,
)
from batch_update.fleet.shards.shard_task import ShardTask, WorkerLost
from batch_update.model.fleets import ShardEnd
from batch_update.own_process import holding_signals_back
from batch_update.send.progress import Progress
from batch_update.text import printable
from batch_update.version import __version__

SILENT = 30.0
"""seconds without a line after which a process counts as lost: under a lease's time, before another may take over"""
_LOOKS = 2
"""waits for a line in them: what came while this process stood still itself is there in the second one"""
_LAST = 1.0
"""seconds in which a process ends that tells nothing any more"""
COMMAND = (sys.executable, "-P", "-m", "batch_update.fleet.processes.further_process")
"""-P: what lies in the folder where people stand is not imported"""
_BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)


class NoProcess(Exception):
    """No further process can be begun; `str(error)` says why."""


@dataclass(slots=True)
class _Awaited:
    """An account that a process has, or that it is ready at all."""

    done: anyio.Event = field(default_factory=anyio.Event)
    told: ShardEnd | Exception | None = None

    def tell(self, told: ShardEnd | Exception | None) -> None:
        self.told = told
        self.done.set()


class ProcessBeside:
    """The place of one further process; whoever opens it ends it with `end`."""

    def __init__(
        self,
        tasks: TaskGroup,
        briefing: Briefing,
        log: Path,
        tell: Callable[[str, Progress], None],
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._tasks = tasks
        self._briefing = briefing
        self._log = log
        self._tell = tell
        self._command = command
        self._turn = anyio.Lock()
        self._live: _Live | None = None
        self._none: NoProcess | None = None
        """why none can be begun: whoever waited for it meanwhile does not try anew, which may take long each time"""

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        """See one shard to its end there. Raises WorkerLost, and NoProcess where none can be begun."""
        async with self._turn:
            if self._none is not None:
                raise NoProcess(str(self._none))
            try:
                live = await self._begun()
            except NoProcess as none:
                self._none = none
                raise
        return await live.carry_out(task)

    @property
    def pid(self) -> int | None:
        """Return which process it is; None where there is none."""
        return None if self._live is None or self._live.is_gone else self._live.process.pid

    def end(self) -> None:
        """Kill it. Whatever it has at work is in the journals."""
        if self._live is not None:
            self._live.kill()

    async def _begun(self) -> _Live:
        if self._live is not None and not self._live.is_gone:
            return self._live
        live = self._live = _Live(await self._opened(), self._tell)
        self._tasks.start_soon(live.listen)
        await live.begin(self._briefing)
        return live

    async def _opened(self) -> Process:
        """Begin a process. It is of this one's group, so that a terminal's Ctrl-Z stops both, and fg has both go on.

        A Ctrl-C reaches it, too, which it does not heed; until it can say so, that waits.
        """
        try:
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | CAREFULLY, 0o600)
            try:
                with holding_signals_back():
                    return await anyio.open_process(
                        self._command, stderr=log, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                    )
            finally:
                os.close(log)
        except (OSError, RuntimeError) as error:  # the latter where no thread is left that could wait for it
            raise NoProcess(getattr(error, "strerror", None) or str(error)) from None


class _Live:
    """One process, from its beginning until it is gone."""

    def __init__(self, process: Process, tell: Callable[[str, Progress], None]) -> None:
        self.process = process
        self.is_gone = False
        self._is_killed = False
        self._tell = tell
        self._ready = _Awaited()
        self._at_work: dict[str, _Awaited] = {}
        self._sending = anyio.Lock()

    async def begin(self, briefing: Briefing) -> None:
        """Return once it takes accounts. Raises NoProcess."""
        try:
            await self._send(process_line(briefing))
            await self._ready.done.wait()
        except BaseException:
            self.kill()
            raise
        if isinstance(self._ready.told, Exception):
            self.kill()
            raise NoProcess(str(self._ready.told))

    async def carry_out(self, task: ShardTask) -> ShardEnd:
        if self.is_gone:
            raise WorkerLost("its process died")
        mine = self._at_work[task.account] = _Awaited()
        try:
            await self._send(process_line(task))
            await mine.done.wait()
        except BaseException:  # cancelled: all accounts are to be let go of at once
            self.kill()
            raise
        finally:
            self._at_work.pop(task.account, None)
        if isinstance(mine.told, ShardEnd):
            return mine.told
        raise mine.told or AssertionError

    def kill(self) -> None:
        """Kill it, once: to ask after one that is dead already takes its status from whoever waits for that."""
        if not self._is_killed:
            self._is_killed = True
            with suppress(OSError):
                self.process.kill()

    async def _send(self, line: bytes) -> None:
        """Write a line. Where it is gone, whoever listens tells that."""
        assert self.process.stdin is not None
        with suppress(*_BROKEN):
            async with self._sending:
                await self.process.stdin.send(line)

    async def listen(self) -> None:
        """Hear what it tells until it is gone, and then tell that whoever waits for it."""
        async with self.process:
            try:
                bug = await self._hear()
            finally:
                self.is_gone = True
                status = await self._ended()
            for awaited in (self._ready, *self._at_work.values()):
                awaited.tell(bug() if bug else WorkerLost(f"its process {_how_ended(status)}"))

    async def _ended(self) -> int:
        """Return its exit status, once it has one; one that only fell silent is killed."""
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(_LAST):
                await self.process.wait()
            if self.process.returncode is None:
                self.kill()
            await self.process.wait()
        return self.process.returncode or 0

    async def _hear(self) -> Callable[[], Exception] | None:
        """Take in line after line, until there are no more. Returns what makes the error of one without sense."""
        assert self.process.stdout is not None
        async with aclosing(lines_in(_Patient(self.process.stdout))) as lines:
            async for line in lines:
                try:
                    self._took(line)
                except ValueError:
                    self.kill()
                    return lambda: ValueError("a further process told what makes no sense")
        return None

    def _took(self, line: bytes) -> None:
        """Take a line in. Raises ValueError for one that makes no sense."""
        told = told_by(line)
        if isinstance(told, RowsDone):
            for account, progress in told.rows.items():
                self._tell(account, progress)
        elif isinstance(told, Ready):
            self._ready.tell(_unlike(told))
        elif isinstance(told, ShardEnd) and told.account in self._at_work:
            self._at_work[told.account].tell(told)
        else:
            raise ValueError("nothing that is waited for")


def _unlike(ready: Ready) -> NoProcess | None:
    """Return why a process that is ready is of no use: the program was changed while this fleet runs."""
    if ready.version != __version__:
        other = printable(ready.version)
        return NoProcess(f"a new one would be batch-update {other}, and this fleet runs with {__version__}")
    if ready.lines != form_of_lines():
        return NoProcess(f"batch-update {__version__} was changed while this fleet runs")
    return None


class _Patient:
    """The output of a further process, which ends where nothing comes for long."""

    def __init__(self, stream: anyio.abc.ByteReceiveStream) -> None:
        self._stream = stream

    def __aiter__(self) -> _Patient:
        return self

    async def __anext__(self) -> bytes:
        for _ in range(_LOOKS):
            with anyio.move_on_after(SILENT / _LOOKS):
                try:
                    return await self._stream.receive()
                except (anyio.EndOfStream, *_BROKEN):
                    break
        raise StopAsyncIteration


def _how_ended(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
