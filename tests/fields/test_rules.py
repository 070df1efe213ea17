"""Rules across fields: exact where the assistant's mode is known, and offline only what no mode could allow."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from batch_update.codes import CODES
from batch_update.fields.facts import all_fields
from batch_update.fields.rules import MODE_FACTS, MODE_MODELS, RULES, Broken, Context, broken_rules

MODES = {"P": "pipeline", "M": "multimodal", "D": "dualplex"}

# Transcribed by hand from the vendor's page: a value, and the modes that take it.
ONLY_FOR: list[tuple[str, Any, str]] = [
    ("llm_model_id", 1, "P"),
    ("transcriber_provider_id", 1, "P"),
    ("fillers", True, "P"),
    ("filler_config", {"positive": ["Okay."]}, "P"),
    ("knowledgebase_mode", "prompt", "P"),
    ("allow_interruptions", False, "P"),
    ("multimodal_model_id", 1, "MD"),
    ("chat_llm_fallback_id", 1, "MD"),
    ("turn_detection_threshold", 0.5, "MD"),
    ("synthesizer_provider_id", 1, "PD"),
]
FOR_ALL: list[tuple[str, Any]] = [
    ("knowledgebase_mode", "function_call"),
    ("allow_interruptions", True),
    ("transcriber_provider_id", None),
    ("chat_llm_fallback_id", None),
    ("turn_detection_threshold", None),
    ("synthesizer_provider_id", None),
    ("voice_id", 1),
    ("speech_speed", 1.0),
    ("knowledgebase_id", 1),
    ("min_interrupt_words", 3),
]
each_restricted = pytest.mark.parametrize(("name", "value", "modes"), ONLY_FOR, ids=str)
each_mode = pytest.mark.parametrize("letter", "PMD")


def broken(body: dict[str, Any], *, assistant_id: int | None = None, mode: str | None = None) -> list[Broken]:
    return list(broken_rules(body, Context(assistant_id, mode)))


def blocking(body: dict[str, Any], **known: Any) -> list[str]:
    return [rule.code for rule in broken(body, **known) if rule.blocks]


def test_the_table_of_modes_is_complete() -> None:
    assert {fact.field for fact in MODE_FACTS} == {name for name, _, _ in ONLY_FOR}
    assert len(MODE_FACTS) == len(ONLY_FOR)


def test_fields_and_rules_agree_about_modes() -> None:
    """A field that only some modes have says so in its own line, too."""
    always = {fact.field: fact.modes for fact in MODE_FACTS if fact.applies(0)}
    assert always == {name: set(f.modes) for name, f in all_fields().items() if len(f.modes) < 3}


@each_restricted
@each_mode
def test_with_the_mode_known_a_field_is_checked_exactly(
    name: str, value: Any, modes: str, letter: str
) -> None:
    wrong = letter not in modes
    assert blocking({name: value}, mode=MODES[letter]) == ["X210"] * wrong


@each_restricted
@each_mode
def test_the_mode_of_the_row_counts_before_the_mode_of_the_assistant(
    name: str, value: Any, modes: str, letter: str
) -> None:
    for present in (None, *MODES.values()):
        found = [rule for rule in broken({name: value, "mode": MODES[letter]}, mode=present) if rule.blocks]
        assert [rule.code for rule in found] == ["X210"] * (letter not in modes)
        assert all(rule.fields == (name, "mode") for rule in found)


@each_restricted
def test_without_the_mode_a_single_field_is_never_wrong(name: str, value: Any, modes: str) -> None:
    assert broken({name: value}) == []


@pytest.mark.parametrize(("name", "value"), FOR_ALL, ids=str)
@pytest.mark.parametrize("mode", [None, *MODES.values()])
def test_what_every_mode_takes_is_never_wrong(name: str, value: Any, mode: str | None) -> None:
    assert broken({name: value}, mode=mode) == []


@pytest.mark.parametrize(("one", "other"), list(combinations(ONLY_FOR, 2)), ids=lambda fact: fact[0])
def test_without_the_mode_two_fields_are_wrong_only_if_no_mode_takes_both(one: Any, other: Any) -> None:
    found = broken({one[0]: one[1], other[0]: other[1]})
    if set(one[2]) & set(other[2]):
        assert found == []
    else:
        assert [rule.code for rule in found] == ["X211"] and set(found[0].fields) == {one[0], other[0]}
        assert "together with" in found[0].sentence


def test_a_clash_names_only_the_fields_that_clash() -> None:
    (found,) = broken(
        {"llm_model_id": 1, "synthesizer_provider_id": 2, "turn_detection_threshold": 0.5, "name": "x"}
    )
    assert found.fields == ("llm_model_id", "turn_detection_threshold")


def test_with_the_mode_known_each_field_that_does_not_fit_is_named() -> None:
    found = broken({"fillers": False, "llm_model_id": 1, "turn_detection_threshold": 0.5}, mode="dualplex")
    assert [(rule.code, rule.fields) for rule in found] == [
        ("X210", ("llm_model_id",)),
        ("X210", ("fillers",)),
    ]
    assert "dualplex" in found[0].sentence and "only for pipeline" in found[0].sentence


@pytest.mark.parametrize(("mode", "model"), MODE_MODELS.items())
def test_a_change_of_mode_without_the_new_modes_model_is_a_warning(mode: str, model: str) -> None:
    (found,) = broken({"mode": mode})
    assert (found.code, found.fields, found.blocks) == ("X220", ("mode",), False)
    assert broken({"mode": mode, model: 3}) == []
    assert broken({"mode": mode}, mode=mode) == []
    other = "pipeline" if mode != "pipeline" else "dualplex"
    assert [rule.code for rule in broken({"mode": mode}, mode=other)] == ["X220"]


def test_the_model_of_each_mode_is_known() -> None:
    assert MODE_MODELS == {
        "pipeline": "llm_model_id",
        "multimodal": "multimodal_model_id",
        "dualplex": "multimodal_model_id",
    }


@pytest.mark.parametrize("mode", [None, "pipeline"])
def test_a_webhook_cannot_be_switched_on_while_its_address_is_cleared(mode: str | None) -> None:
    (found,) = broken({"is_webhook_active": True, "webhook_url": None}, mode=mode)
    assert (found.code, found.fields, found.blocks) == ("X230", ("is_webhook_active", "webhook_url"), True)


@pytest.mark.parametrize(
    "body",
    [
        {"is_webhook_active": True},
        {"webhook_url": None},
        {"is_webhook_active": False, "webhook_url": None},
        {"is_webhook_active": True, "webhook_url": "https://example.com"},
    ],
)
def test_a_webhook_that_may_have_an_address_is_fine(body: dict[str, Any]) -> None:
    assert broken(body) == []


TRANSFER = {"tools": [{"type": "end_call"}, {"type": "assistant_transfer", "assistant_id": 7}]}


@pytest.mark.parametrize("mode", [None, "dualplex"])
def test_an_assistant_cannot_transfer_to_itself(mode: str | None) -> None:
    (found,) = broken(TRANSFER, assistant_id=7, mode=mode)
    assert (found.code, found.fields, found.blocks) == ("X231", ("tools",), True)


@pytest.mark.parametrize("assistant_id", [None, 8])
def test_an_assistant_can_transfer_to_another(assistant_id: int | None) -> None:
    assert broken(TRANSFER, assistant_id=assistant_id) == []


def test_another_tool_may_hold_the_same_number() -> None:
    tools = [{"type": "new_kind", "assistant_id": 7}]
    assert broken({"tools": tools}, assistant_id=7) == [] and broken({"tools": []}, assistant_id=7) == []


def test_every_rule_has_a_code_that_is_explained_and_says_what_to_do() -> None:
    for rule in RULES:
        assert rule.code in CODES and rule.sentence
        assert set(rule.fields) <= set(all_fields())
