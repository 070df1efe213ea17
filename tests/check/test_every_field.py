"""Every field with every kind of cell: what is sent, and that nothing is sent of a cell that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from batch_update.check.checking import check_sheet
from batch_update.fields.facts import all_fields
from batch_update.model.plans import Status
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of
from tests.vendor import FACTS, Fact


class Row(NamedTuple):
    """What one field takes, as cells say it."""

    name: str
    kind: str
    lowest: str = ""
    highest: Any = None
    below: str = ""
    above: str = ""
    null: bool = False
    empty: bool = False


KINDS = {"string": "text", "boolean": "flag", "timezone": "zone", "integer[]": "ids"}
OF_THEIR_OWN = {
    "tools": "tools",
    "post_call_schema": "schema",
    "filler_config": "fillers",
    "variables": "variables",
}


def _row(fact: Fact) -> Row:
    """The vendor's fact, with values at its bounds and beyond them."""
    clears = {"null": fact.clears == "null", "empty": fact.clears in ("[]", "{}")}
    kind = OF_THEIR_OWN.get(fact.name) or KINDS.get(fact.type, fact.type)
    if fact.type == "enum":
        return Row(fact.name, " ".join(sorted(fact.bounds)), **clears)
    if not isinstance(fact.bounds, tuple):
        return Row(fact.name, "id" if kind == "integer" else kind, highest=fact.bounds, **clears)
    step = 1 if kind == "integer" else 0.01
    lowest, highest = fact.bounds
    beyond = f"{lowest - step:g}", f"{highest + step:g}"
    return Row(fact.name, kind, str(lowest), str(highest), *beyond, **clears)


TABLE = [_row(fact) for fact in FACTS]

# fmt: off
SCHEMA = [{"name": "reason", "type": "string", "description": "Why the caller called"}]
GOOD: dict[str, dict[str, Any]] = {
    "text": {"Good morning!": "Good morning!", " two\r\nlines ": " two\nlines ", '"null"': "null"},
    "id": {"412": 412, "0412.0": 412, "1": 1},
    "integer": {"30": 30, "30.0": 30},
    "number": {"0.9": 0.9, ".8": 0.8},
    "flag": {"true": True, "nein": False, "0": False, "WAHR": True},
    "zone": {"Europe/Berlin": "Europe/Berlin", "UTC": "UTC"},
    "url": {"https://example.com/a?b=c": "https://example.com/a?b=c"},
    "ids": {"2, 3": [2, 3], "2;3": [2, 3], "[7]": [7], "7": [7]},
    "tools": {'[{"type": "end_call"}]': [{"type": "end_call"}]},
    "schema": {json.dumps(SCHEMA): SCHEMA},
    "fillers": {'{"neutral": ["Okay."]}': {"neutral": ["Okay."]}},
    "variables": {'{"company": "Acme", "year": 2026}': {"company": "Acme", "year": 2026}},
}
WRONG: dict[str, dict[str, str]] = {
    "text": {"@prompts/sales.md": "C112"},
    "id": {"yes": "C108", "0": "C108", "-1": "C108", "1.5": "C108", "4E+02": "C107"},
    "integer": {"half": "C102", "30.5": "C102", "1.000": "C103"},
    "number": {"fast": "C101", "true": "C101", "Infinity": "C101"},
    "flag": {"maybe": "C104", "2": "C104"},
    "zone": {"Berlin": "V108", "1": "V108"},
    "url": {"example.com": "V109", "javascript:alert(1)": "V109"},
    "ids": {"2, yes": "C109", "0": "C109", "{2}": "C109"},
    "tools": {"end_call": "C110", '{"type": "end_call"}': "C110", "[1]": "V101", "[{}]": "V110"},
    "schema": {"reason": "C110", '["reason"]': "V101", '[{"name": "reason", "type": "string"}]': "V110"},
    "fillers": {"Okay.": "C110", '{"neutral": "Okay."}': "V101", '{"bored": []}': "V111"},
    "variables": {"company": "C110", '["a"]': "C110"},
}
# fmt: on


