"""The notes of an annotated workbook: each problem as a comment beside its cell, and as a row of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from batch_update.model.sheets import Problem, Severity, Sheet
from batch_update.report.documents.nouns import ToldProblem, told_problem
from batch_update.report.places import row_list
from batch_update.sheet.writing.again import NOT_READ
from batch_update.sheet.writing.annotated import Note

Spelling = Callable[[str], str]


def notes_of(sheet: Sheet, problems: Iterable[Problem], spelled: Spelling = str) -> Iterator[Note]:
    """Yield a note for each problem. `spelled`: how settings and options are spelled where it is read."""
    unread = {p.index for p in sheet.problems if p.index is not None and p.severity is Severity.ERROR}
    for problem in problems:
        told = told_problem(sheet, problem)
        comment = _comment(told, spelled) + (_HELD if problem.index in unread else "")
        is_error = told.severity is Severity.ERROR
        yield Note(problem.index, problem.column, is_error, comment, _words(told, spelled))


_HELD = f"\nThe row is held back by {NOT_READ.strip()} before its id: once it is mended, write the id alone."


def _comment(told: ToldProblem, spelled: Spelling) -> str:
    """Return what is wrong, what was given and is allowed, and what to do, each on a line of its own."""
    lines = [
        f"{told.severity} {told.code}: {told.message}{_also_words(told)}",
        told.given and f"given: {told.given}",
        told.allowed and f"allowed: {told.allowed}",
        told.remedy and f"help: {spelled(told.remedy)}",
    ]
    return "\n".join(filter(None, lines))


def _also_words(told: ToldProblem) -> str:
    return f" (also {row_list(told.also_rows)})" if told.also_rows else ""


def _words(told: ToldProblem, spelled: Spelling) -> tuple[str, ...]:
    """Return a text for each of LIST_COLUMNS but the first."""
    where = f"line {told.line}" if told.line else f"row {told.row}" if told.row else ""
    header = f", column {told.column!r}" if told.column else ""
    return (
        told.severity,
        told.code,
        told.message + _also_words(told),
        told.given,
        told.allowed,
        spelled(told.remedy),
        where + header,
    )
