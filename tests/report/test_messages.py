"""A row's message names the cell, quotes a shifted row, and holds no secret and nothing that steers a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update.model.plans import Conflict, Outcome, Status, Why
from batch_update.report.messages import row_message, words_of
from tests.made import column, report_of, sheet_of
from tests.report.outcomes import FAILED

SECRET = "cal_live_0123456789"


def refused(message: str, /, **fields: tuple[str, ...]) -> Outcome:
    return Outcome(Status.FAILED, "A422", message, 422, 1, field_errors=fields)


def test_the_servers_words_stand_at_the_cell_they_concern() -> None:
    report = report_of(
        FAILED,
        refused(
            "refused (422)",
            speech_speed=("too fast.",),
            name=("too long.",),
        ),
        columns=[column("id", "12"), column("name", "ab"), column("Tempo", ["1.1", "1.2"], "speech_speed")],
    )
    assert (
        row_message(report, 1)
        == "refused (422); speech_speed at C3 (Tempo): too fast.; name at B3: too long."
    )


def test_a_nested_name_is_placed_at_its_field() -> None:
    nested = Outcome(
        Status.FAILED,
        "A422",
        "refused (422)",
        field_errors={"post_call_schema.0.name": ("too short", "and odd")},
    )
    report = report_of(nested, columns=[column("id", "1"), column("post_call_schema", ["[]"])])
    assert row_message(report, 0) == "refused (422); post_call_schema.0.name at B2: too short and odd"


def test_a_field_that_the_sheet_does_not_have_is_named_without_a_place() -> None:
    assert row_message(report_of(refused("", voice_id=("gone",))), 0) == "voice_id: gone"


def test_a_row_of_which_something_was_held_back_tells_each_field_with_its_values() -> None:
    held = (
        Conflict("name", Why.CHANGED, "Old", "New", "Else"),
        Conflict("voice_id", Why.RESET, 412, now=533),
    )
    conflict = Outcome(
        Status.CONFLICT, "X301", "answered late", conflicts=held, field_errors={"name": ("odd",)}
    )
    told = "answered late; name: planned from Old, wanted New, now Else"
    told += "; voice_id: planned from 412, reset by the new mode, now 533"
    assert words_of(conflict) == f"{told}; name: odd"
    assert row_message(report_of(conflict), 0) == f"{told}; name at B2: odd"


def test_a_long_list_of_fields_is_whole() -> None:
    fields = {f"field_{number}": ("must be right " * 5,) for number in range(20)}
    words = row_message(report_of(refused("refused (422)", **fields)), 0)
    assert all(f"{name}: must be right" in words for name in fields) and words.count("field_0:") == 1


def test_a_ragged_row_is_quoted() -> None:
    sheet = sheet_of(
        column("id", ["", "2"]), column("name", ["", "b"]), rows=2, ragged={0: ("1", "a", "b\nc")}
    )
    words = row_message(report_of(Outcome(Status.INVALID, "S106", "3 cells"), FAILED, sheet=sheet), 0)
    assert words == "3 cells; the row as it stands: 1,a,b\\nc"


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\u202e", "\r\n", "\x07", "\u2028"])
def test_nothing_in_a_message_steers_a_terminal(hidden: str) -> None:
    report = report_of(refused(f"refused: {hidden}", name=(f"odd {hidden}",)))
    assert hidden not in row_message(report, 0) and "odd " in row_message(report, 0)


@pytest.mark.parametrize(
    "echo",
    [
        f"tools: calcom_api_key {SECRET} is refused",
        f"got {{'calcom_api_key': '{SECRET}'}}",
        f'got {{"calcom_api_key":"{SECRET}","x":1}}',
    ],
)
def test_a_secret_of_the_row_that_the_server_repeats_is_left_out(echo: str) -> None:
    tools = json.dumps([{"type": "calendar_integration", "calcom_api_key": SECRET}])
    report = report_of(refused(echo), columns=[column("id", "1"), column("tools", [tools])])
    assert SECRET not in row_message(report, 0) and "***" in row_message(report, 0)


@pytest.mark.parametrize(
    "cells",
    [
        ("1", f'[{{"calcom_api_key": "{SECRET}"}}]', "surplus"),
        ("1", "[{type: x", f'calcom_api_key:"{SECRET}"', "}]"),
        ("1", f'"calcom_api_key"": ""{SECRET}""'),
    ],
)
def test_a_secret_in_a_shifted_row_is_left_out_where_the_row_is_quoted(cells: tuple[str, ...]) -> None:
    sheet = sheet_of(column("id", [""]), column("tools", [""]), rows=1, ragged={0: cells})
    given = f"{len(cells)} cells: {' | '.join(cells)}"
    words = row_message(report_of(Outcome(Status.INVALID, "S106", given), sheet=sheet), 0)
    assert SECRET not in words and "calcom_api_key" in words


def test_words_such_as_null_are_no_secrets() -> None:
    tools = '[{"calcom_api_key": null}]'
    report = report_of(refused("must not be null"), columns=[column("id", "1"), column("tools", [tools])])
    assert row_message(report, 0) == "must not be null"


@given(st.text(), st.dictionaries(st.text(), st.lists(st.text()).map(tuple)))
def test_every_message_is_one_line(message: str, fields: dict[str, tuple[str, ...]]) -> None:
    words = row_message(report_of(refused(message, **fields)), 0)
    assert words.splitlines() in ([], [words])
