"""What each mode allows, and what a change of mode resets."""

from __future__ import annotations

import pytest

PIPELINE, MULTIMODAL, DUALPLEX = 10005, 10041, 10051


@pytest.mark.parametrize(
    ("field", "value", "modes"),
    [
        ("llm_model_id", 2, "P"),
        ("transcriber_provider_id", 1, "P"),
        ("fillers", True, "P"),
        ("filler_config", {"positive": ["Yes"]}, "P"),
        ("knowledgebase_mode", "prompt", "P"),
        ("allow_interruptions", False, "P"),
        ("synthesizer_provider_id", 1, "PD"),
        ("chat_llm_fallback_id", 2, "MD"),
        ("turn_detection_threshold", 0.4, "MD"),
        ("knowledgebase_mode", "function_call", "PMD"),
        ("allow_interruptions", True, "PMD"),
    ],
)
def test_a_setting_of_one_mode_is_refused_in_the_others(api, field, value, modes):
    for letter, number in (("P", PIPELINE), ("M", MULTIMODAL), ("D", DUALPLEX)):
        assert list(api.errors(number, {field: value})) == ([] if letter in modes else [field])


def test_a_mode_s_model_is_one_of_that_mode_s(api):
    assert api.errors(MULTIMODAL, {"multimodal_model_id": 2}) == {}
    assert api.errors(DUALPLEX, {"multimodal_model_id": 4}) == {}
    for number, model in ((PIPELINE, 1), (MULTIMODAL, 3), (DUALPLEX, 1)):
        assert list(api.errors(number, {"multimodal_model_id": model})) == ["multimodal_model_id"]


@pytest.mark.parametrize(
    "field", ["chat_llm_fallback_id", "turn_detection_threshold", "synthesizer_provider_id"]
)
def test_clearing_is_allowed_in_every_mode(api, field):
    for number in (PIPELINE, MULTIMODAL, DUALPLEX):
        assert api.errors(number, {field: None}) == {}


@pytest.mark.parametrize(("voice", "modes"), [(412, "P"), (41, "M"), (42, "MD"), (61, "D"), (533, "PD")])
def test_a_voice_must_fit_the_mode(api, voice, modes):
    for letter, number in (("P", PIPELINE), ("M", MULTIMODAL), ("D", DUALPLEX)):
        assert list(api.errors(number, {"voice_id": voice})) == ([] if letter in modes else ["voice_id"])


def test_the_mode_that_counts_is_the_one_that_is_sent(api):
    assert api.errors(PIPELINE, {"mode": "dualplex", "multimodal_model_id": 3, "voice_id": 62}) == {}
    assert list(api.errors(MULTIMODAL, {"mode": "pipeline", "turn_detection_threshold": 0.5})) == [
        "turn_detection_threshold"
    ]
    assert set(api.errors(10006, {"mode": "multimodal", "llm_model_id": 1, "voice_id": 412})) == {
        "llm_model_id",
        "voice_id",
    }


def test_a_change_of_mode_resets_models_providers_and_what_the_new_mode_lacks(api):
    api.put(
        PIPELINE,
        {
            "llm_model_id": 3,
            "synthesizer_provider_id": 2,
            "transcriber_provider_id": 1,
            "voice_id": 412,
            "fillers": True,
            "filler_config": {"neutral": ["Okay."]},
            "knowledgebase_mode": "prompt",
            "allow_interruptions": False,
            "speech_speed": 1.2,
        },
    )
    before = api.held(PIPELINE)
    api.clock.now += 60
    assert api.errors(PIPELINE, {"mode": "multimodal"}) == {}
    after = api.held(PIPELINE)
    assert {name: after[name] for name in before if before[name] != after[name]} == {
        "mode": "multimodal",
        "llm_model_id": None,
        "multimodal_model_id": 1,
        "synthesizer_provider_id": None,
        "transcriber_provider_id": None,
        "voice_id": 42,
        "fillers": False,
        "filler_config": {},
        "knowledgebase_mode": "function_call",
        "allow_interruptions": True,
        "updated_at": after["updated_at"],
    }
    api.put(PIPELINE, {"chat_llm_fallback_id": 2, "turn_detection_threshold": 0.5})
    assert api.errors(PIPELINE, {"mode": "pipeline"}) == {}
    after = api.held(PIPELINE)
    wanted = {
        "llm_model_id": 1,
        "multimodal_model_id": None,
        "chat_llm_fallback_id": None,
        "turn_detection_threshold": None,
    }
    assert {name: after[name] for name in wanted} == wanted


def test_the_present_mode_sent_again_resets_nothing(api):
    api.put(PIPELINE, {"llm_model_id": 3, "transcriber_provider_id": 1})
    api.put(PIPELINE, {"mode": "pipeline"})
    after = api.held(PIPELINE)
    assert (after["llm_model_id"], after["transcriber_provider_id"]) == (3, 1)


def test_what_is_sent_with_a_new_mode_wins_over_its_defaults(api):
    api.put(PIPELINE, {"mode": "dualplex", "multimodal_model_id": 4, "synthesizer_provider_id": 3})
    after = api.held(PIPELINE)
    assert (after["multimodal_model_id"], after["synthesizer_provider_id"]) == (4, 3)


def test_a_voice_that_fits_the_new_mode_stays(api):
    api.put(PIPELINE, {"voice_id": 533})
    api.put(PIPELINE, {"mode": "dualplex"})
    assert api.held(PIPELINE)["voice_id"] == 533
