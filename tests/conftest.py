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

NOT_COUNTED = (
    "api/test_connections.py",
    "cli/",
    "run/test_every_end.py",
    "run/test_every_setting.py",
    "sandbox/test_openapi.py",
    "send/test_signals.py",
    "sheet/test_hostile.py",
    "sheet/text/test_dialect.py",
    "test_docs.py",
    "test_python_page.py",
    "test_readme.py",
    "torture/",
)
"""Tests whose branches are not counted: whole programs, and so much of it that counting would double their time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out of the count of branches what would be slow in it, and what takes other branches each time."""
    here = Path(__file__).parent
    for item in items:
        at_random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if at_random or item.path.relative_to(here).as_posix().startswith(NOT_COUNTED):
            item.add_marker(pytest.mark.no_cover)
