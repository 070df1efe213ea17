"""Whatever is in a file, `check` says what it is and ends; `make torture` tries 10,000 more."""

from __future__ import annotations

import sys

import pytest

from tests.torture.files import attempts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each case is a fork")


def test_mutated_files_end_with_words_and_not_with_a_traceback() -> None:
    for line in attempts(0.02, 3):
        assert not line.faults, "\n".join(line.faults)
