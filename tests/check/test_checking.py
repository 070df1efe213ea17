"""Problems at their places, what a row's outcome says, what --only, --limit and the sheet itself hold back."""

from __future__ import annotations

import pytest

from batch_update.check.checking import check_sheet
from batch_update.codes import CODES
from batch_update.errors import UsageError
from batch_update.model.plans import Change, Status
from batch_update.model.sheets import Dialect, Problem, Severity
from batch_update.plan.from_sheet import make_plan
from tests.made import table_of

SELF_TRANSFER = '[{"type": "end_call"}, {"type": "assistant_transfer", "assistant_id": 10001}]'


def test_every_problem_of_a_sheet_comes_at_once_in_its_order() -> None:
    wrong_header = Problem("H102", "'nmae' matches no field", column=3)
    ragged = Problem("S106", "4 cells instead of 3", index=2)
    sheet = table_of(
        "id speech_speed llm_temperature ?nmae",
        ["10001", "1.7", "70", ""],
        ["1.5", "fast", "", ""],
        ["", "", "", ""],
        ["10004", "", "2", ""],
        problems=[wrong_header, ragged],
    )
    assert [(p.index, p.column, p.code) for p in check_sheet(sheet).problems] == [
        (None, 3, "H102"),
        (0, 1, "V104"),
        (0, 2, "V104"),
        (1, 0, "C108"),
        (1, 1, "C101"),
        (2, None, "S106"),
        (3, 2, "V104"),
    ]


def test_a_problem_names_assistant_given_wanted_and_remedy() -> None:
    sheet = table_of("id speech_speed", ["010437", "1,7"], dialect=Dialect("csv", decimal=","))
    (problem,) = check_sheet(sheet).problems
    assert problem == Problem(
        "V104",
        "speech_speed is above the maximum",
        Severity.ERROR,
        index=0,
        column=1,
        assistant_id=10437,
        given="1,7",
        wanted="0.7 to 1.2",
        remedy="the nearest that is allowed is 1,2",
    )


def test_rows_with_which_the_same_is_wrong_share_one_outcome() -> None:
    """A million of them would take most of the memory."""
    sheet = table_of("id speech_speed", ["10001", "1.7"], ["10002", "1.7"], ["10003", "1.8"])
    first, second, third = make_plan(sheet).settled.values()
    assert first is second and first.message != third.message


def test_the_outcome_of_an_invalid_row_tells_all_that_is_wrong_with_it() -> None:
    sheet = table_of("id speech_speed type voice_id", ["10001", "1.7", "sideways", "1.5"])
    outcome = make_plan(sheet).settled[0]
    assert (outcome.status, outcome.code) == (Status.INVALID, "V104")
    assert outcome.message == (
        "speech_speed is above the maximum (1.7, allowed 0.7 to 1.2); "
        "type is none of the words allowed (sideways, allowed inbound or outbound); "
        "voice_id: not an id (1.5, allowed an id, a whole number above 0, or its name)"
    )


def test_a_row_becomes_a_change_with_only_the_cells_that_are_filled() -> None:
    sheet = table_of(
        "id name voice_id phone_number_id tool_ids _status", ["10001", "", "412", "null", "[]", "failed"]
    )
    plan = make_plan(sheet)
    body = {"voice_id": 412, "phone_number_id": None, "tool_ids": []}
    assert plan.changes == (Change(10001, body, (0,)),)
    assert plan.settled == {} and plan.problems == ()


def test_warnings_do_not_hold_a_row_back() -> None:
    tool = '[{"type": "send_fax", "to": "1"}, {"type": "end_call", "volume": 3}]'
    sheet = table_of("id mode tools", ["10001", "multimodal", ""], ["10002", "", tool])
    plan = make_plan(sheet)
    assert [(p.code, p.severity) for p in plan.problems] == [
        ("X220", Severity.WARNING),
        ("V120", Severity.WARNING),
        ("V121", Severity.WARNING),
    ]
    assert len(plan.changes) == 2 and plan.settled == {}
    assert plan.changes[1].body["tools"][1] == {"type": "end_call", "volume": 3}


