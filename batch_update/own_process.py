"""A process of this program as a whole: which signals end it, how often garbage is looked for, how many files it opens.

Ctrl-C while something is only being loaded can leave at once, since nothing has begun then.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_THRESHOLDS = (20_000, 20, 20)
"""when garbage is looked for: what is loaded and read stays, and looking among it as often as Python does takes a
twentieth of the time"""


def look_seldom_for_garbage() -> None:
    """Have this process look for garbage less often than Python does by itself."""
    gc.set_threshold(*_THRESHOLDS)


def heed_no_signal() -> None:
    """Have this process live on where a terminal's Ctrl-C or the end of a service reaches it: another one ends it."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


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
