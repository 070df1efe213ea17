"""Rows in = rows accounted for, whatever stands in the sheet."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.check.fault import Fault
from batch_update.codes import CODES
from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice
from batch_update.model.plans import Status
from batch_update.model.sheets import Problem, Sheet
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of

IDS = ["10001", "10002", "010002", "10003", "10004.0", "", "0", "Hotel", "#N/A"]
NAMES = {
    NamedChoice("Hotel", (Catalog.ASSISTANTS,)): 10003,
    NamedChoice("Fast", (Catalog.LLM_MODELS,)): 1,
    NamedChoice("1 – Slow", (Catalog.LLM_MODELS,)): Fault("C132", "1 is called Fast"),
}
CELLS = {
    "speech_speed": ["", "1", "1.0", "0.7", "1.7", "fast", "null"],
    "mode": ["", "pipeline", "multimodal", "turbo"],
    "llm_model_id": ["", "1", "Fast", "1 – Slow"],
    "turn_detection_threshold": ["", "null", "0.5", "5"],
    "tools": ["", "[]", '[{"type": "assistant_transfer", "assistant_id": 10002}]', '[{"type": "fax"}]', "{"],
    "webhook_url": ["", "null", "https://example.com"],
    "is_webhook_active": ["", "yes", "no"],
    "_note": ["", "see above"],
}

rows = st.lists(st.tuples(st.sampled_from(IDS), *map(st.sampled_from, CELLS.values())), max_size=12)
choices = st.sampled_from(["error", "first", "last"])


def _sheet(cells: list[Any], ragged: set[int], header: bool) -> Sheet:
    broken = sorted(index for index in ragged if index < len(cells))
    problems = [Problem("S106", "too few cells", index=index) for index in broken]
    problems += [Problem("H102", "matches no field")] if header else []
    cells = [[""] * len(row) if index in broken else row for index, row in enumerate(cells)]
    return table_of(" ".join(["id", *CELLS]), *cells, problems=problems)


@settings(max_examples=400)
@given(
    cells=rows,
    ragged=st.sets(st.integers(0, 11), max_size=2),
    header=st.sampled_from([False, False, False, True]),
    on_duplicate=choices,
    limit=st.none() | st.integers(1, 5),
    only=st.booleans(),
)
def test_every_row_is_either_in_one_change_or_settled(
    cells: list[Any],
    ragged: set[int],
    header: bool,
    on_duplicate: Any,
    limit: int | None,
    only: bool,
) -> None:
    sheet = _sheet(cells, ragged, header)
    there = {change.assistant_id for change in make_plan(sheet, on_duplicate="first", names=NAMES).changes}
    chosen = sorted(there)[:2] if only else []
    plan = make_plan(sheet, on_duplicate=on_duplicate, only=chosen, limit=limit, names=NAMES)

    sent = [index for change in plan.changes for index in change.indexes]
    assert sorted([*sent, *plan.settled]) == list(range(len(sheet)))
    assert list(plan.settled) == sorted(plan.settled)

    for change in plan.changes:
        assert change.body, "an update that changes nothing"
        assert list(change.body) == [name for name in CELLS if name in change.body]
    assistants = [change.assistant_id for change in plan.changes]
    assert len(set(assistants)) == len(assistants), "never two updates of one assistant"
    firsts = [change.indexes[0] for change in plan.changes]
    assert firsts == sorted(firsts)

    for problem in plan.errors:
        assert problem.index not in sent
    for outcome in plan.settled.values():
        assert outcome.code in CODES and outcome.message
        assert outcome.status in (Status.INVALID, Status.UNCHANGED, Status.NOT_SENT)
    assert not (header and plan.changes)
    places = [
        (-1 if p.index is None else p.index, -1 if p.column is None else p.column) for p in plan.problems
    ]
    assert places == sorted(places)

    if limit is None:
        checked = check_sheet(sheet, on_duplicate=on_duplicate, only=chosen, names=NAMES)
        statuses = [outcome.status for outcome in plan.settled.values()]
        assert checked.problems == plan.problems
        assert checked.to_change == len(plan.changes)
        assert checked.invalid_rows == statuses.count(Status.INVALID)
        assert checked.unchanged == statuses.count(Status.UNCHANGED)
    elif len(plan.changes) < limit:
        assert all("limit" not in outcome.message for outcome in plan.settled.values())


@settings(max_examples=200)
@given(cells=rows)
def test_a_row_is_sent_only_where_all_rows_of_its_assistant_say_the_same(cells: list[Any]) -> None:
    """Without --on-duplicate, of the rows that set anything."""
    sheet = _sheet(cells, set(), header=False)
    plan = make_plan(sheet, names=NAMES)
    alone = [make_plan(table_of(" ".join(["id", *CELLS]), row), names=NAMES) for row in cells]
    for change in plan.changes:
        for row, single in zip(cells, alone, strict=True):
            same_assistant = row[0].replace("Hotel", "10003").removesuffix(".0").lstrip("0") == str(
                change.assistant_id
            )
            if same_assistant and not any(o.code == "X204" for o in single.settled.values()):
                assert [dict(c.body) for c in single.changes] == [dict(change.body)]


@settings(max_examples=200)
@given(cells=rows)
def test_before_names_are_looked_up_every_row_waits_or_does_what_it_will_do(cells: list[Any]) -> None:
    sheet = _sheet(cells, set(), header=False)
    plan = make_plan(sheet)
    sent = [index for change in plan.changes for index in change.indexes]
    assert sorted([*sent, *plan.settled]) == list(range(len(sheet)))
    waiting = {index for index, outcome in plan.settled.items() if outcome.code == "X261"}
    assert bool(waiting) <= bool(plan.unnamed)
    assert not any("Hotel" in cells[index] or "Fast" in cells[index] for index in sent)
