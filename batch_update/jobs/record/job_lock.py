"""The lock of a job while it runs: no second run of it begins meanwhile. The system frees it when its holder dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from batch_update.disk import make_folder, refuse_odd, shared_mode
from batch_update.errors import RunLocked, UsageError
from batch_update.text import printable

_GLANCES = 6
"""tries before a lock counts as held: somebody may only be looking whether it is"""
_PAUSE = 0.05
"""seconds between two tries"""


@contextmanager
def locked(path: Path, held: str, *, block: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Hold a lock. Raises RunLocked R120 with the words `held`, UsageError U130 where it cannot be taken at all."""
    try:
        make_folder(path.parent)
        lock = _file_lock(path)
        is_ours = _is_taken(lock, block)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"the lock of the job cannot be taken: {reason} ({printable(str(path))})", code="U130"
        ) from error
    if not is_ours:
        raise RunLocked(held, code="R120")
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether some process holds this lock now. One that cannot be looked at counts as free."""
    try:
        if not path.exists():
            return False
        lock = _file_lock(path)
        lock.acquire(blocking=False)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _is_taken(lock: FileLock, block: Callable[[float], None]) -> bool:
    for glance in range(_GLANCES):
        if glance:
            block(_PAUSE)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        return True
    return False


def _file_lock(path: Path) -> FileLock:
    refuse_odd(path)
    # Without the system's lock there would be one that survives the death of its holder.
    return FileLock(path, mode=shared_mode(path.parent), thread_local=False, fallback_to_soft=False)