class Case(NamedTuple):
    field: str
    what: str
    text: str
    code: str = ""
    """why it is refused; "" where it is sent"""
    value: Any = None


def _cases(row: Row) -> Iterator[Case]:
    is_choice = row.kind not in GOOD
    good = {word: word for word in row.kind.split()} if is_choice else GOOD[row.kind]
    wrong = {"something": "V105", f"{row.kind.split()[0]} ,": "V105"} if is_choice else WRONG[row.kind]
    for text, value in good.items():
        if row.kind != "integer" or int(row.lowest) <= value <= int(row.highest):
            yield Case(row.name, "good", text, value=value)
    for text, code in wrong.items():
        yield Case(row.name, "wrong type", text, code)
    yield from _bounds(row)
    yield Case(row.name, "null", "null", "" if row.null else "V106")
    emptied = "{}" if row.kind in ("variables", "fillers") else "[]"
    yield Case(row.name, "emptied", emptied, "" if row.empty else "V107", json.loads(emptied))
    for text, code in (("NaN", "C105"), ("None", "C105"), ("-", "C105"), ("#REF!", "C106"), ("#N/A", "C106")):
        yield Case(row.name, "suspicious", text, code)


def _bounds(row: Row) -> Iterator[Case]:
    if row.kind == "text":
        longest = row.highest or 50_000
        yield Case(row.name, "highest", "ä" * longest, value="ä" * longest)
        if row.highest:
            yield Case(row.name, "beyond", "ä" * (longest + 1), "V102")
    elif row.lowest:
        number = int if row.kind == "integer" else float
        yield Case(row.name, "lowest", row.lowest, value=number(row.lowest))
        yield Case(row.name, "highest", row.highest, value=number(row.highest))
        yield Case(row.name, "below", row.below, "V103")
        yield Case(row.name, "above", row.above, "V104")


CASES = [case for row in TABLE for case in _cases(row)]


def test_the_table_has_all_fields() -> None:
    assert [row.name for row in TABLE] == list(dict.fromkeys(row.name for row in TABLE))
    assert {row.name for row in TABLE} == set(all_fields())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.what}-{case.text[:20]}")
def test_a_cell_is_sent_as_its_value_or_refused_with_its_code(
    case: Case,
) -> None:
    sheet = table_of(f"id {case.field}", ["10001", case.text])
    plan = make_plan(sheet)
    assert check_sheet(sheet).problems == plan.problems
    if case.code:
        (problem,) = plan.problems
        assert (problem.code, problem.index, problem.column) == (case.code, 0, 1)
        assert case.field in problem.message and (problem.wanted or problem.remedy)
        assert plan.changes == ()
        assert (plan.settled[0].status, plan.settled[0].code) == (Status.INVALID, case.code)
    else:
        (change,) = plan.changes
        body = dict(change.body)
        # 1 and True and 1.0 are equal to Python, and not to the API.
        assert json.dumps(body) == json.dumps({case.field: case.value})
        assert plan.errors == () and plan.settled == {}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_blank_cell_leaves_the_field_alone(
    row: Row,
) -> None:
    blanks = ["", " ", "\t", "\n", "\u00a0"]
    plan = make_plan(table_of(f"id {row.name}", *([10001 + i, text] for i, text in enumerate(blanks))))
    assert plan.changes == () and plan.problems == ()
    assert [outcome.code for outcome in plan.settled.values()] == ["X204"] * len(blanks)


def test_all_bad_cells_in_one_sheet_send_nothing() -> None:
    """Each at its own row and cell, none hidden by another."""
    bad = [case for case in CASES if case.code]
    names = [row.name for row in TABLE]
    rows = [
        [10001 + i, *(case.text if name == case.field else "" for name in names)]
        for i, case in enumerate(bad)
    ]
    plan = make_plan(table_of(" ".join(["id", *names]), *rows))
    assert plan.changes == ()
    found = [(p.index, names[p.column - 1], p.code) for p in plan.problems if p.column]
    assert found == [(i, case.field, case.code) for i, case in enumerate(bad)]
