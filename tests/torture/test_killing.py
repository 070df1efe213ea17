"""A run that is killed at random moments loses nothing and does nothing twice; `make torture` tries many more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture.kills import torture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by a POSIX signal")


@pytest.mark.parametrize("seed", [1, 9, 13])
def test_a_killed_run_goes_on_where_it_was(seed: int, tmp_path: Path) -> None:
    torture(seed, tmp_path, rows=60, kills=2)
