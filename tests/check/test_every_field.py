"""Every field with every kind of cell: what is sent, and that nothing is sent of a cell that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from batch_update.check.checking import check_sheet
from batch_update.fields.facts import all_fields
from batch_update.model.plans import Status
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of


class Row(NamedTuple):
    """What one field takes, read off the vendor's documentation by hand."""

    name: str
    kind: str
    lowest: Any = None
    highest: Any = None
    below: Any = None
    above: Any = None
    null: bool = False
    empty: bool = False


# fmt: off
TABLE = [
    Row("name", "text", highest=255),
    Row("voice_id", "id"),
    Row("language_id", "id"),
    Row("type", "inbound outbound"),
    Row("mode", "pipeline multimodal dualplex"),
    Row("timezone", "zone"),
    Row("initial_message", "text", highest=200),
    Row("system_prompt", "text"),
    Row("llm_model_id", "id"),
    Row("multimodal_model_id", "id"),
    Row("chat_llm_fallback_id", "id", null=True),
    Row("turn_detection_threshold", "number", "0", "1", "-0.01", "1.01", null=True),
    Row("secondary_language_ids", "ids", empty=True),
    Row("knowledgebase_id", "id", null=True),
    Row("knowledgebase_mode", "function_call prompt"),
    Row("phone_number_id", "id", null=True),
    Row("tool_ids", "ids", empty=True),
    Row("tools", "tools", empty=True),
    Row("tts_emotion_enabled", "flag"),
    Row("voice_stability", "number", "0", "1", "-0.5", "1.5"),
    Row("voice_similarity", "number", "0", "1", "-1", "2"),
    Row("speech_speed", "number", "0.7", "1.2", "0.69", "1.21"),
    Row("llm_temperature", "number", "0", "1", "-0.1", "1.1"),
    Row("synthesizer_provider_id", "id", null=True),
    Row("transcriber_provider_id", "id", null=True),
    Row("allow_interruptions", "flag"),
    Row("fillers", "flag"),
    Row("filler_config", "fillers"),
    Row("record", "flag"),
    Row("enable_noise_cancellation", "flag"),
    Row("wait_for_customer", "flag"),
    Row("max_duration", "integer", "20", "1200", "19", "1201"),
    Row("max_silence_duration", "integer", "1", "360", "0", "361"),
    Row("max_initial_silence_duration", "integer", "1", "120", "0", "121", null=True),
    Row("ringing_time", "integer", "1", "60", "0", "61"),
    Row("reengagement_interval", "integer", "7", "600", "6", "601"),
    Row("reengagement_prompt", "text", highest=1000, null=True),
    Row("end_call_on_voicemail", "flag"),
    Row("voice_mail_message", "text", highest=1000, null=True),
    Row("endpoint_type", "vad ai"),
    Row("endpoint_sensitivity", "number", "0", "5", "-0.1", "5.1"),
    Row("interrupt_sensitivity", "number", "0", "5", "-3", "50"),
    Row("min_interrupt_words", "integer", "0", "10", "-1", "11", null=True),
    Row("ambient_sound", "off office city forest crowded_room cafe nature"),
    Row("ambient_sound_volume", "number", "0", "1", "-0.1", "1.0001"),
    Row("is_webhook_active", "flag"),
    Row("webhook_url", "url", null=True),
    Row("send_webhook_only_on_completed", "flag"),
    Row("include_recording_in_webhook", "flag"),
    Row("post_call_evaluation", "flag"),
    Row("post_call_schema", "schema", empty=True),
    Row("variables", "variables", empty=True),
    Row("folder_id", "id", null=True),
    Row("label_ids", "ids", empty=True),
    Row("conversation_inactivity_timeout", "integer", "1", "1440", "0", "1441"),
    Row("conversation_ended_retrigger", "flag"),
    Row("conversation_ended_webhook_url", "url", null=True),
]

SCHEMA = [{"name": "reason", "type": "string", "description": "Why the caller called"}]
GOOD: dict[str, dict[str, Any]] = {
    "text": {"Good morning!": "Good morning!", " two\r\nlines ": " two\nlines ", '"null"': "null"},
    "id": {"412": 412, "0412.0": 412, "1": 1},
    "integer": {"30": 30, "30.0": 30},
    "number": {"0.9": 0.9, ".8": 0.8},
    "flag": {"true": True, "nein": False, "0": False, "WAHR": True},
    "zone": {"Europe/Berlin": "Europe/Berlin", "UTC": "UTC"},
    "url": {"https://example.com/a?b=c": "https://example.com/a?b=c"},
    "ids": {"2, 3": [2, 3], "2;3": [2, 3], "[7]": [7], "7": [7]},
    "tools": {'[{"type": "end_call"}]': [{"type": "end_call"}]},
    "schema": {json.dumps(SCHEMA): SCHEMA},
    "fillers": {'{"neutral": ["Okay."]}': {"neutral": ["Okay."]}},
    "variables": {'{"company": "Acme", "year": 2026}': {"company": "Acme", "year": 2026}},
}
WRONG: dict[str, dict[str, str]] = {
    "text": {"@prompts/sales.md": "C112"},
    "id": {"Susi": "C111", "0": "C108", "-1": "C108", "1.5": "C108", "4E+02": "C107"},
    "integer": {"half": "C102", "30.5": "C102", "1.000": "C103"},
    "number": {"fast": "C101", "true": "C101", "Infinity": "C101"},
    "flag": {"maybe": "C104", "2": "C104"},
    "zone": {"Berlin": "V108", "1": "V108"},
    "url": {"example.com": "V109", "javascript:alert(1)": "V109"},
    "ids": {"2, Sales": "C111", "0": "C109", "{2}": "C109"},
    "tools": {"end_call": "C110", '{"type": "end_call"}': "C110", "[1]": "V101", "[{}]": "V110"},
    "schema": {"reason": "C110", '["reason"]': "V101", '[{"name": "reason", "type": "string"}]': "V110"},
    "fillers": {"Okay.": "C110", '{"neutral": "Okay."}': "V101", '{"bored": []}': "V111"},
    "variables": {"company": "C110", '["a"]': "C110"},
}
# fmt: on


