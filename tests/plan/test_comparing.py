"""Plans against what is there: only what differs is sent, rules are exact, and what is there never blocks."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from batch_update.fields.cells import show_cell
from batch_update.fields.facts import all_fields, validator
from batch_update.fields.rules import MODE_SETTINGS
from batch_update.model.plans import Change, Plan, Present, Status
from batch_update.model.sheets import Problem, Severity, Sheet
from batch_update.plan.changing.comparing import compare
from batch_update.plan.from_sheet import make_plan
from tests.made import column, ids, plan_of, sheet_of, table_of
from tests.plan.sandboxed import Account
from tests.strategies import MODES, assistants, bodies

NOW: dict[str, Any] = {
    "name": "Hotel Seeblick",
    "mode": "pipeline",
    "voice_id": 412,
    "llm_model_id": 1,
    "multimodal_model_id": None,
    "allow_interruptions": True,
    "fillers": True,
    "speech_speed": 1.0,
    "llm_temperature": 0.5,
    "is_webhook_active": False,
    "webhook_url": None,
    "tools": [{"type": "end_call", "description": "Bye"}],
    "variables": {"company_name": "Seeblick"},
}


def _plan(sheet: Sheet, present: Mapping[int, Present], **options: Any) -> Plan:
    return compare(make_plan(sheet, fetched=True, **options), present, account="user 501 at example.com")


def _sent(plan: Plan) -> list[tuple[int, dict[str, Any]]]:
    return [(change.assistant_id, dict(change.body)) for change in plan.changes]


def _found(plan: Plan) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code, problem.index, problem.column) for problem in plan.problems]


def sheet_restating(present: Mapping[int, Mapping[str, Any]]) -> Sheet:
    """A sheet whose cells say what the assistants hold, blank where no cell could say it."""
    names = [name for name in all_fields() if any(name in now for now in present.values())]
    columns = [column(name, [_cell(name, now) for now in present.values()]) for name in names]
    return sheet_of(ids(present), *columns)


def _cell(name: str, now: Mapping[str, Any]) -> str:
    field = all_fields()[name]
    if name not in now or (now[name] is None and not field.nullable) or (now[name] == {} and not field.empty):
        return ""
    with suppress(ValidationError):
        validator(name).validate_python(now[name])
        return show_cell(name, now[name])
    return ""  # from before the rules of today: no update would take it


# ---------------------------------------------------------------- the laws


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    account = Account()
    yield account
    account.close()


@settings(max_examples=25)
@given(updates=st.tuples(*(assistants(mode, without={"phone_number_id"}) for mode in MODES)))
def test_a_sheet_that_restates_what_is_there_changes_nothing(
    account: Account, updates: tuple[dict[str, Any], ...]
) -> None:
    for number, body in zip((10001, 10002, 10003), updates, strict=True):
        account.put(number, body)
    present = account.present()
    plan = _plan(sheet_restating(present), present)
    assert plan.changes == () and plan.problems == ()
    assert {(outcome.status, outcome.code) for outcome in plan.settled.values()} == {
        (Status.UNCHANGED, "X250")
    }


@settings(max_examples=40)
@given(mode=st.sampled_from(MODES), data=st.data())
def test_what_was_planned_and_sent_is_already_so(account: Account, mode: str, data: st.DataObject) -> None:
    body = data.draw(bodies(mode))
    made = plan_of([Change(10001, {**body, "mode": mode}, (0,))])
    plan = compare(made, account.present())
    assert plan.errors == ()
    for _, sent in _sent(plan):
        account.put(10001, sent)
    again = compare(made, account.present())
    # What the API does not report is sent each time.
    assert all(not all_fields()[name].reported for _, sent in _sent(again) for name in sent)


@settings(max_examples=100)
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_comparing_changes_nothing_that_it_is_given(data: st.DataObject, mode: str) -> None:
    body, now = data.draw(bodies(mode)), data.draw(bodies(mode))
    made = plan_of([Change(1, body, (0,))])
    before = copy.deepcopy((body, now))
    plan = compare(made, {1: now})
    assert (body, now) == before
    for change in plan.changes:
        assert change.body.items() <= body.items() or change.body == body
        assert all(name in change.body for name in body if name not in now)
        assert set(change.before) >= change.body.keys() & now.keys()
        assert all(change.before[name] == now[name] for name in change.before)


# ---------------------------------------------------------------- what is sent


def test_only_what_differs_is_sent_with_what_it_was_and_whose_it_is() -> None:
    sheet = table_of("id speech_speed llm_temperature voice_id", ["5", "1", "0.7", "412"])
    plan = _plan(sheet, {5: NOW})
    (change,) = plan.changes
    assert (change.body, change.before) == ({"llm_temperature": 0.7}, {"llm_temperature": 0.5})
    assert (change.name, change.indexes, change.parts) == ("Hotel Seeblick", (0,), ())
    assert plan.account == "user 501 at example.com"


def test_a_field_that_is_unknown_is_always_sent() -> None:
    sheet = table_of("id label_ids speech_speed", ["5", "[]", "1"])
    plan = _plan(sheet, {5: NOW})
    assert _sent(plan) == [(5, {"label_ids": []})]
    assert plan.changes[0].before == {}


def test_clearing_what_is_clear_is_no_change() -> None:
    sheet = table_of("id webhook_url variables", ["5", "null", "{}"])
    assert _sent(_plan(sheet, {5: {**NOW, "variables": {}}})) == []
    assert _sent(_plan(sheet, {5: {**NOW, "webhook_url": "https://example.com/a"}})) == [
        (5, {"webhook_url": None, "variables": {}})
    ]


def test_rows_keep_their_places() -> None:
    sheet = table_of(
        "id speech_speed", ["9", "1.1"], ["5", "1"], ["7", "1.1"], ["9", "1.1"], ["6", ""], ["5", "1.0"]
    )
    plan = _plan(sheet, dict.fromkeys((5, 6, 7, 9), NOW))
    assert [(change.assistant_id, change.indexes) for change in plan.changes] == [(9, (0, 3)), (7, (2,))]
    assert {index: outcome.code for index, outcome in plan.settled.items()} == {
        1: "X250",
        4: "X204",
        5: "X250",
    }
    assert list(plan.settled) == sorted(plan.settled)


def test_an_id_that_is_not_on_the_account_is_a_problem_at_its_cell() -> None:
    sheet = table_of("name id", ["A", "5"], ["B", "6"], ["B", "6"])
    plan = _plan(sheet, {5: NOW})
    assert [(p.code, p.index, p.column, p.assistant_id) for p in plan.errors] == [
        ("X241", 1, 1, 6),
        ("X241", 2, 1, 6),
    ]
    assert _sent(plan) == [(5, {"name": "A"})]
    assert {i: (o.status, o.code) for i, o in plan.settled.items()} == dict.fromkeys(
        (1, 2), (Status.INVALID, "X241")
    )


def test_problems_stand_in_the_order_of_the_sheet() -> None:
    warning = Problem("V120", "odd", Severity.WARNING, index=1, column=1)
    sheet = table_of("id mode", ["1", "dualplex"], ["2", "dualplex"], ["3", "pipeline"], problems=[warning])
    assert _found(_plan(sheet, {2: NOW, 3: NOW})) == [("X241", 0, 0), ("V120", 1, 1), ("X220", 1, 1)]


# ---------------------------------------------------------------- modes


def test_restating_a_mode_resets_nothing_and_warns_of_nothing() -> None:
    sheet = table_of("id mode name", ["5", "pipeline", "New"])
    plan = _plan(sheet, {5: NOW})
    assert _sent(plan) == [(5, {"name": "New"})] and plan.problems == ()
    # Nor where the plan was made without knowing what is there, and so warned.
    made = make_plan(sheet)
    assert [p.code for p in made.problems] == ["X220"]
    assert compare(made, {5: NOW}).problems == ()


def test_a_change_of_mode_warns_and_remembers_what_it_resets() -> None:
    plan = _plan(table_of("id mode", ["5", "multimodal"]), {5: NOW})
    (change,) = plan.changes
    assert change.body == {"mode": "multimodal"}
    assert change.before == {name: NOW[name] for name in ("mode", *MODE_SETTINGS) if name in NOW}
    assert _found(plan) == [("X220", 0, 1)]


def test_a_change_of_mode_sends_what_it_would_reset_though_it_is_already_so() -> None:
    now = {**NOW, "mode": "multimodal", "multimodal_model_id": 3, "voice_id": 42, "llm_model_id": None}
    sheet = table_of("id mode multimodal_model_id voice_id speech_speed", ["5", "dualplex", "3", "42", "1"])
    plan = _plan(sheet, {5: now})
    assert _sent(plan) == [(5, {"mode": "dualplex", "multimodal_model_id": 3, "voice_id": 42})]
    assert plan.problems == ()


@pytest.mark.parametrize(
    ("mode", "cells", "sent", "codes"),
    [
        ("dualplex", {"allow_interruptions": "false"}, {}, ["X210"]),
        ("pipeline", {"allow_interruptions": "false"}, {"allow_interruptions": False}, []),
        ("dualplex", {"llm_model_id": "1"}, {}, []),  # already so
        ("dualplex", {"llm_model_id": "2"}, {}, ["X210"]),
        ("dualplex", {"fillers": "true", "mode": "dualplex"}, {}, []),
        ("dualplex", {"fillers": "true", "mode": "multimodal"}, {}, ["X210", "X220"]),
        ("dualplex", {"turn_detection_threshold": "0.5"}, {"turn_detection_threshold": 0.5}, []),
        ("pipeline", {"turn_detection_threshold": "0.5"}, {}, ["X210"]),
        ("pipeline", {"turn_detection_threshold": "null"}, {"turn_detection_threshold": None}, []),
        (
            "dualplex",
            {"llm_model_id": "1", "turn_detection_threshold": "0.5"},
            {"turn_detection_threshold": 0.5},
            [],
        ),
        ("turbo", {"turn_detection_threshold": "0.5"}, {"turn_detection_threshold": 0.5}, []),
        ("turbo", {"llm_model_id": "2"}, {"llm_model_id": 2}, []),
        ("turbo", {"mode": "dualplex"}, {"mode": "dualplex"}, ["X220"]),
        (None, {"turn_detection_threshold": "0.5"}, {"turn_detection_threshold": 0.5}, []),
        (None, {"llm_model_id": "2", "turn_detection_threshold": "0.5"}, {}, ["X211"]),
        (None, {"mode": "pipeline"}, {"mode": "pipeline"}, ["X220"]),
    ],
)
def test_rules_of_modes_are_exact(
    mode: str | None, cells: dict[str, str], sent: dict[str, Any], codes: list[str]
) -> None:
    now = {**NOW, "mode": mode}
    if mode is None:
        del now["mode"]
    plan = _plan(table_of("id " + " ".join(cells), ["5", *cells.values()]), {5: now})
    assert [body for _, body in _sent(plan)] == ([sent] if sent else [])
    assert sorted(p.code for p in plan.problems) == codes
    for problem in plan.problems:
        assert problem.column is not None and problem.given


@pytest.mark.parametrize(
    ("now", "cells", "sent", "is_wrong"),
    [
        ({}, {"is_webhook_active": "yes"}, {}, True),
        ({"webhook_url": "https://a.de"}, {"is_webhook_active": "yes"}, {"is_webhook_active": True}, False),
        ({"is_webhook_active": True}, {"is_webhook_active": "yes"}, {}, False),
        ({"is_webhook_active": True, "webhook_url": "https://a.de"},
         {"webhook_url": "null"}, {"webhook_url": None}, False),
        ({"is_webhook_active": True, "webhook_url": "https://a.de"},
         {"is_webhook_active": "yes", "webhook_url": "null"}, {}, True),
    ],
)  # fmt: skip
def test_a_webhook_is_not_switched_on_without_an_address(
    now: dict[str, Any], cells: dict[str, str], sent: dict[str, Any], is_wrong: bool
) -> None:
    plan = _plan(table_of("id " + " ".join(cells), ["5", *cells.values()]), {5: {**NOW, **now}})
    assert [body for _, body in _sent(plan)] == ([sent] if sent else [])
    assert [p.code for p in plan.errors] == (["X230"] if is_wrong else [])


def test_an_address_that_is_unknown_blocks_nothing() -> None:
    now = {name: value for name, value in NOW.items() if name != "webhook_url"}
    assert _plan(table_of("id is_webhook_active", ["5", "yes"]), {5: now}).errors == ()


def test_a_transfer_to_itself_breaks_the_rule_only_where_it_would_be_sent() -> None:
    tools = [{"type": "assistant_transfer", "assistant_id": 5}]
    sheet = table_of("id tools", ["5", json.dumps(tools)])
    assert _found(_plan(sheet, {5: NOW})) == [("X231", 0, 1)]
    assert _found(_plan(sheet, {5: {**NOW, "tools": tools}})) == []


# ---------------------------------------------------------------- what is there and could not be sent

OUT_OF_BOUNDS: dict[str, Any] = {
    "name": "n" * 300,
    "mode": "turbo",
    "timezone": "Berlin",
    "speech_speed": 9.0,
    "max_duration": -5,
    "knowledgebase_mode": None,
    "webhook_url": "ftp:x",
    "filler_config": {"odd": ["x"]},
    "post_call_schema": [{"name": "NO"}],
    "tools": [{"type": "collect_keypad", "timeout": 99}],
    "variables": {},
}


def test_what_is_there_out_of_bounds_blocks_nothing_and_is_never_sent() -> None:
    sheet = table_of("id llm_temperature allow_interruptions", ["5", "0.7", "true"])
    plan = _plan(sheet, {5: OUT_OF_BOUNDS})
    assert plan.problems == ()
    assert _sent(plan) == [(5, {"llm_temperature": 0.7, "allow_interruptions": True})]
    mended = table_of("id speech_speed tools", ["5", "1", "[]"])
    assert _sent(_plan(mended, {5: OUT_OF_BOUNDS})) == [(5, {"speech_speed": 1.0, "tools": []})]
    assert _plan(mended, {5: OUT_OF_BOUNDS}).changes[0].before["speech_speed"] == 9.0
