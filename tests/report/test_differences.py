"""Old and new beside each other: what differs is always to be seen, secrets never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.report.differences import UNKNOWN, changed_words, difference, word_diff

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
