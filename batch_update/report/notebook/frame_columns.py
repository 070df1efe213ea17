"""The columns of DataFrames: the sheet's own cells, then what a run says of each row; or a plan's fields."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.check.columns import IdColumn
from batch_update.fields.parts import part_name
from batch_update.fields.tools import redact
from batch_update.model.plans import UNKNOWN, Change, Plan, Status, Verified
from batch_update.model.reports import Report
from batch_update.model.sheets import Json, Sheet
from batch_update.report.messages import row_message
from batch_update.report.own_columns import is_ours
from batch_update.sheet.writing.framing import FrameColumn, Kind


def columns_of_sheet(sheet: Sheet) -> Iterator[FrameColumn]:
    """Yield the number of each row, then the cells as they stand."""
    yield FrameColumn("_row", Kind.WHOLE, sheet.numbers)
    yield from _own(sheet)


def columns_of_report(report: Report) -> Iterator[FrameColumn]:
    """Yield the sheet's own columns, then ours, by their names in `results.csv`, and the id that was read."""
    outcomes = report.outcomes
    yield from _own(report.plan.sheet)
    yield FrameColumn("_row", Kind.WHOLE, report.plan.sheet.numbers)
    yield FrameColumn("_id", Kind.MAYBE_WHOLE, _ids(report.plan))
    yield FrameColumn("_status", Kind.TEXT, [str(one.status) for one in outcomes], tuple(Status))
    yield FrameColumn("_verified", Kind.TEXT, [str(one.verified) for one in outcomes], tuple(Verified))
    codes = [one.code for one in outcomes]
    yield FrameColumn("_code", Kind.TEXT, codes, ("", *sorted({*codes} - {""})))
    yield FrameColumn("_message", Kind.TEXT, [row_message(report, index) for index in range(len(outcomes))])
    yield FrameColumn("_http", Kind.MAYBE_WHOLE, [one.http for one in outcomes])
    yield FrameColumn("_attempts", Kind.WHOLE, [one.attempts for one in outcomes])
    yield FrameColumn("_changed", Kind.VALUE, [one.changed for one in outcomes])
    yield FrameColumn("_request_id", Kind.TEXT, [one.request_id for one in outcomes])
    yield FrameColumn("_started", Kind.TIME, [one.started for one in outcomes])
    yield FrameColumn("_ms", Kind.MAYBE_WHOLE, [one.ms for one in outcomes])


def columns_of_plan(plan: Plan) -> Iterator[FrameColumn]:
    """Yield row, id, name, field, before and after, with a value for each field that would change."""
    numbers = plan.sheet.numbers
    told = [(change, *field) for change in plan.changes for field in fields_of(change)]
    yield FrameColumn("row", Kind.WHOLE, [numbers[change.indexes[0]] for change, *_ in told])
    yield FrameColumn("id", Kind.WHOLE, [change.assistant_id for change, *_ in told])
    yield FrameColumn("name", Kind.TEXT, [change.name for change, *_ in told])
    yield FrameColumn("field", Kind.TEXT, [name for _, name, _, _ in told])
    yield FrameColumn("before", Kind.VALUE, [redact(before) for _, _, before, _ in told])
    yield FrameColumn("after", Kind.VALUE, [redact(after) for _, _, _, after in told])


def fields_of(change: Change) -> Iterator[tuple[str, Json, Json]]:
    """Yield each field that would change, with its value before, UNKNOWN where it is not known, and after."""
    for name, after in change.body.items():
        yield name, change.before.get(name, UNKNOWN), after
    for part in change.parts:
        yield part_name(part.field, part.path, part.operation), UNKNOWN, part.value


def _own(sheet: Sheet) -> Iterator[FrameColumn]:
    """Yield the columns of the sheet but for those that an earlier run wrote, which are written anew."""
    for column in sheet.columns:
        if not is_ours(column):
            yield FrameColumn(column.header, Kind.TEXT, column.texts)


def _ids(plan: Plan) -> list[int | None]:
    """The assistant of each row; None where its id cannot be read."""
    if plan.sheet.id_column is None:
        return [None] * len(plan.sheet)
    ids = IdColumn(plan.sheet.id_column.texts)
    return [ids[index] for index in range(len(plan.sheet))]
