"""Conditions: each is read with the field's own reader, and unknown values fulfill none."""

from __future__ import annotations

from typing import Any

import pytest

from batch_update.errors import UsageError
from batch_update.plan.conditions import read_condition

NOW: dict[str, Any] = {
    "name": "Praxis Dr. Weiß",
    "mode": "dualplex",
    "speech_speed": 1.0,
    "max_duration": 600,
    "voice_id": 412,
    "phone_number_id": None,
    "record": True,
    "label_ids": [3, 13],
    "tools": [{"type": "end_call", "description": "Größe"}],
    "variables": {},
    "webhook_url": "https://example.com/a=b>c",
}


@pytest.mark.parametrize(
    "text",
    [
        "mode=dualplex", "mode = Dualplex", "Modus=dualplex", "mode!=pipeline", "speech_speed=1", "speech_speed>=1.0",
        "speech_speed<=1", "speech_speed > 0.99", "speech_speed<1.01", "speech_speed!=0.9", "max_duration>599",
        "voice_id=412", "Stimme<413", "voice_id=412 – Clara", "name~PRAXIS", "name~weiß", "name=Praxis Dr. Weiß",
        "name!=praxis", "phone_number_id=null", "voice_id!=null", "record=yes", "record!=aus", "label_ids=13;3",
        "label_ids~3", "label_ids~13,3", "label_ids!=[]", "tools~end_call", "tools~größe",
        "variables={}", "variables=[]",
        "webhook_url=https://example.com/a=b>c", "webhook_url~a=b", "id=101", "id>100", "assistant_id!=7", "mode~plex",
        "speech_speed<99", "phone_number_id!=7",
    ],
)  # fmt: skip
def test_what_holds(text: str) -> None:
    assert read_condition(text).holds(101, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "mode=pipeline", "mode!=dualplex", "speech_speed>1", "speech_speed<1", "name=praxis dr. weiß", "name~hotel",
        "phone_number_id!=null", "phone_number_id>1", "phone_number_id<9", "record=no", "label_ids=3", "label_ids~1",
        "tools=[]", "id<101", "variables!={}", "mode=null",
    ],
)  # fmt: skip
def test_what_does_not_hold(text: str) -> None:
    assert not read_condition(text).holds(101, NOW)


@pytest.mark.parametrize(
    "text", ["folder_id=1", "folder_id!=1", "folder_id=null", "folder_id<9", "timezone~europe"]
)
def test_what_is_unknown_fulfills_nothing(text: str) -> None:
    condition = read_condition(text)
    assert (condition.is_known(NOW), condition.holds(101, NOW)) == (False, False)


def test_null_contains_nothing() -> None:
    assert not read_condition("reengagement_prompt~x").holds(1, {"reengagement_prompt": None})


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("speech_speed", "not a condition", "in quotes"),
        ("=1", "not a condition", "in quotes"),
        ("", "not a condition", "in quotes"),
        ("speech_sped>1", "no field 'speech_sped'", "speech_speed"),
        ("xyzzy=1", "no field", "batch-update fields"),
        ("speech_speed>fast", "not a number (wanted: 0.7 to 1.2)", ""),
        ("speech_speed>0,8", "not a number", "did you mean 0.8?"),
        ("speech_speed=", "a value is missing", "null"),
        ("speech_speed>null", "null cannot be compared", "="),
        ("mode=duplex", "mode is never duplex (wanted: pipeline, multimodal or dualplex)", "dualplex"),
        ("mode>a", "holds no number", "~"),
        ("record>0", "holds no number", "="),
        ("record~t", "holds no text", "="),
        ("speech_speed~1", "holds no text", "<"),
        ("voice_id>Susi", "with an id", "="),
        ("id=abc", "id", ""),
        ("tools={", "tools", ""),
        ("name~", "a value is missing", "null"),
        ("label_ids~null", "null cannot be compared", "="),
    ],
)
def test_what_is_no_condition_is_refused_with_place_and_remedy(text: str, message: str, remedy: str) -> None:
    with pytest.raises(UsageError) as error:
        read_condition(text)
    assert error.value.message.startswith(f"the option where={text}".rstrip("= "))
    assert error.value.code == "U101"
    assert message in error.value.message
    assert remedy in error.value.remedy


def test_a_secret_is_not_shown_in_an_error() -> None:
    with pytest.raises(UsageError) as error:
        read_condition('tools=[{"calcom_api_key": "cal_live_secret"')
    assert "cal_live" not in error.value.message + error.value.remedy
