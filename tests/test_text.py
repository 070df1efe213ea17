"""Text from elsewhere cannot do anything to a terminal or page."""

from __future__ import annotations

import re
import shlex
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.text import (
    asked,
    counted,
    excerpt,
    how_long,
    listed,
    named,
    nearest,
    printable,
    quoted,
    quoted_path,
)


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


def test_of_a_long_list_the_first_are_named_and_the_rest_counted() -> None:
    assert (listed([]), listed([3]), listed(range(3, 6), 3)) == ("", "3", "3, 4, 5")
    assert listed({"a": 1, "b": 2, "c": 3}, 1) == "a and 2 more"
    assert (named("row", [17]), named("entry", [3, 4, 5], 2)) == ("row 17", "entries 3, 4 and 1 more")


def test_a_path_and_a_text_can_be_pasted_into_a_command_line() -> None:
    assert shlex.split(quoted_path(Path("my runs/it's/failed.csv"))) == ["my runs/it's/failed.csv"]
    assert shlex.split(quoted("Stimme; neu=voice_id")) == ["Stimme; neu=voice_id"]
    assert "\x1b" not in quoted("a\x1b[2J")
    assert quoted("Nr.") != "Nr." and shlex.split(quoted("Nr.")) == ["Nr."], "before the end of a sentence"


def test_a_path_is_not_taken_for_a_flag() -> None:
    assert quoted_path("-x.csv") == "./-x.csv"
    assert quoted_path("-") == "-", "stdin"


@pytest.mark.parametrize(
    "seconds, shown",
    [
        (0, "0 s"), (0.42, "0.4 s"), (2.0, "2 s"), (12.4, "12 s"), (59.7, "1 min"), (70, "1 min 10 s"),
        (120, "2 min"), (3600, "1 h"), (3725, "1 h 2 min"), (259_200, "72 h"),
    ],
)  # fmt: skip
def test_how_long_something_takes_is_said_in_one_way(seconds: float, shown: str) -> None:
    assert how_long(seconds) == shown


def test_questions_and_durations_are_worded_in_one_place() -> None:
    """A second place that writes `did you mean` or splits seconds into minutes would word it otherwise one day."""
    root = Path(__file__).parents[1] / "batch_update"
    wording = re.compile(r"^[^#`]*?f[\"'][^`\n]*([Dd]id you mean \{|\} (h|min)\b)", re.MULTILINE)
    assert [path.name for path in root.rglob("*.py") if wording.search(path.read_text("utf-8"))] == [
        "text.py"
    ]
    assert (asked("office"), asked("")) == ("did you mean office?", "")


@pytest.mark.parametrize("name", ["no_fetch", "limit", "max_change_percent", "speech_speed"])
def test_two_neighboring_letters_that_were_exchanged_are_one_slip_wherever_they_stand(name: str) -> None:
    plain = name.replace("_", "")
    for at in range(len(plain) - 1):
        typed = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        assert nearest(typed, {name: name, "encoding": "encoding"}) == name
