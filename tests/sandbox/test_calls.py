"""The list with its quirks, and the look-ups."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from batch_update.fields.facts import all_fields

# Source: the documentation of the list. What an update may set and the list does not carry.
NOT_REPORTED = {
    "secondary_language_ids", "tool_ids", "folder_id", "label_ids", "tts_emotion_enabled", "turn_detection_threshold",
    "chat_llm_fallback_id", "reengagement_prompt", "voice_mail_message", "conversation_inactivity_timeout",
    "conversation_ended_retrigger", "conversation_ended_webhook_url",
}  # fmt: skip


# ---------------------------------------------------------------- the list


def test_the_list_comes_in_pages_of_ten_unless_asked_otherwise(api):
    page = api.get("assistants/get")
    ids = [assistant["id"] for assistant in page.pop("data")]
    assert ids == list(range(10001, 10011))
    assert page == {"current_page": 1, "per_page": 10, "total": 60, "last_page": 6}


@pytest.mark.parametrize("per_page", [1, 7, 60, 100])
def test_all_pages_together_are_all_assistants_once(api, per_page):
    last = api.get("assistants/get", per_page=per_page)["last_page"]
    assert last == -(-60 // per_page)
    pages = [api.get("assistants/get", per_page=per_page, page=n)["data"] for n in range(1, last + 1)]
    assert [assistant["id"] for page in pages for assistant in page] == list(range(10001, 10061))
    assert api.get("assistants/get", per_page=per_page, page=last + 1)["data"] == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"per_page": 0}, "per_page"), ({"per_page": 101}, "per_page"), ({"per_page": "x"}, "per_page"),
        ({"page": 0}, "page"),
        ({"page": "-1"}, "page"), ({"page": ""}, "page"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(api, query, name):
    answer = api.send("GET", "/api/user/assistants/get", params=query)
    assert answer.status_code == 422 and list(answer.json()["errors"]) == [name]


def test_numbers_come_as_text_and_some_flags_as_numbers(api):
    api.put(
        10005,
        {"llm_temperature": 0.7, "voice_stability": 1, "voice_similarity": 0, "speech_speed": 1.15,
         "fillers": True,
         "ambient_sound_volume": 0.25, "end_call_on_voicemail": False, "record": True, "endpoint_sensitivity": 2.5},
    )  # fmt: skip
    listed = api.listed(10005)
    wanted = {
        "llm_temperature": "0.7", "voice_stability": "1.0", "voice_similarity": "0.0", "speech_speed": "1.15",
        "ambient_sound_volume": "0.25",
    }  # fmt: skip
    assert {name: listed[name] for name in wanted} == wanted
    assert (repr(listed["fillers"]), repr(listed["end_call_on_voicemail"])) == ("1", "0")
    assert listed["record"] is True and listed["endpoint_sensitivity"] == 2.5


def test_tools_come_nested_with_ids_as_text(api):
    tools = [
        {"type": "end_call", "description": "Bye"},
        {"type": "warm_call_transfer", "supervisor_phone": "+12025550100", "outbound_phone_id": 7,
         "description": "Help", "hold_music_volume": 80},
        {"type": "assistant_transfer", "assistant_id": 10006},
    ]  # fmt: skip
    api.put(10005, {"tools": tools})
    assert api.listed(10005)["tools"] == [
        {"type": "end_call", "data": {"description": "Bye"}},
        {
            "type": "warm_call_transfer",
            "data": {
                "supervisor_phone": "+12025550100",
                "outbound_phone_id": "7",
                "description": "Help",
                "hold_music_volume": 80,
            },
        },
        {"type": "assistant_transfer", "data": {"assistant_id": "10006"}},
    ]


def test_the_list_leaves_some_fields_out_and_carries_others_that_no_update_knows(api):
    listed = set(api.listed(10005))
    assert set(all_fields()) - listed == NOT_REPORTED
    assert listed - set(all_fields()) == {
        "id", "uuid", "user_id", "status", "engine_id", "created_at", "updated_at", "deleted_at", "widget_settings",
        "inbound_webhook_url", "language", "synthesizer_id", "transcriber_id", "instance_id", "flows_platform_id",
    }  # fmt: skip


def test_the_list_shows_an_update_and_when_it_came(api):
    before = api.listed(10005)
    api.put(10005, {"name": "Neu", "language_id": 1})
    after = api.listed(10005)
    assert {name for name in before if before[name] != after[name]} == {
        "name", "language_id", "language", "updated_at",
    }  # fmt: skip
    assert (after["name"], after["language"], after["updated_at"]) == (
        "Neu",
        "de",
        "2027-01-15T08:00:00.000000Z",
    )


# ---------------------------------------------------------------- look-ups


def test_the_account_says_whose_it_is(api):
    assert set(api.get("me")) == {"name", "email", "total_balance"}


def test_an_account_can_have_thousands_of_voices_and_each_can_be_set(make_api):
    api = make_api(further_voices=2000)
    listed = api.get("assistants/voices", mode="pipeline")
    assert len({voice["id"] for voice in listed}) == len(listed) > 2000
    by_name = Counter((voice["name"], voice["language_id"]) for voice in listed)
    assert max(by_name.values()) == 1 and len({name for name, _ in by_name}) < len(by_name)
    assert api.put(10001, {"voice_id": 102_000}).status_code == 200
    assert api.put(10001, {"voice_id": 102_001}).status_code == 422
    assert api.put(10041, {"voice_id": 102_000}).status_code == 422, "it is not for multimodal"
    assert 102_000 not in {voice["id"] for voice in api.get("assistants/voices", mode="dualplex")}


@pytest.mark.parametrize(
    ("path", "wrapped", "names"),
    [
        (
            "assistants/voices",
            False,
            "id name language_id gender preview_url accent age synthesizer_provider_id",
        ),
        ("assistants/languages", False, "id name iso_2"),
        ("assistants/models", False, "id name"),
        ("assistants/phone-numbers", False, "id phone_number country_code type_label is_available"),
        ("assistants/synthesizer-providers", False, "id name code"),
        ("assistants/transcriber-providers", False, "id name code"),
        (
            "knowledgebases",
            True,
            "id name description status status_label documents_count assistants_count created_at updated_at",
        ),
        ("tools", False, "id name description endpoint method timeout headers schema created_at updated_at"),
        ("folders", True, "id name color assistants_count"),
        ("labels", True, "id name color assistants_count"),
    ],
)
def test_look_ups_come_bare_or_wrapped_as_the_vendor_s_do(api, path, wrapped, names):
    answer = api.get(path)
    assert isinstance(answer, dict) is wrapped
    entries = answer["data"] if wrapped else answer
    assert entries and all(set(entry) - {"code"} == set(names.split()) - {"code"} for entry in entries)
    ids = [entry["id"] for entry in entries]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("mode", "number"), [("pipeline", 10005), ("multimodal", 10041), ("dualplex", 10051)]
)
def test_the_voices_of_a_mode_are_those_that_an_update_takes(api, mode, number):
    offered = {voice["id"] for voice in api.get("assistants/voices", mode=mode)}
    everything = {voice["id"] for voice in api.get("assistants/voices")}
    assert offered and offered < everything
    assert {voice for voice in everything if not api.errors(number, {"voice_id": voice})} == offered


def test_voices_are_chosen_by_language_too(api):
    german = api.get("assistants/voices", mode="pipeline", language_id=1)
    assert {voice["language_id"] for voice in german} == {1} and {412, 533} <= {
        voice["id"] for voice in german
    }
    assert api.get("assistants/voices", language_id=99) == []


def test_models_are_those_of_pipeline_unless_a_type_is_given(api):
    assert api.get("assistants/models") == api.get("assistants/models", type="llm")
    kinds = [api.get("assistants/models", type=kind) for kind in ("llm", "multimodal", "dualplex")]
    assert len({str(models) for models in kinds}) == 3


def test_caller_ids_and_numbers_that_are_taken_are_none_for_inbound_calls(api):
    everything = api.get("assistants/phone-numbers", type="outbound")
    free = {n["id"] for n in api.get("assistants/phone-numbers", type="inbound")}
    assert {n["id"] for n in everything} - free == {1, 2, 3, 11, 12}
    api.put(10006, {"phone_number_id": 4})
    assert {n["id"] for n in api.get("assistants/phone-numbers", type="inbound")} == free - {4}
    assert {n["type_label"] for n in everything if n["id"] in (11, 12)} == {"Caller ID"}


def test_a_number_is_available_until_an_inbound_assistant_has_it(api):
    def available() -> set[int]:
        return {n["id"] for n in api.get("assistants/phone-numbers") if n["is_available"]}

    assert not available() & {1, 2, 3} and 4 in available()
    api.put(10006, {"phone_number_id": 4})
    api.put(10003, {"phone_number_id": 5})  # makes calls, takes none
    assert 4 not in available() and 5 in available()


def test_providers_are_chosen_by_language(api):
    def offered(path: str, **query: int) -> set[int]:
        return {provider["id"] for provider in api.get(f"assistants/{path}", **query)}

    assert offered("synthesizer-providers", language_id=8) == offered("synthesizer-providers") - {2}
    assert offered("transcriber-providers", language_id=8) == offered("transcriber-providers") - {1}


def test_folders_and_labels_count_their_assistants(api):
    for number in (10001, 10002, 10041):
        api.put(number, {"folder_id": 2, "label_ids": [1, 3]})
    api.put(10001, {"folder_id": None, "label_ids": [3]})

    def sizes(path: str) -> dict[int, int]:
        return {entry["id"]: entry["assistants_count"] for entry in api.get(path)["data"]}

    assert sizes("folders") == {1: 0, 2: 2, 3: 0}
    assert sizes("labels") == {1: 2, 2: 0, 3: 3, 4: 0}


def test_folders_and_labels_come_in_pages(api):
    page = api.get("labels", per_page=3, page=2)
    assert [label["id"] for label in page["data"]] == [4]
    assert page.keys() == {"data", "current_page", "per_page", "total"}
    assert (page["current_page"], page["per_page"], page["total"]) == (2, 3, 4)
    assert api.get("folders")["per_page"] == 15


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("voices", {"mode": "telepathy"}), ("voices", {"language_id": "de"}), ("models", {"type": "pipeline"}),
        ("phone-numbers", {"type": "both"}), ("synthesizer-providers", {"language_id": "0"}),
    ],
)  # fmt: skip
def test_a_look_up_of_what_cannot_be_is_refused(api, path, query):
    answer = api.send("GET", f"/api/user/assistants/{path}", params=query)
    assert answer.status_code == 422 and list(answer.json()["errors"]) == list(query)


def test_numbers_are_numbers_and_colors_are_words(api):
    for number in api.get("assistants/phone-numbers"):
        assert re.fullmatch(r"\+[1-9][0-9]{7,14}", number["phone_number"])
    for entry in api.get("labels")["data"] + api.get("folders")["data"]:
        assert re.fullmatch("[a-z]+", entry["color"])
