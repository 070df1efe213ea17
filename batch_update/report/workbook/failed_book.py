"""The workbook of the rows that are still to be done: as they stood, with colors and comments where they are wrong.

It is mended and applied as it is: its cells are texts, what is ours begins with `_`, and rows that could not be read
are refused until somebody has mended them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from batch_update.codes import remedy_of
from batch_update.model.plans import Outcome, Status
from batch_update.model.reports import Report
from batch_update.model.sheets import Column, Problem, Role, Sheet
from batch_update.outcomes import as_wanted
from batch_update.report.conflicts import conflict_words
from batch_update.report.files.annotations import Spelling, notes_of
from batch_update.report.files.results import own_columns, text_of_file
from batch_update.report.messages import row_message, without_secrets
from batch_update.report.own_columns import is_ours
from batch_update.settings.locales import Language
from batch_update.sheet.writing.annotated import Note, write_annotated
from batch_update.text import printable

_OURS = ("_row", "_status", "_code", "_message")
"""Columns behind the sheet's own."""


def write_failed_book(report: Report, path: Path, language: Language, spelled: Spelling = str) -> Path:
    """Write the workbook beside its place and rename it; returns where it lies.

    Raises UsageError (S114) for a text that is too long for a cell, OSError.
    """
    indexes = [index for index, outcome in enumerate(report.outcomes) if not as_wanted(outcome)]
    part = _part(report, indexes)
    return write_annotated(
        path, part, _notes_there(report, indexes, spelled), language=language, made=report.started
    )


def _part(report: Report, indexes: list[int]) -> Sheet:
    """Return the sheet with these rows alone, and with our columns behind its own."""
    sheet = report.plan.sheet
    places = {index: place for place, index in enumerate(indexes)}
    columns = [_with_rows(sheet, column, indexes) for column in own_columns(sheet)]
    ours = zip(*(_what_happened(report, index) for index in indexes), strict=True)
    columns += [Column(name, texts, Role.OWN) for name, texts in zip(_OURS, ours, strict=True)]
    return replace(
        sheet,
        columns=tuple(columns),
        numbers=[sheet.numbers[index] for index in indexes],
        lines=None,
        ragged={places[index]: cells for index, cells in sheet.ragged.items() if index in places},
        problems=tuple(_at_places(sheet.problems, places)),
        totals=frozenset(),
        files={},
    )


def _with_rows(sheet: Sheet, column: Column, indexes: list[int]) -> Column:
    """Return a column with these rows alone, and with the texts of files in place of their names."""
    return replace(column, texts=[text_of_file(sheet, column, column.texts[index]) for index in indexes])


def _what_happened(report: Report, index: int) -> tuple[str, ...]:
    outcome = report.outcomes[index]
    words = "" if outcome.status is Status.INVALID else row_message(report, index)
    return str(report.plan.sheet.numbers[index]), str(outcome.status), outcome.code, words


def _at_places(problems: tuple[Problem, ...], places: Mapping[int, int]) -> Iterator[Problem]:
    """Yield the problems of these rows, at the places that they have now."""
    for problem in problems:
        if problem.index is not None and problem.index in places:
            yield replace(problem, index=places[problem.index], also=())


# ---------------------------------------------------------------- what is wrong


def _notes_there(report: Report, indexes: list[int], spelled: Spelling) -> list[Note]:
    """Return a note for each problem of these rows, and for each refusal or conflict that a run met there."""
    sheet = report.plan.sheet
    places = {index: place for place, index in enumerate(indexes)}
    kept = [number for number, column in enumerate(sheet.columns) if not is_ours(column)]
    columns = {number: place for place, number in enumerate(kept)}
    problems = [problem for problem in report.plan.problems if problem.index in places]
    notes = [*notes_of(sheet, problems, spelled), *_what_else(report, indexes, spelled)]
    moved = [
        replace(
            note, index=places[note.index], column=None if note.column is None else columns.get(note.column)
        )
        for note in notes
        if note.index is not None
    ]
    return sorted(moved, key=lambda note: note.index or 0)


def _what_else(report: Report, indexes: list[int], spelled: Spelling) -> Iterator[Note]:
    """Yield what else kept a row from being done: words of the server, and conflicts, at the columns they name."""
    told = {problem.index for problem in report.plan.problems if problem.code != "S106"}
    for index in indexes:
        outcome = report.outcomes[index]
        if outcome.status is Status.INVALID and index in told:
            continue
        at_fields = list(_at_fields(report, index, outcome))
        for field, words in at_fields or [("", row_message(report, index))]:
            yield _note_of(report.plan.sheet, index, field, outcome, words, spelled)


def _at_fields(report: Report, index: int, outcome: Outcome) -> Iterator[tuple[str, str]]:
    for name, said in outcome.field_errors.items():
        yield name.split(".")[0], without_secrets(" ".join(said), report.plan.sheet, index)
    for one in outcome.conflicts:
        yield one.field, printable(conflict_words(one))


def _note_of(sheet: Sheet, index: int, field: str, outcome: Outcome, words: str, spelled: Spelling) -> Note:
    column = next((n for n, one in enumerate(sheet.columns) if field and one.field == field), None)
    remedy = spelled(remedy_of(outcome.code)) if outcome.code else ""
    comment = f"{outcome.status} {outcome.code}: {words}" + (f"\nhelp: {remedy}" if remedy else "")
    is_error = outcome.status in (Status.FAILED, Status.INVALID)
    given = "" if column is None else without_secrets(sheet.columns[column].texts[index], sheet, index)
    kind = "error" if is_error else "warning"
    where = f"row {sheet.numbers[index]}"
    return Note(index, column, is_error, comment, (kind, outcome.code, words, given, "", remedy, where))
