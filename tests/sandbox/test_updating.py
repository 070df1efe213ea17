"""What an update changes, and what it is refused for."""

from __future__ import annotations

import json

import pytest

from batch_update.fields.facts import all_fields
from tests.vendor import FACTS, VENDOR_EXAMPLES

PIPELINE, MULTIMODAL = 10005, 10041
INBOUND, OUTBOUND = 10006, 10003

# Source: the documentation. Field, lowest, highest, just beyond both.
RANGES = [
    ("turn_detection_threshold", 0, 1, (-0.01, 1.01)),
    ("voice_stability", 0, 1, (-0.01, 1.01)),
    ("voice_similarity", 0, 1, (-0.01, 1.01)),
    ("speech_speed", 0.7, 1.2, (0.69, 1.21)),
    ("llm_temperature", 0, 1, (-0.01, 1.01)),
    ("max_duration", 20, 1200, (19, 1201)),
    ("max_silence_duration", 1, 360, (0, 361)),
    ("max_initial_silence_duration", 1, 120, (0, 121)),
    ("ringing_time", 1, 60, (0, 61)),
    ("reengagement_interval", 7, 600, (6, 601)),
    ("endpoint_sensitivity", 0, 5, (-0.1, 5.1)),
    ("interrupt_sensitivity", 0, 5, (-0.1, 5.1)),
    ("min_interrupt_words", 0, 10, (-1, 11)),
    ("ambient_sound_volume", 0, 1, (-0.01, 1.01)),
    ("conversation_inactivity_timeout", 1, 1440, (0, 1441)),
]
NULLABLE = {fact.name for fact in FACTS if fact.clears == "null"}


@pytest.mark.parametrize("body", VENDOR_EXAMPLES.values())
def test_the_vendor_s_own_examples_are_taken(api, body):
    answer = api.put(10001, body)
    assert answer.status_code == 200
    after = api.held(10001)
    assert answer.json() == {
        "message": "Assistant updated successfully",
        "data": {name: after[name] for name in ("id", "name", "status", "type", "mode")},
    }
    assert {name: after[name] for name in body} == body


def test_only_what_is_sent_changes(api):
    before = api.held(PIPELINE)
    api.put(PIPELINE, {"speech_speed": 1.1, "name": "Größe"})
    after = api.held(PIPELINE)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"speech_speed", "name", "updated_at"}


def test_an_update_of_nothing_is_taken(api):
    before = api.held(PIPELINE)
    assert api.put(PIPELINE, {}).status_code == 200
    assert api.held(PIPELINE) | {"updated_at": before["updated_at"]} == before


def test_names_that_are_no_fields_are_ignored(api):
    assert api.put(PIPELINE, {"uuid": "x", "colour": "red"}).status_code == 200
    assert "colour" not in api.held(PIPELINE) and api.held(PIPELINE)["uuid"] != "x"


@pytest.mark.parametrize("depth", [400, 520, 940, 970])
def test_what_is_taken_can_be_read_again(api, depth):
    """So deep a value would be stored, and the list could never be answered again."""
    body = b'{"variables": {"x": ' + b"[" * depth + b"]" * depth + b"}}"
    headers = {"Content-Type": "application/json"}
    answer = api.send("PUT", f"/api/user/assistant/{PIPELINE}", content=body, headers=headers)
    assert answer.status_code == (200 if depth == 400 else 400)
    assert api.listed(PIPELINE)["id"] == PIPELINE


def test_a_refused_update_changes_nothing(api):
    before = api.held(PIPELINE)
    assert api.errors(PIPELINE, {"name": "New", "speech_speed": 3})
    assert api.held(PIPELINE) == before


def test_all_errors_of_an_update_come_at_once_at_their_places(api):
    body = {
        "speech_speed": 3,
        "type": "sideways",
        "post_call_schema": [
            {"name": "ok_name", "type": "bool", "description": "Good"},
            {"name": "NO", "type": "date"},
        ],
        "filler_config": {"positive": ["Yes", 3], "angry": []},
        "tools": [
            {"type": "collect_keypad", "timeout": 31},
            {"type": "call_transfer"},
            {"type": "teleport"},
            {},
            7,
        ],
        "voice_id": 999,
    }
    assert api.errors(PIPELINE, body) == {
        "speech_speed": ["Speech speed must be between 0.7 and 1.2."],
        "type": ["Type must be one of: inbound, outbound."],
        "post_call_schema.1.name": ["Name must be 3 to 16 characters of a-z, 0-9 and _."],
        "post_call_schema.1.type": ["Type must be one of: string, number, bool."],
        "post_call_schema.1.description": ["Description is required."],
        "filler_config.positive.1": ["Positive must be a string."],
        "filler_config.angry": ["Filler config must only have: positive, negative, question, neutral."],
        "tools.0.timeout": ["Timeout must be between 1 and 30."],
        "tools.1.phone_number": ["Phone number is required."],
        "tools.2.type": [
            "Type must be one of: end_call, dtmf_input, collect_keypad, call_transfer, warm_call_transfer, "
            "calendar_integration, assistant_transfer."
        ],
        "tools.3.type": ["Type is required."],
        "tools.4": ["Tools must be objects."],
        "voice_id": ["The selected voice id does not exist or is not yours."],
    }


