"""A process of this program from its first moment: which signals end it, and how often garbage is looked for.

Ctrl-C while something is only being loaded can leave at once, since nothing has begun then.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
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
