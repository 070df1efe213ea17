"""Of a damaged journal or saved plan nothing untrue is believed, and it ends with words; `make torture` tries 6,000."""

from __future__ import annotations

import sys

import pytest

from tests.torture import journals, plans

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each case is a fork")


def test_a_damaged_journal_is_named_or_tells_the_truth() -> None:
    for line in journals.attempts(0.01, 5):
        assert not line.faults, "\n".join(line.faults)


def test_a_damaged_plan_is_refused_and_never_a_bug() -> None:
    for line in plans.attempts(0.01, 5):
        assert not line.faults, "\n".join(line.faults)