@pytest.mark.parametrize(("field", "low", "high", "beyond"), RANGES)
def test_bounds_belong_to_what_is_allowed(api, field, low, high, beyond):
    number = MULTIMODAL if field == "turn_detection_threshold" else PIPELINE
    assert api.errors(number, {field: low}) == {} and api.held(number)[field] == low
    assert api.errors(number, {field: high}) == {} and api.held(number)[field] == high
    for value in beyond:
        assert list(api.errors(number, {field: value})) == [field]


@pytest.mark.parametrize(
    ("field", "most"),
    [("name", 255), ("initial_message", 200), ("reengagement_prompt", 1000), ("voice_mail_message", 1000)],
)
def test_lengths_count_characters_not_bytes(api, field, most):
    assert api.errors(PIPELINE, {field: "ß" * most}) == {}
    assert api.errors(PIPELINE, {field: "🙂" * most}) == {}
    assert list(api.errors(PIPELINE, {field: "a" * (most + 1)})) == [field]


@pytest.mark.parametrize("field", all_fields())
def test_null_clears_what_may_be_cleared_and_nothing_else(api, field):
    errors = api.errors(PIPELINE, {field: None})
    if field in NULLABLE:
        assert errors == {} and api.held(PIPELINE)[field] is None
    else:
        assert list(errors) == [field] and "null" in errors[field][0]


@pytest.mark.parametrize("field", all_fields())
def test_a_value_of_another_type_is_refused(api, field):
    wrong = {"text": 5, "url": 5, "timezone": 5, "choice": 5, "flag": "true", "id": "13", "integer": "13"}
    wrong |= {"number": "0.5", "ids": "1,2", "array": {}, "object": []}
    assert list(api.errors(PIPELINE, {field: wrong[all_fields()[field].kind]})) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("voice_id", True), ("voice_id", 0), ("voice_id", -412), ("voice_id", 412.5), ("max_duration", 30.5),
        ("speech_speed", True), ("record", 1), ("mode", "Pipeline"), ("ambient_sound", "sea"), ("endpoint_type", ""),
        ("timezone", "Berlin"), ("timezone", "europe/berlin"), ("webhook_url", "example.com"),
        ("webhook_url", "ftp://x.de"),
        ("webhook_url", "https://"), ("webhook_url", "https://a b.de"), ("knowledgebase_mode", "search"),
    ],
)  # fmt: skip
def test_values_that_only_look_right_are_refused(api, field, value):
    assert list(api.errors(PIPELINE, {field: value})) == [field]


def test_a_whole_number_may_be_written_with_a_point(api):
    api.send(
        "PUT",
        f"/api/user/assistant/{PIPELINE}",
        content='{"max_duration": 300.0, "label_ids": [2.0]}',
        headers={"Content-Type": "application/json"},
    )
    after = api.held(PIPELINE)
    assert json.dumps([after["max_duration"], after["label_ids"]]) == "[300, [2]]"


# ---------------------------------------------------------------- lists and objects


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("tool_ids", [1, 5, 12], [3]),
        ("secondary_language_ids", [2, 3, 4], [5]),
        ("label_ids", [1, 2], [3]),
        (
            "tools",
            [{"type": "end_call"}, {"type": "dtmf_input"}],
            [{"type": "collect_keypad", "timeout": 5, "stop_key": "#"}],
        ),
        ("variables", {"company_name": "A", "deep": {"x": [1, None]}}, {"product": "B"}),
        ("filler_config", {"positive": ["Great!"], "negative": ["Hmm."]}, {"neutral": ["Okay."]}),
        (
            "post_call_schema",
            [{"name": "mood", "type": "string", "description": "How it went"}],
            [{"name": "won", "type": "bool", "description": "Sold"}],
        ),
    ],
)
def test_lists_and_objects_are_replaced_whole_and_can_be_emptied(api, field, first, second):
    for value in (first, second, type(first)()):
        assert api.errors(PIPELINE, {field: value}) == {}
        assert api.held(PIPELINE)[field] == value


