"""What the code says of every field agrees with the vendor's facts, which are transcribed by hand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from batch_update.fields.assistant import AssistantUpdate
from batch_update.fields.facts import all_fields, validator
from tests.vendor import FACTS, LOOK_UPS, UNITS, UNREPORTED, VENDOR_EXAMPLES, WIDER, Fact

# fmt: off
KINDS = {
    "string": {"text"}, "integer": {"id", "integer"}, "number": {"number"}, "boolean": {"flag"}, "enum": {"choice"},
    "integer[]": {"ids"}, "array": {"array"}, "object": {"object"}, "url": {"url"}, "timezone": {"timezone"},
}
GOOD = {
    "string": "Hello", "integer": 30, "number": 0.9, "boolean": True, "integer[]": [2, 3],
    "url": "https://example.com/hook", "timezone": "America/New_York", "object": {}, "array": [],
}
# fmt: on
MODES = {"P": "pipeline", "M": "multimodal", "D": "dualplex"}

each_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)


def accepted(fact: Fact, value: Any) -> bool:
    """Whether both ways in agree that this value may be set; it is an error of this test where they do not."""
    verdicts = set()
    for way_in in (validator(fact.name).validate_python, lambda v: AssistantUpdate(**{fact.name: v})):
        try:
            way_in(value)
            verdicts.add(True)
        except ValidationError:
            verdicts.add(False)
    (verdict,) = verdicts
    return verdict


def good(fact: Fact) -> Any:
    if fact.type == "enum":
        return min(fact.bounds)
    if isinstance(fact.bounds, tuple):
        return fact.bounds[0]
    return GOOD[fact.type]


def test_the_fields_are_those_of_the_page_and_of_the_wider_docs_and_no_others() -> None:
    """Otherwise: a field lacks its line in tests/vendor.py, or a fact its line in fields/assistant.py."""
    assert set(all_fields()) == {fact.name for fact in FACTS}
    assert len(all_fields()) == len(FACTS)
    assert {name for name, field in all_fields().items() if field.wider} == {fact.name for fact in WIDER}


@each_fact
def test_the_table_says_what_the_vendor_says(fact: Fact) -> None:
    field = all_fields()[fact.name]
    assert field.kind in KINDS[fact.type]
    assert field.nullable is (fact.clears == "null")
    assert field.empty is (fact.clears in ("[]", "{}"))
    assert field.modes == tuple(MODES[letter] for letter in fact.modes)
    assert field.reported is (fact.name not in UNREPORTED)
    assert field.look_up == LOOK_UPS.get(fact.name, "")
    assert field.unit == next((unit for unit, names in UNITS.items() if fact.name in names), "")
    assert set(field.choices) == (fact.bounds if fact.type == "enum" else set())
    assert field.max_length == (fact.bounds if fact.type == "string" else None)
    if fact.type in ("integer", "number") and fact.bounds:
        assert (field.minimum, field.maximum) == fact.bounds


@each_fact
def test_a_good_value_is_accepted_and_sent_as_it_is(fact: Fact) -> None:
    assert accepted(fact, good(fact))
    body = AssistantUpdate(**{fact.name: good(fact)}).body()
    assert body == {fact.name: good(fact)}
    assert type(body[fact.name]) is type(good(fact)) or isinstance(body[fact.name], float)


@each_fact
def test_null_is_accepted_only_where_it_clears(fact: Fact) -> None:
    assert accepted(fact, None) is (fact.clears == "null")


@pytest.mark.parametrize(
    "fact", [fact for fact in FACTS if isinstance(fact.bounds, tuple)], ids=lambda f: f.name
)
def test_bounds_are_inclusive_and_nothing_is_accepted_beyond_them(fact: Fact) -> None:
    lowest, highest = fact.bounds
    step = 1 if fact.type == "integer" else 0.01
    assert accepted(fact, lowest) and accepted(fact, highest)
    assert accepted(fact, lowest + step) and accepted(fact, highest - step)
    assert not accepted(fact, lowest - step) and not accepted(fact, highest + step)


@pytest.mark.parametrize(
    "fact", [fact for fact in FACTS if isinstance(fact.bounds, int)], ids=lambda f: f.name
)
def test_lengths_count_characters_and_not_bytes(fact: Fact) -> None:
    for letter in ("a", "ß", "😀"):
        assert accepted(fact, letter * fact.bounds)
        assert not accepted(fact, letter * (fact.bounds + 1))


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.type == "enum"], ids=lambda f: f.name)
def test_exactly_the_listed_words_are_accepted(fact: Fact) -> None:
    assert all(accepted(fact, word) for word in fact.bounds)
    assert not any(accepted(fact, word) for word in ("", "other", min(fact.bounds).upper(), "null"))


@pytest.mark.parametrize(
    "fact", [fact for fact in FACTS if "integer" in fact.type and not fact.bounds], ids=lambda f: f.name
)
def test_an_id_is_a_whole_number_above_0(fact: Fact) -> None:
    wrap = (lambda v: [7, v]) if fact.type == "integer[]" else (lambda v: v)
    assert accepted(fact, wrap(1)) and accepted(fact, wrap(10**17))
    for wrong in (0, -1, 1.0, 1.5, "1", True):
        assert not accepted(fact, wrap(wrong)), wrong


WRONG_TYPES: dict[str, list[Any]] = {
    "string": [1, True, ["a"], b"a"],
    "integer": [1.5, 30.0, "30", True, [30]],
    "number": ["0.9", True, float("nan"), float("inf"), [0.9]],
    "boolean": [0, 1, "true", "yes"],
    "enum": [1, True, ["inbound"]],
    "integer[]": [2, "2, 3", {"a": 2}, ["2"], [[2]], [None]],
    "array": [{}, "[]", ["end_call"], [None], 3],
    "object": [[], "{}", 3, [["positive", []]]],
    "url": [1, "", "example.com", "ftp://example.com", "https://", "javascript:alert(1)", "https://a b.de"],
    "timezone": [1, "", "Berlin", "europe/berlin", "UTC+1", "Mars/Phobos", "../etc/passwd"],
}


@each_fact
def test_another_type_is_refused(fact: Fact) -> None:
    for wrong in WRONG_TYPES[fact.type]:
        assert not accepted(fact, wrong), wrong


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC", "Asia/Kolkata"])
def test_time_zones_are_those_of_iana(zone: str) -> None:
    assert accepted(Fact("timezone", "timezone"), zone)


def test_an_empty_array_empties_the_fields_that_the_page_names() -> None:
    assert {fact.name for fact in FACTS if fact.clears == "[]"} == {
        *("secondary_language_ids", "tool_ids", "tools", "post_call_schema", "label_ids")
    }
    assert all(accepted(fact, []) for fact in FACTS if fact.clears == "[]")


INLINE_EXAMPLES: dict[str, dict[str, Any]] = {
    "filler_config": {
        "positive": ["Great!", "Perfect!"],
        "negative": ["Hmm.", "Understood."],
        "question": ["Good question.", "One moment."],
        "neutral": ["Okay.", "Noted."],
    },
    "variables": {"company_name": "Acme Corp", "product": "Premium Widget"},
    "secondary_language_ids": [2, 3, 4],
}


@pytest.mark.parametrize("example", VENDOR_EXAMPLES.values(), ids=VENDOR_EXAMPLES)
def test_the_example_requests_of_the_page_go_out_as_they_stand(example: dict[str, Any]) -> None:
    body = AssistantUpdate(**example).body()
    assert body == example and list(body) == sorted(example, key=list(all_fields()).index)


@pytest.mark.parametrize("name", INLINE_EXAMPLES)
def test_the_examples_of_single_fields_go_out_as_they_stand(name: str) -> None:
    assert AssistantUpdate(**{name: INLINE_EXAMPLES[name]}).body() == {name: INLINE_EXAMPLES[name]}
