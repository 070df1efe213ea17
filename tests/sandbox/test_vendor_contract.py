"""The vendor's facts about its answers, transcribed by hand: what the sandbox says must agree, line by line."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from batch_update.sandbox.app import READ_ONLY_KEY

TEXT, WHOLE, NUMBER, FLAG, LIST, OBJECT = str, int, (int, float), bool, list, dict
NULL = type(None)


class Fact(NamedTuple):
    """One look-up: where it is, in what it comes, and the keys of an entry with their types."""

    path: str
    comes_as: str
    """`object`, `array`, `data` (an object with the list in it) or `pages`"""
    keys: dict[str, Any]
    optional: tuple[str, ...] = ()


# Not generated: read off the vendor's pages. Change it only with them beside you.
# fmt: off
LOOK_UPS = [
    Fact("user/me", "object", {"name": TEXT, "email": TEXT, "total_balance": NUMBER}),
    Fact("user/assistants/voices", "array", {
        "id": WHOLE, "name": TEXT, "language_id": WHOLE, "gender": TEXT, "preview_url": TEXT, "accent": TEXT,
        "age": TEXT, "synthesizer_provider_id": (WHOLE, NULL)}),
    Fact("user/assistants/languages", "array", {"id": WHOLE, "name": TEXT, "iso_2": TEXT}),
    Fact("user/assistants/models", "array", {"id": WHOLE, "name": TEXT, "code": TEXT}, optional=("code",)),
    Fact("user/assistants/models?type=multimodal", "array", {"id": WHOLE, "name": TEXT, "code": TEXT}, ("code",)),
    Fact("user/assistants/models?type=dualplex", "array", {"id": WHOLE, "name": TEXT, "code": TEXT}, ("code",)),
    Fact("user/assistants/phone-numbers", "array", {
        "id": WHOLE, "phone_number": TEXT, "country_code": TEXT, "type_label": TEXT, "is_available": FLAG}),
    Fact("user/assistants/synthesizer-providers", "array", {"id": WHOLE, "name": TEXT, "code": TEXT}),
    Fact("user/assistants/transcriber-providers", "array", {"id": WHOLE, "name": TEXT, "code": TEXT}),
    Fact("user/knowledgebases", "data", {
        "id": WHOLE, "name": TEXT, "description": (TEXT, NULL), "status": TEXT, "status_label": TEXT,
        "assistants_count": WHOLE, "created_at": TEXT, "updated_at": TEXT, "documents_count": WHOLE}),
    Fact("user/tools", "array", {
        "id": WHOLE, "name": TEXT, "description": TEXT, "endpoint": TEXT, "method": TEXT, "timeout": WHOLE,
        "headers": LIST, "schema": LIST, "created_at": TEXT, "updated_at": TEXT}),
    Fact("user/folders", "pages", {"id": WHOLE, "name": TEXT, "color": TEXT, "assistants_count": WHOLE}),
    Fact("user/labels", "pages", {"id": WHOLE, "name": TEXT, "color": TEXT, "assistants_count": WHOLE}),
]
LISTED: dict[str, Any] = {
    "id": WHOLE, "uuid": TEXT, "user_id": WHOLE, "status": TEXT, "engine_id": WHOLE, "name": TEXT, "type": TEXT,
    "mode": TEXT, "timezone": TEXT, "language": TEXT, "language_id": WHOLE, "voice_id": WHOLE, "instance_id": WHOLE,
    "initial_message": TEXT, "system_prompt": TEXT, "variables": OBJECT, "tools": LIST, "post_call_schema": LIST,
    "llm_temperature": TEXT, "voice_stability": TEXT, "voice_similarity": TEXT, "speech_speed": TEXT,
    "ambient_sound_volume": TEXT, "endpoint_sensitivity": NUMBER, "fillers": WHOLE, "end_call_on_voicemail": WHOLE,
    "record": FLAG, "post_call_evaluation": FLAG, "is_webhook_active": FLAG, "allow_interruptions": FLAG,
    "max_duration": WHOLE, "ringing_time": WHOLE, "filler_config": OBJECT, "widget_settings": OBJECT,
    "synthesizer_id": (WHOLE, NULL), "transcriber_id": (WHOLE, NULL), "flows_platform_id": (WHOLE, NULL),
    "phone_number_id": (WHOLE, NULL), "webhook_url": (TEXT, NULL), "inbound_webhook_url": (TEXT, NULL),
    "created_at": TEXT, "updated_at": TEXT, "deleted_at": (TEXT, NULL),
}
NOT_LISTED = {
    "secondary_language_ids", "tool_ids", "folder_id", "label_ids", "tts_emotion_enabled", "turn_detection_threshold",
    "chat_llm_fallback_id", "reengagement_prompt", "voice_mail_message", "conversation_inactivity_timeout",
    "conversation_ended_retrigger", "conversation_ended_webhook_url",
}
NEW = {
    "voice_stability": "0.7", "voice_similarity": "0.5", "speech_speed": "1.0", "llm_temperature": "0.1",
    "ambient_sound_volume": "0.5", "max_duration": 600, "max_silence_duration": 40, "ringing_time": 30,
    "reengagement_interval": 30, "endpoint_sensitivity": 0.5, "interrupt_sensitivity": 0.5, "record": False,
    "enable_noise_cancellation": True, "end_call_on_voicemail": 1, "post_call_evaluation": True,
    "send_webhook_only_on_completed": True, "include_recording_in_webhook": True, "status": "inactive",
}
WHOLE_ASSISTANT = {
    "name": "Neu", "voice_id": 412, "language_id": 1, "type": "outbound", "mode": "pipeline",
    "timezone": "Europe/Berlin", "initial_message": "Hallo {name}, hier ist {{company}}.", "system_prompt": "Sei kurz.",
}
ODD_VALUES = [
    ("knowledgebase_mode", "semantic"), ("max_duration", 1800), ("max_silence_duration", 3),
    ("reengagement_interval", 5),
]
A_UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
REFUSALS: list[tuple[str, str, Any, int, Any]] = [
    # what, path, body -> status and body
    ("PUT", "user/assistant/5", {"name": "x"}, 404, {"message": "Assistant not found"}),
    ("DELETE", "user/assistant/5", None, 404, {"message": "Assistant not found"}),
    ("POST", f"conversations/{A_UUID}/messages", {"message": "x"}, 404, {"error": "Conversation not found"}),
    ("POST", "conversations", {"assistant_id": A_UUID, "type": "test"}, 404, {"error": "Assistant not found"}),
    ("PUT", "user/assistant/10001", {"speech_speed": 3}, 422, {
        "message": "Validation failed", "errors": {"speech_speed": ["Speech speed must be between 0.7 and 1.2."]}}),
    ("PUT", "user/assistant/10001", {"tools": [{"type": "end_call", "data": {"description": "Bye"}}]}, 422, {
        "message": "Validation failed",
        "errors": {"tools.0.data": ["Data is no setting of end_call: its settings are sent beside the type."]}}),
    ("GET", "user/assistants/get?per_page=101", None, 422, {
        "message": "The given data was invalid.",
        "errors": {"per_page": ["The per page must be an integer between 1 and 100."]}}),
    ("POST", "conversations", {"type": "test"}, 422, {
        "message": "The given data was invalid.",
        "errors": {"assistant_id": ["The assistant id must be the uuid of an assistant."]}}),
]
METHODS = [
    # a path that is none, or is used in a wrong way -> 404 or 405
    ("PUT", "user/assistants/10001", 405), ("PUT", "user/assistants/get", 405), ("PUT", "user/assistant", 405),
    ("GET", "user/assistant/10001", 405), ("PATCH", "user/assistant/10001", 405), ("GET", "conversations", 405),
    ("POST", "user/assistants/outbound", 405), ("PUT", "user/assistants", 404), ("PUT", "assistant/10001", 404),
    ("GET", "v1/user/me", 404),
]
# fmt: on


def entries_of(fact: Fact, answer: Any) -> list[Any]:
    if fact.comes_as == "object":
        return [answer]
    if fact.comes_as == "array":
        assert isinstance(answer, list)
        return answer
    wanted = {"data"} if fact.comes_as == "data" else {"data", "current_page", "per_page", "total"}
    assert answer.keys() == wanted
    return answer["data"]


@pytest.mark.parametrize("fact", LOOK_UPS, ids=lambda fact: fact.path)
def test_a_look_up_comes_in_the_vendor_s_shape_with_all_its_keys(api, fact):
    answer = api.send("GET", f"/api/{fact.path}")
    assert answer.status_code == 200
    entries = entries_of(fact, answer.json())
    assert entries
    for entry in entries:
        assert set(fact.keys) - set(entry) <= set(fact.optional) and set(entry) <= set(fact.keys)
        for key, value in entry.items():
            assert isinstance(value, fact.keys[key]), (key, value)


def test_knowledge_bases_have_each_of_the_four_statuses(api):
    bases = api.get("knowledgebases")["data"]
    assert {base["status"] for base in bases} == {"empty", "processing", "active", "failed"}
    counts = {base["id"]: base["assistants_count"] for base in bases}
    used = [assistant["knowledgebase_id"] for assistant in api.get("assistants/get", per_page=100)["data"]]
    assert counts == {number: used.count(number) for number in counts}


def test_custom_tools_say_what_they_send(api):
    for tool in api.get("tools"):
        assert all(set(header) == {"name", "value"} for header in tool["headers"])
        assert all(set(part) == {"name", "type", "description"} for part in tool["schema"])


def test_the_outbound_assistants_are_a_bare_array_at_a_route_of_their_own(api):
    outbound = api.get("assistants/outbound")
    listed = api.get("assistants/get", per_page=100)["data"]
    assert outbound == [assistant for assistant in listed if assistant["type"] == "outbound"] and outbound
    answer = api.send("GET", "/api/user/assistants/10001")
    assert answer.status_code == 404 and answer.json() == {"message": "Assistant not found"}


def test_a_page_of_the_list_says_where_it_stands(api):
    page = api.get("assistants/get")
    assert page.keys() == {"data", "current_page", "per_page", "total", "last_page"}
    assert page["per_page"] == 10 and len(page["data"]) == 10


def test_every_assistant_of_the_list_has_the_vendor_s_keys_with_values_of_its_types(api):
    for assistant in api.get("assistants/get", per_page=100)["data"]:
        assert set(LISTED) <= set(assistant) and not NOT_LISTED & set(assistant)
        for key, kind in LISTED.items():
            assert isinstance(assistant[key], kind), (key, assistant[key])
            assert kind is not WHOLE or not isinstance(assistant[key], bool)
        assert re.fullmatch(r"[a-z]{2}", assistant["language"])
        for key in ("created_at", "updated_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", assistant[key])
        for key in ("llm_temperature", "voice_stability", "voice_similarity", "speech_speed"):
            assert re.fullmatch(r"\d\.\d+", assistant[key])
        for tool in assistant["tools"]:
            assert tool.keys() == {"type", "data"}


@pytest.mark.parametrize(("field", "value"), ODD_VALUES)
def test_values_that_no_update_would_take_occur(api, field, value):
    assert value in [assistant[field] for assistant in api.get("assistants/get", per_page=100)["data"]]


def test_shapes_that_no_update_would_take_occur(api):
    listed = api.get("assistants/get", per_page=100)["data"]
    assert any(assistant["filler_config"].keys() == {"enabled", "phrases"} for assistant in listed)
    types = {part["type"] for assistant in listed for part in assistant["post_call_schema"]}
    assert types == {"boolean", "integer", "float"}


def test_a_schema_that_is_sent_with_bool_comes_back_with_boolean(api):
    schema = [{"name": "won", "type": "bool", "description": "Sold"}]
    assert api.errors(10005, {"post_call_schema": schema}) == {}
    assert api.listed(10005)["post_call_schema"] == [schema[0] | {"type": "boolean"}]


@pytest.mark.parametrize(("method", "path", "body", "status", "content"), REFUSALS)
def test_a_refusal_has_the_vendor_s_body(api, method, path, body, status, content):
    answer = api.send(method, f"/api/{path}", json=body)
    assert (answer.status_code, answer.json()) == (status, content)


@pytest.mark.parametrize(("method", "path", "status"), METHODS)
def test_a_wrong_path_or_method_is_said_in_json(api, method, path, status):
    answer = api.send(method, f"/api/{path}", json={})
    assert answer.status_code == status and "message" in answer.json()
    assert ("Allow" in answer.headers) is (status == 405)


def test_the_three_refusals_of_a_key(api):
    def refused(**how: Any) -> tuple[int, set[str], str]:
        answer = api.send("PUT", "/api/user/assistant/10001", json={}, **how)
        return answer.status_code, set(answer.json()), answer.json()["error"]

    assert refused(key=None) == (401, {"error"}, "Missing Authorization header")
    assert refused(key="wrong") == (401, {"error", "message"}, "Invalid API key")
    assert refused(key=READ_ONLY_KEY) == (403, {"error", "message"}, "Insufficient permissions")


def test_over_a_limit_the_body_and_the_header_say_how_long(make_api):
    from batch_update.model.reports import Window

    api = make_api(limits=(Window(1, 60),))
    passed = api.send("GET", "/api/user/me")
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(passed.headers)
    answer = api.send("GET", "/api/user/me")
    body = answer.json()
    assert answer.status_code == 429 and body["error"] == "Rate limit exceeded" and set(body) == {
        "error", "message", "retry_after",
    }  # fmt: skip
    assert answer.headers["Retry-After"] == str(body["retry_after"]) == "60"


# ---------------------------------------------------------------- making and removing


def test_a_new_assistant_starts_with_the_vendor_s_defaults_and_inactive(api):
    answer = api.send("POST", "/api/user/assistant", json=WHOLE_ASSISTANT)
    assert answer.status_code == 201
    assert answer.json() == {
        "message": "Assistant created successfully",
        "data": {"id": 10061, "name": "Neu", "status": "inactive", "type": "outbound", "mode": "pipeline"},
    }
    listed = api.listed(10061)
    assert {name: listed[name] for name in NEW} == NEW
    assert {name: listed[name] for name in WHOLE_ASSISTANT} == WHOLE_ASSISTANT
    assert api.held(10061)["conversation_inactivity_timeout"] == 30


@pytest.mark.parametrize("mode", ["pipeline", "multimodal", "dualplex"])
def test_a_new_assistant_can_be_made_in_every_mode(api, mode):
    voice = api.get("assistants/voices", mode=mode)[0]["id"]
    answer = api.send("POST", "/api/user/assistant", json=WHOLE_ASSISTANT | {"mode": mode, "voice_id": voice})
    assert answer.status_code == 201 and answer.json()["data"]["mode"] == mode


@pytest.mark.parametrize("lacks", WHOLE_ASSISTANT)
def test_what_a_new_assistant_lacks_or_gets_wrong_is_said_at_once(api, lacks):
    body = {name: value for name, value in WHOLE_ASSISTANT.items() if name != lacks}
    answer = api.send("POST", "/api/user/assistant", json=body | {"speech_speed": 9})
    assert answer.status_code == 422 and answer.json()["message"] == "Validation failed"
    assert list(answer.json()["errors"]) == [lacks, "speech_speed"]
    assert api.get("assistants/get")["total"] == 60


def test_an_assistant_that_is_removed_is_gone_and_its_id_is_not_given_again(api):
    assert api.send("POST", "/api/user/assistant", json=WHOLE_ASSISTANT).json()["data"]["id"] == 10061
    answer = api.send("DELETE", "/api/user/assistant/10061")
    assert (answer.status_code, answer.json()) == (200, {"message": "Assistant deleted successfully"})
    assert api.send("DELETE", "/api/user/assistant/10061").status_code == 404
    assert api.put(10061, {"name": "x"}).status_code == 404
    assert api.get("assistants/get")["total"] == 60
    assert api.send("POST", "/api/user/assistant", json=WHOLE_ASSISTANT).json()["data"]["id"] == 10062


# ---------------------------------------------------------------- test conversations


def begun(api: Any, **body: Any) -> Any:
    uuid = api.listed(10001)["uuid"]
    return api.send("POST", "/api/conversations", json={"assistant_id": uuid, "type": "test"} | body)


def test_a_conversation_begins_with_the_assistant_s_first_message(api):
    api.put(
        10001,
        {"initial_message": "Hallo {name} von {{firma}}, {{unbekannt}}", "variables": {"firma": "Größe"}},
    )
    answer = begun(api, variables={"name": "Frau Weiß"})
    assert answer.status_code == 201 and answer.json().keys() == {"status", "conversation_id", "history"}
    assert answer.json()["history"] == [
        {"role": "assistant", "content": "Hallo Frau Weiß von Größe, {{unbekannt}}"}
    ]


def test_what_is_said_is_answered_and_stands_in_the_history(api):
    uuid = begun(api).json()["conversation_id"]
    answer = api.send("POST", f"/api/conversations/{uuid}/messages", json={"message": "Guten Tag"})
    assert answer.status_code == 200 and answer.json().keys() == {"status", "message", "function_calls"}
    assert answer.json()["status"] is True and answer.json()["function_calls"] == []
    answer = api.send("POST", f"/api/conversations/{uuid}/messages", json={"message": "Tschüss!"})
    assert [called["name"] for called in answer.json()["function_calls"]] == ["end_call"]
    history = api.send("GET", f"/api/conversations/{uuid}").json()["history"]
    assert [said["role"] for said in history] == ["assistant", "user", "assistant", "user", "assistant"]


@pytest.mark.parametrize("message", [None, "", 5, ["x"], "ß" * 2001])
def test_a_message_has_up_to_2000_characters(api, message):
    uuid = begun(api).json()["conversation_id"]
    answer = api.send("POST", f"/api/conversations/{uuid}/messages", json={"message": message})
    assert answer.status_code == 422 and list(answer.json()["errors"]) == ["message"]
    longest = {"message": "ß" * 2000}
    assert api.send("POST", f"/api/conversations/{uuid}/messages", json=longest).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "phone"}, "type"),
        ({"assistant_id": 10001}, "assistant_id"),
        ({"variables": [1]}, "variables"),
    ],
)
def test_a_conversation_that_cannot_be_is_refused(api, body, field):
    answer = begun(api, **body)
    assert answer.status_code == 422 and list(answer.json()["errors"]) == [field]


def test_without_the_smallest_balance_no_conversation_begins(make_api):
    api = make_api(balance=0.2)
    assert api.get("me")["total_balance"] == 0.2
    assert begun(api).status_code == 400


def test_the_conversations_of_an_assistant_that_is_removed_go_with_it(api):
    uuid = begun(api).json()["conversation_id"]
    api.send("DELETE", "/api/user/assistant/10001")
    assert api.send("GET", f"/api/conversations/{uuid}").status_code == 404


def test_of_very_many_conversations_the_latest_are_kept(api):
    uuids = [begun(api).json()["conversation_id"] for _ in range(203)]
    found = [api.send("GET", f"/api/conversations/{uuid}").status_code for uuid in uuids]
    assert found == [404] * 3 + [200] * 200