# ---------------------------------------------------------------- ids


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"voice_id": 999}, "voice_id"),
        ({"language_id": 99}, "language_id"),
        ({"secondary_language_ids": [2, 99]}, "secondary_language_ids.1"),
        ({"llm_model_id": 99}, "llm_model_id"),
        ({"knowledgebase_id": 99}, "knowledgebase_id"),
        ({"phone_number_id": 99}, "phone_number_id"),
        ({"phone_number_id": 10**30}, "phone_number_id"),
        ({"tool_ids": [2]}, "tool_ids.0"),
        ({"synthesizer_provider_id": 99}, "synthesizer_provider_id"),
        ({"transcriber_provider_id": 99}, "transcriber_provider_id"),
        ({"folder_id": 99}, "folder_id"),
        ({"label_ids": [1, 99]}, "label_ids.1"),
        ({"tools": [{"type": "assistant_transfer", "assistant_id": 5}]}, "tools.0.assistant_id"),
        ({"tools": [{"type": "assistant_transfer", "assistant_id": 10**30}]}, "tools.0.assistant_id"),
        (
            {
                "tools": [
                    {
                        "type": "warm_call_transfer",
                        "supervisor_phone": "+1",
                        "outbound_phone_id": 99,
                        "description": "",
                    }
                ]
            },
            "tools.0.outbound_phone_id",
        ),
    ],
)
def test_an_id_must_be_one_of_the_account_s(api, body, place):
    assert list(api.errors(INBOUND, body)) == [place]


@pytest.mark.parametrize("number", [PIPELINE, INBOUND, OUTBOUND])
def test_an_assistant_is_never_transferred_to_itself(api, number):
    def tools(target: int) -> dict[str, object]:
        return {"tools": [{"type": "end_call"}, {"type": "assistant_transfer", "assistant_id": target}]}

    assert api.errors(number, tools(number)) == {
        "tools.1.assistant_id": ["An assistant cannot be transferred to itself."]
    }
    assert api.errors(number, tools(10060)) == {}


def test_settings_of_a_tool_that_are_not_known_are_kept(api):
    tools = [{"type": "end_call", "description": "Bye", "shade": "soft"}]
    assert api.errors(PIPELINE, {"tools": tools}) == {} and api.held(PIPELINE)["tools"] == tools


# ---------------------------------------------------------------- phone numbers


def test_an_inbound_assistant_takes_no_caller_id(api):
    assert list(api.errors(INBOUND, {"phone_number_id": 11})) == ["phone_number_id"]
    assert api.errors(OUTBOUND, {"phone_number_id": 11}) == {}


def test_two_inbound_assistants_never_share_a_number(api):
    assert list(api.errors(INBOUND, {"phone_number_id": 1})) == ["phone_number_id"]
    assert api.errors(10001, {"phone_number_id": 1}) == {}  # its own
    assert api.errors(OUTBOUND, {"phone_number_id": 1}) == {}
    assert api.errors(10001, {"phone_number_id": None}) == {}
    assert api.errors(INBOUND, {"phone_number_id": 1}) == {}


def test_turning_inbound_with_a_number_that_does_not_fit_is_refused(api):
    assert api.errors(OUTBOUND, {"phone_number_id": 1}) == {}
    assert list(api.errors(OUTBOUND, {"type": "inbound"})) == ["phone_number_id"]
    assert api.errors(OUTBOUND, {"type": "inbound", "phone_number_id": 4}) == {}


# ---------------------------------------------------------------- webhooks


def test_a_webhook_is_switched_on_only_with_an_address(api):
    assert list(api.errors(PIPELINE, {"is_webhook_active": True})) == ["webhook_url"]
    assert list(api.errors(PIPELINE, {"is_webhook_active": True, "webhook_url": None})) == ["webhook_url"]
    assert api.errors(PIPELINE, {"is_webhook_active": True, "webhook_url": "https://example.com/hook"}) == {}
    assert api.errors(PIPELINE, {"is_webhook_active": True}) == {}
    assert api.errors(PIPELINE, {"webhook_url": None}) == {}


def test_an_address_that_is_wrong_is_complained_about_once(api):
    assert api.errors(PIPELINE, {"is_webhook_active": True, "webhook_url": "nowhere"}) == {
        "webhook_url": ["Webhook url must be a valid URL."]
    }
