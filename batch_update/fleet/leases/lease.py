"""A lease on something that several machines see: whoever holds it may work on it, as long as it is renewed in time.

Nobody compares clocks of two machines. The holder counts from when its last renewal began, by a clock that goes on
while the machine sleeps, and takes it for lost after half the time. Whoever wants it watches the stamp by a clock of
its own, and takes over once it stood still for the whole time: until then the holder has long stopped.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import anyio
import anyio.to_thread
from filelock import FileLock, Timeout

from batch_update.as_raised import as_raised
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import RunLocked, RunStopped
from batch_update.fleet.leases.lease_files import MOST_EPOCHS, LeaseFiles, LeaseHolder, Look
from batch_update.text import how_long

TTL = 60.0
"""seconds that a stamp may stand still"""
RENEWALS = 6
"""in that time"""
TOO_LATE = 0.75
"""of that time: a renewal that is over later may have been overlooked by who takes over"""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

T = TypeVar("T")
Taking = Callable[[], Awaitable[None]]


def this_machine() -> str:
    """Return what stands for this start of the machine, or of the container; no other one has the same."""
    try:
        boot = _BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot = ""
    return f"{boot} {socket.gethostname()}"


class Lease:
    """One lease: taken once, then held until it is released or lost. Lost, it stays so.

    `what` is what it is on, for people. On an event loop; what waits for the disk does so in threads.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock = SYSTEM,
        ttl: float = TTL,
        *,
        what: str = "",
        who: str = "",
        machine: str | None = None,
    ) -> None:
        self.epoch = 0
        """its number; 0 before it is taken"""
        self.spent = False
        """whether another machine held it before, whose requests of the last minute cannot be known here"""
        self.is_takeover = False
        """whether the one before never let go of it, and may only stand still"""
        self.ttl = ttl
        self._clock = clock
        self._what = what or folder.name
        self._machine = this_machine() if machine is None else machine
        self._files = LeaseFiles(folder, self._machine)
        self._holder = LeaseHolder(
            who, socket.gethostname(), os.getpid(), secrets.token_hex(8), self._machine, float(ttl), True
        )
        self._lock: FileLock | None = None
        self._renewed = 0.0
        """when the last renewal that was good began, by the clock since boot"""
        self._renewals = 0
        self._trouble = ""
        """why the last renewal failed"""
        self._lost: str | None = None
        self._is_given_up = False
        """whether nobody wants it any more; a thread may be about to take it still"""

    # ------------------------------------------------------------ held

    @asynccontextmanager
    async def kept(
        self, *, wait: float = 0.0, through: Callable[[Taking], Awaitable[None]] | None = None
    ) -> AsyncIterator[Self]:
        """Take the lease, renew it meanwhile, and let go of it at the end. Raises as `take` does.

        `through`: awaits the taking, and may cancel it, or raise though it was done.
        """
        take = partial(self.take, wait=wait)
        try:
            await (take() if through is None else through(take))
            async with as_raised(anyio.create_task_group()) as tasks:
                tasks.start_soon(self._keep)
                try:
                    yield self
                finally:
                    tasks.cancel_scope.cancel()
        finally:
            self._is_given_up = True
            if self.epoch:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(self.release)

    def held(self) -> None:
        """Return where this is the newest epoch and was renewed in time. Raises RunStopped (R140) where it is lost."""
        if self._lost is None and self._files.is_followed(self.epoch):
            self._lost = "another worker has taken over"
        since = self._clock.boot() - self._renewed  # only now: to look may have taken long
        if self._lost is None and since >= self.ttl / 2:
            because = self._trouble or "this machine slept, or the process stood still"
            self._lost = f"it was not renewed for {how_long(since)}: {because}"
        if self._lost is not None:
            raise RunStopped(f"the lease on {self._what} is lost: {self._lost}", code="R140")

    async def _keep(self) -> None:
        """Renew the lease, until that is cancelled or it is lost."""
        while self._lost is None:
            await self._clock.sleep(self.ttl / RENEWALS / (2 if self._trouble else 1))
            await self.renew()

    async def renew(self) -> None:
        """Renew the lease once. What goes wrong is told by `held` once it matters."""
        began = self._clock.boot()
        try:
            newest = await _in_thread(self._write_stamp)
        except OSError as error:
            self._trouble = f"{error.strerror or error} ({error.filename or self._files.folder})"
            return
        if newest > self.epoch:
            self._lost = self._lost or "another worker has taken over"
        elif self._clock.boot() - self._renewed < self.ttl * TOO_LATE:
            self._renewed, self._trouble = began, ""

    def _write_stamp(self) -> int:
        """Change the stamp, and return the newest epoch. Raises OSError."""
        self._renewals += 1
        self._files.renew(self.epoch, f"{self._holder.token} {self._renewals}\n".encode("ascii"))
        return self._files.newest()

    def release(self) -> None:
        """Let go of the lease: the next one may begin at once, unless that cannot be written down."""
        with suppress(OSError):
            self._files.release(self.epoch, self._holder.token)
        self._files.unlock(self.epoch, self._lock)
        self._lost, self._lock = self._lost or "it was released", None

    # ------------------------------------------------------------ taken

    async def take(self, *, wait: float = 0.0) -> None:
        """Take the lease. Raises RunLocked (R141) where its holder lives, RunStopped (R142) for the folder.

        Whether a holder lives, its stamp tells: one that stands still is waited for, and one that changes for `wait`
        seconds at most.
        """
        begun = since = self._clock.monotonic()
        seen: tuple[int, bytes] | None = None
        while True:
            look = await self._asked(partial(self._files.look, self._machine))
            now = self._clock.monotonic()
            mark = (look.epoch, look.stamp)
            is_still = mark == seen and now - since >= max(self.ttl, look.holder.ttl if look.holder else 0.0)
            if look.is_free or is_still:
                began = self._clock.boot()
                if await self._asked(partial(self._begin, look)):
                    self._renewed = began
                    return
            if mark != seen:
                if seen is not None and now - begun >= wait:
                    raise RunLocked(f"another worker holds the lease on {self._what}{_by(look)}", code="R141")
                seen, since = mark, now
            await self._clock.sleep(self.ttl / RENEWALS / 2)

    def _begin(self, look: Look) -> bool:
        """Begin the next epoch, or return False where somebody else was faster. Raises OSError."""
        epoch = look.epoch + 1
        if epoch > MOST_EPOCHS:
            raise OSError(
                f"the files in {self._files.folder} name epoch {look.epoch}, after which none can come"
            )
        try:
            lock = self._files.lock(epoch)
        except Timeout:
            return False  # another one of this machine is at it
        holder = self._holder if lock else replace(self._holder, is_locked=False)
        try:
            is_ours = self._files.claim(epoch, holder)
        except BaseException:
            self._files.unlock(epoch, lock)
            raise
        if not is_ours:
            self._files.unlock(epoch, lock)
            return False
        self.epoch, self._lock = epoch, lock
        self.spent = look.epoch > 0 and (look.holder is None or look.holder.machine != self._machine)
        self.is_takeover = look.epoch > 0 and not look.is_free
        try:
            self._write_stamp()
        except OSError:
            self.release()
            raise
        with suppress(OSError):
            self._files.clear_up(epoch)
        if self._is_given_up:  # whoever was cancelled looked for the epoch before it was there
            self.release()
        return True

    async def _asked(self, look: Callable[[], T]) -> T:
        try:
            return await _in_thread(look)
        except OSError as error:
            place = error.filename or self._files.folder
            raise RunStopped(
                f"the lease on {self._what} cannot be taken: {error.strerror or error} ({place})", code="R142"
            ) from None


def _by(look: Look) -> str:
    return f": {look.holder}" if look.holder else ""


async def _in_thread(work: Callable[[], T]) -> T:
    """Return what work on the disk returns, without holding up the event loop or whoever is cancelled."""
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
