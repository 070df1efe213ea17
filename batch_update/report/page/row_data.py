"""The rows that the page shows, searches and filters, as one JSON object that programs may read, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from batch_update.codes import CODES
from batch_update.fields.references import catalogs_of
from batch_update.model.plans import UNKNOWN, Change, Conflict, Outcome, Plan, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Json, Sheet
from batch_update.outcomes import as_wanted
from batch_update.report.called import Called
from batch_update.report.changed import Became, FieldChange
from batch_update.report.documents.envelope import compact_text
from batch_update.report.documents.nouns import told_conflict, told_problem
from batch_update.report.headline.code_titles import code_title
from batch_update.report.messages import row_message, without_secrets, words_of
from batch_update.report.page.json_block import SharedValues
from batch_update.text import utc_text

COLUMNS = (
    "row",
    "id",
    "name",
    "status",
    "done",
    "code",
    "message",
    "verified",
    "http",
    "attempts",
    "ms",
    "started",
    "request_id",
    "wave",
    "changes",
    "held",
)
"""The cells of a row, in their order. `message` is a place in `values`. `changes` is a list of field, before, after and
what became of it: places in `fields` and `values`, before null where it is not known; in a plan it is a place in the
`changes` of its document."""
TO_BE_SENT = "to_change"
"""Stands for the end that a row of a plan has not come to yet."""


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """The rows of a page as its script takes them: values that many rows share stand there once."""

    kind: str
    """run or plan"""
    sheet: Sheet
    called: Called
    codes: Iterable[str]
    problems: Iterable[Mapping[str, Json]]
    fields: tuple[str, ...]
    values: str
    """as a JSON list"""
    rows: tuple[str, ...]
    """each a JSON list"""
    history: str = ""
    """the command that tells what runs changed, without an id; "" where no run can be asked"""

    def text(self) -> str:
        """Return it as JSON."""
        parts = {
            "kind": compact_text(self.kind),
            "columns": compact_text(COLUMNS),
            "statuses": compact_text([TO_BE_SENT, *Status]),
            "delimiter": compact_text(self.sheet.dialect.delimiter or ","),
            "download": compact_text(f"{self.kind}-rows.csv"),
            "fields": compact_text(self.fields),
            "names": compact_text(_names_by_field(self.fields, self.called)),
            "history": compact_text(self.history),
            "codes": compact_text(code_entries(self.codes)),
            "problems": compact_text(list(self.problems)),
            "values": self.values,
            "rows": f"[{','.join(self.rows)}]",
        }
        return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"


def rows_of_run(report: Report, changed: Iterable[FieldChange]) -> RowsBlock:
    """Return the rows of a run with their ends and with what they changed."""
    plan, values = report.plan, SharedValues()
    fields: dict[str, int] = {}
    told_of = _told_changes(changed, fields, values)
    changes = {index: change for change in plan.changes for index in change.indexes}
    ids = _ids_by_index(plan)
    rows = []
    for index, outcome in enumerate(report.outcomes):
        change = changes.get(index)
        told = None if change is None else told_of.get(change.indexes[0])
        message = row_message(report, index)
        rows.append(compact_text(_row_cells(plan.sheet, index, ids, change, outcome, message, values, told)))
    codes = {outcome.code for outcome in report.outcomes}
    return RowsBlock(
        "run", plan.sheet, plan.called, codes, _row_problems(plan), tuple(fields), values.text(), tuple(rows)
    )


def rows_of_plan(plan: Plan) -> RowsBlock:
    """Return the rows of a plan. What they would change stands in its document."""
    values, ids = SharedValues(), _ids_by_index(plan)
    changes = {index: place for place, change in enumerate(plan.changes) for index in change.indexes}
    fields = dict.fromkeys(name for change in plan.changes for name in change.body)
    rows = []
    for index in range(len(plan.sheet)):
        place = changes.get(index)
        change = None if place is None else plan.changes[place]
        outcome = plan.settled.get(index)
        message = without_secrets(words_of(outcome), plan.sheet, index) if outcome else ""
        rows.append(compact_text(_row_cells(plan.sheet, index, ids, change, outcome, message, values, place)))
    codes = {outcome.code for outcome in plan.settled.values()}
    return RowsBlock(
        "plan", plan.sheet, plan.called, codes, _row_problems(plan), tuple(fields), values.text(), tuple(rows)
    )


def _row_cells(
    sheet: Sheet,
    index: int,
    ids: Mapping[int, str],
    change: Change | None,
    outcome: Outcome | None,
    message: str,
    values: SharedValues,
    changes: Json,
) -> list[Json]:
    """Return a cell for each of COLUMNS. Without an outcome it is a row that would be sent."""
    head = [
        sheet.numbers[index],
        str(change.assistant_id) if change else ids.get(index),
        change.name if change else "",
        str(outcome.status) if outcome else TO_BE_SENT,
        as_wanted(outcome) if outcome else True,
        outcome.code if outcome else "",
        values.place_of(message) if message else None,
    ]
    if outcome is None:
        return [*head, "", None, None, None, None, "", None, changes, None]
    return [
        *head,
        str(outcome.verified),
        outcome.http,
        outcome.attempts,
        outcome.ms,
        None if outcome.started is None else utc_text(outcome.started),
        outcome.request_id,
        outcome.wave or None,
        changes,
        _held_values(outcome.conflicts or (change.held if change else ())),
    ]


def _told_changes(
    changed: Iterable[FieldChange], fields: dict[str, int], values: SharedValues
) -> dict[int, list[list[Json]]]:
    """Return the index of a row -> what it changed, without what was held back, which `held` tells."""
    found: dict[int, list[list[Json]]] = {}
    for one in changed:
        if one.became is not Became.HELD:
            before = None if one.before is UNKNOWN else values.place_of(one.before)
            cells = [
                fields.setdefault(one.field, len(fields)),
                before,
                values.place_of(one.after),
                one.became,
            ]
            found.setdefault(one.index, []).append(cells)
    return found


def _held_values(conflicts: tuple[Conflict, ...]) -> list[Json] | None:
    return [asdict(told_conflict(one)) for one in conflicts] or None


def _ids_by_index(plan: Plan) -> Mapping[int, str]:
    """Row index -> the id as it stands in the sheet."""
    ids = plan.sheet.id_column
    return dict(enumerate(ids.texts)) if ids else {}


def _names_by_field(fields: Iterable[str], called: Called) -> dict[str, dict[str, str]]:
    """Field -> id -> what the account calls it."""
    found = {
        field: {
            str(number): name
            for catalog in catalogs_of(field)
            for number, name in called.get(catalog, {}).items()
        }
        for field in fields
    }
    return {field: names for field, names in found.items() if names}


def code_entries(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Code -> what it means and what to do about it."""
    known = (CODES[code] for code in sorted(codes) if code in CODES)
    return {
        one.code: {
            "title": one.title,
            "title_de": code_title(one.code).de,
            "meaning": one.meaning,
            "remedy": one.remedy,
        }
        for one in known
    }


def _row_problems(plan: Plan) -> Iterator[dict[str, Json]]:
    """Yield the problems of the sheet with their places by name, without those of the whole sheet."""
    for problem in plan.problems:
        if problem.index is not None:
            told = told_problem(plan.sheet, problem)
            yield {
                "row": told.row,
                "cell": told.cell,
                "severity": str(told.severity),
                "code": told.code,
                "message": told.message,
                "given": told.given,
                "allowed": told.allowed,
                "remedy": told.remedy,
            }
