"""An update in Python: what was set and what was left alone, and how headers may name the fields."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from pydantic import ValidationError

from batch_update.fields.assistant import AssistantUpdate
from batch_update.fields.facts import all_fields, validator


def test_an_update_knows_what_was_set_and_what_was_left_alone() -> None:
    update = AssistantUpdate(speech_speed=1.1, phone_number_id=None)
    assert update.body() == {"speech_speed": 1.1, "phone_number_id": None}
    assert update.model_fields_set == {"speech_speed", "phone_number_id"}


def test_a_field_that_was_not_set_reads_as_none() -> None:
    update = AssistantUpdate(name="Susi")
    assert update.voice_id is None and update.record is None and update.tools is None


def test_an_update_without_fields_sends_nothing() -> None:
    assert AssistantUpdate().body() == {}


def test_falsy_values_are_values() -> None:
    values: dict[str, Any] = {
        "name": "",
        "record": False,
        "llm_temperature": 0.0,
        "min_interrupt_words": 0,
        "tool_ids": [],
        "variables": {},
    }
    assert AssistantUpdate(**values).body() == values


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        AssistantUpdate(voice="Susi")


def test_an_update_does_not_change_after_it_was_made() -> None:
    update = AssistantUpdate(name="Susi")
    with pytest.raises(ValidationError, match="frozen"):
        update.name = "Klara"


def test_what_stands_inside_a_value_is_sent_only_where_it_was_set() -> None:
    update = AssistantUpdate(tools=[{"type": "end_call"}], filler_config={"positive": ["Okay."]})
    assert update.body() == {"tools": [{"type": "end_call"}], "filler_config": {"positive": ["Okay."]}}


def test_variables_hold_any_json_and_keep_it() -> None:
    variables = {"a": 1, "b": 1.5, "c": None, "d": [True, {"e": "ü"}], "": ""}
    assert AssistantUpdate(variables=variables).body() == {"variables": variables}


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), object(), {1: 2}, {"a": {1, 2}}])
def test_variables_hold_nothing_that_json_cannot(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        AssistantUpdate(variables={"a": wrong})


def test_a_body_is_plain_json() -> None:
    update = AssistantUpdate(
        tools=[{"type": "end_call"}], name="Größe", variables={"a": [1]}, mode="dualplex"
    )
    assert json.loads(json.dumps(update.body(), allow_nan=False)) == update.body()


@pytest.mark.parametrize(
    ("together", "code"),
    [
        ({"mode": "multimodal", "knowledgebase_mode": "prompt"}, "X210"),
        ({"llm_model_id": 1, "turn_detection_threshold": 0.5}, "X211"),
        ({"is_webhook_active": True, "webhook_url": None}, "X230"),
    ],
)
def test_fields_that_no_mode_allows_together_are_refused(together: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AssistantUpdate(**together)
    assert [error["ctx"]["code"] for error in caught.value.errors()] == [code]


def test_a_warning_does_not_refuse() -> None:
    assert AssistantUpdate(mode="multimodal").body() == {"mode": "multimodal"}


# ---------------------------------------------------------------- headers and help


def as_header(text: str) -> str:
    """Headers are matched without regard to case, spaces, `_` and `-`."""
    return "".join(char for char in text.casefold() if char not in " _-")


def test_no_header_could_mean_two_fields() -> None:
    seen: dict[str, str] = {}
    for field in all_fields().values():
        for header in {as_header(text) for text in (field.name, *field.aliases)}:
            assert header not in seen, f"{header} is {seen[header]} and {field.name}"
            seen[header] = field.name


def test_no_alias_takes_a_reserved_header() -> None:
    for field in all_fields().values():
        for alias in field.aliases:
            assert as_header(alias) not in {"id", "assistantid", "account", ""}
            assert alias[0] != "_" and alias[-1] not in "+-" and "." not in alias


@pytest.mark.parametrize("field", all_fields().values(), ids=list(all_fields()))
def test_every_field_has_an_english_and_a_german_alias_that_add_something(field: Any) -> None:
    own = as_header(field.name)
    headers = [as_header(alias) for alias in field.aliases]
    assert len(headers) >= 2 and len(set(headers)) == len(headers) and own not in headers


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Stimme", "voice_id"),
        ("Temperatur", "llm_temperature"),
        ("Begrüßung", "initial_message"),
        ("Prompt", "system_prompt"),
        ("Werkzeuge", "tool_ids"),
        ("Webhook", "webhook_url"),
        ("Greeting", "initial_message"),
        ("Labels", "label_ids"),
        ("Zeitzone", "timezone"),
    ],
)
def test_the_aliases_that_people_expect(alias: str, name: str) -> None:
    assert alias in all_fields()[name].aliases


@pytest.mark.parametrize("field", all_fields().values(), ids=list(all_fields()))
def test_every_field_has_a_group_and_a_sentence_of_help_and_says_what_is_allowed(field: Any) -> None:
    assert field.group and len(field.help) > 5 and not field.help.endswith(".")
    assert field.allowed and field.allowed.endswith(", or null") is field.nullable


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("speech_speed", "0.7 to 1.2"),
        ("max_duration", "20 to 1200 s"),
        ("name", "up to 255 characters"),
        ("type", "inbound or outbound"),
        ("phone_number_id", "an id, a whole number above 0, or its name, or null"),
        ("record", "true or false"),
        ("conversation_inactivity_timeout", "1 to 1440 min"),
    ],
)
def test_what_is_allowed_is_said_in_a_few_words(name: str, words: str) -> None:
    assert all_fields()[name].allowed == words


def test_the_facts_cannot_be_changed_by_their_readers() -> None:
    with pytest.raises(TypeError):
        all_fields()["name"] = all_fields()["mode"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        all_fields()["name"].kind = "id"


def test_a_single_field_is_checked_without_the_others() -> None:
    assert validator("speech_speed").validate_python(1.1) == 1.1
    with pytest.raises(ValidationError) as caught:
        validator("speech_speed").validate_python(1.7)
    assert caught.value.errors()[0]["type"] == "less_than_equal"
