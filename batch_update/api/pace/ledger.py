"""The ledger of a key: what all processes of this machine sent with it lately, so that they share one pace."""

from __future__ import annotations

import math
import secrets
import struct
from array import array
from binascii import crc32
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from batch_update.api.pace.windows import PATIENCE
from batch_update.clock import SYSTEM, Clock
from batch_update.disk import make_folder, read_plain, refuse_odd, shared_mode, write_plain

KEEP = 60.0
"""seconds that requests are kept at least; longer where a window is longer"""
UNANSWERED = 60.0
"""seconds after sending at which a request counts, where only its answer can tell and none came"""
AHEAD = 1.0
"""seconds for which leave is taken ahead, where nobody else uses the key"""
MOST_AHEAD = 5.0
"""the same where a process has much else to do"""
LONGEST_TURN = 2.0
"""seconds that others may have their turn; then one of them hangs, and the ledger is given up"""

_HEAD = struct.Struct("<8s16sddI")
"""mark, boot, wall clock minus monotonic clock, time of the last turn, number of lines"""
_SEAL = struct.Struct("<I")
"""checksum of all the rest"""
_MARK = b"BULEDG1\n"
_DAMAGED = "the record of recent requests was damaged: waiting as if the limit had just been used up"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LARGEST = 1024 * 1024
"""bytes; a larger file is none that was written here"""


class Ledger:
    """The requests of every process that uses a key: each writes down its own, and reads those of the others.

    A request is one number: the latest moment at which the server may have counted it, by the monotonic clock, which
    all processes of a machine share and which nobody sets. After a restart of the machine, or on another one that
    shares the file, the wall clock serves instead. A time of the future is one of a clock that was another, such as
    that of a container that was suspended: it counts as if it were now, and is written down as that.

    What is damaged is replaced, as if so many requests as the limit allows had been sent just now: that costs one
    window, and breaks none. A file that cannot be locked, read or written is given up: each process then keeps to the
    windows by itself. `news` says so, once.
    """

    def __init__(
        self, path: Path, *, ahead: float = AHEAD, clock: Clock = SYSTEM, boot: str | None = None
    ) -> None:
        """`ahead`: seconds for which whoever uses it takes leave at a time, `MOST_AHEAD` at most."""
        self.ahead = ahead
        self.news = ""
        """something that people should know; whoever tells them empties it"""
        self._path = path
        self._lock: FileLock | None = None
        self._clock = clock
        boot = _boot_id() if boot is None else boot
        self._knows_boot = bool(boot)
        self._boot = blake2b(boot.encode(), digest_size=16).digest()
        self._me = secrets.randbits(64)
        self._given_up = False
        self._busy_since = math.inf
        self._is_shifted = False
        """whether the times that were read last are another clock's"""

    @contextmanager
    def turn(
        self, now: float, mine: Callable[[], Sequence[float]], *, keep: float = KEEP, full: int = 0
    ) -> Iterator[list[float] | None]:
        """The requests of others, and until the end nobody else's turn; then what `mine` gives is written down.

        None where another process has its turn right now. `now` and all requests are seconds of the monotonic clock;
        `keep` seconds is how long requests matter, `full` how many are assumed where the file is damaged.
        """
        lock = self._begin(now)
        if lock is None:
            yield [] if self._given_up else None
            return
        try:
            before = self._read(now)
            is_damaged = before is None
            if before is None:
                self.news = _DAMAGED
                before = [(0, now)] * full
            others = [(who, _credible(at, now)) for who, at in before if who != self._me]
            yield [at for _, at in others]
            own = [(self._me, at) for at in mine()]
            after = [line for line in others + own if line[1] > now - max(keep, KEEP)]
            # Compared with what stands there: what was corrected must not be corrected anew, and later, each time. Nor
            # what is of another start of the machine.
            if not self._given_up and (is_damaged or self._is_shifted or sorted(after) != sorted(before)):
                self._write(now, after)
        finally:
            lock.release()

    def _begin(self, now: float) -> FileLock | None:
        """Return the lock, held; None where it is another's turn, or where the ledger has been given up."""
        if self._given_up:
            return None
        try:
            if self._lock is None:
                self._lock = self._make_lock()
            self._lock.acquire(blocking=False)
        except Timeout:
            self._busy_since = min(self._busy_since, now)
            if now - self._busy_since >= LONGEST_TURN:
                self._give_up("another process does not let go of it")
            return None
        except OSError as error:
            self._give_up(error.strerror or str(error))
            return None
        self._busy_since = math.inf
        return self._lock

    def _make_lock(self) -> FileLock:
        """The lock of the file, in a folder that is there. Raises OSError where something else lies in its place."""
        make_folder(self._path.parent)
        place = Path(f"{self._path}.lock")
        refuse_odd(place)
        mode = shared_mode(self._path.parent)
        return FileLock(place, mode=mode, thread_local=False, fallback_to_soft=False)

    def _give_up(self, reason: str) -> None:
        self._given_up = True
        self.news = (
            f"the record of recent requests cannot be used: {reason} ({self._path}); other runs are not seen"
        )

    # ------------------------------------------------------------ the file

    def _read(self, now: float) -> list[tuple[int, float]] | None:
        """Who sent, and when it counts; None where the file is damaged."""
        self._is_shifted = False
        try:
            content = read_plain(self._path, _LARGEST)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._give_up(error.strerror or str(error))
            return []
        try:
            return self._lines(content, now) if content else []
        except ValueError:
            return None

    def _lines(self, content: bytes, now: float) -> list[tuple[int, float]]:
        """Return what stands in the file. Raises ValueError where it is damaged."""
        if len(content) < _HEAD.size + _SEAL.size:
            raise ValueError("too short")
        mark, boot, offset, last, count = _HEAD.unpack_from(content)
        body = content[_HEAD.size : -_SEAL.size]
        (seal,) = _SEAL.unpack(content[-_SEAL.size :])
        if mark != _MARK or len(body) != 16 * count or seal != crc32(content[: -_SEAL.size]):
            raise ValueError("not as it was written")
        whos, ats = array("Q", body[: 8 * count]), array("d", body[8 * count :])
        self._is_shifted = not (boot == self._boot and (self._knows_boot or last <= now))
        if not self._is_shifted:
            return list(zip(whos, ats, strict=True))
        # Another start of the machine, or another machine: there the monotonic clock shows something else.
        shift = offset - (self._clock.wall().timestamp() - now)
        return [(who, at + shift) for who, at in zip(whos, ats, strict=True)]

    def _write(self, now: float, lines: Sequence[tuple[int, float]]) -> None:
        body = array("Q", (who for who, _ in lines)).tobytes() + array("d", (at for _, at in lines)).tobytes()
        offset = self._clock.wall().timestamp() - now
        content = _HEAD.pack(_MARK, self._boot, offset, now, len(lines)) + body
        content += _SEAL.pack(crc32(content))
        try:
            write_plain(self._path, content)
        except OSError as error:
            self._give_up(error.strerror or str(error))


def _credible(at: float, now: float) -> float:
    """Return the time itself, or where it is later than any request can count for which leave was taken ahead, the
    latest for one that was sent by now."""
    return at if at <= now + PATIENCE + 2 * MOST_AHEAD else now + PATIENCE


def _boot_id() -> str:
    """Names this start of the machine, where the system does; "" elsewhere."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""
