"""Samples are tests: good sheets plan clean, bad sheets give exactly the problems written beside them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from batch_update.check.checking import check_sheet
from batch_update.check.rows import ReadRows
from batch_update.fields.facts import all_fields
from batch_update.fields.rules import RULES
from batch_update.model.plans import Status
from batch_update.model.sheets import Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.sheet.reading import read_sheet
from tests.vendor import VENDOR_EXAMPLES

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = sorted(path for path in (SAMPLES / "good").iterdir())
EXPECTED = sorted((SAMPLES / "bad").glob("*.expected.csv"))
SANDBOX_IDS = range(10001, 10061)


def _expected(path: Path) -> Counter[tuple[str, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["row", "column", "code"]
    return Counter((row, column, code) for row, column, code in rows)


def _found(sheet: Sheet) -> Counter[tuple[str, str, str]]:
    return Counter(
        (
            str(sheet.header_row if p.index is None else sheet.numbers[p.index]),
            "" if p.column is None else sheet.columns[p.column].header,
            p.code,
        )
        for p in check_sheet(sheet).problems
    )


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_sheet_plans_clean(path: Path) -> None:
    sheet = read_sheet(path)
    plan = make_plan(sheet)
    assert plan.problems == ()
    assert len(plan.changes) == len(sheet) > 0
    assert all(change.assistant_id in SANDBOX_IDS for change in plan.changes)


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.csv"))
def test_a_bad_sheet_gives_exactly_the_problems_beside_it(path: Path) -> None:
    sheet = read_sheet(path.with_name(path.name.removesuffix(".expected.csv")))
    assert _found(sheet) == _expected(path)


def test_each_bad_sheet_has_its_problems_beside_it_and_its_line_in_the_readme() -> None:
    sheets = {path for path in (SAMPLES / "bad").iterdir() if not path.name.endswith(".expected.csv")}
    readme = SAMPLES / "bad" / "README.md"
    assert {path.with_name(f"{path.name}.expected.csv") for path in sheets - {readme}} == set(EXPECTED)
    text = readme.read_text("utf-8")
    assert {path.name for path in sheets - {readme} if f"`{path.name}`" not in text} == set(), (
        "of README.md there"
    )


def test_the_bad_sheets_hold_more_than_250_wrong_rows_of_every_code_a_check_gives() -> None:
    """S109 to S110, H1xx, C1xx, V1xx and X2xx, as far as a check of one sheet can give them."""
    places = [(path, row, code) for path in EXPECTED for row, _, code in _expected(path)]
    assert len({(path, row) for path, row, _ in places}) >= 250
    cells = {f"C{n}" for n in range(101, 114) if n != 111}  # which only an account can tell
    cells |= {f"V{n}" for n in (*range(101, 114), 120, 121)}
    sheet = {"S106", "S109", "S119", "H101", "H102", "H103", "H105", "H106"}
    across = {"X201", "X202", "X210", "X211"} | {rule.code for rule in RULES}
    assert (cells | sheet | across) - {code for _, _, code in places} == set(), (
        "no sheet in samples/bad shows these"
    )


@pytest.mark.parametrize("name", ["vendor-examples.csv", "vendor-examples.xlsx"])
def test_the_five_example_requests_of_the_vendor_come_out_of_a_sheet_as_documented(name: str) -> None:
    plan = make_plan(read_sheet(SAMPLES / "good" / name))
    assert [dict(change.body) for change in plan.changes] == list(VENDOR_EXAMPLES.values())


def test_the_sheet_with_every_field_sets_every_field() -> None:
    sheet = read_sheet(SAMPLES / "good" / "every-field.csv")
    rows = ReadRows(sheet)
    wanted = {name for row in range(len(sheet)) for name in rows.wanted(row)}
    assert set(all_fields()) - wanted == set(), "samples/good/every-field.csv has no column for these"
    assert set(rows.by_name) == wanted


def test_the_demo_is_wrong_in_three_known_ways() -> None:
    sheet = read_sheet(SAMPLES / "demo.csv")
    plan = make_plan(sheet)
    assert [(p.assistant_id, p.code) for p in plan.problems] == [
        (10009, "V104"),
        (10027, "X211"),
        (10014, "X201"),
    ]
    statuses = Counter(outcome.status for outcome in plan.settled.values())
    assert [name.text for name in plan.unnamed] == ["Oliver"]
    # Both rows of the assistant that stands there twice are held back.
    assert statuses == {Status.INVALID: 4, Status.UNCHANGED: 1, Status.NOT_SENT: 1}
    assert len(plan.changes) == 35 and len(sheet) == 41
    assert all(change.assistant_id in range(10001, 10041) for change in plan.changes)
