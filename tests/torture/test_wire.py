"""Whatever bytes come for an answer, no row is told as what it is not; `make torture` tries all faults."""

from __future__ import annotations

import sys

import pytest

from tests.torture.wire import attempts
from tests.torture.wire_faults import FAULTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each case is a fork")


def test_a_few_faults_on_a_raw_socket_make_no_row_untrue() -> None:
    for line in attempts(0.04, 3):
        assert not line.faults, "\n".join(line.faults)


def test_there_are_two_hundred_faults_and_each_is_another() -> None:
    assert len({(fault.kind, fault.name) for fault in FAULTS}) == len(FAULTS) >= 200
