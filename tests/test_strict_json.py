"""What JSON is read as, and what Python would read beyond that."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.strict_json import Unfit, read_json, read_own_json, refuse_unsendable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read(value: object) -> None:
    assert read_json(json.dumps(value)) == read_own_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [("[NaN]", "NaN is no number"), ("-Infinity", "-Infinity is no number"), ("[1e999]", "1e999 is too large a number"),
     ("[" * 100_000, "nested too deeply"), ("9" * 5000, "a number has too many digits")],
)  # fmt: skip
def test_what_is_no_json_is_refused_in_what_we_wrote_too(text: str, words: str) -> None:
    for read in (read_json, read_own_json):
        with pytest.raises(Unfit, match=words):
            read(text)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(Unfit, match="'a' stands twice in one object"):
        read_json('[{"a": 1, "b": 2, "a": 1}]')


def test_line_breaks_are_read_inside_texts_where_they_may_stand() -> None:
    assert read_json('["a\nb"]', line_breaks=True) == ["a\nb"]
    with pytest.raises(json.JSONDecodeError):
        read_json('["a\nb"]')


def test_what_cannot_be_sent_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    for value, words in (({"a": ["\ud83d"]}, "half a character"), ({"\ud83d": 1}, "half"), (deep, "deeply")):
        with pytest.raises(Unfit, match=words):
            refuse_unsendable(value)
    refuse_unsendable(deep[0])
