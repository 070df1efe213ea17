"""What holds for all tests."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

from batch_update.send.signals import NUMBERS

# No test waits on real time, or fails by it: how fast something is, benchmarks tell.
settings.register_profile("drawn anew", deadline=None)
# What CI takes: it fails for what was changed, and not since this run drew what no run before it did.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "drawn anew"))

for number in NUMBERS:
    if signal.getsignal(number) is signal.SIG_IGN:
        # As nohup has it for a hang-up, and a script for Ctrl-C in what it starts with `&`. Children would ignore it,
        # too, so that what it does could not be tested; with a handler here they do not.
        signal.signal(number, lambda number, frame: None)

for name in list(os.environ):
    if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}:
        # Servers of the tests are on this machine, and must be reached as they are.
        del os.environ[name]
