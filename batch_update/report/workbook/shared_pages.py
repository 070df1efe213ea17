"""The worksheets that the workbooks of a run and of a plan share: changes field by field, problems, cells of values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from batch_update.fields.references import catalogs_of
from batch_update.fields.values.differences import SAME_BUT_SECRETS
from batch_update.model.plans import UNKNOWN, Plan, Verified
from batch_update.model.sheets import Severity
from batch_update.report.called import Called, shown_with_names
from batch_update.report.changed import Became, FieldChange
from batch_update.report.documents.nouns import ToldProblem, told_problems
from batch_update.report.headline.ends import CHANGE_ENDS, READ_BACK
from batch_update.report.headline.headline import Headline
from batch_update.report.workbook.vocabulary import Vocabulary
from batch_update.sheet.writing.leaves import Cell, Head, Paint, Painted, TablePage
from batch_update.text import printable

ENDS = {
    Became.PLANNED: Paint.NONE,
    Became.APPLIED: Paint.GOOD,
    Became.PERHAPS: Paint.WARNING,
    Became.NOT_APPLIED: Paint.ERROR,
    Became.HELD: Paint.WARNING,
    Became.RESET: Paint.QUIET,
}


TONES = {"good": Paint.GOOD, "quiet": Paint.QUIET, "open": Paint.WARNING, "bad": Paint.ERROR}
"""The colors of the tones in which a page tells how a whole and how its rows stand."""


def verdict_in(headline: Headline, words: Vocabulary) -> Painted:
    """Return how a run or a plan stands, in the sentence that its page begins with, too."""
    mark, sentence = (text.said(words.language) for text in (headline.mark, headline.sentence))
    return Painted(": ".join(filter(None, (mark, sentence))), TONES[headline.tone])


def changes_page(told: Collection[FieldChange], plan: Plan, words: Vocabulary) -> TablePage:
    """Return the worksheet with a row for each change of a field."""
    heads = (
        ("row", 7),
        ("id", 10),
        ("name", 30),
        ("field", 24),
        ("before", 48),
        ("after", 48),
        ("result", 20),
    )
    headings = [Head(words[name], width, is_prose=width == 48) for name, width in heads]
    has_end = any(one.became is not Became.PLANNED for one in told)
    if has_end:
        headings += [Head(words["read back"], 14), Head(words["wave"], 8)]
    rows = (_change_row(one, plan.called, words, has_end=has_end) for one in told)
    return TablePage(words.titles[2], headings, rows, len(told), frozen=3)


def _change_row(one: FieldChange, called: Called, words: Vocabulary, *, has_end: bool) -> list[Cell]:
    values = (_secret(words),) * 2 if one.is_secret else _sides(one, called, words)
    cells: list[Cell] = [one.row, one.assistant_id, in_cell(one.name), one.field, *values]
    cells.append(Painted(words.phrase(CHANGE_ENDS[one.became]), ENDS[one.became]))
    if has_end:
        is_other = one.verified is Verified.MISMATCH
        cells += [
            Painted(words.phrase(READ_BACK[one.verified]), Paint.ERROR if is_other else Paint.NONE),
            one.wave or None,
        ]
    return cells


def _secret(words: Vocabulary) -> str:
    return words[SAME_BUT_SECRETS]


def _sides(one: FieldChange, called: Called, words: Vocabulary) -> tuple[Cell, Cell]:
    before, after = (value_cell(one.field, value, called, words) for value in (one.before, one.after))
    return before, after


def value_cell(field: str, value: Any, called: Called, words: Vocabulary) -> Cell:
    """Return a value of a field as a cell: numbers as such, texts from beginning to end, ids with their names."""
    if value is UNKNOWN:
        return Painted(words["not known"], Paint.QUIET)
    if value == "":
        return Painted(words["empty"], Paint.QUIET)
    if isinstance(value, str):
        return in_cell(value)
    if value is not None and any(catalog in called for catalog in catalogs_of(field)):
        text = shown_with_names(field, value, called)
        return value if text == str(value) and isinstance(value, int) else in_cell(text)
    return value if is_number(value) else in_cell(json.dumps(value, ensure_ascii=False))


def is_number(value: object) -> bool:
    """Whether a value is a number that every spreadsheet program keeps as it is."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**15


def in_cell(text: str) -> str:
    """Return a text with its line breaks, and with whatever else nobody would see escaped."""
    if text.isprintable():  # of what is hidden nothing is printable to Python, which answers at once
        return text
    plain = text.replace("\r\n", "\n")
    return "\n".join(map(printable, plain.split("\n")))


# ---------------------------------------------------------------- problems


def problems_page(plan: Plan, left: Iterable[list[Cell]], words: Vocabulary, spelled: Any = str) -> TablePage:
    """Return the worksheet of what is wrong: problems of the sheet, then what else is `left` to be done."""
    heads = (
        *(("row", 7, False), ("cell", 8, False), ("id", 10, False), ("kind", 10, False), ("code", 8, False)),
        *(("what is wrong", 60, True), ("what stands there", 30, True), ("what may", 30, True)),
        ("what to do", 60, True),
    )
    headings = [Head(words[name], width, is_prose=is_prose) for name, width, is_prose in heads]
    rows = [*(_problem_row(one, words) for one in told_problems(plan)), *left]
    return TablePage(words.titles[3], headings, rows, len(rows))


def _problem_row(one: ToldProblem, words: Vocabulary) -> list[Cell]:
    paint = Paint.ERROR if one.severity is Severity.ERROR else Paint.WARNING
    also = f" (also rows {', '.join(map(str, one.also_rows))})" if one.also_rows else ""
    kind = Painted(words[str(one.severity)], paint)
    texts = (one.message + also, one.given, one.allowed, one.remedy)
    return [one.row, one.cell, one.assistant_id, kind, one.code, *map(in_cell, texts)]


def told_left(
    rows: Iterable[tuple[int, int | None, str, str, str]], words: Vocabulary
) -> Iterator[list[Cell]]:
    """Yield what was not done as rows of the worksheet of problems: row, assistant, code, why, what to do."""
    for number, assistant, code, why, remedy in rows:
        yield [
            number,
            None,
            assistant,
            Painted(words["row"], Paint.ERROR),
            code,
            in_cell(why),
            None,
            None,
            in_cell(remedy),
        ]
