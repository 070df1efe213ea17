"""A fleet whose worker is killed comes to its end on another one; `python -m tests.torture fleet` tries much more."""

from __future__ import annotations

import sys

import pytest

from tests.torture.fleet import CASES, tried

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by a POSIX signal")


def test_a_fleet_goes_on_where_a_worker_of_dask_was_killed() -> None:
    assert tried(CASES["kill -9 of a worker"]["dask 2"], rows=12, accounts=3) == []
