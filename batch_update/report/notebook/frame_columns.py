"""The columns of DataFrames: the sheet's own cells, then what a run says of each row; or a plan's fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any

from batch_update.model.plans import Outcome, Plan, Status, Verified
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet
from batch_update.report.changed import Became, changed_by_plan
from batch_update.report.messages import row_message
from batch_update.report.own_columns import is_ours
from batch_update.report.row_owners import assistants_of
from batch_update.sheet.writing.framing import FrameColumn, Kind


def columns_of_sheet(sheet: Sheet) -> Iterator[FrameColumn]:
    """Yield the number of each row, then the cells as they stand."""
    yield FrameColumn("_row", Kind.WHOLE, sheet.numbers)
    yield from _own(sheet)


def columns_of_report(report: Report) -> Iterator[FrameColumn]:
    """Yield the sheet's own columns, then ours, by their names in `results.csv`, and the id that was read."""
    outcomes, sheet = report.outcomes, report.plan.sheet
    codes = _each(outcomes, "code")
    messages = [row_message(report, index) for index in range(len(outcomes))]
    yield from _own(sheet)
    yield FrameColumn("_row", Kind.WHOLE, sheet.numbers)
    yield FrameColumn("_id", Kind.MAYBE_WHOLE, assistants_of(report.plan))
    yield FrameColumn("_status", Kind.TEXT, _each(outcomes, "status"), tuple(map(str, Status)))
    yield FrameColumn("_verified", Kind.TEXT, _each(outcomes, "verified"), tuple(map(str, Verified)))
    yield FrameColumn("_code", Kind.TEXT, codes, ("", *sorted({*codes} - {""})))
    yield FrameColumn("_message", Kind.TEXT, messages)
    yield FrameColumn("_http", Kind.MAYBE_WHOLE, _each(outcomes, "http"))
    yield FrameColumn("_attempts", Kind.WHOLE, _each(outcomes, "attempts"))
    yield FrameColumn("_changed", Kind.VALUE, _each(outcomes, "changed"))
    yield FrameColumn("_request_id", Kind.TEXT, _each(outcomes, "request_id"))
    yield FrameColumn("_started", Kind.TIME, _each(outcomes, "started"))
    yield FrameColumn("_ms", Kind.MAYBE_WHOLE, _each(outcomes, "ms"))


def _each(outcomes: Sequence[Outcome], name: str) -> list[Any]:
    """Return this of each outcome; what is one of several words as the word alone."""
    values = map(attrgetter(name), outcomes)
    return [str(value) if isinstance(value, StrEnum) else value for value in values]


def columns_of_plan(plan: Plan) -> Iterator[FrameColumn]:
    """Yield row, id, name, field, before and after, with a value for each field that would change."""
    told = [one for one in changed_by_plan(plan) if one.became is Became.PLANNED]
    yield FrameColumn("row", Kind.WHOLE, [one.row for one in told])
    yield FrameColumn("id", Kind.WHOLE, [one.assistant_id for one in told])
    yield FrameColumn("name", Kind.TEXT, [one.name for one in told])
    yield FrameColumn("field", Kind.TEXT, [one.field for one in told])
    yield FrameColumn("before", Kind.VALUE, [one.before for one in told])
    yield FrameColumn("after", Kind.VALUE, [one.after for one in told])


def _own(sheet: Sheet) -> Iterator[FrameColumn]:
    """Yield the columns of the sheet but for those that an earlier run wrote, which are written anew."""
    for column in sheet.columns:
        if not is_ours(column):
            yield FrameColumn(column.header, Kind.TEXT, column.texts)
