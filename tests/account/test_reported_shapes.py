"""What the list reports in a shape, or out of bounds, that no update takes is read, shown, and never sent back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from batch_update.fields.facts import validator
from batch_update.fields.values.normalized import normalize_assistant
from batch_update.model.plans import Plan, Status
from batch_update.model.sheets import Json, Severity
from batch_update.plan.changing.comparing import compare
from batch_update.plan.from_sheet import make_plan
from batch_update.sheet.reading import read_sheet
from tests.run.test_exporting import FORMATS, Listed, check_nothing_changes, exported
from tests.strategies import MODES, assistants, tools
from tests.strategies import texts as TEXTS

PROPERTY = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def as_listed(value: Json) -> SearchStrategy[Json]:
    """A value as a list may have it: numbers as texts, flags as numbers."""
    if isinstance(value, bool):
        return st.sampled_from([value, int(value), str(int(value)), str(value).lower()])
    if isinstance(value, int):
        return st.sampled_from([value, str(value), float(value), f"{value}.0"])
    if isinstance(value, float):
        return st.sampled_from([value, repr(value)])
    return st.just(value)


def nested(tool: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    settings_of = {name: part for name, part in tool.items() if name != "type"}
    as_text = {n: str(v) if type(v) is int else v for n, v in settings_of.items()}
    shapes = [
        {"type": tool["type"], "data": data}
        for data in (settings_of, as_text, {**as_text, "type": tool["type"]})
    ]
    if not settings_of:
        shapes.append({"type": tool["type"], "data": []})
    return st.sampled_from([*shapes, tool])


schema_fields = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["reason", "wants_callback", "X", "much_too_long_a_name"]),
        "type": st.sampled_from(["string", "number", "bool", "boolean", "integer", "float", "date"]),
        "description": st.sampled_from(["Why they called", "", "x" * 300]),
    }
)
fillers = st.one_of(
    st.fixed_dictionaries({"enabled": st.sampled_from([True, 1]), "phrases": st.lists(TEXTS, max_size=2)}),
    st.fixed_dictionaries({"phrases": st.lists(TEXTS, max_size=2)}),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("positive", "neutral"), st.none() | st.lists(TEXTS, max_size=2))
    ),
    st.just([]),
)
BEYOND: Mapping[str, SearchStrategy[Json]] = {
    "max_duration": st.sampled_from([1800, "1800", 0, 19]),
    "max_silence_duration": st.sampled_from([3, "3", 361]),
    "reengagement_interval": st.sampled_from([5, "5", 0]),
    "knowledgebase_mode": st.sampled_from(["semantic", "function_call"]),
    "speech_speed": st.sampled_from(["3.0", 0.1, "1.0", "0.70"]),
    "llm_temperature": st.sampled_from(["1.50", "0.30000001192092896"]),
    "ambient_sound": st.sampled_from(["rain", "off"]),
    "timezone": st.sampled_from(["Mars/Olympus", "Europe/Berlin"]),
    "webhook_url": st.sampled_from(["ftp://x", "not one", "https://example.com/"]),
    "initial_message": st.sampled_from(["x" * 250, "Hello"]),
    "type": st.sampled_from(["web", "inbound"]),
    "voice_id": st.sampled_from([0, "41", -1]),
    "tools": st.lists(tools().flatmap(nested), max_size=2),
    "post_call_schema": st.lists(schema_fields, max_size=2),
    "filler_config": fillers,
}


@st.composite
def listed_assistants(draw: st.DrawFn, number: int = 7) -> dict[str, Any]:
    """An assistant as a list may report it: all fields of its mode, some of them as nobody may send them."""
    mode = draw(st.sampled_from(MODES))
    good = draw(assistants(mode))
    plain = {name: draw(as_listed(value)) for name, value in good.items()}
    beyond = draw(st.fixed_dictionaries({}, optional=dict(BEYOND)))
    return {**plain, **beyond, "mode": mode, "id": number}


@PROPERTY
@given(st.data(), st.sampled_from(FORMATS))
def test_an_export_changes_nothing_whatever_the_list_reports(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, format: str
) -> None:
    account = Listed(data.draw(listed_assistants(7)), data.draw(listed_assistants(8)))
    check_nothing_changes(exported(account), account.present(), tmp_path_factory.mktemp("out"), format)


COLUMNS: Mapping[str, SearchStrategy[str]] = {
    "ringing_time": st.just("21"),
    "variables.company": st.just("Praxis"),
    "filler_config.positive": st.just("Okay. | Good."),
    "tools.end_call.description": st.just("Bye"),
    "tools.collect_keypad.timeout": st.just("9"),
    "label_ids+": st.just("1"),
    "max_duration": st.sampled_from(["900", "1800"]),
    "knowledgebase_mode": st.sampled_from(["function_call", "semantic"]),
}


@PROPERTY
@given(st.data())
def test_whatever_is_changed_nothing_else_is_sent_and_nothing_that_an_update_refuses(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = data.draw(listed_assistants())
    cells = data.draw(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.none(), min_size=1, max_size=3))
    row = {"id": 7, **{name: data.draw(COLUMNS[name]) for name in cells}}
    plan = plan_of_row(row, tmp_path_factory.mktemp("in"))
    compared = compare(plan, {7: normalize_assistant(raw)})
    for change in compared.changes:
        assert change.body.keys() <= {name.rstrip("+").partition(".")[0] for name in cells}
        for name, value in change.body.items():
            validator(name).validate_python(value)


def plan_of_row(row: dict[str, Any], folder: Path) -> Plan:
    path = folder / "row.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    return make_plan(read_sheet(path), fetched=True)


@pytest.mark.parametrize(
    ("field", "reported", "read"),
    [
        ("post_call_schema", [{"name": "abc", "type": "boolean", "description": "d d"}], "bool"),
        ("post_call_schema", [{"name": "abc", "type": "integer", "description": "d d"}], "number"),
        ("post_call_schema", [{"name": "abc", "type": "float", "description": "d d"}], "number"),
        ("post_call_schema", [{"name": "abc", "type": "bool", "description": "d d"}], "bool"),
        ("post_call_schema", [{"name": "abc", "type": "date", "description": "d d"}], "date"),
    ],
)
def test_types_of_a_schema_are_read_as_an_update_names_them(field: str, reported: Any, read: str) -> None:
    assert normalize_assistant({field: reported})[field] == [{**reported[0], "type": read}]


@pytest.mark.parametrize(
    "reported",
    [
        {"enabled": True, "phrases": ["Hm"]},
        {"enabled": 1, "phrases": []},
        {"enabled": False},
        {"phrases": ["Hm"]},
        {"phrases": {"positive": ["Hm"]}, "enabled": True},
    ],
)
def test_fillers_in_the_other_shape_say_nothing_of_the_four_kinds(reported: Any, tmp_path: Path) -> None:
    raw = {"id": 7, "mode": "pipeline", "filler_config": reported}
    present = {7: normalize_assistant(raw)}
    assert "filler_config" not in present[7]
    part = compare(plan_of_row({"id": 7, "filler_config.positive": "Okay."}, tmp_path), present)
    (problem,) = part.errors
    assert problem.code == "X242" and "in a form that could be sent back" in problem.message
    whole = compare(plan_of_row({"id": 7, "filler_config": {"positive": ["Okay."]}}, tmp_path), present)
    assert whole.changes[0].body == {"filler_config": {"positive": ["Okay."]}}


def test_what_is_out_of_bounds_is_exported_beside_the_fields() -> None:
    raw = {
        "id": 7,
        "mode": "pipeline",
        "max_duration": "1800",
        "knowledgebase_mode": "semantic",
        "ringing_time": 20,
    }
    found = exported(Listed(raw, {"id": 8, "mode": "pipeline", "ringing_time": 20}))
    reported = found.header.index("_reported")
    assert [row[reported] for row in found.rows] == ['knowledgebase_mode: "semantic"; max_duration: 1800', ""]
    assert found.left_empty == {"max_duration": 1, "knowledgebase_mode": 1}
    assert "_reported" not in exported(Listed({"id": 8, "ringing_time": 20})).header


def test_what_is_out_of_bounds_is_sent_only_where_somebody_changes_it(tmp_path: Path) -> None:
    present = {7: normalize_assistant({"id": 7, "max_duration": 1800, "ringing_time": 20})}
    other = compare(plan_of_row({"id": 7, "ringing_time": 30}, tmp_path), present)
    assert other.changes[0].body == {"ringing_time": 30}
    same = compare(plan_of_row({"id": 7, "max_duration": 900}, tmp_path), present)
    assert same.changes[0].body == {"max_duration": 900} and same.changes[0].before == {"max_duration": 1800}


@pytest.mark.parametrize("header", ["tools", "Built-in tools"])
def test_tools_in_the_shape_of_the_list_are_sent_flat_and_are_no_change(header: str, tmp_path: Path) -> None:
    shape = [
        {"type": "end_call", "data": {"description": "Bye"}},
        {"type": "assistant_transfer", "data": {"assistant_id": "10059", "speak_transfer_greeting": 1}},
    ]
    flat = [
        {"type": "end_call", "description": "Bye"},
        {"type": "assistant_transfer", "assistant_id": 10059, "speak_transfer_greeting": True},
    ]
    for cell in (shape, json.dumps(shape)):
        plan = plan_of_row({"id": 7, header: cell}, tmp_path)
        assert not plan.problems and plan.changes[0].body == {"tools": flat}
        assert (
            compare(plan, {7: normalize_assistant({"id": 7, "tools": shape})}).settled[0].status
            is Status.UNCHANGED
        )


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.json", "sheet.jsonl"])
def test_in_every_format(name: str, tmp_path: Path) -> None:
    shape = [
        {
            "type": "warm_call_transfer",
            "data": {"supervisor_phone": "+493", "outbound_phone_id": "7", "description": "d"},
        }
    ]
    quoted = json.dumps(shape).replace('"', '""')
    content = {
        "sheet.csv": f'id,tools\n7,"{quoted}"\n',
        "sheet.json": json.dumps([{"id": 7, "tools": shape}]),
        "sheet.jsonl": json.dumps({"id": 7, "tools": shape}) + "\n",
    }[name]
    (tmp_path / name).write_text(content, "utf-8")
    plan = make_plan(read_sheet(tmp_path / name))
    assert [p for p in plan.problems if p.severity is Severity.ERROR] == []
    (tool,) = plan.changes[0].body["tools"]
    assert tool == {
        "type": "warm_call_transfer",
        "supervisor_phone": "+493",
        "outbound_phone_id": 7,
        "description": "d",
    }
