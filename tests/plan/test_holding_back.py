"""A plan made earlier against what is there now: what nobody touched is sent, what somebody changed is held back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.model.plans import Change, Conflict, Outcome, Plan, Present, Status, Why
from batch_update.model.sheets import picked
from batch_update.plan.changing.holding import fields_held_against, hold_back
from batch_update.report.conflicts import conflict_words
from tests.made import plan_of

BEFORE = {"speech_speed": 1.0, "name": "Old"}
WANTED = {"speech_speed": 1.1, "name": "New"}


def _plan(*changes: Change, settled: Mapping[int, Outcome] | None = None) -> Plan:
    return plan_of(changes, settled)


def _one(now: Present, *, by_field: bool, **change: Any) -> Plan:
    """The plan of one change against what is there; nothing but the fields that it is held against matters of that."""
    made = _plan(Change(1, **{"body": WANTED, "before": BEFORE, "indexes": (0,), **change}))
    found = hold_back(made, {1: now}, by_field=by_field)
    assert found == hold_back(made, {1: picked(now, fields_held_against(made))}, by_field=by_field)
    return found


def held_back(plan: Plan) -> tuple[Conflict, ...]:
    """What is held back of the one change of the plan."""
    return plan.changes[0].held if plan.changes else plan.settled[0].conflicts


def words(held: Iterable[Conflict]) -> str:
    return "; ".join(map(conflict_words, held))


def told(plan: Plan) -> str:
    return words(held_back(plan))


@pytest.mark.parametrize("by_field", [True, False])
def test_what_nobody_touched_is_sent_as_planned(by_field: bool) -> None:
    (change,) = _one({**BEFORE, "record": True}, by_field=by_field).changes
    assert (change.body, change.held) == (WANTED, ())


@pytest.mark.parametrize("by_field", [True, False])
def test_a_change_that_is_as_it_was_planned_is_no_second_one_in_memory(by_field: bool) -> None:
    """To the last sign: what an undo brings back is what is there now, and 1 is written otherwise than 1.0."""
    made = _plan(Change(1, WANTED, (0,), before=BEFORE))
    assert hold_back(made, {1: {**BEFORE}}, by_field=by_field).changes[0] is made.changes[0]
    (other,) = hold_back(made, {1: {**BEFORE, "speech_speed": 1}}, by_field=by_field).changes
    assert json.dumps(other.before) == '{"speech_speed": 1, "name": "Old"}'


@pytest.mark.parametrize("by_field", [True, False])
def test_what_is_already_as_wanted_is_not_sent_again(by_field: bool) -> None:
    plan = _one(WANTED, by_field=by_field)
    assert plan.changes == () and plan.settled[0].code == "X250"
    (change,) = _one({**BEFORE, "name": "New"}, by_field=by_field).changes
    assert (change.body, change.held) == ({"speech_speed": 1.1}, ())


def test_by_row_a_conflict_holds_back_the_whole_row_and_tells_three_values() -> None:
    plan = _one({"speech_speed": 0.9, "name": "Old"}, by_field=False)
    assert plan.changes == ()
    conflict = Conflict("speech_speed", Why.CHANGED, planned=1.0, wanted=1.1, now=0.9)
    assert plan.settled[0] == Outcome(Status.CONFLICT, "X301", conflicts=(conflict,))
    assert told(plan) == "speech_speed: planned from 1.0, wanted 1.1, now 0.9"


def test_by_field_only_that_field_is_held_back() -> None:
    (change,) = _one({"speech_speed": 0.9, "name": "Old"}, by_field=True).changes
    assert change.body == {"name": "New"}
    (conflict,) = change.held
    assert (conflict.planned, conflict.wanted, conflict.now, conflict.is_undo) == (1.0, 1.1, 0.9, True)
    assert conflict_words(conflict) == "speech_speed: before 1.1, ours 1.0, now 0.9"


@pytest.mark.parametrize(
    "now", [{"speech_speed": 0.9, "name": "Else"}, {"speech_speed": 0.9, "name": "New"}, {"name": "New"}]
)
def test_by_field_a_row_with_nothing_left_to_send_is_a_conflict(now: Present) -> None:
    plan = _one(now, by_field=True)
    assert plan.changes == ()
    assert (plan.settled[0].status, plan.settled[0].code) == (Status.CONFLICT, "X301")
    held = {one.field for one in plan.settled[0].conflicts}
    assert ("name" in held) == (now["name"] == "Else")


@pytest.mark.parametrize("by_field", [True, False])
def test_what_is_not_reported_any_more_is_a_conflict(by_field: bool) -> None:
    plan = _one({"name": "Old"}, by_field=by_field)
    words = "before 1.1, ours 1.0" if by_field else "planned from 1.0, wanted 1.1"
    assert told(plan) == f"speech_speed: {words}, now not reported"


@pytest.mark.parametrize("by_field", [True, False])
@pytest.mark.parametrize("now", [{}, {"label_ids": [2]}])
def test_what_was_unknown_when_it_was_planned_is_sent(by_field: bool, now: Present) -> None:
    (change,) = _one(now, by_field=by_field, body={"label_ids": [3]}, before={}).changes
    assert (change.body, change.held) == ({"label_ids": [3]}, ())


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
    assert told(plan) == "llm_model_id: planned from 1, reset by the new mode, now 2"
    done = {"mode": "dualplex", "llm_model_id": None, "voice_id": 61, "name": "Old"}
    (change,) = _one(done, by_field=False, **P_TO_D).changes
    assert change.body == {"name": "New"}


@pytest.mark.parametrize("by_field", [True, False])
def test_what_the_mode_resets_and_is_not_reported_any_more_holds_the_mode_back(by_field: bool) -> None:
    gone = {name: value for name, value in STILL.items() if name != "llm_model_id"}
    plan = _one(gone, by_field=by_field, **P_TO_D)
    assert [dict(change.body) for change in plan.changes] == ([{"name": "New"}] if by_field else [])


def test_a_change_of_mode_that_is_still_to_come_sends_what_it_resets_though_it_is_so() -> None:
    change = {"body": {"mode": "dualplex", "voice_id": 533}, "before": {"mode": "pipeline", "voice_id": 412}}
    for by_field in (True, False):
        plan = _one({"mode": "pipeline", "voice_id": 533}, by_field=by_field, **change)
        assert [change.body for change in plan.changes] == [{"mode": "dualplex", "voice_id": 533}]


def test_where_the_mode_is_held_back_so_is_what_belongs_to_it() -> None:
    undo = {
        "body": {"mode": "pipeline", "llm_model_id": 1, "voice_id": 412, "name": "Old"},
        "before": {"mode": "dualplex", "name": "New", "llm_model_id": None, "voice_id": 42},
    }
    now = {"mode": "multimodal", "llm_model_id": None, "voice_id": 42, "name": "New"}
    (change,) = _one(now, by_field=True, **undo).changes
    assert change.body == {"name": "Old"}
    assert "mode: before pipeline, ours dualplex, now multimodal" in words(change.held)
    assert "llm_model_id: wanted 1" in words(change.held) and "voice_id: wanted 412" in words(change.held)


def test_where_somebody_chose_what_the_mode_would_reset_the_mode_is_held_back() -> None:
    """Bringing back the mode would overwrite the other's choice: a voice, or a model that the old mode has not."""
    undo: dict[str, Any] = {
        "body": {"mode": "pipeline", "llm_model_id": 1, "voice_id": 412, "name": "Old"},
        "before": {
            "mode": "dualplex",
            "name": "New",
            "llm_model_id": None,
            "voice_id": 42,
            "multimodal_model_id": 3,
        },
    }
    still = {
        "mode": "dualplex",
        "llm_model_id": None,
        "voice_id": 42,
        "multimodal_model_id": 3,
        "name": "New",
    }
    assert [dict(c.body) for c in _one(still, by_field=True, **undo).changes] == [undo["body"]]
    (change,) = _one({**still, "voice_id": 43}, by_field=True, **undo).changes
    assert change.body == {"name": "Old"}
    assert "voice_id: before 412, ours 42, now 43" in words(change.held)
    assert "mode: wanted pipeline, which would reset voice_id" in words(change.held)
    (change,) = _one({**still, "multimodal_model_id": 5}, by_field=True, **undo).changes
    assert change.body == {"name": "Old"}
    assert "multimodal_model_id: expected 3, now 5, and the mode pipeline would reset it" in words(
        change.held
    )


