"""Problems as other programs read them: a line each for editors, annotations of a workflow, rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batch_update.model.sheets import Problem, Severity, Sheet
from batch_update.report.documents.nouns import ToldProblem, told_problem
from batch_update.text import excerpt, printable

PROBLEM_COLUMNS = (
    *("file", "line", "row", "cell", "column", "assistant", "severity", "code"),
    *("message", "given", "allowed", "remedy", "also_rows"),
)
_MOST_WORDS = 400
_MOST_GIVEN = 80


def concise_lines(sheet: Sheet, problems: Iterable[Problem], file: str) -> Iterator[str]:
    """Yield `changes.csv:31:D14 V104 speech_speed is above the maximum (1.7); did you mean 1.1?` for each problem.

    A place that a problem does not have is left out: `changes.csv:31 X201 ...` is about a row,
    `changes.csv:1:B1 H102 ...` about a header, and `changes.xlsx:14:D14` has the number of the row.
    """
    for problem in problems:
        told = told_problem(sheet, problem)
        place = ":".join(filter(None, (printable(file), _line(told), _cell(told))))
        warning = "warning: " if told.severity is Severity.WARNING else ""
        yield f"{place} {told.code} {warning}{_words(told)}"


def workflow_commands(sheet: Sheet, problems: Iterable[Problem], file: str) -> Iterator[str]:
    """Yield the line that annotates the file in a workflow of GitHub, for each problem.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    for problem in problems:
        told = told_problem(sheet, problem)
        title = " ".join(filter(None, (told.code, _cell(told))))
        properties = {"file": file, "line": _line(told), "title": title}
        said = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
        yield f"::{told.severity} {said}::{_data(_words(told))}"


def problem_rows(sheet: Sheet, problems: Iterable[Problem], file: str) -> Iterator[list[str]]:
    """Yield a row for each problem, a cell for each of PROBLEM_COLUMNS."""
    for problem in problems:
        told = told_problem(sheet, problem)
        places = (file, told.line, told.row, told.cell, told.column, told.assistant_id)
        words = (told.severity, told.code, told.message, told.given, told.allowed, told.remedy)
        also = ", ".join(map(str, told.also_rows))
        yield ["" if value is None else str(value) for value in (*places, *words, also)]


def _line(told: ToldProblem) -> str:
    """Return the line of the file, or the number of the row where there are no lines."""
    return str(told.line or told.row or "")


def _cell(told: ToldProblem) -> str:
    """Return the cell, or the name of the column where cells have no letters."""
    return told.cell or printable(told.column or "")


def _words(told: ToldProblem) -> str:
    """Return on one line what is wrong, what was given and is allowed, and what to do."""
    allowed = told.allowed and f"allowed: {excerpt(told.allowed, _MOST_WORDS)}"
    details = "; ".join(filter(None, (excerpt(told.given, _MOST_GIVEN), allowed)))
    sentence = excerpt(told.message, _MOST_WORDS) + (f" ({details})" if details else "")
    return "; ".join(filter(None, (sentence, excerpt(told.remedy, _MOST_WORDS))))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
