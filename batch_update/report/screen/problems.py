"""Problems of a sheet as text and as JSON: place, excerpt, what is allowed, what to do; many of one kind grouped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from batch_update.codes import CODES
from batch_update.fields.tools import holds_secret
from batch_update.model.sheets import Json, Problem, Severity, Sheet
from batch_update.report.places import ROWS_NAMED, WIDE, place, run_words, runs_of
from batch_update.text import column_letters, counted, excerpt, listed, printable

SHOWN_OF_A_KIND = 3
"""How many problems of one kind in one column are shown in full; the rest are named by their rows."""
MOST_SHOWN = 50
"""How many problems are shown in all; a sheet of hundreds of columns may be wrong in each of them."""
SECRET = "(holds a secret)"
"""Stands in an excerpt for a cell that is not shown."""
EXCERPT = 60
"""Characters of a row that are shown around the cell."""
MOST_WORDS = 400
"""Characters of a message or of a remedy, which may name a header or a cell."""
MOST_GIVEN = 80
"""Characters of what stands in a cell."""


def render_problems(sheet: Sheet, problems: Sequence[Problem], *, briefly: bool = False) -> str:
    """All problems as text, those of one kind in one column together, in the order of their first rows.

    `briefly`: a line for each of those that are shown. What is neither shown nor named by its row is told to be
    there, and where.
    """
    kinds: dict[tuple[str, int | None], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.code, problem.column), []).append(problem)
    render, between = (problem_line, "\n") if briefly else (render_problem, "\n\n")
    blocks: list[str] = []
    rest: list[list[Problem]] = []
    for kind in kinds.values():
        if len(blocks) < MOST_SHOWN:
            blocks += _render_kind(sheet, kind, render)
        else:
            rest.append(kind)
    if rest:
        more, codes = sum(map(len, rest)), sorted({kind[0].code for kind in rest})
        blocks.append(
            f"... and {counted(more, 'more problem')} in other columns ({listed(codes)}): --json has each"
        )
    return between.join(blocks) + "\n"


def _render_kind(
    sheet: Sheet, problems: list[Problem], render: Callable[[Sheet, Problem], str]
) -> Iterator[str]:
    shown = problems if len(problems) <= SHOWN_OF_A_KIND + 1 else problems[:SHOWN_OF_A_KIND]
    for problem in shown:
        yield render(sheet, problem)
    rest = problems[len(shown) :]
    if rest:
        runs = runs_of(sheet.numbers[p.index] for p in rest if p.index is not None)
        each = ": --json has each" if len(runs) > ROWS_NAMED else ""
        more = f"{len(rest):,} more {problems[0].severity}s [{problems[0].code}]"
        yield f"  ... and {more} of this kind: {run_words(runs, ROWS_NAMED)}{each}"


def render_problem(sheet: Sheet, problem: Problem) -> str:
    """One problem, like a compiler would show it."""
    lines = [
        f"{problem.severity}[{problem.code}]: {excerpt(problem.message, MOST_WORDS)}",
        f"  --> {place(sheet, problem)}",
    ]
    if problem.index is not None:
        lines += _excerpt(sheet, problem)
    elif problem.given:
        lines.append(f"   = given: {given_of(problem)}")
    if remedy := remedy_of(problem):
        lines.append(f"   = help: {excerpt(remedy, MOST_WORDS)}")
    return "\n".join(lines)


def remedy_of(problem: Problem) -> str:
    """Return what to do: the problem's own words, or those of its code."""
    return problem.remedy or CODES[problem.code].remedy


def given_of(problem: Problem) -> str:
    """Return what stands there, safe to show."""
    return SECRET if holds_secret(problem.given) else excerpt(problem.given, MOST_GIVEN)


def problem_line(sheet: Sheet, problem: Problem) -> str:
    """One problem on one line: `row 10, cell F10, assistant 10009: V104 speech_speed is above the maximum (1.7)`."""
    where = ", ".join(place(sheet, problem).split("   ")[1:])
    given = f" ({given_of(problem)})" if problem.given else ""
    return f"{problem.severity} {problem.code} {where}: {excerpt(problem.message, MOST_WORDS)}{given}"


def _excerpt(sheet: Sheet, problem: Problem) -> list[str]:
    """The row as it stands, with the cell underlined and what is allowed beside it."""
    assert problem.index is not None
    row = sheet.row(problem.index)
    is_csv = sheet.dialect.format == "csv" and sheet.dialect.delimiter != "\t"
    separator = sheet.dialect.delimiter if is_csv else " | "
    cells = [SECRET if holds_secret(cell) else printable(cell) for cell in row.cells]
    margin = str(row.line or row.number)
    pad = " " * len(margin)
    allowed = excerpt(problem.wanted, MOST_WORDS)
    note = "; ".join(part for part in (given_of(problem), allowed and f"allowed: {allowed}") if part)
    if problem.column is None or problem.index in sheet.ragged:
        return [
            f"{pad} |",
            f"{margin} | {_cut(separator.join(cells), 0, EXCERPT)}".rstrip(),
            f"{pad} | {note}".rstrip(),
        ]
    before = separator.join(cells[: problem.column]) + (separator if problem.column else "")
    start, width = len(before), max(1, len(cells[problem.column]))
    text = separator.join(cells)
    left = 0 if start + width <= EXCERPT else max(0, start - 20)
    lead = "... " if left else ""
    marks = f"{pad} | {' ' * (len(lead) + start - left)}{'^' * min(width, EXCERPT - (start - left))}"
    lines = [f"{pad} |", f"{margin} | {lead}{_cut(text, left, EXCERPT)}".rstrip()]
    if len(marks) + 1 + len(note) <= WIDE:
        return [*lines, f"{marks} {note}".rstrip()]
    beside = f" {given_of(problem)}" if len(marks) + 1 + len(given_of(problem)) <= WIDE else ""
    given = [f"   = given: {given_of(problem)}"] if problem.given and not beside else []
    return [*lines, marks + beside, *given, *([f"   = allowed: {allowed}"] if allowed else [])]


def _cut(text: str, start: int, width: int) -> str:
    return text[start : start + width] + (" ..." if len(text) > start + width else "")


def problem_json(sheet: Sheet, problem: Problem) -> Json:
    """One problem as JSON: code, severity, message, row, line, column, cell, assistant, given, wanted, remedy."""
    index, column = problem.index, problem.column
    number = sheet.header_row if index is None else sheet.numbers[index]
    return {
        "code": problem.code,
        "severity": str(problem.severity),
        "message": problem.message,
        "row": number or None,
        "line": sheet.lines[index] if index is not None and sheet.lines is not None else None,
        "column": None if column is None else excerpt(sheet.columns[column].header, 200),
        "cell": None
        if column is None or sheet.dialect.format == "jsonl"
        else f"{column_letters(column)}{number}",
        "assistant_id": problem.assistant_id,
        "given": SECRET if holds_secret(problem.given) else problem.given,
        "wanted": problem.wanted,
        "remedy": remedy_of(problem),
        "also_rows": [sheet.numbers[other] for other in problem.also],
    }


def count_words(problems: Sequence[Problem]) -> str:
    """`5 errors in 4 rows, 12 warnings`."""
    errors = [p for p in problems if p.severity is Severity.ERROR]
    rows = len({p.index for p in errors if p.index is not None})
    warnings = len(problems) - len(errors)
    words = counted(len(errors), "error") + (f" in {counted(rows, 'row')}" if rows else "")
    return words + (f", {counted(warnings, 'warning')}" if warnings else "")