NOT_READ: dict[str, Any] = {
    "body": {
        "mode": "pipeline",
        "llm_model_id": 1,
        "knowledgebase_mode": "prompt",
        "voice_id": 412,
        "name": "Old",
    },
    "before": {"mode": "dualplex", "name": "New"},
}
"""The undo of a change of mode that was not read back: nobody knows what it made of the voice."""


def test_what_a_reset_made_is_not_taken_for_known() -> None:
    now = {"mode": "dualplex", "llm_model_id": None, "knowledgebase_mode": "function_call", "name": "New"}
    (change,) = _one({**now, "voice_id": 61}, by_field=True, **NOT_READ).changes
    assert change.body == {"name": "Old"}, "the voice may be somebody's choice, and the mode would reset it"
    assert "voice_id: before 412, ours not known (it was not read back), now 61" in words(change.held)
    assert "mode: wanted pipeline, which would reset voice_id" in words(change.held)


def test_what_only_the_reset_explains_is_brought_back_though_it_was_not_read() -> None:
    """A dualplex assistant can hold neither a model for pipeline nor a knowledge base in the prompt."""
    now = {"mode": "dualplex", "llm_model_id": None, "knowledgebase_mode": "function_call", "name": "New"}
    (change,) = _one({**now, "voice_id": 412}, by_field=True, **NOT_READ).changes
    assert (change.body, change.held) == (NOT_READ["body"], ())


# ---------------------------------------------------------------- a mode that has moved since

BOUND: list[tuple[str, Any, Any]] = [
    ("llm_model_id", 1, 2),
    ("transcriber_provider_id", None, 1),
    ("fillers", False, True),
    ("filler_config", {}, {"positive": ["Hm."]}),
    ("knowledgebase_mode", "function_call", "prompt"),
    ("allow_interruptions", True, False),
    ("synthesizer_provider_id", None, 1),
    ("voice_id", 412, 533),
]


