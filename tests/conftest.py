"""What holds for all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from batch_update.send.signals import NUMBERS

# No test waits on real time, or fails by it: how fast something is, benchmarks tell.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

for number in NUMBERS:
    if signal.getsignal(number) is signal.SIG_IGN:
        # As nohup has it for a hang-up, and a script for Ctrl-C in what it starts with `&`. Children would ignore it,
        # too, so that what it does could not be tested; with a handler here they do not.
        signal.signal(number, lambda number, frame: None)

for name in list(os.environ):
    if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}:
        # Servers of the tests are on this machine, and must be reached as they are.
        del os.environ[name]

COUNTED = ("account/", "check/", "fields/", "journal/", "plan/", "send/")
"""Folders of the tests whose branches are counted: those of the rooms that decide what is sent, and keep what was."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all other tests out of the count, which it would slow down by half, and whatever is drawn at random."""
    here = Path(__file__).parent
    for item in items:
        at_random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if at_random or not item.path.relative_to(here).as_posix().startswith(COUNTED):
            item.add_marker(pytest.mark.no_cover)
