"""Tables for notebooks: totals above, a few rows below. They have no colors, and so fit light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from batch_update.errors import BatchUpdateError
from batch_update.model.plans import Outcome, Plan
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet
from batch_update.model.views import amounts, sizes
from batch_update.outcomes import as_wanted
from batch_update.report.changed import Became, changed_by_plan
from batch_update.report.conflicts import conflict_words
from batch_update.report.messages import row_message, without_secrets
from batch_update.report.screen.problems import count_words, problem_line
from batch_update.text import counted, excerpt

MOST_ROWS = 20
MOST_COLUMNS = 12
MOST_PROBLEMS = 5
MOST_CHARACTERS = 200
"""of a cell"""
_LINE = "border-bottom: 1px solid rgba(128, 128, 128, 0.4)"
_CELL = f"text-align: left; vertical-align: top; padding: 0.2em 0.8em 0.2em 0; {_LINE}"


def sheet_table(sheet: Sheet) -> str:
    """Return the first rows of a sheet, with how many problems it has."""
    totals = sizes({"row": len(sheet), "column": len(sheet.columns), "problem": len(sheet.problems)})
    shown = sheet.columns[:MOST_COLUMNS]
    rows = (
        [str(number), *(without_secrets(column.texts[index], sheet, index) for column in shown)]
        for index, number in enumerate(sheet.numbers)
    )
    headers = ["row", *(column.header for column in shown)]
    left_out = [_more(len(sheet), "row"), _more(len(sheet.columns), "column", MOST_COLUMNS)]
    return _page(f"Sheet {sheet.name}: {totals}", [], headers, rows, left_out)


def plan_table(plan: Plan) -> str:
    """Return what a plan would change, field by field, below its totals, its guards and what it holds back."""
    head = [f"Plan of {plan.sheet.name}: {amounts(plan.counts())}", plan.account or plan.server]
    notes = [f"{one.code}: {one.words}" for one in plan.guards]
    notes += [problem_line(plan.sheet, problem) for problem in plan.problems[:MOST_PROBLEMS]]
    if len(plan.problems) > MOST_PROBLEMS:
        notes.append(f"... {count_words(plan.problems)} in all")
    fields = sum(len(change.body) + len(change.parts) + len(change.held) for change in plan.changes)
    return _page(
        "; ".join(filter(None, head)),
        notes,
        ["row", "id", "name", "field", "change"],
        _changes(plan),
        [_more(fields, "field")],
    )


def _changes(plan: Plan) -> Iterator[list[str]]:
    held = {(change.indexes[0], one.field): one for change in plan.changes for one in change.held}
    for told in changed_by_plan(plan):
        who = [str(told.row), str(told.assistant_id), told.name, told.field]
        if told.became is Became.HELD:
            yield [*who, f"held back: {conflict_words(held[told.index, told.field])}"]
        else:
            yield [*who, str(told)]


def report_table(report: Report) -> str:
    """Return the rows of a run, those that are not as wanted first, below its totals and why it ended early."""
    sheet, ids = report.plan.sheet, report.plan.sheet.id_column
    notes = [f"Ended early: {_stop_words(report.stopped)}"] if report.stopped else []
    notes += [f"Files: {report.folder}"] if report.folder else []
    rows = (
        [str(sheet.numbers[index]), ids.texts[index] if ids else "", *_outcome_cells(report, index, outcome)]
        for index, outcome in sorted(enumerate(report.outcomes), key=lambda item: as_wanted(item[1]))
    )
    title = f"Report of {sheet.name}: {amounts(report.counts())}"
    headers = ["row", "id", "status", "read back", "code", "message"]
    return _page(title, notes, headers, rows, [_more(len(report.outcomes), "row")])


def _outcome_cells(report: Report, index: int, outcome: Outcome) -> list[str]:
    return [
        str(outcome.status).replace("_", " "),
        str(outcome.verified),
        outcome.code,
        row_message(report, index),
    ]


def _stop_words(stop: Exception) -> str:
    """Return why a run ended early, and what to do about it."""
    remedy = stop.remedy if isinstance(stop, BatchUpdateError) else ""
    return f"{stop}; {remedy}" if remedy else str(stop)


# ---------------------------------------------------------------- HTML


def _more(total: int, noun: str, most: int = MOST_ROWS) -> str:
    """`... and 94 more rows`; "" where all are shown."""
    return f"... and {counted(total - most, f'more {noun}')}" if total > most else ""


def _page(
    title: str,
    notes: Iterable[str],
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    left_out: Iterable[str],
) -> str:
    below = "; ".join(filter(None, left_out))
    lines = [
        f"<p><strong>{_html_text(title)}</strong></p>",
        *(f"<p>{_html_text(note)}</p>" for note in notes),
    ]
    body = [_row("td", row) for row in islice(rows, MOST_ROWS)]
    if body:
        style = "border-collapse: collapse; color: inherit; font-variant-numeric: tabular-nums"
        lines += [f'<table style="{style}">', f"<thead>{_row('th', headers)}</thead>", "<tbody>", *body]
        lines += ["</tbody>", "</table>"]
    if below:
        lines.append(f"<p>{_html_text(below)}; to_frame() has all</p>")
    return "<div>\n" + "\n".join(lines) + "\n</div>"


def _row(kind: str, cells: Iterable[str]) -> str:
    inner = (f'<{kind} style="{_CELL}">{_html_text(cell)}</{kind}>' for cell in cells)
    return f"<tr>{''.join(inner)}</tr>"


def _html_text(text: str) -> str:
    """Return a text from anywhere, on one line, as text of a page."""
    return escape(excerpt(text, MOST_CHARACTERS))