class Case(NamedTuple):
    field: str
    what: str
    text: str
    code: str = ""
    """why it is refused; "" where it is sent"""
    value: Any = None


def _cases(row: Row) -> Iterator[Case]:
    is_choice = row.kind not in GOOD
    good = {word: word for word in row.kind.split()} if is_choice else GOOD[row.kind]
    wrong = {"something": "V105", f"{row.kind.split()[0]} ,": "V105"} if is_choice else WRONG[row.kind]
    for text, value in good.items():
        if row.kind != "integer" or int(row.lowest) <= value <= int(row.highest):
            yield Case(row.name, "good", text, value=value)
    for text, code in wrong.items():
        yield Case(row.name, "wrong type", text, code)
    yield from _bounds(row)
    yield Case(row.name, "null", "null", "" if row.null else "V106")
    emptied = "{}" if row.kind in ("variables", "fillers") else "[]"
    yield Case(row.name, "emptied", emptied, "" if row.empty else "V107", json.loads(emptied))
    for text, code in (("NaN", "C105"), ("None", "C105"), ("-", "C105"), ("#REF!", "C106"), ("#N/A", "C106")):
        yield Case(row.name, "suspicious", text, code)


def _bounds(row: Row) -> Iterator[Case]:
    if row.kind == "text":
        longest = row.highest or 50_000
        yield Case(row.name, "highest", "ä" * longest, value="ä" * longest)
        if row.highest:
            yield Case(row.name, "beyond", "ä" * (longest + 1), "V102")
    elif row.lowest is not None:
        number = int if row.kind == "integer" else float
        yield Case(row.name, "lowest", row.lowest, value=number(row.lowest))
        yield Case(row.name, "highest", row.highest, value=number(row.highest))
        yield Case(row.name, "below", row.below, "V103")
        yield Case(row.name, "above", row.above, "V104")


CASES = [case for row in TABLE for case in _cases(row)]


def test_the_table_has_all_57_fields() -> None:
    assert [row.name for row in TABLE] == list(dict.fromkeys(row.name for row in TABLE))
    assert {row.name for row in TABLE} == set(all_fields())
    assert len(TABLE) == 57


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.what}-{case.text[:20]}")
def test_a_cell_is_sent_as_its_value_or_refused_with_its_code(
    case: Case,
) -> None:
    sheet = table_of(f"id {case.field}", ["10001", case.text])
    plan = make_plan(sheet)
    assert check_sheet(sheet).problems == plan.problems
    if case.code:
        (problem,) = plan.problems
        assert (problem.code, problem.index, problem.column) == (case.code, 0, 1)
        assert case.field in problem.message and (problem.wanted or problem.remedy)
        assert plan.changes == ()
        assert (plan.settled[0].status, plan.settled[0].code) == (Status.INVALID, case.code)
    else:
        (change,) = plan.changes
        body = dict(change.body)
        # 1 and True and 1.0 are equal to Python, and not to the API.
        assert json.dumps(body) == json.dumps({case.field: case.value})
        assert plan.errors == () and plan.settled == {}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_blank_cell_leaves_the_field_alone(
    row: Row,
) -> None:
    blanks = ["", " ", "\t", "\n", "\u00a0"]
    plan = make_plan(table_of(f"id {row.name}", *([10001 + i, text] for i, text in enumerate(blanks))))
    assert plan.changes == () and plan.problems == ()
    assert [outcome.code for outcome in plan.settled.values()] == ["X204"] * len(blanks)


def test_all_bad_cells_in_one_sheet_send_nothing() -> None:
    """Each at its own row and cell, none hidden by another."""
    bad = [case for case in CASES if case.code]
    names = [row.name for row in TABLE]
    rows = [
        [10001 + i, *(case.text if name == case.field else "" for name in names)]
        for i, case in enumerate(bad)
    ]
    plan = make_plan(table_of(" ".join(["id", *names]), *rows))
    assert plan.changes == ()
    found = [(p.index, names[p.column - 1], p.code) for p in plan.problems if p.column]
    assert found == [(i, case.field, case.code) for i, case in enumerate(bad)]
