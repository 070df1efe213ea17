"""Outcomes that are held in columns are what they were; what rows have alike stands once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_update.model.compact.outcomes_by_row import OutcomesByRow, kind_of
from batch_update.model.plans import Conflict, Outcome, Status, Verified, Why

MOMENT = datetime(2026, 11, 29, 4, 5, 6, 789_012, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))
OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(Status),
    st.sampled_from(["", "X301"]),
    st.text(max_size=8),
    st.none() | st.integers(100, 599),
    st.integers(0, 9),
    st.sampled_from([(), ("name", "voice_id")]),
    st.text(max_size=8),
    st.none() | MOMENTS,
    st.none() | st.integers(0, 10**12),
    st.sampled_from([{}, {"name": ("too long",)}]),
    st.sampled_from(Verified),
    st.sampled_from([(), (Conflict("name", Why.CHANGED),)]),
    st.sampled_from([{}, {"name": "x"}]),
    st.integers(0, 3),
)


@given(st.lists(OUTCOMES, max_size=6))
@example([Outcome(Status.UPDATED, started=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))))])
@example(
    [Outcome(Status.UPDATED, started=datetime(1970, 1, 1, tzinfo=UTC) - timedelta(microseconds=1), ms=3)]
)
@example([Outcome(Status.UPDATED, started=MOMENT, ms=-1)])
def test_an_outcome_comes_out_as_it_went_in(outcomes: list[Outcome]) -> None:
    held = OutcomesByRow(len(outcomes))
    held |= dict(enumerate(outcomes))
    found = held.in_order()
    assert found == outcomes and tuple(outcomes) == found and repr(found) == repr(tuple(found))
    assert dict(held) == dict(enumerate(outcomes)) and list(found) == outcomes == list(found[:])
    assert all(found[index - len(outcomes)] == one for index, one in enumerate(outcomes))


@pytest.mark.parametrize("ms", [float("nan"), object(), 2**70])
def test_a_length_of_time_that_is_none_stays_what_it_is_so_that_whoever_writes_it_down_says_so(
    ms: Any,
) -> None:
    held = OutcomesByRow(1)
    held[0] = outcome = Outcome(Status.UPDATED, ms=ms, started=MOMENT, request_id="r")
    assert held[0] is outcome


def test_the_last_one_that_was_told_of_a_row_counts() -> None:
    held = OutcomesByRow(2)
    held[0] = Outcome(Status.UNKNOWN, started=MOMENT, ms=3, request_id="first")
    held[0] = Outcome(Status.UPDATED)
    assert held == {0: Outcome(Status.UPDATED)} and 0 in held and 1 not in held and len(held) == 1


def test_a_row_without_an_outcome_is_missed() -> None:
    held = OutcomesByRow(2)
    held[0] = Outcome(Status.UPDATED)
    with pytest.raises(KeyError):
        held[1]
    with pytest.raises(ValueError, match="index 1"):
        held.in_order()


def test_rows_that_ended_alike_share_one_outcome() -> None:
    one = Outcome(
        Status.UPDATED, http=200, attempts=1, changed=("name",), started=MOMENT, ms=1, request_id="r"
    )
    other = replace(one, started=MOMENT + timedelta(1), ms=2, request_id="s")
    assert kind_of(one) is kind_of(other) == replace(one, started=None, ms=None, request_id="")
    assert kind_of(one) is not kind_of(replace(one, wave=1))
