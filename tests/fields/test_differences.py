"""Old and new beside each other: what differs is always to be seen, secrets never."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.fields.values.differences import (
    MOST_WORDS,
    UNKNOWN,
    Showing,
    changed_words,
    difference,
    side_by_side,
    word_diff,
)

LONG = (
    "Du bist die Stimme der Praxis. Öffnungszeiten: Mo-Fr 9-18 Uhr, sonst nach Vereinbarung. Sei freundlich."
)


def test_a_word_diff_shows_what_went_and_what_came_with_a_few_words_around() -> None:
    found = word_diff(LONG, LONG.replace("9-18", "8-17"))
    assert "Mo-Fr [-9-18-]{+8-17+} Uhr," in found and found.startswith("...")


def test_white_space_alone_is_said_so() -> None:
    assert word_diff("a  b", "a b") == "only white space changes"


def test_words_are_counted() -> None:
    assert changed_words("a b c", "a x y c") == (2, 1)


def test_what_is_unknown_is_a_question_mark() -> None:
    assert difference(UNKNOWN, 0.5) == "? -> 0.5"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x" * 80 + " a", "x" * 80 + " b"),
        (
            [{"type": "end_call", "description": "d " * 50 + "a"}],
            [{"type": "end_call", "description": "d " * 50 + "b"}],
        ),
        ({"text": "w " * 40 + "a"}, {"text": "w " * 40 + "b"}),
    ],
)
def test_two_values_that_differ_at_their_ends_do_not_look_alike(before: object, after: object) -> None:
    found = difference(before, after)
    assert "a" in found and "b" in found
    left, _, right = found.partition(" -> ")
    assert left != right


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_steers_the_terminal(before: str, after: str) -> None:
    assert not set(difference(before, after)) & set("\x1b\u202e\n\r")


def test_a_secret_is_not_shown() -> None:
    tool = {"type": "calendar_integration", "calcom_api_key": "cal_live_1", "calcom_event_slug": "x"}
    assert "cal_live" not in difference([], [tool]) + difference(
        [tool], [{**tool, "calcom_api_key": "cal_live_2"}]
    )


SECRETIVE = {"type": "calendar_integration", "calcom_api_key": "cal_live_1", "calcom_event_slug": "x"}


def test_where_only_a_secret_changes_that_is_said_and_not_what_it_is() -> None:
    other = [{**SECRETIVE, "calcom_api_key": "cal_live_2"}]
    assert difference([SECRETIVE], other) == "only a secret changes, which is not shown"
    assert list(side_by_side([SECRETIVE], other))[1] == "only a secret changes, which is not shown"


def test_a_prompt_of_any_length_shows_where_it_differs() -> None:
    words = [f"w{number}" for number in range(2 * MOST_WORDS)]
    other = [*words[:5000], "neu", *words[5001:]]
    assert (
        word_diff(" ".join(words), " ".join(other))
        == "... w4997 w4998 w4999 [-w5000-]{+neu+} w5001 w5002 w5003 ..."
    )
    assert changed_words(" ".join(words), " ".join(other)) == (1, 1)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_counts_are_those_of_words_that_came_and_went(old: list[str], new: list[str]) -> None:
    came, went = changed_words(" ".join(old), " ".join(new))
    assert len(old) + came - went == len(new)
    assert (came, went) != (0, 0) or old == new


def test_short_values_stand_beside_each_other_as_they_are() -> None:
    assert list(side_by_side(1.0, None, "pipeline", UNKNOWN)) == ["1.0", "null", "pipeline", "not reported"]
    assert list(side_by_side("null", "Praxis Weiß, Bonn")) == ['"null"', '"Praxis Weiß, Bonn"']


def test_long_values_that_begin_alike_show_where_they_differ() -> None:
    planned, wanted, now = side_by_side(LONG, LONG.replace("9-18", "8-17"), LONG.replace("9-18", "10-16"))
    assert planned.startswith('"Du bist die Stimme')
    assert "[-9-18-]{+8-17+}" in wanted and "[-9-18-]{+10-16+}" in now


def test_long_values_beside_nothing_still_show_where_they_differ() -> None:
    planned, wanted, now = side_by_side(None, LONG, LONG.replace("9-18", "10-16"))
    assert (planned, wanted[:9]) == ("null", '"Du bist ')
    assert "[-9-18-]{+10-16+}" in now


@given(st.lists(st.text(max_size=120), min_size=2, max_size=3, unique_by=lambda text: tuple(text.split())))
def test_values_that_differ_never_look_alike(values: list[str]) -> None:
    shown = list(side_by_side(*values))
    assert shown[0] != shown[1]
    assert not set("".join(shown)) & set("\x1b\u202e\n\r")


@pytest.mark.parametrize("value", [True, None, 7, "a b", [1, 2], {"a": "b"}])
def test_what_is_sent_again_as_it_is_stays(value: object) -> None:
    assert difference(value, value).startswith("stays ")


def test_what_went_and_came_can_be_colored_and_shown_whole() -> None:
    before = " ".join(f"word{n}" for n in range(200))
    after = before.replace("word100", "WORT")
    whole = difference(before, after, Showing(str.upper, str.lower, is_whole=True))
    assert "[-WORD100-]{+wort+}" in whole and "word0 word1 " in whole and "word199" in whole
    assert "word0 " not in difference(before, after) and "..." in difference(before, after)
    assert difference("x" * 50, "y" * 5000, Showing(is_whole=True)).count("y") == 5000


def test_nothing_is_told_by_color_alone() -> None:
    before, after = "one two three " * 10, "one two drei " * 10
    colored = difference(before, after, Showing(lambda text: f"\033[31m{text}\033[0m", lambda text: text))
    assert colored.replace("\033[31m", "").replace("\033[0m", "") == difference(before, after)


def test_of_an_address_nothing_is_shown_that_may_be_a_token() -> None:
    """Though it is that alone which changes, and however long the address is."""
    for path in ("in", "in" * 60):
        old, new = (f"https://user:word@h.example/{path}?token={token}" for token in ("sesam", "simsim"))
        assert difference(old, new) == "only a secret changes, which is not shown"
        told = (
            difference(None, new)
            + difference(f"https://h.example/{path}", new)
            + " ".join(side_by_side(old, new))
        )
        assert not {"sesam", "simsim", "word"} & set(re.findall(r"\w+", told)) and "h.example" in told