@pytest.mark.parametrize(
    ("headers", "row"),
    [("id", ["10001"]), ("id name", ["10001", " "]), ("id name _note", ["10001", "", "see above"])],
)
def test_a_row_with_an_id_and_nothing_to_change_is_unchanged(headers: str, row: list[str]) -> None:
    plan = make_plan(table_of(headers, row))
    assert (plan.settled[0].status, plan.settled[0].code) == (Status.UNCHANGED, "X204")
    assert plan.problems == () and check_sheet(table_of(headers, row)).unchanged == 1


def test_a_missing_id_is_a_problem_only_where_something_is_to_change() -> None:
    plan = make_plan(table_of("id name _note", ["", "Hotel", ""], [" ", "", "a remark"]))
    assert [(p.index, p.code) for p in plan.problems] == [(0, "C113")]
    assert [outcome.status for outcome in plan.settled.values()] == [Status.INVALID, Status.UNCHANGED]


def test_a_ragged_row_is_invalid_and_nothing_else_is_said_of_it() -> None:
    problem = Problem("S106", "2 cells instead of 3", index=0)
    sheet = table_of("id name voice_id", ["", "", ""], ["10002", "Hotel", "412"], problems=[problem])
    plan = make_plan(sheet)
    assert plan.problems == (problem,)
    assert plan.settled[0].status is Status.INVALID and plan.settled[0].code == "S106"
    assert [change.assistant_id for change in plan.changes] == [10002]


# ---------------------------------------------------------------- rules across fields


def test_a_broken_rule_stands_at_the_offending_cell_and_names_the_others() -> None:
    sheet = table_of("id mode fillers name", ["10001", "multimodal", "yes", "Hotel"])
    (problem,) = [p for p in check_sheet(sheet).problems if p.severity is Severity.ERROR]
    assert (problem.code, problem.column, problem.assistant_id) == ("X210", 2, 10001)
    assert problem.given == "fillers yes, mode multimodal"


def test_rules_are_asked_of_the_good_cells_of_a_row_that_is_wrong_already() -> None:
    sheet = table_of(
        "id llm_model_id turn_detection_threshold speech_speed",
        ["10001", "1", "0.5", "9"],
        ["10002", "1", "5", "1"],
        ["1-2", "1", "0.5", ""],
    )
    found = [(p.index, p.code) for p in check_sheet(sheet).problems]
    assert found == [(0, "X211"), (0, "V104"), (1, "V104"), (2, "C108"), (2, "X211")]


def test_only_the_assistant_that_a_transfer_names_must_not_have_it() -> None:
    """One text, three rows: whose row it is decides."""
    sheet = table_of("id tools", ["10002", SELF_TRANSFER], ["010001", SELF_TRANSFER], ["", SELF_TRANSFER])
    assert [(p.index, p.code) for p in check_sheet(sheet).problems] == [(1, "X231"), (2, "C113")]


def test_a_webhook_switched_on_in_a_row_that_clears_its_address_is_refused() -> None:
    sheet = table_of(
        "id webhook_url is_webhook_active",
        ["10001", "null", "on"],
        ["10002", "https://example.com", "on"],
        ["10003", "", "on"],
        ["10004", "null", "off"],
    )
    plan = make_plan(sheet)
    assert [(p.index, p.code) for p in plan.problems] == [(0, "X230")]
    assert [change.assistant_id for change in plan.changes] == [10002, 10003, 10004]


# ---------------------------------------------------------------- what is left out


