"""The lock of an account: one run at a time, and who holds it. The operating system frees it when its holder dies."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import make_folder, read_plain, refuse_odd, replace_plain, shared_mode
from batch_update.errors import RunLocked, UsageError
from batch_update.text import local_time, printable

SUFFIX = ".lock"
GLANCE = 0.05
"""seconds between two tries"""
_LARGEST = 64 * 1024
"""bytes; a larger file tells of no holder"""
AT_LEAST = 0.25
"""seconds that everybody waits: somebody may only be looking whether the lock is held"""
_PATIENCE = 10.0
"""seconds that a file is waited for which nobody holds for longer than it takes to write it"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock."""

    pid: int
    host: str
    since: datetime
    """UTC"""
    command: str = ""
    run: str = ""
    """the absolute path of the run's folder; "" before there is one"""


class AccountLock:
    """Keeps other runs on the same account out while it is held. A context manager, plain or on an event loop.

    The file is never deleted, since of two processes each could then lock a file of its own. Beside it stands who
    holds it. Entering waits `wait` seconds at most and calls `on_wait` with what it waits for; it raises RunLocked
    (R107) where another process still holds the lock, UsageError (U112) where it cannot be taken at all. `block` lets
    time pass, outside an event loop as it is.
    """

    def __init__(
        self,
        path: Path,
        *,
        command: str = "",
        wait: float = 0.0,
        on_wait: Callable[[str], None] = lambda text: None,
        clock: Clock = SYSTEM,
        block: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._lock: FileLock | None = None
        self._command = command
        self._wait = wait
        self._on_wait = on_wait
        self._clock = clock
        self._block = block
        self._holder: Holder | None = None

    def __enter__(self) -> Self:
        for _ in self._tries():
            self._block(GLANCE)
        return self

    async def __aenter__(self) -> Self:
        for _ in self._tries():
            await self._clock.sleep(GLANCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # the lock itself tells that nobody holds it
            _card(self._path).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _tries(self) -> Iterator[None]:
        """Take the lock and write down who holds it. Yields whenever that has to wait for a moment."""
        with _taking(self._path):
            make_folder(self._path.parent)
            lock = _file_lock(self._path)
            yield from self._acquire(lock)
            try:
                self._write(Holder(os.getpid(), socket.gethostname(), self._clock.wall(), self._command))
            except BaseException:
                lock.release()
                raise
        self._lock = lock

    def works_in(self, run: Path) -> None:
        """Tell others which run it is that holds the lock. Raises UsageError (U112)."""
        assert self._holder is not None, "the lock is not held"
        with _taking(self._path):
            self._write(replace(self._holder, run=str(run.resolve())))

    def _write(self, holder: Holder) -> None:
        self._holder = holder
        text = json.dumps(asdict(holder), default=datetime.isoformat) + "\n"
        replace_plain(_card(self._path), text.encode("ascii"))

    def _acquire(self, lock: FileLock) -> Iterator[None]:
        begun = self._clock.monotonic()
        told = False
        while True:
            try:
                lock.acquire(blocking=False)
                return
            except Timeout:
                waited = self._clock.monotonic() - begun
            if waited >= max(self._wait, AT_LEAST):
                raise _locked_error(_holder_words(holder_of(self._path)))
            if waited >= AT_LEAST and not told:
                told = True
                self._on_wait(
                    f"{_holder_words(holder_of(self._path))}: waiting for it, at most {self._wait:.0f} s"
                )
            yield


@asynccontextmanager
async def one_writer(lock_file: Path, noun: str, clock: Clock) -> AsyncIterator[None]:
    """Keep all others out who would write a file, named by `noun`, that this lock stands for.

    Raises RunLocked (R107) where another process holds it for long, UsageError (U112) where it cannot be taken at all.
    """
    with _taking(lock_file, noun):
        make_folder(lock_file.parent)
        lock = _file_lock(lock_file)
        until = clock.monotonic() + _PATIENCE
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                if clock.monotonic() >= until:
                    raise _locked_error(f"another process writes {noun}") from None
            await clock.sleep(GLANCE)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _taking(path: Path, noun: str = "the account") -> Iterator[None]:
    """Turns what the file system raises into an error of ours."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"the lock of {noun} cannot be taken: {error.strerror or error} ({path})",
            code="U112",
        ) from error


def _file_lock(path: Path) -> FileLock:
    """Return the system's lock of a plain file, which all may take who may write into its folder. Raises OSError."""
    refuse_odd(path)
    # Without the system's lock there would be one that survives the death of its holder.
    return FileLock(path, mode=shared_mode(path.parent), thread_local=False, fallback_to_soft=False)


def _card(path: Path) -> Path:
    """Return the file that says who holds the lock: beside it, since a locked file cannot be read on every system."""
    return path.with_suffix(".holder.json")


def _holder_words(holder: Holder | None) -> str:
    if holder is None:
        return "another run works on this account"
    place = f", in {printable(holder.run)}" if holder.run else ""
    return f"another run works on this account: {_who(holder)}{place}"


def _who(holder: Holder) -> str:
    return f"process {holder.pid} on {printable(holder.host)} since {local_time(holder.since)}"


def _locked_error(words: str) -> RunLocked:
    return RunLocked(words, code="R107")


def holder_of(path: Path) -> Holder | None:
    """Who holds this lock, as its holder wrote down; None where that is not known."""
    try:
        found = json.loads(read_plain(_card(path), _LARGEST))
        since = datetime.fromisoformat(found["since"]).astimezone(UTC)
        return Holder(int(found["pid"]), str(found["host"]), since, str(found["command"]), str(found["run"]))
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None


def is_held(path: Path) -> bool:
    """Whether some process holds this lock now. Raises OSError."""
    if not path.exists():
        return False
    lock = _file_lock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False


def running(folder: Path) -> dict[Path, Holder]:
    """Run folder -> who works in it now, of all locks in a folder. Raises OSError."""
    return {Path(holder.run): holder for _, holder in _at_work(folder)}


def refuse_company(run: Path, folders: Iterable[Path], *, but: Path | None) -> None:
    """Raises RunLocked (R107) where another process works in this run's folder: another key's lock is another lock.

    `folders` hold locks; `but` is our own, if there is one. Say first that we work there: then of two that ask at once
    none is missed.
    """
    for path, holder in (found for folder in folders for found in _at_work(folder)):
        if path != but and Path(holder.run) == run.resolve():
            raise _locked_error(f"another process works in this run: {_who(holder)}")


def _at_work(folder: Path) -> Iterator[tuple[Path, Holder]]:
    """Yield the locks of a folder that are held for a run, and who holds them."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        holder = holder_of(path)
        if holder is not None and holder.run and is_held(path):
            yield path, holder
