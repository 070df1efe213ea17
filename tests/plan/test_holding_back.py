"""A plan made earlier against what is there now: what nobody touched is sent, what somebody changed is held back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.model import Change, Column, Dialect, Outcome, Plan, Present, Role, Sheet, Status
from batch_update.plan.comparing import hold_back

BEFORE = {"speech_speed": 1.0, "name": "Old"}
WANTED = {"speech_speed": 1.1, "name": "New"}


def _plan(*changes: Change, settled: Mapping[int, Outcome] | None = None) -> Plan:
    rows = sum(len(change.indexes) for change in changes) + len(settled or {})
    ids = Column("id", ["1"] * rows, Role.ID)
    return Plan(
        Sheet("a.csv", Dialect("csv"), (ids,), range(2, rows + 2), None), changes, dict(settled or {})
    )


def _one(now: Present, *, by_field: bool, **change: Any) -> Plan:
    made = _plan(Change(1, **{"body": WANTED, "before": BEFORE, "indexes": (0,), **change}))
    return hold_back(made, {1: now}, by_field=by_field)


@pytest.mark.parametrize("by_field", [True, False])
def test_what_nobody_touched_is_sent_as_planned(by_field: bool) -> None:
    (change,) = _one({**BEFORE, "record": True}, by_field=by_field).changes
    assert (change.body, change.held) == (WANTED, "")


@pytest.mark.parametrize("by_field", [True, False])
def test_what_is_already_as_wanted_is_not_sent_again(by_field: bool) -> None:
    plan = _one(WANTED, by_field=by_field)
    assert plan.changes == () and plan.settled[0].code == "X250"
    (change,) = _one({**BEFORE, "name": "New"}, by_field=by_field).changes
    assert (change.body, change.held) == ({"speech_speed": 1.1}, "")


def test_by_row_a_conflict_holds_back_the_whole_row_and_tells_three_values() -> None:
    plan = _one({"speech_speed": 0.9, "name": "Old"}, by_field=False)
    assert plan.changes == ()
    message = "speech_speed: planned from 1.0, wanted 1.1, now 0.9"
    assert plan.settled[0] == Outcome(Status.CONFLICT, "X301", message)


def test_by_field_only_that_field_is_held_back() -> None:
    (change,) = _one({"speech_speed": 0.9, "name": "Old"}, by_field=True).changes
    assert change.body == {"name": "New"}
    assert change.held == "speech_speed: planned from 1.0, wanted 1.1, now 0.9"


@pytest.mark.parametrize(
    "now", [{"speech_speed": 0.9, "name": "Else"}, {"speech_speed": 0.9, "name": "New"}, {"name": "New"}]
)
def test_by_field_a_row_with_nothing_left_to_send_is_a_conflict(now: Present) -> None:
    plan = _one(now, by_field=True)
    assert plan.changes == ()
    assert (plan.settled[0].status, plan.settled[0].code) == (Status.CONFLICT, "X301")
    assert ("name" in plan.settled[0].message) == (now["name"] == "Else")


@pytest.mark.parametrize("by_field", [True, False])
def test_what_is_not_reported_any_more_is_a_conflict(by_field: bool) -> None:
    plan = _one({"name": "Old"}, by_field=by_field)
    held = plan.changes[0].held if by_field else plan.settled[0].message
    assert held == "speech_speed: planned from 1.0, wanted 1.1, now not reported"


@pytest.mark.parametrize("by_field", [True, False])
@pytest.mark.parametrize("now", [{}, {"label_ids": [2]}])
def test_what_was_unknown_when_it_was_planned_is_sent(by_field: bool, now: Present) -> None:
    (change,) = _one(now, by_field=by_field, body={"label_ids": [3]}, before={}).changes
    assert (change.body, change.held) == ({"label_ids": [3]}, "")


@pytest.mark.parametrize("by_field", [True, False])
def test_an_assistant_that_is_gone_is_a_conflict_and_no_problem(by_field: bool) -> None:
    plan = hold_back(_plan(Change(1, WANTED, (0, 1), before=BEFORE)), {}, by_field=by_field)
    assert plan.changes == () and plan.problems == ()
    assert [plan.settled[n].code for n in (0, 1)] == ["X302", "X302"]


def test_only_rows_that_moved_are_held_back() -> None:
    settled = {2: Outcome(Status.UNCHANGED, "X204", "nothing to change")}
    made = _plan(
        *(Change(n, WANTED, (row,), before=BEFORE) for n, row in ((1, 0), (3, 1), (4, 3))), settled=settled
    )
    plan = hold_back(made, {1: BEFORE, 3: {**BEFORE, "name": "Else"}, 4: BEFORE}, by_field=False)
    assert [change.assistant_id for change in plan.changes] == [1, 4]
    assert [(index, outcome.code) for index, outcome in plan.settled.items()] == [(1, "X301"), (2, "X204")]


def test_the_same_in_another_shape_has_not_moved() -> None:
    now = {"tools": [{"type": "end_call", "description": "Bye"}], "system_prompt": "a\r\nb"}
    before = {"tools": [{"description": "Bye", "type": "end_call"}], "system_prompt": "a\nb"}
    plan = _one(now, by_field=False, body={"tools": [], "system_prompt": "c"}, before=before)
    assert [change.body for change in plan.changes] == [{"tools": [], "system_prompt": "c"}]


# ---------------------------------------------------------------- modes

P_TO_D: dict[str, Any] = {
    "body": {"mode": "dualplex", "name": "New"},
    "before": {"mode": "pipeline", "llm_model_id": 1, "voice_id": 412, "name": "Old"},
}
STILL: dict[str, Any] = {"mode": "pipeline", "llm_model_id": 1, "voice_id": 412, "name": "Old"}


def test_by_row_a_change_of_mode_looks_at_what_it_resets() -> None:
    assert len(_one(STILL, by_field=False, **P_TO_D).changes) == 1
    plan = _one({**STILL, "llm_model_id": 2}, by_field=False, **P_TO_D)
    assert plan.settled[0].message == "llm_model_id: planned from 1, reset by the new mode, now 2"
    done = {"mode": "dualplex", "llm_model_id": None, "voice_id": 61, "name": "Old"}
    (change,) = _one(done, by_field=False, **P_TO_D).changes
    assert change.body == {"name": "New"}


def test_a_change_of_mode_that_is_still_to_come_sends_what_it_resets_though_it_is_so() -> None:
    change = {"body": {"mode": "dualplex", "voice_id": 533}, "before": {"mode": "pipeline", "voice_id": 412}}
    for by_field in (True, False):
        plan = _one({"mode": "pipeline", "voice_id": 533}, by_field=by_field, **change)
        assert [change.body for change in plan.changes] == [{"mode": "dualplex", "voice_id": 533}]


def test_where_the_mode_is_held_back_so_is_what_belongs_to_it() -> None:
    undo = {
        "body": {"mode": "pipeline", "llm_model_id": 1, "voice_id": 412, "name": "Old"},
        "before": {"mode": "dualplex", "name": "New"},
    }
    now = {"mode": "multimodal", "llm_model_id": None, "voice_id": 42, "name": "New"}
    (change,) = _one(now, by_field=True, **undo).changes
    assert change.body == {"name": "Old"}
    assert "mode: planned from dualplex, wanted pipeline, now multimodal" in change.held
    assert "llm_model_id: wanted 1" in change.held and "voice_id: wanted 412" in change.held


# ---------------------------------------------------------------- what is shown


def test_no_secret_and_no_long_text_is_shown() -> None:
    secret = "cal_live_a1b2c3d4e5"
    tools = [{"type": "calendar_integration", "calcom_api_key": secret, "calcom_event_slug": "intro"}]
    now = {"tools": [{**tools[0], "calcom_api_key": f"{secret}2"}], "system_prompt": "now \x1b[31m" * 500}
    before = {"tools": tools, "system_prompt": "before " * 500}
    body = {"tools": [{**tools[0], "calcom_api_key": f"{secret}3"}], "system_prompt": "wanted " * 500}
    message = _one(now, by_field=False, body=body, before=before).settled[0].message
    assert secret not in message and "\x1b" not in message and len(message) < 600
    assert "***" in message and message.count("...") >= 3


# ---------------------------------------------------------------- by field, for any three values

values = st.fixed_dictionaries(
    {}, optional={"speech_speed": st.sampled_from([0.8, 0.9, 1.0]), "name": st.sampled_from("abc")}
)


@given(before=values, wanted=values, now=values)
def test_by_field_each_field_is_kept_dropped_or_held_for_its_own_reason(
    before: Present, wanted: Present, now: Present
) -> None:
    plan = _one(now, by_field=True, body=wanted, before=before)
    sent = dict(plan.changes[0].body) if plan.changes else {}
    told = plan.changes[0].held if plan.changes else plan.settled[0].message
    for name in wanted:
        as_wanted = name in now and now[name] == wanted[name]
        as_planned = name not in before or (name in now and now[name] == before[name])
        assert (name in sent) == (not as_wanted and as_planned)
        assert (f"{name}: " in told) == (not as_wanted and not as_planned)
    assert all(json.dumps(sent[name]) == json.dumps(wanted[name]) for name in sent)