def test_only_leaves_out_the_rows_of_others_and_their_problems() -> None:
    ragged = Problem("S106", "2 cells instead of 3", index=4)
    sheet = table_of(
        "id speech_speed",
        ["10001", "9"],
        ["10002", "1"],
        ["1-2", "1"],
        ["10003", "9"],
        ["", ""],
        problems=[ragged],
    )
    plan = make_plan(sheet, only=(10002, 10003))
    assert [(p.index, p.code) for p in plan.problems] == [(3, "V104")]
    assert [change.indexes for change in plan.changes] == [(1,)]
    assert {i: (o.status, o.code) for i, o in plan.settled.items()} == {
        0: (Status.NOT_SENT, "X205"),
        2: (Status.NOT_SENT, "X205"),
        3: (Status.INVALID, "V104"),
        4: (Status.NOT_SENT, "X205"),
    }
    checked = check_sheet(sheet, only=(10002, 10003))
    assert (checked.to_change, checked.invalid_rows, checked.unchanged) == (1, 1, 0)


def test_only_names_an_assistant_that_the_sheet_does_not() -> None:
    sheet = table_of("id speech_speed", ["10001", "1"])
    with pytest.raises(UsageError, match=r"changes\.csv is about: 7, 8") as raised:
        make_plan(sheet, only=(8, 10001, 7))
    assert raised.value.code == "U101"
    with pytest.raises(UsageError, match="about: 7"):
        check_sheet(sheet, only=(7,))


def test_limit_keeps_the_first_changes_and_leaves_the_rest() -> None:
    """Rows that are not sent anyway do not count; rows that one change settles stay together."""
    sheet = table_of(
        "id speech_speed",
        ["10001", ""],
        ["10002", "9"],
        ["10003", "1"],
        ["10004", "1"],
        ["10005", "1"],
        ["10004", "1"],
        ["10005", "1.0"],
    )
    plan = make_plan(sheet, limit=2)
    assert [change.indexes for change in plan.changes] == [(2,), (3, 5)]
    assert {i: o.code for i, o in plan.settled.items()} == {0: "X204", 1: "V104", 4: "X205", 6: "X205"}
    assert len(make_plan(sheet, limit=99).changes) == 3


def test_nothing_of_a_sheet_with_a_wrong_header_is_sent() -> None:
    problem = Problem("H102", "'nmae' matches no field", column=2)
    sheet = table_of(
        "id speech_speed ?nmae",
        ["10001", "1", "a"],
        ["10002", "9", "b"],
        ["10003", "", "c"],
        problems=[problem],
    )
    plan = make_plan(sheet)
    assert plan.changes == ()
    assert [(o.status, o.code) for o in plan.settled.values()] == [
        (Status.NOT_SENT, "X206"),
        (Status.INVALID, "V104"),
        (Status.NOT_SENT, "X206"),
    ]
    assert "matches no field" in plan.settled[0].message
    checked = check_sheet(sheet)
    assert (checked.to_change, checked.invalid_rows, checked.unchanged) == (0, 1, 0)


def test_a_warning_about_the_sheet_holds_nothing_back() -> None:
    warning = Problem("H104", "a note", Severity.WARNING)
    plan = make_plan(table_of("id speech_speed", ["10001", "1"], problems=[warning]))
    assert len(plan.changes) == 1 and plan.problems == (warning,)


def test_a_sheet_without_ids_is_checked_and_not_sent() -> None:
    problem = Problem("H101", "no column says which assistant a row is about")
    sheet = table_of("name speech_speed", ["Hotel", "1"], ["Hotel", "9"], problems=[problem])
    plan = make_plan(sheet, only=(10001,))
    assert [p.code for p in plan.problems] == ["H101", "V104"]
    assert plan.changes == () and len(plan.settled) == 2


def test_an_empty_sheet_is_no_trouble() -> None:
    plan = make_plan(table_of("id name"))
    assert plan.changes == () and plan.settled == {} and plan.problems == ()


def test_every_code_of_a_problem_is_explained() -> None:
    sheet = table_of("id tools", ["10001", SELF_TRANSFER], ["10001", "[]"], ["x y", "?"])
    assert {p.code for p in check_sheet(sheet).problems} <= set(CODES)