@pytest.mark.parametrize(("name", "old", "new"), BOUND)
def test_a_row_that_depends_on_a_mode_which_moved_is_held_back_before_it_is_sent(
    name: str, old: Any, new: Any
) -> None:
    """Its own field holds what it was planned from: only the mode tells."""
    change = {"body": {name: new, "name": "New"}, "before": {name: old, "name": "Old", "mode": "pipeline"}}
    now = {name: old, "name": "Old", "mode": "multimodal"}
    plan = _one(now, by_field=False, **change)
    assert plan.changes == () and plan.settled[0].code == "X301"
    assert f"mode: planned from pipeline, wanted as it was for {name}, now multimodal" in told(plan)
    undo = {"body": {name: old, "name": "Old"}, "before": {name: new, "name": "New", "mode": "pipeline"}}
    (kept,) = _one({name: new, "name": "New", "mode": "multimodal"}, by_field=True, **undo).changes
    held = name in {one.field for one in kept.held}
    assert dict(kept.body) == {"name": "Old"} | ({} if held else {name: old})
    assert held == (name in {"llm_model_id", "voice_id", "fillers", "filler_config"}), (
        "nothing else depends on it"
    )


def test_a_row_that_does_not_depend_on_the_mode_goes_out_whatever_became_of_the_mode() -> None:
    change = {"body": {"allow_interruptions": True}, "before": {"allow_interruptions": False}}
    plan = _one({"allow_interruptions": False, "mode": "dualplex"}, by_field=False, **change)
    assert [dict(c.body) for c in plan.changes] == [{"allow_interruptions": True}]


@pytest.mark.parametrize("by_field", [True, False])
def test_a_rule_that_is_broken_by_now_holds_back_what_was_planned_without_knowing_it(by_field: bool) -> None:
    """The mode was not known, or somebody took the webhook's address away."""
    change = {"body": {"llm_model_id": 2}, "before": {"llm_model_id": 1}}
    plan = _one({"llm_model_id": 1, "mode": "dualplex"}, by_field=by_field, **change)
    assert plan.changes == ()
    words = "llm_model_id: planned from 1, wanted 2, now 1, and llm_model_id is not for mode dualplex"
    assert told(plan).startswith(words)
    change = {"body": {"is_webhook_active": True}, "before": {"is_webhook_active": False}}
    plan = _one({"is_webhook_active": False, "webhook_url": None}, by_field=by_field, **change)
    assert plan.changes == () and "the webhook is switched on and has no address" in told(plan)


def test_by_field_what_is_left_after_a_conflict_must_not_break_a_rule() -> None:
    """The address that belongs to the switch is somebody else's matter by now."""
    undo: dict[str, Any] = {
        "body": {"is_webhook_active": True, "webhook_url": "https://a.example", "name": "Old"},
        "before": {"is_webhook_active": False, "webhook_url": "https://b.example", "name": "New"},
    }
    (change,) = _one(
        {"is_webhook_active": False, "webhook_url": None, "name": "New"}, by_field=True, **undo
    ).changes
    assert change.body == {"name": "Old"}


# ---------------------------------------------------------------- what is shown


def test_no_secret_and_no_long_text_is_shown() -> None:
    secret = "cal_live_a1b2c3d4e5"
    tools = [{"type": "calendar_integration", "calcom_api_key": secret, "calcom_event_slug": "intro"}]
    now = {"tools": [{**tools[0], "calcom_api_key": f"{secret}2"}], "system_prompt": "now \x1b[31m" * 500}
    before = {"tools": tools, "system_prompt": "before " * 500}
    body = {"tools": [{**tools[0], "calcom_api_key": f"{secret}3"}], "system_prompt": "wanted " * 500}
    message = told(_one(now, by_field=False, body=body, before=before))
    assert secret not in message and "\x1b" not in message and len(message) < 600
    assert "only a secret changes" in message and message.count("...") >= 3


@pytest.mark.parametrize("by_field", [True, False])
def test_long_texts_show_where_the_three_values_differ(by_field: bool) -> None:
    """They begin alike for more than would be shown of them."""
    long = "Du bist die Stimme der Praxis und freundlich zu allen, die anrufen. Geöffnet ist 9-18 Uhr, sonst nicht."
    values = [{"system_prompt": long.replace("9-18", hours)} for hours in ("8-17", "9-18", "10-16")]
    plan = _one(values[2], by_field=by_field, body=values[0], before=values[1])
    assert all(hours in told(plan) for hours in ("8-17", "9-18", "10-16"))


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
    told = {one.field for one in held_back(plan)}
    for name in wanted:
        as_wanted = name in now and now[name] == wanted[name]
        as_planned = name not in before or (name in now and now[name] == before[name])
        assert (name in sent) == (not as_wanted and as_planned)
        assert (name in told) == (not as_wanted and not as_planned)
    assert all(json.dumps(sent[name]) == json.dumps(wanted[name]) for name in sent)
