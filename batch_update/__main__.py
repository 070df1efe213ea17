"""The front door, also as `python -m batch_update`. Ctrl-C ends the program quietly from the first moment."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Run the program. While it is only being loaded nothing has begun, so that an interrupt can leave at once."""
    # What is loaded and read stays: looking for garbage among it as often as Python does takes a twentieth of the time.
    gc.set_threshold(20_000, 20, 20)
    before = signal.signal(signal.SIGINT, _leave)
    try:
        from batch_update.cli import main as program
    finally:
        signal.signal(signal.SIGINT, before)
    program()


def _leave(number: int, frame: FrameType | None) -> None:
    # An exception could be swallowed, or told with a traceback, by whatever is being loaded.
    os._exit(128 + number)


if __name__ == "__main__":
    main()
