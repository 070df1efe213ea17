"""How many files the process may open, and how far it gives way to others."""

from __future__ import annotations

import subprocess
import sys

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


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such priorities")
@pytest.mark.parametrize(("before", "after"), [(0, 15), (19, 19)])
def test_what_may_wait_gives_way_and_what_gave_way_more_stays_so(before: int, after: int) -> None:
    """Who is not root may give way, and never take it back: as under `nice -n 19`."""
    words = (
        f"import os; os.setpriority(0, 0, max({before}, os.getpriority(0, 0)))\n"
        "from batch_update.own_process import give_way; give_way(); print(os.getpriority(0, 0))"
    )
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, check=True)
    assert int(told.stdout) >= after
