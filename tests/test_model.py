"""The nouns that travel between the stages."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest

from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet, without_cells
from batch_update.plan.from_sheet import make_plan
from batch_update.run.exporting import Export
from batch_update.run.planning import Looked
from tests.made import column, ids, sheet_of


def sheet_of_rows(rows: int) -> Sheet:
    speeds = ["1.7" if n % 2 else "1.1" for n in range(rows)]
    numbers = [10_001 + n for n in range(rows)]
    return sheet_of(ids(numbers), column("speech_speed", speeds), ragged={0: ("1",) * rows})


def report_of_rows(rows: int) -> Report:
    return Report(make_plan(sheet_of_rows(rows)), (Outcome(Status.UPDATED),) * rows)


@pytest.mark.parametrize(
    "noun",
    [
        sheet_of_rows,
        lambda rows: make_plan(sheet_of_rows(rows)),
        report_of_rows,
        lambda rows: Looked(make_plan(sheet_of_rows(rows)), 1),
        lambda rows: Export(("id",), (("1",),) * rows, "", 1, 0, {}, ()),
    ],
    ids=["sheet", "plan", "report", "looked", "export"],
)
def test_what_grows_with_the_rows_has_a_repr_that_does_not(noun: Callable[[int], object]) -> None:
    """asyncio makes the repr of its main task's result twice: of a million rows it took a gigabyte."""
    few, many = repr(noun(9)), repr(noun(999))
    assert re.sub("[0-9]+", "N", few) == re.sub("[0-9]+", "N", many)
    assert len(many) < 300 and "\n" not in many


@pytest.mark.parametrize("numbers", [(), (2,), (2, 3, 4), (2, 4, 3), (2, 3, 5)])
def test_a_sheet_without_its_cells_has_as_many_rows_with_the_same_numbers(numbers: tuple[int, ...]) -> None:
    sheet = replace(sheet_of(column("name", ["x"] * len(numbers))), numbers=array("q", numbers))
    bare = without_cells(sheet)
    assert tuple(bare.numbers) == numbers and len(bare) == len(sheet) and not bare.columns
