"""The front door, also as `python -m batch_update`. Ctrl-C ends the program quietly from the first moment."""

from __future__ import annotations

import gc

from batch_update.interrupts import leaving_at_once

THRESHOLDS = (20_000, 20, 20)
"""when garbage is looked for: what is loaded and read stays, and looking among it as often as Python does takes a
twentieth of the time"""


def main() -> None:
    """Run the program."""
    gc.set_threshold(*THRESHOLDS)
    with leaving_at_once():
        from batch_update.cli import main as program
    program()


if __name__ == "__main__":
    main()
