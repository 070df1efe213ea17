"""Text from elsewhere cannot do anything to a terminal or page."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.text import counted, excerpt, printable


@given(st.text())
def test_no_control_or_direction_character_survives(text: str) -> None:
    shown = printable(text)
    assert not [
        c for c in shown if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} or c in "\u202e\u2066\u200b"
    ]


def test_a_line_break_an_escape_and_a_direction_override_are_shown() -> None:
    assert printable("a\nb\x1b[2Jc\u202ed") == "a\\nb\\x1b[2Jc\\u202ed"


def test_ordinary_text_is_left_alone() -> None:
    assert printable("Praxis Dr. Weiß – 10 € 👩‍💻") == "Praxis Dr. Weiß – 10 € 👩‍💻"


@given(st.text(alphabet="abc äß"), st.integers(min_value=5, max_value=50))
def test_an_excerpt_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(excerpt(text, most)) <= most


@pytest.mark.parametrize(
    "number, noun, shown",
    [
        (0, "row", "0 rows"),
        (1, "row", "1 row"),
        (1204, "row", "1,204 rows"),
        (1, "retry", "1 retry"),
        (2, "retry", "2 retries"),
    ],
)
def test_a_number_is_shown_with_its_noun(number: int, noun: str, shown: str) -> None:
    assert counted(number, noun) == shown
