"""A process of this program as a whole: which signals end it, its memory, its processor, how many files it opens.

Ctrl-C while something is only being loaded can leave at once, since nothing has begun then.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_THRESHOLDS = (20_000, 20, 20)
"""when garbage is looked for: what is loaded and read stays, and looking among it as often as Python does takes a
twentieth of the time"""
_MOST_HEAPS = -8
"""M_ARENA_MAX, as <malloc.h> has it"""
_BEHIND = 15
"""niceness of what may wait: 0 is usual, 19 the most"""


def look_seldom_for_garbage() -> None:
    """Have this process look for garbage less often than Python does by itself."""
    gc.set_threshold(*_THRESHOLDS)


def share_one_heap() -> None:
    """Have threads that begin from now on take memory from one heap: glibc gives each its own, half a megabyte more.

    Does nothing where another C library is in use, or Python was built without what calls one.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, ImportError, OSError):
            import ctypes  # here, since no command but those of fleets needs it

            ctypes.CDLL(None).mallopt(_MOST_HEAPS, 1)


def give_way() -> None:
    """Have this process leave the processor to those that send, where the system has priorities that can be lowered.

    One that gives way more than that already stays so: nobody but root may take that back.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, max(_BEHIND, os.getpriority(os.PRIO_PROCESS, 0)))


def heed_no_signal() -> None:
    """Have this process live on where a terminal's Ctrl-C or the end of a service reaches it: another one ends it.

    One that it was begun with waiting is gone. Ctrl-Z is heeded: whoever presses it wants all to stand still.
    """
    for number in _ending():
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ending())


@contextmanager
def holding_signals_back() -> Iterator[None]:
    """Have signals that would end a process wait meanwhile: one that is begun in this time begins with them waiting.

    Several tasks of a thread may be in it at once: signals come again once the last of them has left.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ending())
    if not _held.tasks:
        _held.before = before
    _held.tasks += 1
    try:
        yield
    finally:
        _held.tasks -= 1
        if not _held.tasks:
            signal.pthread_sigmask(signal.SIG_SETMASK, _held.before)


class _Held(threading.local):
    """Whether signals wait in this thread, and which of them did before."""

    tasks = 0
    before: Collection[int] = ()


_held = _Held()


def _ending() -> list[signal.Signals]:
    """Return the signals of a terminal, a shell or a service that end a process which does not heed them."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def allowed_files(wanted: int) -> float:
    """Return how many files may be open, with that bound raised to so many where it can be; `inf`: there is none."""
    if sys.platform == "win32":  # sockets are no files there, and nothing is counted
        return math.inf
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return math.inf
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):  # macOS has a bound of its own beneath what it tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return soft


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """End the program quietly on Ctrl-C: what is being loaded could swallow an exception, or let it be seen."""
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)
