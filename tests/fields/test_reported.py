"""Present values read in every shape in which the list may report them, and when they count as the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_update.fields.facts import all_fields, validator
from batch_update.fields.values.normalized import normalize_assistant
from batch_update.fields.values.same import same_value
from tests.plan.sandboxed import Account
from tests.strategies import MODES, assistants, json_values, texts

ABSENT = object()
NUMBERS = ("llm_temperature", "voice_stability", "voice_similarity", "speech_speed", "ambient_sound_volume")


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    account = Account()
    yield account
    account.close()


def _read(field: str, raw: Any) -> Any:
    return normalize_assistant({field: raw}).get(field, ABSENT)


def _is_exactly(found: Any, wanted: Any) -> bool:
    """So that true and 1, 1 and 1.0 differ."""
    return found is wanted or (found is not ABSENT and json.dumps(found) == json.dumps(wanted))


# ---------------------------------------------------------------- the law


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=40)
@given(data=st.data())
def test_what_was_sent_is_reported_as_already_so(account: Account, mode: str, data: st.DataObject) -> None:
    body = data.draw(assistants(mode))
    account.put(10001, body)
    present = account.present()[10001]
    reported = {name for name, field in all_fields().items() if field.reported}
    assert set(present) == reported
    assert [
        name for name in body if name in reported and not same_value(name, body[name], present[name])
    ] == []


@settings(max_examples=30)
@given(mode=st.sampled_from(MODES), data=st.data())
def test_what_is_read_can_be_sent_again(account: Account, mode: str, data: st.DataObject) -> None:
    body = data.draw(assistants(mode))
    account.put(10001, body)
    present = account.present()[10001]
    for name in body.keys() & present.keys():
        validator(name).validate_python(present[name])


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize(
    ("raw", "value"),
    [("0.7", 0.7), ("1", 1.0), (1, 1.0), (0.7, 0.7), ("0.70", 0.7), ("-3", -3.0), ("7", 7.0), ("1e-05", 1e-05),
     (None, None)],
)  # fmt: skip
def test_numbers_come_as_text_and_out_of_bounds_too(field: str, raw: Any, value: Any) -> None:
    assert _is_exactly(_read(field, raw), value)


@pytest.mark.parametrize(
    "raw", ["", "abc", "0,7", "nan", "inf", "1e999", "1_0", " 1", "١", True, [], {}, float("inf"), 10**400]
)
def test_what_is_no_number_is_unknown(raw: Any) -> None:
    assert _read("speech_speed", raw) is ABSENT


def _nested(levels: int) -> Any:
    return [] if levels == 1 else [_nested(levels - 1)]


@pytest.mark.parametrize("raw", ['{"a": NaN}', '{"a": [1, {"b": -Infinity}]}', '{"a": 1e999}'])
def test_what_could_not_be_written_down_again_is_unknown(raw: str) -> None:
    """Python reads what is no JSON, and makes an infinite number of one that is too large."""
    assert _read("variables", json.loads(raw)) is ABSENT
    assert _read("tools", [{"type": "end_call", "data": {"x": json.loads(raw)}}]) is ABSENT
    assert _read("post_call_schema", [json.loads(raw)]) is ABSENT
    assert _read("filler_config", {"positive": [json.loads(raw)]}) is ABSENT


def test_what_is_nested_very_deeply_is_unknown_and_what_can_be_written_is_not() -> None:
    """Where the limit lies in the stack depends on who calls; far below it everything can be written."""
    assert _read("variables", {"a": _nested(99)}) == {"a": _nested(99)}
    assert _read("variables", {"a": _nested(100)}) is ABSENT
    assert _read("variables", {"a": _nested(900)}) is ABSENT


@pytest.mark.parametrize(
    ("raw", "value"),
    [(1, True), (0, False), ("1", True), ("0", False), (True, True), ("false", False), (1.0, True)],
)
def test_flags_come_as_numbers(raw: Any, value: bool) -> None:
    assert _read("fillers", raw) is value
    assert _read("record", raw) is value


@pytest.mark.parametrize("raw", [2, -1, "yes", "", [], {}, 0.5])
def test_what_is_no_flag_is_unknown(raw: Any) -> None:
    assert _read("record", raw) is ABSENT


@pytest.mark.parametrize(
    ("raw", "value"),
    [(5, 5), ("5", 5), (5.0, 5), ("5.0", 5), (0, 0), ("-2", -2), (99999, 99999), (None, None)],
)
def test_whole_numbers_and_ids(raw: Any, value: Any) -> None:
    assert _is_exactly(_read("max_duration", raw), value)
    assert _is_exactly(_read("voice_id", raw), value)


@pytest.mark.parametrize("raw", ["5.5", 5.5, True, "", "x", "1" * 19, [5], {"id": 5}])
def test_what_is_no_whole_number_is_unknown(raw: Any) -> None:
    assert _read("max_duration", raw) is ABSENT
    assert _read("phone_number_id", raw) is ABSENT


@pytest.mark.parametrize("field", ["label_ids", "tool_ids", "secondary_language_ids"])
def test_lists_of_ids(field: str) -> None:
    assert _read(field, ["3", 2]) == [3, 2]
    assert _read(field, None) == []
    for raw in ("3", [None], [[3]], [{"id": 3}], ["x"], {"0": 3}, [True]):
        assert _read(field, raw) is ABSENT


@pytest.mark.parametrize(("field", "raw"), [("knowledgebase_mode", None), ("mode", None), ("name", None)])
def test_null_is_known_also_where_no_update_could_say_it(field: str, raw: Any) -> None:
    assert _read(field, raw) is None


@pytest.mark.parametrize(
    ("field", "raw"),
    [("name", "n" * 300), ("mode", "turbo"), ("timezone", "Berlin"), ("webhook_url", "ftp:x")],
)
def test_text_out_of_bounds_is_known(field: str, raw: str) -> None:
    assert _read(field, raw) == raw


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [("variables", [], {}), ("variables", None, {}), ("filler_config", [], {}), ("filler_config", None, {}),
     ("filler_config", {"positive": None, "odd": ["x"]}, {"positive": [], "odd": ["x"]}),
     ("tools", None, []), ("post_call_schema", None, []), ("variables", {"a": 1}, {"a": 1})],
)  # fmt: skip
def test_nothing_in_a_list_or_an_object_is_an_empty_one(field: str, raw: Any, value: Any) -> None:
    assert _is_exactly(_read(field, raw), value)


@pytest.mark.parametrize(
    ("field", "raw"),
    [("variables", "{}"), ("variables", ["a"]), ("filler_config", {"positive": "Okay."}), ("tools", {"type": "x"}),
     ("tools", "[]"), ("post_call_schema", ["x"]), ("post_call_schema", {}), ("name", 5), ("name", ["x"])],
)  # fmt: skip
def test_another_type_than_the_fields_is_unknown(field: str, raw: Any) -> None:
    assert _read(field, raw) is ABSENT


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"type": "end_call", "data": {"description": "Bye"}}, {"type": "end_call", "description": "Bye"}),
        ({"type": "end_call", "description": "Bye"}, {"type": "end_call", "description": "Bye"}),
        ({"type": "end_call", "data": []}, {"type": "end_call"}),
        ({"type": "end_call", "data": None}, {"type": "end_call"}),
        ({"data": {"description": None}, "type": "end_call"}, {"type": "end_call"}),
        ({"type": "collect_keypad", "data": {"timeout": "99"}}, {"type": "collect_keypad", "timeout": 99}),
        ({"type": "assistant_transfer", "data": {"assistant_id": "7", "speak_transfer_greeting": 1}},
         {"type": "assistant_transfer", "assistant_id": 7, "speak_transfer_greeting": True}),
        ({"type": "warm_call_transfer", "data": {"outbound_phone_id": "x"}},
         {"type": "warm_call_transfer", "outbound_phone_id": "x"}),
        ({"type": "new", "data": {"a_id": "7", "b": None}}, {"type": "new", "a_id": "7"}),
    ],
)  # fmt: skip
def test_tools_are_flattened(raw: Any, value: Any) -> None:
    assert _is_exactly(_read("tools", [raw]), [value])


@pytest.mark.parametrize(
    "raw",
    ["end_call", None, {}, {"type": 5}, {"type": "end_call", "data": "x"}, {"type": "a", "data": {"type": "b"}},
     {"type": "end_call", "data": {}, "id": 3}],
)  # fmt: skip
def test_a_tool_in_a_shape_that_could_only_be_guessed_at_makes_all_of_them_unknown(raw: Any) -> None:
    assert _read("tools", [{"type": "dtmf_input"}, raw]) is ABSENT


@given(
    st.dictionaries(st.sampled_from([*all_fields(), "uuid", "status", "language"]), json_values, max_size=20)
)
def test_no_answer_is_a_crash_and_names_that_are_no_fields_are_ignored(raw: dict[str, Any]) -> None:
    found = normalize_assistant(raw)
    assert found.keys() <= all_fields().keys() & raw.keys()
    assert all(same_value(name, value, value) for name, value in found.items())


def test_what_is_not_reported_is_unknown() -> None:
    assert normalize_assistant({"id": 1, "name": "A"}) == {"name": "A"}


def test_what_is_reported_although_the_documentation_says_otherwise_is_known() -> None:
    assert normalize_assistant({"folder_id": "3", "label_ids": []}) == {"folder_id": 3, "label_ids": []}


# ---------------------------------------------------------------- sameness


@pytest.mark.parametrize(
    ("field", "wanted", "now"),
    [
        ("speech_speed", 1, 1.0),
        ("system_prompt", "a\nb", "a\r\nb"),
        ("system_prompt", "a\r\nb", "a\nb"),
        ("label_ids", [3, 2, 3], [2, 3]),
        ("tool_ids", [], []),
        ("filler_config", {"positive": ["Okay."]}, {"positive": ["Okay."], "negative": []}),
        ("filler_config", {"negative": [], "neutral": []}, {}),
        ("variables", {"a": 1, "b": "x\r\ny"}, {"b": "x\ny", "a": 1.0}),
        ("tools", [{"type": "end_call", "description": None}], [{"type": "end_call"}]),
        ("tools", [{"type": "new", "a_id": 7}], [{"a_id": "7", "type": "new"}]),
        ("phone_number_id", None, None),
    ],
)
def test_the_same_in_another_shape(field: str, wanted: Any, now: Any) -> None:
    assert same_value(field, wanted, now)


@pytest.mark.parametrize(
    ("field", "wanted", "now"),
    [
        ("speech_speed", 1.0, 1.01),
        ("record", True, 1),
        ("variables", {"a": 1}, {"a": True}),
        ("variables", {"a": 1}, {"a": "1"}),
        ("variables", {"a": None}, {}),
        ("variables", {"a": [1, 2]}, {"a": [2, 1]}),
        ("system_prompt", "a", "a "),
        ("system_prompt", "a", None),
        ("label_ids", [2], [2, 3]),
        ("filler_config", {"positive": ["a", "b"]}, {"positive": ["b", "a"]}),
        ("filler_config", {}, {"odd": ["x"]}),
        ("tools", [{"type": "end_call"}], [{"type": "end_call", "description": ""}]),
        ("tools", [{"type": "collect_keypad"}], [{"type": "collect_keypad", "timeout": 5, "stop_key": "#"}]),
        (
            "tools",
            [{"type": "end_call"}, {"type": "dtmf_input"}],
            [{"type": "dtmf_input"}, {"type": "end_call"}],
        ),
        ("tools", [], [{"type": "end_call"}]),
        ("webhook_url", None, ""),
        ("knowledgebase_mode", "function_call", None),
    ],
)
def test_what_may_differ_differs(field: str, wanted: Any, now: Any) -> None:
    assert not same_value(field, wanted, now)


def test_values_nested_too_deeply_to_tell_differ() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert not same_value("variables", {"a": deep}, {"a": [deep[0]]})
    while deep:  # taken apart by hand, since Python would do it by recursion
        (deep,) = deep


@given(texts)
def test_texts_are_the_same_where_a_server_changed_their_line_ends_or_took_spaces_off(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    assert same_value("name", text, unix) and same_value("name", unix, text)
    assert same_value("name", f" {unix}\n", unix)
    assert not same_value("name", unix, f"{unix}x")


@given(texts, texts)
def test_texts_that_differ_between_their_ends_are_never_the_same(one: str, other: str) -> None:
    """Nor do spaces that came belong to what was wanted."""
    inner = [
        normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip() for text in (one, other)
    ]
    assert not same_value("name", one, other) or inner[0] == inner[1]
    assert not same_value("name", "a" + one.strip(), f"a{one.strip()} ")
