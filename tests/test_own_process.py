"""How many files the process may open."""

from __future__ import annotations

import pytest

from batch_update.own_process import allowed_files


def test_the_bound_of_open_files_is_raised_as_far_as_it_is_wanted_and_may_be() -> None:
    resource = pytest.importorskip("resource", reason="there is no such bound on Windows")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
        assert allowed_files(250) == 300, "it is never lowered"
        assert allowed_files(350) == 350 == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if hard != resource.RLIM_INFINITY:
            assert allowed_files(hard + 1) == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
