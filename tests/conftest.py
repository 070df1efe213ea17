"""What holds for all tests."""

from __future__ import annotations

import signal

if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # Under nohup, what a hang-up does could not be tested: children would ignore it, too. With a handler they do not.
    signal.signal(signal.SIGHUP, lambda number, frame: None)
