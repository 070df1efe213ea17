"""Values with an inside: the seven built-in tools, the post-call schema, filler profiles, secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from batch_update.check.judging.cells import judge_cell
from batch_update.fields.assistant import AssistantUpdate
from batch_update.fields.cells import LEAVE, read_cell
from batch_update.fields.facts import all_fields, validator
from batch_update.fields.tools import TOOL_TYPES, redact, unknown_settings
from batch_update.fields.values.reported import UNKNOWN, reported_tools
from batch_update.model.sheets import Severity

# Transcribed by hand from the vendor's docs: what each type must have and may have, with good values.
REQUIRED: dict[str, dict[str, Any]] = {
    "end_call": {},
    "dtmf_input": {},
    "collect_keypad": {},
    "call_transfer": {"phone_number": "+4930123456"},
    "warm_call_transfer": {"supervisor_phone": "+4930123456", "outbound_phone_id": 7, "description": "To a human."},
    "calendar_integration": {"calcom_api_key": "cal_live_1", "calcom_event_slug": "visit"},
    "assistant_transfer": {"assistant_id": 7},
}  # fmt: skip
OPTIONAL: dict[str, dict[str, Any]] = {
    "end_call": {"description": "When done"},
    "dtmf_input": {"description": "In menus"},
    "collect_keypad": {"timeout": 5, "stop_key": "#", "description": "A number"},
    "call_transfer": {
        "description": "To the office",
        "custom": True,
        "timezone": "Europe/Berlin",
        "warm_transfer": True,
        "warm_transfer_message": "One moment.",
    },
    "warm_call_transfer": {
        "custom_sip": False,
        "caller_id_mode": "custom",
        "custom_caller_id": "+4930654321",
        "hold_music": "none",
        "hold_music_volume": 80,
        "hold_message": "Please hold.",
        "summary_instructions": "Short.",
        "briefing_initial_message": "A caller for you.",
        "connected_message": "You are connected.",
    },
    "calendar_integration": {
        "calcom_team_slug": "team",
        "calcom_endpoint": "custom",
        "calcom_custom_endpoint": "https://cal.example.com",
        "calcom_booking_fields": [{"name": "phone"}],
        "description": "Books",
    },
    "assistant_transfer": {
        "description": "x" * 500,
        "message_before_transfer": "x" * 500,
        "speak_transfer_greeting": True,
    },
}
BOUNDS = [
    ("collect_keypad", "timeout", (1, 30), (0, 31, 1.5, "5", None)),
    ("collect_keypad", "stop_key", ("#", "*"), ("", "0", "##", None)),
    (
        "warm_call_transfer",
        "caller_id_mode",
        ("outbound_number", "customer_number", "custom"),
        ("", "Custom", None),
    ),
    ("warm_call_transfer", "hold_music", ("hold_music", "none"), ("", "jazz", True, None)),
    ("warm_call_transfer", "hold_music_volume", (0, 100), (-1, 101, "80", 0.5)),
    ("warm_call_transfer", "outbound_phone_id", (1, "7"), (0, "0", "x", True, None)),
    ("warm_call_transfer", "custom_sip", (True, False), (1, "true")),
    ("calendar_integration", "calcom_endpoint", ("us", "eu", "custom"), ("", "de", None)),
    ("assistant_transfer", "assistant_id", (1, "7"), (0, -1, "7x", "", 1.0, None)),
    ("assistant_transfer", "description", ("", "x" * 500), ("x" * 501, 1)),
    ("assistant_transfer", "message_before_transfer", ("", "ß" * 500), ("x" * 501, 1)),
    ("call_transfer", "phone_number", ("+4930123456",), (4930123456, None)),
    ("call_transfer", "warm_transfer", (True, False), ("yes", 1)),
]
each_type = pytest.mark.parametrize("type_", REQUIRED)


def tool(type_: str, **settings: Any) -> dict[str, Any]:
    return {"type": type_, **REQUIRED[type_], **settings}


def errors_of(*tools: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """(kind of error, place in the value) for everything that is wrong with these tools."""
    try:
        AssistantUpdate(tools=list(tools))
        validator("tools").validate_python(list(tools))
    except ValidationError as error:
        return [(found["type"], found["loc"][1:]) for found in error.errors()]
    return []


def test_seven_types_are_known() -> None:
    assert set(TOOL_TYPES) == set(REQUIRED) == set(OPTIONAL) and len(TOOL_TYPES) == 7


@each_type
def test_a_tool_with_what_it_must_have_is_sent_without_additions(type_: str) -> None:
    assert AssistantUpdate(tools=[tool(type_)]).body() == {"tools": [tool(type_)]}


@each_type
def test_a_tool_with_all_it_may_have_is_sent_as_it_stands(type_: str) -> None:
    full = tool(type_, **OPTIONAL[type_])
    assert AssistantUpdate(tools=[full]).body() == {"tools": [full]}
    assert unknown_settings(full) == []


@pytest.mark.parametrize(("type_", "name"), [(t, name) for t, needed in REQUIRED.items() for name in needed])
def test_what_a_tool_must_have_is_missed_at_its_place(type_: str, name: str) -> None:
    incomplete = tool(type_)
    del incomplete[name]
    assert errors_of({"type": "end_call"}, incomplete) == [("missing", (1, type_, name))]


@pytest.mark.parametrize(
    ("type_", "name", "good", "bad"), BOUNDS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_the_settings_of_a_tool_have_bounds(type_: str, name: str, good: Any, bad: Any) -> None:
    for value in good:
        assert errors_of(tool(type_, **{name: value})) == [], value
    for value in bad:
        assert [place for _, place in errors_of(tool(type_, **{name: value}))] == [(0, type_, name)], value


def test_the_tools_of_the_vendors_page_go_out_as_they_stand() -> None:
    tools = [
        {"type": "dtmf_input", "description": "Navigate IVR as needed"},
        {
            "type": "warm_call_transfer",
            "supervisor_phone": "+1234567890",
            "outbound_phone_id": 7,
            "description": "Transfer to a human agent when the customer wants to speak to a real person.",
            "custom_sip": False,
            "caller_id_mode": "outbound_number",
            "hold_music": "hold_music",
            "hold_music_volume": 80,
            "hold_message": "Please wait while I connect you to an agent.",
            "summary_instructions": "Briefly from your perspective: "
            "Who is calling, why, why a human is needed. 2–3 sentences.",
            "briefing_initial_message": "Hello! I have a caller who needs assistance. "
            "May I briefly explain the situation?",
            "connected_message": "You are now connected to an agent.",
        },
        {"type": "collect_keypad", "timeout": 5, "stop_key": "#"},
        {"type": "end_call", "description": "End call when done"},
    ]  # fmt: skip
    assert AssistantUpdate(tools=tools).body() == {"tools": tools}
    assert not any(unknown_settings(item) for item in tools)


def test_an_unknown_type_is_sent_as_it_stands_and_pointed_out() -> None:
    new = {"type": "send_sms", "text": "Hi", "deep": {"a": [1, None]}}
    assert AssistantUpdate(tools=[new]).body() == {"tools": [new]}
    assert unknown_settings(new) == ["type"]


def test_an_unknown_setting_is_sent_as_it_stands_and_pointed_out() -> None:
    new = {"type": "end_call", "reason": "done", "delay": 3}
    assert AssistantUpdate(tools=[new]).body() == {"tools": [new]}
    assert unknown_settings(new) == ["reason", "delay"]


@pytest.mark.parametrize("wrong", [{}, {"type": ""}, {"type": 3}, {"type": None}, {"description": "x"}])
def test_a_tool_must_have_a_type(wrong: Any) -> None:
    assert [place for _, place in errors_of(wrong)] == [(0, "other", "type")]


# ---------------------------------------------------------------- post-call schema


def schema_errors(**changed: Any) -> list[Any]:
    entry = {"name": "mood", "type": "string", "description": "How it went"} | changed
    entry = {name: value for name, value in entry.items() if value is not ...}
    try:
        AssistantUpdate(post_call_schema=[entry])
    except ValidationError as error:
        return [found["loc"] for found in error.errors()]
    assert AssistantUpdate(post_call_schema=[entry]).body() == {"post_call_schema": [entry]}
    return []


@pytest.mark.parametrize(
    ("part", "good"),
    [
        ("name", ("abc", "a_1", "___", "123", "a" * 16)),
        ("type", ("string", "number", "bool")),
        ("description", ("abc", "ä" * 255)),
    ],
)
def test_what_a_post_call_field_may_be(part: str, good: tuple[str, ...]) -> None:
    assert all(schema_errors(**{part: value}) == [] for value in good)


@pytest.mark.parametrize(
    ("part", "bad"),
    [
        ("name", ("", "ab", "a" * 17, "Mood", "my mood", "my-mood", "möod", "mood\n", 1, None, ...)),
        ("type", ("", "boolean", "String", "integer", None, ...)),
        ("description", ("", "ab", "x" * 256, 1, None, ...)),
        ("required", (True,)),
    ],
)
def test_what_a_post_call_field_may_not_be(part: str, bad: tuple[Any, ...]) -> None:
    for value in bad:
        assert schema_errors(**{part: value}) == [("post_call_schema", 0, part)], value


# ---------------------------------------------------------------- filler profiles


def test_filler_profiles_are_lists_of_phrases_by_kind() -> None:
    for config in (
        {},
        {"positive": []},
        {"positive": ["Ok."], "negative": [], "question": ["Hm?"], "neutral": [""]},
    ):
        assert AssistantUpdate(filler_config=config).body() == {"filler_config": config}


@pytest.mark.parametrize(
    "wrong", [{"happy": []}, {"positive": "Okay."}, {"positive": [1]}, {"positive": None}, {"Positive": []}]
)
def test_filler_profiles_hold_nothing_else(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        AssistantUpdate(filler_config=wrong)


# ---------------------------------------------------------------- secrets


def test_a_secret_is_never_shown_however_deep_it_lies() -> None:
    tools = [tool("calendar_integration"), {"type": "x", "data": {"calcom_api_key": "cal_live_2", "n": [1]}}]
    shown = redact({"tools": tools})
    assert "cal_live" not in str(shown)
    assert shown["tools"][0] == tool("calendar_integration", calcom_api_key="***")
    assert shown["tools"][1]["data"] == {"calcom_api_key": "***", "n": [1]}


def test_redacting_leaves_the_value_itself_and_everything_else_alone() -> None:
    value = {"tools": [tool("calendar_integration")], "n": 1, "t": "calcom_api_key", "empty": None}
    before = str(value)
    shown = redact(value)
    assert str(value) == before and (shown["n"], shown["t"], shown["empty"]) == (1, "calcom_api_key", None)


def test_a_missing_secret_shows_as_missing() -> None:
    assert redact({"calcom_api_key": ""}) == {"calcom_api_key": ""}


SECRET_TOOLS = [tool("calendar_integration"), {"type": "new_kind", "calcom_api_key": "cal_live_1"}]


def test_an_update_does_not_show_its_secret_when_it_is_printed() -> None:
    update = AssistantUpdate(tools=SECRET_TOOLS, name="Susi")
    for shown in (repr(update), str(update), repr(update.tools), f"{update.tools[0]}"):
        assert "cal_live_1" not in shown and "***" in shown
    assert repr(update).startswith("AssistantUpdate(name='Susi', tools=[{")
    assert update.body()["tools"] == SECRET_TOOLS


def test_a_refusal_does_not_show_the_secret() -> None:
    wrong = [{"type": "calendar_integration", "calcom_api_key": "cal_live_1"}]
    for check in (lambda: AssistantUpdate(tools=wrong), lambda: validator("tools").validate_python(wrong)):
        with pytest.raises(ValidationError, match="calcom_event_slug") as caught:
            check()
        assert "cal_live_1" not in str(caught.value)


# ---------------------------------------------------------------- as the list has them

NESTED: list[tuple[Any, dict[str, Any]]] = [
    ({"type": "end_call", "data": {}}, {"type": "end_call"}),
    ({"type": "end_call", "data": []}, {"type": "end_call"}),
    ({"type": "end_call", "data": None}, {"type": "end_call"}),
    ({"data": {"description": "Bye"}, "type": "end_call"}, {"type": "end_call", "description": "Bye"}),
    ({"type": "end_call", "data": {"type": "end_call", "description": None}}, {"type": "end_call"}),
    (
        {"type": "collect_keypad", "data": {"timeout": "7", "stop_key": "#"}},
        {"type": "collect_keypad", "timeout": 7, "stop_key": "#"},
    ),
    (
        {"type": "assistant_transfer", "data": {"assistant_id": "41", "speak_transfer_greeting": 1}},
        {"type": "assistant_transfer", "assistant_id": 41, "speak_transfer_greeting": True},
    ),
    (
        {"type": "assistant_transfer", "assistant_id": "41"},
        {"type": "assistant_transfer", "assistant_id": 41},
    ),
    (
        {
            "type": "warm_call_transfer",
            "data": {
                "supervisor_phone": "+4930",
                "outbound_phone_id": "7",
                "description": "d",
                "custom_sip": "0",
            },
        },
        {
            "type": "warm_call_transfer",
            "supervisor_phone": "+4930",
            "outbound_phone_id": 7,
            "description": "d",
            "custom_sip": False,
        },
    ),
    ({"type": "of_tomorrow", "data": {"x": "7"}}, {"type": "of_tomorrow", "x": "7"}),
]


@pytest.mark.parametrize(("nested", "flat"), NESTED)
def test_a_tool_in_the_shape_of_the_list_is_sent_flat(nested: Any, flat: dict[str, Any]) -> None:
    assert AssistantUpdate(tools=[nested]).body() == {"tools": [flat]}
    assert read_cell("tools", json.dumps([nested])) == [flat]
    assert reported_tools([nested]) == [flat], "it is what the list means by it"


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "end_call", "data": "x"},
        {"type": "end_call", "data": [1]},
        {"type": "end_call", "data": {}, "description": "Bye"},
        {"type": "end_call", "data": {"type": "dtmf_input"}},
    ],
)
def test_a_tool_whose_shape_would_have_to_be_guessed_at_is_refused(odd: dict[str, Any]) -> None:
    assert errors_of({"type": "dtmf_input"}, odd) == [("nested_tool", (1,))]
    assert reported_tools([odd]) is UNKNOWN
    value, faults = judge_cell(all_fields()["tools"], json.dumps([odd]), ".")
    assert value is LEAVE and [(fault.code, fault.severity) for fault in faults] == [("V111", Severity.ERROR)]
    assert "tools.0.data" in faults[0].message
