"""Whatever a flag, a variable or a job file holds, the command ends with words; `make torture` tries 7,400 of them."""

from __future__ import annotations

import sys

import pytest

from tests.torture.flags import attempts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each case is a fork")


def test_values_that_nobody_means_end_with_words_and_not_with_a_traceback() -> None:
    for line in attempts(0.004, 5):
        assert not line.faults, "\n".join(line.faults)
