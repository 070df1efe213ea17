"""The worksheet of results: the sheet's own columns in its order, then what became of each row."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.fields.cells.texts import unix_lines
from batch_update.fields.facts import all_fields
from batch_update.fields.remembered.memory import BASE
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Role
from batch_update.outcomes import as_wanted
from batch_update.report.files.results import header, own_columns, result_rows
from batch_update.report.headline.headline import TONES_OF_ENDS
from batch_update.report.own_columns import RESULT_COLUMNS
from batch_update.report.workbook.shared_pages import TONES
from batch_update.report.workbook.vocabulary import Vocabulary
from batch_update.sheet.writing.leaves import Cell, Head, Paint, Painted, TablePage, number_or_text
from batch_update.sheet.writing.looks import width_of
from batch_update.sheet.writing.worksheet import in_xml

STATUSES = {status: TONES[tone] for status, tone in TONES_OF_ENDS.items()}
"""The colors of the ends of rows."""
_NUMBERS = frozenset({"_row", "_http", "_attempts", "_ms"})
_WIDTHS = {"_message": 60, "_request_id": 16, "_changed": 24, "_started": 24}


def results_page(report: Report, words: Vocabulary) -> TablePage:
    """Return the worksheet. It is read as `results.csv` is, and means the same."""
    columns = own_columns(report.plan.sheet)
    headings = [_heading(column) for column in columns]
    headings += [Head(name, _WIDTHS.get(name, 12)) for name in RESULT_COLUMNS]
    frozen = 1 if columns and columns[0].role is Role.ID else 0
    return TablePage(words.titles[1], headings, _rows(report, columns), len(report.outcomes), frozen=frozen)


def _heading(column: Column) -> Head:
    if column.header.strip() == BASE:
        return Head(column.header, 0)
    return Head(in_xml("", column.header), width_of(column.header, column.texts[:200]) + 2)


def _rows(report: Report, columns: list[Column]) -> Iterator[list[Cell]]:
    decimal = report.plan.sheet.dialect.decimal
    names = header(report.plan.sheet)[len(columns) :]
    kinds = [_is_number(column) for column in columns]
    fields = [column.field or "" for column in columns]
    for outcome, texts in zip(report.outcomes, result_rows(report), strict=True):
        own = zip(fields, kinds, texts, strict=False)
        yield [
            *(_own_cell(name, text, decimal if is_number else "") for name, is_number, text in own),
            *(
                _our_cell(name, text, outcome)
                for name, text in zip(names, texts[len(columns) :], strict=True)
            ),
        ]


def _is_number(column: Column) -> bool:
    """Whether cells of a column may be numbers: those of ids and of fields that are some. All others are texts."""
    if column.role is Role.ID:
        return True
    known = column.role is Role.FIELD and column.field is not None
    return known and all_fields()[column.field or ""].kind in ("number", "integer", "id")


def _own_cell(field: str, text: str, decimal: str) -> Cell:
    """Return a cell of the sheet. `decimal`: the sign of the column's numbers; "" where it has none."""
    if not text:
        return None
    value = number_or_text(text, decimal) if decimal else text
    return in_xml(field, unix_lines(value)) if isinstance(value, str) else value


def _our_cell(name: str, text: str, outcome: Outcome) -> Cell:
    if name == "_started":
        return outcome.started
    if name == "_status":
        is_well = outcome.status in (Status.UNKNOWN, Status.NOT_SENT) and as_wanted(outcome)
        return Painted(text, Paint.QUIET if is_well else STATUSES[outcome.status])
    if name == "_verified" and outcome.verified is Verified.MISMATCH:
        return Painted(text, Paint.ERROR)
    return int(text) if text and name in _NUMBERS else text
