"""The rows of `results.csv` and `failed.csv`: the sheet's own columns as they stand, then what became of each row.

The sheet's own cells are the user's data and go out unaltered, a `calcom_api_key` in a `tools` cell included:
a file with anything else in its place would, applied again, send that as the key. Both files can therefore hold
what the sheet holds, and are readable by their owner alone. Our own columns, `run.json` and the summary never
hold a secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.check.remembering import base_column
from batch_update.fields.cells.texts import text_cell
from batch_update.fields.remembered.memory import renewed
from batch_update.model.plans import Outcome, Status, Verified
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Severity, Sheet
from batch_update.outcomes import as_wanted
from batch_update.report.messages import row_message
from batch_update.report.own_columns import MARK, RESULT_COLUMNS, is_ours, ragged_cells
from batch_update.text import utc_text


def header(sheet: Sheet) -> list[str]:
    """Return the sheet's own headers in their order, then ours."""
    return [column.header for column in own_columns(sheet)] + list(RESULT_COLUMNS)


def result_rows(report: Report) -> Iterator[list[str]]:
    """Yield every row of the sheet in its order, with what became of it. Own cells of a ragged row are left empty.

    What a row remembers of an export becomes what the run left there: so the sheet can be edited and applied again.
    """
    sent = {index: change for change in report.plan.changes for index in change.indexes}
    base = _base_place(report.plan.sheet)
    for index, cells in enumerate(_own_cells(report.plan.sheet)):
        if base is not None and index in sent and _holds_what_was_sent(report.outcomes[index]):
            cells[base] = renewed(cells[base], sent[index].before, sent[index].body)
        yield cells + _what_became(report, index)


def failed_rows(report: Report) -> Iterator[list[str]]:
    """Yield the rows that are still to be done, in the sheet's order.

    A row that could not be read as it stood goes out so that it is refused again until somebody has mended it:
    a ragged one as many cells too long or too short as it was, any other with one cell too many. The text of a file
    that a cell names goes out itself: from the folder of a run, the name would lead elsewhere.
    """
    sheet = report.plan.sheet
    unread = {p.index for p in sheet.problems if p.index is not None and p.severity is Severity.ERROR}
    for index, cells in enumerate(_own_cells(sheet)):
        if as_wanted(report.outcomes[index]):
            continue
        own = ragged_cells(sheet, index) if index in sheet.ragged else _with_texts(sheet, cells)
        is_unread = index in unread or index in sheet.ragged
        looks_read = is_unread and len(own) == len(cells)
        yield [*own, *_what_became(report, index), *([MARK] if looks_read else [])]


def own_columns(sheet: Sheet) -> list[Column]:
    """Return the columns of the sheet but for those that an earlier run wrote, which are written anew."""
    return [column for column in sheet.columns if not is_ours(column)]


def _own_cells(sheet: Sheet) -> Iterator[list[str]]:
    columns = own_columns(sheet)
    if not columns:
        return iter([] for _ in range(len(sheet)))
    return map(list, zip(*(column.texts for column in columns), strict=True))


def _with_texts(sheet: Sheet, cells: list[str]) -> list[str]:
    """Return the cells of a row with the texts of files where they name some."""
    if sheet.files.keys().isdisjoint(cells):
        return cells
    return [text_of_file(sheet, *pair) for pair in zip(own_columns(sheet), cells, strict=True)]


def text_of_file(sheet: Sheet, column: Column, cell: str) -> str:
    """Return the text of the file that a cell names, as a cell; the cell itself where it names none."""
    file = sheet.files.get(cell) if column.field else None
    return cell if file is None or file.refused else text_cell(file.text)


def _base_place(sheet: Sheet) -> int | None:
    """Return which of the sheet's own cells remembers the export; None where none does."""
    column = base_column(sheet)
    return None if column is None else own_columns(sheet).index(sheet.columns[column])


def _holds_what_was_sent(outcome: Outcome) -> bool:
    return outcome.status is Status.UPDATED and outcome.verified is not Verified.MISMATCH


def _what_became(report: Report, index: int) -> list[str]:
    """Return a cell for each of RESULT_COLUMNS. `_verified` is empty where the assistant was not read back."""
    outcome = report.outcomes[index]
    cells = {
        "_row": str(report.plan.sheet.numbers[index]),
        "_status": str(outcome.status),
        "_verified": str(outcome.verified),
        "_code": outcome.code,
        "_message": row_message(report, index) if _has_words(report, index, outcome) else "",
        "_http": _id_text(outcome.http),
        "_attempts": _id_text(outcome.attempts or None),
        "_changed": ", ".join(outcome.changed),
        "_request_id": outcome.request_id,
        "_started": "" if outcome.started is None else utc_text(outcome.started),
        "_ms": _id_text(outcome.ms),
    }
    return [cells[name] for name in RESULT_COLUMNS]


def _has_words(report: Report, index: int, outcome: Outcome) -> bool:
    said = outcome.message or outcome.conflicts or outcome.field_errors
    return bool(said) or index in report.plan.sheet.ragged


def _id_text(value: int | None) -> str:
    return "" if value is None else str(value)
