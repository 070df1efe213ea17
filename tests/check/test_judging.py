"""What is said of a cell: in our words, with what was given, what is allowed, and a remedy that works."""

from __future__ import annotations

import json
import re

import pytest

from batch_update.check.fault import Fault
from batch_update.check.judging.cells import judge_cell
from batch_update.check.judging.complaints import Cell, complaint
from batch_update.fields.cells import show_cell
from batch_update.fields.facts import all_fields, validator
from batch_update.fields.tools import PostCallField
from batch_update.model.sheets import Severity

DIGITS = "0123456789"[::-1]
KEY = f"cal_live_{DIGITS}"
CALENDAR = {"type": "calendar_integration", "calcom_api_key": KEY, "calcom_event_slug": "intro"}


def _fault(field: str, text: str, decimal: str = ".") -> Fault:
    (fault,) = judge_cell(all_fields()[field], text, decimal)[1]
    return fault


@pytest.mark.parametrize(
    ("field", "text", "remedy"),
    [
        ("speech_speed", "1.7", "the nearest that is allowed is 1.2"),
        ("speech_speed", "1.5", "the nearest that is allowed is 1.2"),
        ("speech_speed", "110", "did you mean 1.1?"),
        ("speech_speed", "0.1", "the nearest that is allowed is 0.7"),
        ("llm_temperature", "-0.3", "did you mean 0.3?"),
        ("llm_temperature", "70", "did you mean 0.7?"),
        ("llm_temperature", "1.000001", "the nearest that is allowed is 1"),
        ("ringing_time", "30000", "did you mean 30?"),
        ("ringing_time", "-30", "did you mean 30?"),
        ("max_duration", "3600", "the nearest that is allowed is 1200"),
        ("max_duration", "5", "the nearest that is allowed is 20"),
        ("min_interrupt_words", "11", "the nearest that is allowed is 10"),
        ("ambient_sound", "Crowded Rom", "did you mean crowded_room?"),
        ("mode", "multimodel", "did you mean multimodal?"),
        ("mode", "fast", "write one of those"),
        ("timezone", "berlin", "did you mean Europe/Berlin?"),
        ("timezone", "Europe/Berln", "did you mean Europe/Berlin?"),
        ("webhook_url", "example.com/hook", "did you mean https://example.com/hook?"),
        ("webhook_url", "ftp://example.com", "write the whole address, from https:// on"),
        ("name", "n" * 256, "take out 1 character"),
        ("initial_message", "ä" * 230, "take out 30 characters"),
        ("tool_ids", "null", "leave the cell empty to leave the field alone, or write [] to empty it"),
        ("variables", "null", "leave the cell empty to leave the field alone, or write {} to empty it"),
        ("voice_id", "null", "leave the cell empty to leave the field alone"),
        ("phone_number_id", "[]", "leave the cell empty to leave the field alone, or write null to clear it"),
    ],
)
def test_the_remedy_fits(field: str, text: str, remedy: str) -> None:
    assert _fault(field, text).remedy == remedy


def test_a_number_that_is_proposed_is_allowed_and_written_as_the_sheet_writes_numbers() -> None:
    assert _fault("speech_speed", "110", ",").remedy == "did you mean 1,1?"
    for name, field in all_fields().items():
        if field.minimum is None or field.maximum is None:
            continue
        kind = int if field.kind == "integer" else float
        for number in (-5, 6.3, 77, 777, 7777, 5000, 60_000, 999_999):
            value, faults = judge_cell(field, show_cell(name, kind(number)), ".")
            if faults:
                proposed = re.sub(r"[^0-9.]*([0-9.]+)\??", r"\1", faults[0].remedy)
                validator(name).validate_python(kind(proposed))
            else:
                assert value == kind(number)


@pytest.mark.parametrize(
    ("field", "text", "message", "given", "wanted"),
    [
        (
            "tools",
            '[{"type": "collect_keypad", "timeout": 31}]',
            "tools.0.timeout is above the maximum",
            "31",
            "at most 30",
        ),
        (
            "tools",
            '[{"type": "end_call"}, {"type": "collect_keypad", "timeout": 0}]',
            "tools.1.timeout is below the minimum",
            "0",
            "at least 1",
        ),
        (
            "tools",
            '[{"type": "collect_keypad", "timeout": "5"}]',
            "tools.0.timeout is not a whole number",
            "5",
            "a whole number",
        ),
        (
            "tools",
            '[{"type": "collect_keypad", "timeout": 2.5}]',
            "tools.0.timeout is not a whole number",
            "2.5",
            "a whole number",
        ),
        ("tools", '[{"type": "call_transfer"}]', "tools.0.phone_number is missing", "", ""),
        ("tools", '[["end_call"]]', "tools.0 is not an object", "a list", "an object"),
        ("tools", "[null]", "tools.0 is not an object", "null", "an object"),
        (
            "post_call_schema",
            '[{"name": "ok_1", "type": "bool", "description": "ab"}]',
            "post_call_schema.0.description is too short",
            "2 characters",
            "at least 3 characters",
        ),
        (
            "post_call_schema",
            '[{"name": "A B", "type": "bool", "description": "abc"}]',
            "post_call_schema.0.name has the wrong form",
            "A B",
            "3 to 16 characters of a-z 0-9 _",
        ),
        (
            "post_call_schema",
            '[{"name": "abc", "type": "text", "description": "abc"}]',
            "post_call_schema.0.type is none of the words allowed",
            "text",
            "string, number or bool",
        ),
        (
            "filler_config",
            '{"neutral": ["Okay.", true]}',
            "filler_config.neutral.1 is not text",
            "true",
            "text",
        ),
        ("filler_config", '{"neutral": {}}', "filler_config.neutral is not a list", "an object", "a list"),
    ],
)
def test_a_fault_inside_a_value_names_its_place(
    field: str, text: str, message: str, given: str, wanted: str
) -> None:
    fault = _fault(field, text)
    assert (fault.message, fault.given, fault.wanted) == (message, given, wanted)


