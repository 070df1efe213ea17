"""The files of a lease in its folder, which may lie on a network: made exclusively, renamed into place, never trusted.

`epoch-000002` tells who began the second epoch, and is never written to again or removed: whoever held the first one
knows by its being there that it is over. `stamp-000002` changes while the holder lives, `released-000002` tells that it
let go. Each name has one writer, so that no late write of an older epoch meets a newer one's file.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from batch_update.disk import CAREFULLY, make_folder, read_plain, shared_mode, sync_folder
from batch_update.strict_json import read_own_json
from batch_update.text import printable

MOST_EPOCHS = 999_999
_EPOCH = re.compile(r"epoch-([0-9]{6})")
_OLD = re.compile(r"(?:stamp|released)-([0-9]{6})")
_DRAFT = re.compile(r"\.(?:epoch|stamp)-[\w-]+\.part")
_LARGEST = 4096
"""bytes of a file that was written here; a larger one was not"""
_LONGEST_TTL = 3600.0


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """Who began an epoch, in its own words."""

    who: str
    host: str
    pid: int
    token: str
    """random: no two holders have the same"""
    machine: str
    """stands for this start of the machine, or of the container"""
    ttl: float
    """seconds that its stamp may stand still before others may take over"""
    is_locked: bool
    """whether it holds the system's lock, which tells on its own machine whether it lives"""

    def __str__(self) -> str:
        return printable(
            f"{self.who + ' on ' if self.who else ''}{self.host or 'a machine'}, process {self.pid}"
        )


@dataclass(frozen=True, slots=True)
class Look:
    """A lease as it is found in its folder at one moment."""

    epoch: int
    """the newest; 0: nobody ever held it"""
    holder: LeaseHolder | None
    """None: nobody, or its file tells nothing that makes sense"""
    stamp: bytes
    is_free: bool
    """whether the next one may begin at once: nobody holds it, or its holder let go of it or is gone"""


