"""A run that is killed at random moments loses nothing and does nothing twice; `make torture` tries many more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture.kills import torture
from tests.torture.syscalls import STRACE, Moment, live

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by a POSIX signal")


@pytest.mark.parametrize("seed", [1, 9, 13])
def test_a_killed_run_goes_on_where_it_was(seed: int, tmp_path: Path) -> None:
    torture(seed, tmp_path, rows=60, kills=2)


@pytest.mark.skipif(STRACE is None, reason="there is no strace here")
@pytest.mark.parametrize(
    ("kind", "first", "then"),
    [
        ("wal", ("rename", 2), ("fsync", 2)),  # the whole plan takes its place
        (
            "wal",
            ("fdatasync", 3),
            ("unlink", 4),
        ),  # between a commit and what it promises; then while it is closed
        (
            "no-wal",
            ("fdatasync", 9),
            ("unlink", 12),
        ),  # the rollback journal is on the disk; then it is removed
    ],
)
def test_a_run_that_is_killed_at_a_system_call_goes_on_where_it_was(
    kind: str, first: Moment, then: Moment, tmp_path: Path
) -> None:
    assert live(tmp_path / "run", 6, kind, first=first, then=then).killed