def test_all_faults_inside_a_value_are_told() -> None:
    schema = [
        {"name": "x", "type": "y"},
        {"name": "abc", "type": "bool", "description": "d" * 256, "more": 1},
    ]
    _, faults = judge_cell(all_fields()["post_call_schema"], json.dumps(schema), ".")
    assert [(f.code, f.message.split()[0]) for f in faults] == [
        ("V112", "post_call_schema.0.name"),
        ("V105", "post_call_schema.0.type"),
        ("V110", "post_call_schema.0.description"),
        ("V102", "post_call_schema.1.description"),
        ("V111", "post_call_schema.1.more"),
    ]


def test_a_name_of_the_schema_is_mended_into_one_that_is_allowed() -> None:
    text = '[{"name": "Customer Name!", "type": "bool", "description": "abc"}]'
    assert _fault("post_call_schema", text).remedy == "did you mean customer_name?"


def test_unknown_tools_and_settings_are_warnings_and_sent_as_they_are() -> None:
    tools = [{"type": "endcall"}, {"type": "end_call", "descripton": "Bye"}]
    value, (first, second) = judge_cell(all_fields()["tools"], json.dumps(tools), ".")
    assert value == tools
    assert (first.code, first.severity, first.remedy) == ("V120", Severity.WARNING, "did you mean end_call?")
    assert (second.code, second.remedy) == ("V121", "did you mean description?")
    assert second.message == "tools.1.descripton is a setting that is not known here"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{**CALENDAR, "calcom_endpoint": "moon"}]),
        json.dumps([{**CALENDAR, "calcom_api_key": [KEY]}]),
        json.dumps([{**CALENDAR, "calcom_api_key": int(DIGITS)}]),
        json.dumps([{**CALENDAR, "calcom_api_key": {"key": KEY}}]),
        json.dumps([{**CALENDAR, "calcom_event_slug": None, "calcom_api_keyy": KEY}]),
        json.dumps([{"type": "calendar_integration", "calcom_api_kye": KEY, "calcom_event_slug": "a"}]),
        json.dumps(CALENDAR),
        json.dumps([CALENDAR])[:-2],
        json.dumps([CALENDAR])[1:],
        json.dumps({"calcom_api_key": KEY}),
        json.dumps([[CALENDAR]]),
    ],
)
def test_a_secret_is_never_shown(text: str) -> None:
    for field in ("tools", "post_call_schema", "filler_config", "webhook_url", "mode", "max_duration"):
        _, faults = judge_cell(all_fields()[field], text, ".")
        assert faults
        assert DIGITS not in str(faults)


def test_a_long_text_is_shown_by_its_beginning() -> None:
    fault = _fault("webhook_url", "no address " * 100)
    assert len(fault.given) <= 60 and fault.given.startswith("no address")


def test_hidden_characters_are_shown_escaped() -> None:
    assert _fault("type", "in\u202ebound").given == r"in\u202ebound"


def test_patterns_have_the_form_that_messages_can_explain() -> None:
    (pattern,) = [
        part.pattern for part in PostCallField.model_fields["name"].metadata if hasattr(part, "pattern")
    ]
    assert re.fullmatch(r"\^\[[^\]]+\]\{\d+,\d+\}\$", pattern)


def test_a_zone_behind_greenwich_is_not_proposed_for_one_before_it() -> None:
    """Etc/GMT+1 is UTC-1."""
    assert "Etc/" not in _fault("timezone", "GMT+1").remedy
    assert "Etc/" not in _fault("timezone", "UTC+2").remedy


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff" * 400, "A prompt of some length, with \ud83e in it."])
@pytest.mark.parametrize("field", ["name", "system_prompt"])
def test_half_a_character_is_an_error_in_every_text(field: str, text: str) -> None:
    fault = _fault(field, text)
    assert fault.code == "V101" and "half a character" in fault.message and "anew" in fault.remedy
    assert (fault.message + fault.given).isascii(), "it is shown escaped"


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [
        ("ambient_sound", (), "off, office, city, forest, crowded_room, cafe or nature"),
        ("tools", (0, "warm_call_transfer", "hold_music"), "hold_music or none"),
        ("tools", (0, "collect_keypad", "stop_key"), "# or *"),
        ("post_call_schema", (1, "type"), "string, number or bool"),
    ],
)
def test_the_words_that_a_value_may_be_come_from_its_type_whatever_pydantic_says(
    name: str, path: tuple[str | int, ...], wanted: str
) -> None:
    error = {"type": "literal_error", "loc": path, "input": "nun", "ctx": {"expected": "a word, it's said"}}
    fault = complaint(Cell(all_fields()[name], "nun", "nun", "."), error)
    assert (fault.code, fault.wanted) == ("V105", wanted)
