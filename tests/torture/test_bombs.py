"""A small file never becomes a large one: the quick ones of those that `make torture` tries."""

from __future__ import annotations

import sys

import pytest

from tests.torture.bombs import BOMBS, try_bombs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each case is a fork")
QUICK = (
    "a row with a long text repeated.ods",
    "a row repeated.ods",
    "formulas without a value repeated.ods",
    "many spaces.ods",
    "a text in many cells.xlsx",
    "a text in as many cells as fit.xlsx",
    "many formats.xlsx",
    "elements inside one another.xlsx",
    "attributes that are not written.xlsx",
    "entities in the texts.xlsx",
    "entities.ods",
    "a workbook in a workbook.xlsx",
    "a text in many cells.xls",
    "a text in many cells.xlsb",
)


def test_what_is_read_has_a_bound_on_what_it_becomes() -> None:
    tried = try_bombs({name: BOMBS[name] for name in QUICK})
    assert not tried.faults, "\n".join(tried.faults)