class LeaseFiles:
    """The folder of a lease."""

    def __init__(self, folder: Path, machine: str) -> None:
        self.folder = folder
        self._machine = blake2b(machine.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()

    def look(self, machine: str) -> Look:
        """Return what is there, as this machine sees it. Raises OSError."""
        make_folder(self.folder)
        epoch = self.newest()
        if epoch == 0:
            return Look(0, None, b"", is_free=True)
        holder = self._read_holder(epoch)
        is_free = holder is not None and (
            self._is_released(epoch, holder)
            or (holder.is_locked and holder.machine == machine and self._is_unlocked(epoch))
        )
        return Look(epoch, holder, self._read_stamp(epoch), is_free)

    def newest(self) -> int:
        """Return the number of the newest epoch, 0 for none. Raises OSError.

        The folder is opened for it: on NFS that is what has its entries, and a name's new file, seen at all.
        """
        found = (_EPOCH.fullmatch(place.name) for place in self.folder.iterdir())
        return max((int(match[1]) for match in found if match), default=0)

    def is_followed(self, epoch: int) -> bool:
        """Whether there is a newer epoch. Each is one more than the one before, so that one look does."""
        return os.path.lexists(os.path.join(self.folder, _epoch_name(epoch + 1)))  # noqa: PTH118  # asked before each request: a path takes as long

    def epoch(self, number: int) -> Path:
        return self.folder / _epoch_name(number)

    def stamp(self, number: int) -> Path:
        return self.folder / f"stamp-{number:06d}"

    def released(self, number: int) -> Path:
        return self.folder / f"released-{number:06d}"

    # ------------------------------------------------------------ read

    def _read_holder(self, epoch: int) -> LeaseHolder | None:
        try:
            found = read_own_json(read_plain(self.epoch(epoch), _LARGEST).decode("utf-8"))
            texts = [found[name] for name in ("who", "host", "token", "machine")]
            pid, ttl, is_locked = found["pid"], found["ttl"], found["is_locked"]
            if not all(type(text) is str for text in texts) or type(pid) is not int or type(ttl) is not float:
                return None
            who, host, token, machine = texts
            return LeaseHolder(who, host, pid, token, machine, min(ttl, _LONGEST_TTL), is_locked is True)
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None

    def _read_stamp(self, epoch: int) -> bytes:
        """Return what the stamp holds, none where there is none yet. Raises OSError where that cannot be told."""
        try:
            return read_plain(self.stamp(epoch), _LARGEST)
        except FileNotFoundError:
            return b""

    def _is_released(self, epoch: int, holder: LeaseHolder) -> bool:
        try:
            return read_plain(self.released(epoch), _LARGEST) == holder.token.encode("utf-8", "replace")
        except OSError:
            return False

    # ------------------------------------------------------------ the system's lock

    def lock(self, epoch: int) -> FileLock | None:
        """Return the lock of an epoch on this machine, held; None where the file system knows none. Raises Timeout."""
        place = self._lock_place(epoch)
        lock = FileLock(place, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise
        except (OSError, NotImplementedError):
            return None
        return lock

    def unlock(self, epoch: int, lock: FileLock | None) -> None:
        """Let go of the lock of an epoch. Nobody locks that file again to hold the epoch, so that it may go."""
        if lock is not None:
            lock.release()
            with suppress(OSError):
                self._lock_place(epoch).unlink(missing_ok=True)

    def _lock_place(self, epoch: int) -> Path:
        return self.folder / f"lock-{epoch:06d}-{self._machine}"

    def _is_unlocked(self, epoch: int) -> bool:
        """Whether the holder of this epoch, one of this machine, is gone: it would hold the lock."""
        try:
            lock = self.lock(epoch)
        except Timeout:
            return False
        if lock is None:
            return False
        lock.release()
        return True

    # ------------------------------------------------------------ written

    def claim(self, epoch: int, holder: LeaseHolder) -> bool:
        """Begin an epoch, or return False where somebody else did. Raises OSError.

        The file is whole before it has its name, and `link` gives it to one alone, on old NFS as well. There an answer
        may be lost, and the second try finds the file of the first: so whoever's words stand there has it.
        """
        content = json.dumps(asdict(holder)).encode("ascii") + b"\n"
        draft = self.folder / f".epoch-{holder.token}.part"
        try:
            _write_new(draft, content, self.folder)
            try:
                os.link(draft, self.epoch(epoch))
            except FileExistsError:
                pass
            except FileNotFoundError:
                return False  # whoever was faster cleared it away
            except OSError:  # a file system without links
                with suppress(FileExistsError):
                    _write_new(self.epoch(epoch), content, self.folder)
        finally:
            draft.unlink(missing_ok=True)
        with suppress(OSError):  # not each file system can be asked for that
            sync_folder(self.folder)
        if self.epoch(epoch).lstat().st_nlink > 1:
            return False  # whoever was faster has its draft still: ours is gone by now
        return read_plain(self.epoch(epoch), _LARGEST) == content

    def renew(self, epoch: int, content: bytes) -> None:
        """Write the stamp anew. Raises OSError."""
        draft = self.folder / f".stamp-{epoch:06d}.part"
        draft.unlink(missing_ok=True)
        _write_new(draft, content, self.folder, lasting=False)
        draft.replace(self.stamp(epoch))

    def release(self, epoch: int, token: str) -> None:
        """Write down that the holder let go. Raises OSError."""
        with suppress(FileExistsError):
            _write_new(self.released(epoch), token.encode("ascii"), self.folder)

    def clear_up(self, epoch: int) -> None:
        """Remove what nobody reads any more once this epoch has begun.

        Who still wanted to begin it finds the draft gone, and that somebody was faster. Epochs stay for ever.
        """
        for place in self.folder.iterdir():
            old = _OLD.fullmatch(place.name)
            if (old and int(old[1]) < epoch) or _DRAFT.fullmatch(place.name):
                with suppress(OSError):
                    place.unlink()


def _epoch_name(number: int) -> str:
    return f"epoch-{number:06d}"


def _write_new(path: Path, content: bytes, folder: Path, *, lasting: bool = True) -> None:
    """Write a file where there is none; `lasting`: and see it on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | CAREFULLY, shared_mode(folder))
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if lasting:
            os.fsync(descriptor)
