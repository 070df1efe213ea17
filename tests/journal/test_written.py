"""What a journal holds of a noun reads back as the same noun."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_update import errors
from batch_update.errors import BatchUpdateError, Interrupted, SheetError
from batch_update.journal import session_values
from batch_update.model import as_json as written
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Part, Status, Verified, Why
from batch_update.model.reports import Event, Stats
from batch_update.model.sheets import Column, Dialect, Json, Problem, Role, Severity, Sheet
from batch_update.settings.tunables import Settings

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)  # lone surrogates and NUL too
NUMBERS = st.integers(0, 10**6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)
TUPLES = st.lists(TEXTS, max_size=3).map(tuple)
INDEXES = st.lists(NUMBERS, min_size=1, max_size=3).map(tuple)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))

CONFLICTS = st.lists(
    st.builds(
        Conflict,
        TEXTS,
        st.sampled_from(Why),
        JSON | st.just(UNKNOWN),
        JSON | st.just(UNKNOWN),
        JSON | st.just(UNKNOWN),
        TUPLES,
        mode=TEXTS,
        rule=TEXTS,
        is_undo=st.booleans(),
    ),
    max_size=2,
).map(tuple)
OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(Status),
    code=TEXTS,
    message=TEXTS,
    http=st.none() | NUMBERS,
    attempts=NUMBERS,
    changed=TUPLES,
    request_id=TEXTS,
    started=st.none() | TIMES,
    ms=st.none() | NUMBERS,
    field_errors=st.dictionaries(TEXTS, TUPLES, max_size=2),
    verified=st.sampled_from(Verified),
    conflicts=CONFLICTS,
)
PARTS = st.builds(Part, TEXTS, TUPLES, JSON, st.sampled_from(["set", "add", "remove"]))
CHANGES = st.builds(
    Change,
    st.integers(1, 10**18),
    OBJECTS,
    INDEXES,
    parts=st.lists(PARTS, max_size=2).map(tuple),
    before=OBJECTS,
    name=TEXTS,
    held=CONFLICTS,
)
PROBLEMS = st.builds(
    Problem,
    TEXTS,
    TEXTS,
    st.sampled_from(Severity),
    index=st.none() | NUMBERS,
    column=st.none() | NUMBERS,
    assistant_id=st.none() | NUMBERS,
    given=TEXTS,
    wanted=TEXTS,
    remedy=TEXTS,
    also=st.lists(NUMBERS, max_size=3).map(tuple),
)
EVENTS = st.builds(Event, TEXTS, TEXTS, st.none() | st.floats(0, 1e6))


@given(OUTCOMES)
def test_an_outcome_reads_back_the_same(outcome: Outcome) -> None:
    text = written.dump(written.outcome_value(outcome))
    assert text.isascii() and "\x00" not in text
    assert written.read_outcome(json.loads(text)) == outcome


@given(CHANGES)
def test_a_change_reads_back_the_same(change: Change) -> None:
    found = written.read_change(through_json(written.change_value(change)))
    assert found == change and json.dumps(found.body) == json.dumps(change.body)  # the order of fields too


@given(PROBLEMS)
def test_a_problem_reads_back_the_same(problem: Problem) -> None:
    assert written.read_problem(through_json(written.problem_value(problem))) == problem


@given(EVENTS)
def test_an_event_reads_back_the_same(event: Event) -> None:
    at = datetime(2026, 11, 28, 8, tzinfo=UTC)
    found = written.read_event(through_json(written.event_value(event)), at)
    assert found == replace(event, at=at)


@given(st.data())
def test_a_sheet_reads_back_the_same(data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 4))
    cells = st.lists(TEXTS, min_size=rows, max_size=rows)
    columns = data.draw(
        st.lists(
            st.builds(Column, TEXTS, cells, st.sampled_from(Role), st.none() | TEXTS), min_size=1, max_size=3
        )
    )
    numbers = array("q", range(2, rows + 2))
    sheet = Sheet(
        data.draw(TEXTS),
        data.draw(st.builds(Dialect, TEXTS, TEXTS, TEXTS, worksheet=st.none() | TEXTS)),
        tuple(columns),
        numbers,
        data.draw(st.sampled_from([None, numbers])),
        header_row=data.draw(NUMBERS),
        blank_rows=data.draw(NUMBERS),
        ragged=data.draw(st.dictionaries(st.integers(0, rows - 1), TUPLES)) if rows else {},
        problems=tuple(data.draw(st.lists(PROBLEMS, max_size=2))),
    )
    value, rows_of = through_json((written.sheet_value(sheet), list(written.row_values(sheet))))
    found = written.sheet_of_value(value, rows_of, sheet.problems)
    assert found == sheet


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__],
)
def test_a_stop_of_each_kind_reads_back_as_one_that_says_the_same(kind: Any) -> None:
    problems = (Problem("V104", "too fast"),)
    if kind is Interrupted:
        stop: BatchUpdateError = Interrupted("a signal", signal=15, remedy="resume")
    elif kind is SheetError:
        stop = SheetError("bad", code="X206", remedy="mend", problems=problems)
    else:
        stop = kind("no", code="A401", remedy="look")
    found = session_values.read_stop(through_json(session_values.stop_value(stop)), problems)
    assert type(found) is kind and vars(found) == vars(stop) and found.exit == stop.exit


def test_of_a_bug_only_its_kind_is_kept() -> None:
    value = session_values.stop_value(KeyError("Bearer live-key-0123456789"))
    assert "live-key" not in written.dump(value)
    assert type(session_values.read_stop(through_json(value), ())).__name__ == "KeyError"


def test_settings_read_back_as_far_as_they_decide_what_a_run_does() -> None:
    settings = Settings(
        rate="5/1,50/60", only="7,8", base_url="https://user:pass-word@api.example/x", timeout=9
    )
    text = written.dump(session_values.settings_value(settings))
    found = session_values.recorded_settings(json.loads(text))
    assert found is not None and "pass-word" not in text
    assert (found.rate, found.only, found.timeout) == (settings.rate, (7, 8), 9)
    assert found.base_url == "https://api.example/x"


def test_a_setting_that_a_newer_version_has_kept_is_left_out() -> None:
    assert session_values.recorded_settings({"timeout": 9, "from_the_future": 1}) == Settings(timeout=9)


def test_stats_read_back_the_same() -> None:
    stats = Stats(requests=7, retries=2, gates=1)
    assert session_values.read_stats(through_json(session_values.stats_value(stats))) == stats
    assert session_values.read_stats(session_values.stats_value(None)) is None


def test_what_is_no_json_is_not_written_down() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        written.dump(float("nan"))
    with pytest.raises(TypeError, match="a set cannot be written down"):
        written.dump({1})


def through_json(value: Json) -> Json:
    return json.loads(written.dump(value))
