"""A fleet whose worker is killed comes to its end on another one; `python -m tests.torture fleet` tries much more."""

from __future__ import annotations

import sys

import pytest

from tests.torture.fleet import CASES, tried
from tests.torture.fleet_epochs import late, sent_by

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by a POSIX signal")


def test_a_fleet_goes_on_where_a_worker_of_dask_was_killed() -> None:
    assert tried(CASES["kill -9 of a worker"]["dask 2"], rows=12, accounts=3) == []


def test_of_each_request_is_known_which_epoch_sent_it() -> None:
    """The judge of the torture: what was in flight as a newer epoch began is told from what was begun after that."""
    journals = {1: [(1.0, 0), (1.1, 1), (3.05, 2)], 2: [(2.9, 1), (3.0, 2)]}
    sent = sent_by(journals, [(1.01, 0), (2.95, 1), (3.02, 2), (3.06, 1), (3.07, 2), (4.0, 3)])
    assert [one.epoch for one in sent] == [1, 2, 2, 1, 1, 0]
    assert late(sent) == (1, 1)
