"""Parts of values: what their cells mean, and that the rest of the value is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.fields.facts import all_fields, validator
from batch_update.fields.parts import part_facts, part_validator, parts_of
from batch_update.fields.tools import SECRET_SETTINGS, TOOL_TYPES
from batch_update.fields.values.same import same_value
from batch_update.model.plans import Part, Plan, Present, Status
from batch_update.model.sheets import Severity, Sheet
from batch_update.plan.changing.comparing import compare
from batch_update.plan.changing.merging import merge_parts
from batch_update.plan.from_sheet import make_plan
from batch_update.sheet.reading import read_sheet
from tests.strategies import field_values, json_values, texts

NOW: dict[str, Any] = {
    "mode": "pipeline",
    "variables": {"company_name": "Acme", "n": 5},
    "filler_config": {"positive": ["Great!"], "neutral": ["Okay."]},
    "tools": [
        {"type": "dtmf_input"},
        {"type": "end_call", "description": "Bye"},
        {"type": "call_transfer", "phone_number": "+49301", "timezone": "UTC"},
    ],
    "label_ids": [4, 2],
}
ReadSheet = Callable[..., Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> ReadSheet:
    def make(header: str, *rows: str) -> Sheet:
        path = tmp_path / "changes.csv"
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        return read_sheet(path)

    return make


def _plan(sheet: Sheet, **now: Any) -> Plan:
    return compare(make_plan(sheet, fetched=True), {5: {**NOW, **now}, 6: {**NOW, **now}})


def _body(plan: Plan) -> dict[str, Any]:
    assert plan.problems == (), plan.problems
    return dict(plan.changes[0].body) if plan.changes else {}


# ---------------------------------------------------------------- what cells mean


@pytest.mark.parametrize(
    ("header", "cell", "body"),
    [
        ("variables.company_name", "Bau; GmbH", {"variables": {"company_name": "Bau; GmbH", "n": 5}}),
        ("Variablen.zip", "01234", {"variables": {**NOW["variables"], "zip": "01234"}}),
        ("variables.n", "5", {"variables": {"company_name": "Acme", "n": "5"}}),
        ("variables.n", "true", {"variables": {"company_name": "Acme", "n": "true"}}),
        ("variables.n", "null", {"variables": {"company_name": "Acme"}}),
        ("variables.n", '"null"', {"variables": {"company_name": "Acme", "n": "null"}}),
        ("variables.gone", "null", {}),
        ("variables.company_name", "Acme", {}),
        ("variables.a.b", "x", {"variables": {**NOW["variables"], "a.b": "x"}}),
        ("variables.company_name", "", {}),
        (
            "filler_config.positive",
            "Okay. | Noted.",
            {"filler_config": {"positive": ["Okay.", "Noted."], "neutral": ["Okay."]}},
        ),
        ("filler_config.positive", "Great!", {}),
        (
            "filler_config.question",
            "One moment.",
            {"filler_config": {**NOW["filler_config"], "question": ["One moment."]}},
        ),
        ("filler_config.question", "[]", {}),
        (
            "filler_config.positive",
            '["a | b"]',
            {"filler_config": {"positive": ["a | b"], "neutral": ["Okay."]}},
        ),
        (
            "filler_config.positive",
            'Okay. | "-"',
            {"filler_config": {"positive": ["Okay.", "-"], "neutral": ["Okay."]}},
        ),
        ("filler_config.positive", "null", {"filler_config": {"neutral": ["Okay."]}}),
        (
            "tools.end_call.description",
            "Tschüss",
            {"tools": [NOW["tools"][0], {"type": "end_call", "description": "Tschüss"}, NOW["tools"][2]]},
        ),
        (
            "tools.dtmf_input.description",
            "Keys",
            {"tools": [{**NOW["tools"][0], "description": "Keys"}, *NOW["tools"][1:]]},
        ),
        (
            "tools.end_call.description",
            "null",
            {"tools": [NOW["tools"][0], {"type": "end_call"}, NOW["tools"][2]]},
        ),
        (
            "tools.call_transfer.warm_transfer",
            "ja",
            {"tools": [*NOW["tools"][:2], {**NOW["tools"][2], "warm_transfer": True}]},
        ),
        ("tools.call_transfer.timezone", "UTC", {}),
        ("label_ids+", "3, 2", {"label_ids": [4, 2, 3]}),
        ("label_ids+", "2; 4", {}),
        ("label_ids-", "4", {"label_ids": [2]}),
        ("label_ids-", "2, 4", {"label_ids": []}),
        ("Labels -", "9", {}),
    ],
)
def test_a_part_is_changed_and_the_rest_kept(
    sheet: ReadSheet, header: str, cell: str, body: dict[str, Any]
) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    plan = _plan(sheet(f"id,{header}", f"5,{quoted}"))
    assert json.dumps(_body(plan)) == json.dumps(body)
    for name in body:
        assert plan.changes[0].before[name] == NOW[name]


def test_several_parts_of_one_value_in_one_row(sheet: ReadSheet) -> None:
    plan = _plan(sheet("id,variables.a,label_ids+,variables.n,label_ids-,speech_speed", "5,x,3,null,2,1.1"))
    assert _body(plan) == {
        "speech_speed": 1.1,
        "variables": {"company_name": "Acme", "a": "x"},
        "label_ids": [4, 3],
    }


def test_a_part_of_nothing_is_the_whole(sheet: ReadSheet) -> None:
    plan = _plan(sheet("id,variables.a,filler_config.neutral", "5,x,Hm."), variables={}, filler_config={})
    assert _body(plan) == {"variables": {"a": "x"}, "filler_config": {"neutral": ["Hm."]}}


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("tools.collect_keypad.timeout", "99", "V104"),
        ("tools.collect_keypad.timeout", "ten", "C102"),
        ("tools.collect_keypad.stop_key", "!", "V105"),
        ("tools.assistant_transfer.assistant_id", "yes", "C108"),
        ("tools.assistant_transfer.assistant_id", "0", "C108"),
        ("tools.assistant_transfer.description", "d" * 501, "V102"),
        ("tools.call_transfer.phone_number", "null", "V106"),
        ("tools.call_transfer.warm_transfer", "maybe", "C104"),
        ("tools.end_call.description", "N/A", "C105"),
        ("variables.company_name", "#N/A", "C106"),
        ("variables.company_name", "@file.md", "C112"),
        ("variables.company_name", "[]", "V107"),
        ("filler_config.positive", "Okay. |", "C114"),
        ("filler_config.positive", "Okay. | N/A", "C105"),
        ("filler_config.positive", "[1]", "V101"),
        ("filler_config.positive", '["Okay.', "C110"),
        ("label_ids+", "null", "V106"),
        ("label_ids+", "[]", "V107"),
        ("label_ids-", "gold; yes", "C109"),
    ],
)
def test_a_cell_that_is_wrong_is_a_problem_also_for_check(
    sheet: ReadSheet, header: str, cell: str, code: str
) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    read = sheet(f"id,{header}", f"5,{quoted}")
    for found in (check_sheet(read).problems, make_plan(read).problems, _plan(read).problems):
        assert [(p.code, p.index, p.column) for p in found] == [(code, 0, 1)]
        assert found[0].message.startswith(header) and found[0].wanted
    assert _plan(read).changes == ()


def test_checking_takes_parts_and_counts_them(sheet: ReadSheet) -> None:
    checked = check_sheet(sheet("id,variables.a,label_ids+", "5,x,", "6,,3", "7,,"))
    assert checked.problems == () and (checked.to_change, checked.unchanged) == (2, 1)


def test_without_knowing_what_is_there_no_part_is_sent(sheet: ReadSheet) -> None:
    plan = make_plan(sheet("id,variables.a,name", "5,x,A", "6,,B"))
    assert [(p.code, p.index, p.column) for p in plan.errors] == [("X243", 0, 1)]
    assert [(change.assistant_id, change.body, change.parts) for change in plan.changes] == [
        (6, {"name": "B"}, ())
    ]


@pytest.mark.parametrize("missing", ["variables", "tools", "label_ids"])
def test_a_part_of_a_value_that_is_not_reported_is_a_problem(sheet: ReadSheet, missing: str) -> None:
    read = sheet(
        "id,name,variables.a,tools.end_call.description,label_ids+,label_ids-", "5,A,x,Bye now,3,2", "6,B,,,,"
    )
    now = {name: value for name, value in NOW.items() if name != missing}
    plan = compare(make_plan(read, fetched=True), {5: now, 6: now})
    columns = {"variables": [2], "tools": [3], "label_ids": [4, 5]}[missing]
    assert [(p.code, p.index, p.column) for p in plan.errors] == [("X242", 0, column) for column in columns]
    assert plan.settled[0].status is Status.INVALID
    assert [change.assistant_id for change in plan.changes] == [6]


@pytest.mark.parametrize(
    ("tools", "words"),
    [([], "no tool"), ([{"type": "dtmf_input"}], "no tool"), ([{"type": "end_call"}] * 2, "2 tools")],
)
def test_a_part_of_a_tool_needs_one_tool_of_its_type(
    sheet: ReadSheet, tools: list[dict[str, Any]], words: str
) -> None:
    plan = _plan(sheet("id,tools.end_call.description", "5,Bye now"), tools=tools)
    assert [(p.code, p.column) for p in plan.errors] == [("X244", 1)]
    assert words in plan.errors[0].message and "end_call" in plan.errors[0].message


def test_what_is_there_out_of_bounds_is_not_sent_beside_a_part(sheet: ReadSheet) -> None:
    tools = [{"type": "end_call"}, {"type": "collect_keypad", "timeout": 99}]
    read = sheet("id,tools.end_call.description,name", "5,Bye now,A", "6,,B")
    plan = _plan(read, tools=tools)
    assert [(p.code, p.index, p.column) for p in plan.errors] == [("X246", 0, 1)]
    assert "tools.1.timeout" in plan.errors[0].message
    assert [(change.assistant_id, change.body) for change in plan.changes] == [(6, {"name": "B"})]
    mended = _plan(sheet("id,tools.collect_keypad.timeout", "5,9"), tools=tools)
    assert _body(mended) == {"tools": [{"type": "end_call"}, {"type": "collect_keypad", "timeout": 9}]}


@pytest.mark.parametrize(
    ("header", "cells", "code", "column"),
    [
        ("variables.a,variables", "x,{}", "X240", 1),
        ("label_ids,label_ids-", "2,3", "X240", 2),
        ("label_ids+,label_ids-", '"3, 2",2', "X245", 2),
    ],
)
def test_a_value_is_not_set_in_two_ways_at_once(
    sheet: ReadSheet, header: str, cells: str, code: str, column: int
) -> None:
    blank_first, blank_second = (
        ",".join(pair) for pair in (("", cells.split(",")[-1]), (cells.split(",")[0], ""))
    )
    read = sheet(f"id,{header}", f"5,{cells}")
    for problems in (check_sheet(read).problems, _plan(read).problems):
        assert [(p.code, p.index, p.column) for p in problems] == [(code, 0, column)]
    if code == "X240":
        alone = sheet(f"id,{header}", f"5,{blank_first}", f"6,{blank_second}")
        assert check_sheet(alone).problems == ()


def test_rules_look_at_what_parts_make(sheet: ReadSheet) -> None:
    own = [{"type": "assistant_transfer", "assistant_id": 9}]
    plan = _plan(sheet("id,tools.assistant_transfer.assistant_id", "5,5", "6,5"), tools=own)
    assert [(p.code, p.index, p.column) for p in plan.errors] == [("X231", 0, 1)]
    fillers = _plan(sheet("id,filler_config.positive", "5,Okay."), mode="dualplex")
    assert [(p.code, p.index, p.column) for p in fillers.errors] == [("X210", 0, 1)]


# ---------------------------------------------------------------- several rows of one assistant


def test_the_same_parts_twice_are_sent_once_and_different_ones_not_at_all(sheet: ReadSheet) -> None:
    header = "id,variables.a,label_ids+"
    same = make_plan(sheet(header, "5,x,3", "5,x,3"), fetched=True)
    assert [(p.code, p.severity) for p in same.problems] == [("X202", Severity.WARNING)]
    assert [change.indexes for change in same.changes] == [(0, 1)]
    different = make_plan(sheet(header, "5,x,3", "5,y,3"), fetched=True)
    (problem,) = different.problems
    assert problem.code == "X201" and "(variables.a)" in problem.message and different.changes == ()
    last = make_plan(sheet(header, "5,x,3", "5,y,3"), fetched=True, on_duplicate="last")
    assert [part.value for change in last.changes for part in change.parts] == ["y", [3]]


# ---------------------------------------------------------------- merging, for any value


@given(now=st.dictionaries(texts, json_values, max_size=4), key=texts.filter(bool), value=texts)
def test_a_variable_that_is_set_and_removed_again_leaves_what_was_there(
    now: dict[str, Any], key: str, value: str
) -> None:
    now.pop(key, None)
    put = merge_parts((Part("variables", (key,), value),), {"variables": now}).values["variables"]
    assert put == {**now, key: value}
    gone = merge_parts((Part("variables", (key,), None),), {"variables": put}).values["variables"]
    assert same_value("variables", gone, now)


@given(now=st.lists(st.integers(1, 9), unique=True), ids=st.lists(st.integers(1, 9)))
def test_ids_are_added_and_taken_away_as_from_a_set(now: list[int], ids: list[int]) -> None:
    def merged(operation: str, present: Present) -> list[int]:
        return merge_parts((Part("label_ids", (), ids, operation),), present).values["label_ids"]

    added = merged("add", {"label_ids": now})
    assert set(added) == set(now) | set(ids) and added[: len(now)] == now and len(added) == len(set(added))
    assert set(merged("remove", {"label_ids": added})) == set(now) - set(ids)


@given(field_values("tools", "pipeline"), st.sampled_from(sorted(parts_of("tools"))))
def test_a_merged_value_is_valid_or_a_fault_is_told(tools: list[dict[str, Any]], name: str) -> None:
    path = parts_of("tools")[name]
    merged = merge_parts((Part("tools", path, None),), {"tools": tools})
    of_type = [tool for tool in tools if tool["type"] == path[0]]
    if merged.faults:
        assert len(of_type) != 1 or part_facts("tools", path, "set").nullable is False
    else:
        validator("tools").validate_python(merged.values["tools"])
        assert [tool["type"] for tool in merged.values["tools"]] == [tool["type"] for tool in tools]


# ---------------------------------------------------------------- which parts there are


def test_every_setting_with_a_documented_type_is_a_part_and_no_secret_is() -> None:
    names = set(parts_of("tools"))
    assert "end_call.description" in names and "collect_keypad.timeout" in names
    assert not any(name.endswith((".type", *SECRET_SETTINGS)) for name in names)
    for name, path in parts_of("tools").items():
        facts = part_facts("tools", path, "set")
        assert facts.name == f"tools.{name}" and facts.allowed
        assert facts.nullable != TOOL_TYPES[path[0]].model_fields[path[1]].is_required()
        assert part_validator("tools", path, "set")


def test_fields_without_parts_have_none() -> None:
    with_parts = {name for name in all_fields() if parts_of(name)}
    assert with_parts == {"filler_config", "tools"}
