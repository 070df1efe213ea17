"""A sandbox on a port answers hostile requests, or hangs up, and goes on; `make torture` tries many more."""

from __future__ import annotations

import sys

import pytest

from tests.torture.requests import attempts


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Linux tells it")
@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_requests_bring_about_nothing(seed: int) -> None:
    (tried,) = attempts(0.06, seed)
    assert tried.cases == 60 and tried.faults == ()
