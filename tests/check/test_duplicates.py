"""Several rows for one assistant: sent once where they agree, and never where it is not clear which row counts."""

from __future__ import annotations

import pytest

from batch_update.check.checking import check_sheet
from batch_update.model.plans import Status
from batch_update.model.sheets import Severity
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of


def test_the_same_change_twice_is_sent_once_and_settles_both_rows() -> None:
    sheet = table_of(
        "id speech_speed record", ["10001", "1.10", "ja"], ["10002", "1", ""], ["010001.0", "1.1", "true"]
    )
    plan = make_plan(sheet)
    assert [(c.assistant_id, c.indexes) for c in plan.changes] == [(10001, (0, 2)), (10002, (1,))]
    (problem,) = plan.problems
    assert (problem.code, problem.severity, problem.index, problem.also) == (
        "X202",
        Severity.WARNING,
        2,
        (0,),
    )
    assert check_sheet(sheet).to_change == 2


def test_different_values_are_an_error_at_the_later_row_and_neither_row_is_sent() -> None:
    sheet = table_of(
        "id voice_id name", ["10001", "412", "Hotel"], ["10002", "412", ""], ["10001", "533", "Hotel"]
    )
    plan = make_plan(sheet)
    (problem,) = plan.errors
    assert (problem.code, problem.index, problem.column, problem.also) == ("X201", 2, 0, (0,))
    assert problem.message == "assistant 10001 appears twice with different values (voice_id)"
    assert problem.given == "voice_id 533 here, 412 in row 2"
    assert [change.assistant_id for change in plan.changes] == [10002]
    assert [(plan.settled[i].status, plan.settled[i].code) for i in (0, 2)] == [(Status.INVALID, "X201")] * 2
    assert "row 4" in plan.settled[0].message
    assert check_sheet(sheet).invalid_rows == 2


def test_setting_different_fields_is_different_too() -> None:
    sheet = table_of("id voice_id name", ["10001", "412", ""], ["10001", "", "Hotel"])
    plan = make_plan(sheet)
    assert plan.changes == () and [p.code for p in plan.problems] == ["X201"]
    assert "(voice_id, name)" in plan.problems[0].message


def test_true_and_1_are_different_inside_json() -> None:
    sheet = table_of(
        "id variables", ["10001", '{"a": 1}'], ["10001", '{"a": true}'], ["10002", '{"a":1, "b":2}']
    )
    assert [p.code for p in check_sheet(sheet).problems] == ["X201"]


def test_each_later_row_that_differs_names_the_first() -> None:
    rows = [["10001", "412"], ["10001", "533"], ["10001", "412"], ["10001", "418"]]
    plan = make_plan(table_of("id voice_id", *rows))
    assert [(p.code, p.index, p.also) for p in plan.problems] == [("X201", 1, (0,)), ("X201", 3, (0,))]
    assert plan.changes == ()
    assert [outcome.status for outcome in plan.settled.values()] == [Status.INVALID] * 4


def test_a_row_that_changes_nothing_is_no_second_row() -> None:
    plan = make_plan(table_of("id voice_id", ["10001", ""], ["10001", "412"], ["10001", ""]))
    assert [change.indexes for change in plan.changes] == [(1,)]
    assert plan.problems == () and {o.code for o in plan.settled.values()} == {"X204"}


@pytest.mark.parametrize(("choice", "taken", "lost"), [("first", 0, 2), ("last", 2, 0)])
def test_on_duplicate_takes_one_row_and_the_other_says_which(choice: str, taken: int, lost: int) -> None:
    sheet = table_of("id voice_id", ["10001", "412"], ["10002", "412"], ["10001", "533"])
    plan = make_plan(sheet, on_duplicate=choice)
    assert plan.problems == ()
    assert sorted(change.indexes for change in plan.changes) == sorted([(1,), (taken,)])
    outcome = plan.settled[lost]
    assert (outcome.status, outcome.code) == (Status.UNCHANGED, "X203")
    assert outcome.message == f"row {taken + 2} was taken for this assistant"


def test_rows_that_agree_with_the_one_taken_are_settled_by_it() -> None:
    sheet = table_of("id voice_id", ["10001", "412"], ["10001", "533"], ["10001", "412.0"])
    plan = make_plan(sheet, on_duplicate="last")
    assert [change.indexes for change in plan.changes] == [(2, 0)]
    assert {i: o.code for i, o in plan.settled.items()} == {1: "X203"}
    assert [p.code for p in plan.problems] == ["X202"]


def test_an_invalid_row_holds_back_the_other_row_of_its_assistant() -> None:
    """With --skip-invalid the good row could be the one that was not meant."""
    sheet = table_of("id speech_speed", ["10001", "1"], ["10002", "1"], ["10001", "1.7"])
    plan = make_plan(sheet)
    assert [p.code for p in plan.problems] == ["V104"]
    assert [change.assistant_id for change in plan.changes] == [10002]
    assert (plan.settled[0].status, plan.settled[0].code) == (Status.NOT_SENT, "X206")
    assert "row 4" in plan.settled[0].message
    assert plan.settled[2].status is Status.INVALID


def test_an_invalid_row_holds_back_rows_that_agree_and_rows_that_differ() -> None:
    agree = make_plan(table_of("id speech_speed", ["10001", "1"], ["10001", "1"], ["10001", "x"]))
    assert agree.changes == ()
    assert [o.code for o in agree.settled.values()] == ["X206", "X206", "C101"]
    differ = make_plan(table_of("id speech_speed", ["10001", "1"], ["10001", "1.1"], ["10001", "x"]))
    assert differ.changes == ()
    assert [o.code for o in differ.settled.values()] == ["X201", "X201", "C101"]


@pytest.mark.parametrize("choice", ["first", "last"])
def test_the_choice_goes_by_order_and_not_by_which_row_is_valid(choice: str) -> None:
    """Where it falls on an invalid row, the row that the user did not want is not sent in its place."""
    sheet = table_of("id speech_speed", ["10001", "1"], ["10001", "1.7"])
    plan = make_plan(sheet, on_duplicate=choice)
    assert plan.settled[1].status is Status.INVALID
    if choice == "first":
        assert [change.indexes for change in plan.changes] == [(0,)]
    else:
        assert plan.changes == ()
        assert plan.settled[0].message == "row 3 was taken for this assistant, and it is invalid"


def test_rows_whose_ids_cannot_be_read_are_no_duplicates() -> None:
    sheet = table_of("id voice_id", ["1!", "412"], ["1!", "533"], ["", "1"], ["", "2"])
    assert {p.code for p in check_sheet(sheet).problems} == {"C108", "C113"}


def test_a_secret_is_not_shown_where_rows_differ() -> None:
    def tools(key: str) -> str:
        return f'[{{"type": "calendar_integration", "calcom_api_key": "{key}", "calcom_event_slug": "a"}}]'

    plan = make_plan(table_of("id tools", ["10001", tools("cal_one")], ["10001", tools("cal_two")]))
    assert [p.code for p in plan.problems] == ["X201"]
    assert "cal_" not in str(plan.problems) + str(dict(plan.settled))


def test_thousands_of_rows_for_one_assistant_are_told_briefly() -> None:
    rows = [["10001", str(number)] for number in range(1, 5001)]
    plan = make_plan(table_of("id voice_id", *rows))
    assert len(plan.problems) == 4999 and plan.changes == ()
    assert plan.settled[0].message.endswith("and 4989 more")
