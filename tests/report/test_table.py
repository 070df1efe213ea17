"""Rows in are lines out, in order, with the sheet's own cells as they stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Problem
from batch_update.outcomes import as_wanted
from batch_update.report.files.results import failed_rows, header, result_rows
from batch_update.report.own_columns import MARK, RESULT_COLUMNS
from batch_update.text import utc_text
from tests.made import column, report_of, sheet_of
from tests.report.outcomes import FAILED, INVALID, LEFT_OUT, NOT_SENT, OK, OTHER_TAKEN, UNCHANGED, UNKNOWN

ALL = (OK, FAILED, INVALID, UNCHANGED, UNKNOWN, NOT_SENT, LEFT_OUT, OTHER_TAKEN)
OURS = len(RESULT_COLUMNS)
RAGGED = Outcome(Status.INVALID, "S106", "the row has 3 cells, the header has 2")


def one(report: Report, index: int = 0) -> dict[str, str]:
    return dict(zip(header(report.plan.sheet), list(result_rows(report))[index], strict=True))


def test_our_columns_follow_the_sheets_own() -> None:
    assert header(report_of(OK).plan.sheet) == ["id", "name", *RESULT_COLUMNS]


def test_a_line_tells_all_of_an_outcome() -> None:
    began = datetime(2026, 11, 22, 9, 31, 5, 120_000, timezone(timedelta(hours=1)))
    outcome = Outcome(Status.UPDATED, "", "", 200, 2, ("name", "voice_id"), "req-7", began, 431)
    assert one(report_of(outcome)) == {
        "id": "101",
        "name": "Name 0",
        "_row": "2",
        "_status": "updated",
        "_verified": "",
        "_code": "",
        "_message": "",
        "_http": "200",
        "_attempts": "2",
        "_changed": "name, voice_id",
        "_request_id": "req-7",
        "_started": "2026-11-22T08:31:05.120Z",
        "_ms": "431",
    }


def test_times_are_utc() -> None:
    assert utc_text(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000Z"


def test_columns_of_an_earlier_run_are_replaced_and_others_that_begin_with_an_underscore_stay() -> None:
    columns = [
        column("id", "1"),
        column("_Status ", ["failed"]),
        column("_my note", ["keep"]),
        column("_row", ["17"]),
        column("name", ["Anna"]),
    ]
    report = report_of(OK, columns=columns)
    assert header(report.plan.sheet) == ["id", "_my note", "name", *RESULT_COLUMNS]
    assert next(result_rows(report))[:5] == ["1", "keep", "Anna", "2", "updated"]


def test_the_users_own_secret_stays_in_the_users_own_column() -> None:
    """Anything else in its place would be sent as the key when the file is applied again."""
    cell = '[{"type": "calendar_integration", "calcom_api_key": "cal_0123456789"}]'
    report = report_of(FAILED, columns=[column("id", "1"), column("tools", [cell])])
    assert next(result_rows(report))[1] == cell and next(failed_rows(report))[1] == cell


def test_a_ragged_row_has_empty_cells_among_the_results_and_stands_as_it_is_among_the_failed() -> None:
    sheet = sheet_of(column("id", ["", "2"]), column("name", ["", "b"]), rows=2, ragged={0: ("1", "a", "b")})
    report = report_of(RAGGED, OK, sheet=sheet)
    assert [row[:2] for row in result_rows(report)] == [["", ""], ["2", "b"]]
    (failed,) = failed_rows(report)
    assert failed[:3] == ["1", "a", "b"] and len(failed) == 3 + OURS


def test_a_ragged_row_of_an_earlier_run_does_not_grow() -> None:
    sheet = sheet_of(column("id", [""]), column("name", [""]), rows=1, ragged={0: ("1", "a", "b")})
    (first,) = failed_rows(report_of(RAGGED, sheet=sheet))
    own = [column("id", [""]), column("name", [""]), *(column(name, [""]) for name in RESULT_COLUMNS)]
    again = sheet_of(*own, rows=1, ragged={0: tuple(first)})
    assert list(failed_rows(report_of(RAGGED, sheet=again))) == [first]


def test_a_ragged_row_is_ragged_again_whatever_its_length() -> None:
    """Also where an earlier run's cells come off, or where it is as long as the table is now."""
    for length in range(1, 40):
        sheet = sheet_of(column("id", [""]), column("name", [""]), rows=1, ragged={0: ("x",) * length})
        (failed,) = failed_rows(report_of(RAGGED, sheet=sheet))
        assert len(failed) != 2 + OURS


def test_a_row_that_writing_would_mend_is_refused_again() -> None:
    """A misplaced quote or a NUL byte is gone once the cell is written anew; it must not pass unseen."""
    problem = Problem("S111", "a quote stands in the wrong place", index=0)
    sheet = sheet_of(column("id", "12"), column("name", ["abc", "b"]), rows=2, problems=(problem,))
    misquoted = Outcome(Status.INVALID, "S111", problem.message)
    first, second = failed_rows(report_of(misquoted, FAILED, sheet=sheet))
    assert first[-1] == MARK and len(first) == len(second) + 1
    own = [column("id", [""]), column("name", [""]), *(column(name, [""]) for name in RESULT_COLUMNS)]
    again = sheet_of(*own, rows=1, ragged={0: tuple(first)})
    (once_more,) = failed_rows(report_of(RAGGED, sheet=again))
    assert once_more[:2] == ["1", "abc"] and once_more[-1] == MARK and len(once_more) == len(first)


def test_a_sheet_without_columns_still_has_a_line_for_each_row() -> None:
    report = report_of(NOT_SENT, NOT_SENT, sheet=sheet_of(rows=2))
    assert [len(row) for row in result_rows(report)] == [OURS, OURS]


@given(st.lists(st.sampled_from(ALL), max_size=30))
def test_rows_in_are_lines_out_in_order(outcomes: list[Outcome]) -> None:
    report = report_of(*outcomes)
    lines = list(result_rows(report))
    assert [line[0] for line in lines] == [str(101 + index) for index in range(len(outcomes))]
    assert [line[3] for line in lines] == [str(outcome.status) for outcome in outcomes]
    undone = [line for line, outcome in zip(lines, outcomes, strict=True) if not as_wanted(outcome)]
    assert list(failed_rows(report)) == undone
