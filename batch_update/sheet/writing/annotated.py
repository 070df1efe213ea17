"""Owns annotated workbooks: a sheet as it was, colored and commented where something is wrong, and a list of all that.

They can be mended and read as they are: all cells are texts, what is added stands in a column that begins with `_`, and
no row of the list looks like a header.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from batch_update.fields.cells.texts import unix_lines
from batch_update.fields.names import Heading
from batch_update.model.sheets import Column, Repair, Role, Sheet
from batch_update.settings.locales import Language
from batch_update.sheet.extent.own_worksheets import PROBLEMS
from batch_update.sheet.writing.again import PROBLEMS_COLUMN, columns_again, rows_again, worksheet_title
from batch_update.sheet.writing.looks import (
    MOST_LINKS,
    Looks,
    looks_of,
    place_in_book,
    put_comment,
    put_text,
    width_of,
)
from batch_update.sheet.writing.records import write_whole
from batch_update.sheet.writing.template.form_columns import TemplateColumn
from batch_update.sheet.writing.template.validations import words_to_choose
from batch_update.sheet.writing.template.wording import WORDS, Words
from batch_update.sheet.writing.worksheet import book_at, in_xml
from batch_update.text import column_letters, excerpt

# fmt: off
LIST_COLUMNS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Place", "Kind", "Code", "What is wrong", "What stands there", "What may", "What to do", "In the file"),
    "de": ("Stelle", "Art", "Code", "Was falsch ist", "Was dort steht", "Was dort stehen darf", "Was zu tun ist",
           "In der Datei"),
}
# fmt: on
_PROBLEM: Mapping[Language, tuple[str, str]] = {"en": ("problem", "problems"), "de": ("Problem", "Probleme")}
_WHOLE_SHEET: Mapping[Language, str] = {"en": "the whole sheet", "de": "die ganze Tabelle"}
MOST_COMMENTS = 5_000
"""Cells with a comment; with more, programs take minutes to open the workbook. The list has all."""
_WIDTHS = (14, 9, 8, 60, 30, 30, 60, 20)
_MOST_CELL = 2_000
_LINE, _MOST_LINES = 15, 20
"""The height of a line of text, in points, and how many of them a row shows."""


@dataclass(frozen=True, slots=True)
class Note:
    """A problem as an annotated workbook tells it."""

    index: int | None
    """row of the sheet; None: it is about the header, or about the sheet as a whole"""
    column: int | None
    """column of the sheet; None: it is about the row as a whole"""
    is_error: bool
    comment: str
    words: tuple[str, ...]
    """a text for each of LIST_COLUMNS but the first"""


@dataclass(slots=True)
class _Annotations:
    """The notes by the cell that shows them: (row, column) of the workbook, from 0."""

    by_cell: dict[tuple[int, int], list[Note]] = field(default_factory=dict)
    by_row: dict[int, list[int]] = field(default_factory=dict)
    """row of the workbook -> the rows of the list that are about it"""
    places: list[tuple[int, int] | None] = field(default_factory=list)
    """for each note the cell that it is shown at"""
    comments: int = 0
    """that were written"""


def write_annotated(
    path: Path,
    sheet: Sheet,
    notes: Sequence[Note],
    repairs: Iterable[Repair] = (),
    *,
    language: Language = "en",
    made: datetime | None = None,
) -> Path:
    """Write the workbook beside its place and rename it; without notes it is the sheet alone, with its repairs.

    With notes, cells that take one of a few words have them as a drop-down; these and the heads of the list are in this
    language. `made`: when it says that it was made, in UTC; None: now.

    Raises UsageError (S114) for a text that is too long, OSError.
    """
    rows = rows_again(sheet, repairs)
    return write_whole(path, lambda draft: _write_book(draft, sheet, rows, notes, language, made))


def _write_book(
    path: Path,
    sheet: Sheet,
    rows: Iterable[Sequence[str]],
    notes: Sequence[Note],
    language: Language,
    made: datetime | None,
) -> None:
    found = _placed(sheet, notes)
    title = worksheet_title(sheet)
    with book_at(path, made, constant_memory=True) as book:
        looks = looks_of(book)
        page = book.add_worksheet(title)
        _write_sheet(page, sheet, rows, found, looks, language)
        if notes:
            _offer_words(page, sheet, WORDS[language])
            _write_list(book.add_worksheet(PROBLEMS[language]), title, notes, found, looks, language)


def _placed(sheet: Sheet, notes: Sequence[Note]) -> _Annotations:
    """Return where each note is shown: at its cell, at the id of its row, or at its header; or nowhere."""
    columns = {number: place for place, number in enumerate(columns_again(sheet))}
    ids = columns.get(sheet.columns.index(sheet.id_column), 0) if sheet.id_column in sheet.columns else 0
    found = _Annotations()
    for number, note in enumerate(notes, 1):
        row = 0 if note.index is None else note.index + 1
        is_placed = note.index is not None or note.column is not None
        column = ids if note.column is None or note.index in sheet.ragged else columns.get(note.column, ids)
        found.places.append((row, column) if is_placed else None)
        found.by_row.setdefault(row, []).append(number)
        if is_placed:
            found.by_cell.setdefault((row, column), []).append(note)
    return found


# ---------------------------------------------------------------- the sheet


def _write_sheet(
    page: Any,
    sheet: Sheet,
    rows: Iterable[Sequence[str]],
    found: _Annotations,
    looks: Looks,
    language: Language,
) -> None:
    columns = [sheet.columns[number] for number in columns_again(sheet)]
    _lay_out(page, columns, len(sheet), looks, with_summary=bool(found.by_row))
    for row, cells in enumerate([[column.header for column in columns], *rows]):
        for place, (column, text) in enumerate(zip(columns, cells, strict=True)):
            _put_marked(page, row, place, in_xml(column.field or "", unix_lines(text)), found, looks)
        if found.by_row:
            _put_summary(page, row, len(columns), found, looks, language)


def _lay_out(page: Any, columns: Sequence[Column], height: int, looks: Looks, *, with_summary: bool) -> None:
    """Freeze the header, and the ids where they come first; give the columns filters and their widths."""
    _fit_to_paper(page)
    page.freeze_panes(1, 1 if columns and columns[0].role is Role.ID else 0)
    page.autofilter(0, 0, height, max(0, len(columns) - (not with_summary)))
    for place, column in enumerate(columns):
        page.set_column(place, place, width_of(column.header, column.texts[:200]), looks.text)
    if with_summary:
        page.set_column(len(columns), len(columns), 16)


def _put_marked(page: Any, row: int, place: int, text: str, found: _Annotations, looks: Looks) -> None:
    notes = found.by_cell.get((row, place), ())
    plain, error, warning = (
        (looks.header, looks.header_error, looks.header_warning)
        if row == 0
        else (looks.text, looks.error, looks.warning)
    )
    format = plain if not notes else error if any(note.is_error for note in notes) else warning
    put_text(page, row, place, text, format)
    if notes and found.comments < MOST_COMMENTS:  # here, since a row is on the disk once the next one begins
        found.comments += 1
        put_comment(page, row, place, "\n\n".join(note.comment for note in notes))


def _put_summary(
    page: Any, row: int, place: int, found: _Annotations, looks: Looks, language: Language
) -> None:
    """Write how many problems a row has, as a link to the first of them in the list."""
    about = found.by_row.get(row, [])
    text = PROBLEMS_COLUMN if row == 0 else f"{len(about):,} {_PROBLEM[language][len(about) != 1]}"
    if about or row == 0:
        target = place_in_book(PROBLEMS[language], f"A{about[0] + 1}" if about else "A1")
        if page.write_url(row, place, target, looks.link, text):
            put_text(page, row, place, text, looks.text)


def _lines_of(note: Note) -> int:
    """Return how many lines the tallest cell of a row takes: not every program finds that out by itself."""
    texts = zip(note.words, _WIDTHS[1:], strict=True)
    return min(_MOST_LINES, max(1 + len(words) // width for words, width in texts))


def _fit_to_paper(page: Any) -> None:
    """Print all columns side by side, with the header on every page."""
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _offer_words(page: Any, sheet: Sheet, words: Words) -> None:
    """Give the columns drop-downs whose cells take one of a few words; another one may be right, too."""
    for place, number in enumerate(columns_again(sheet)):
        column = sheet.columns[number]
        if column.role in (Role.FIELD, Role.PART):
            heading = Heading(column.role, column.field, column.path, column.operation)
            form = TemplateColumn(column.header, heading)
            if (choice := words_to_choose(form, words)) is not None:
                page.data_validation(1, place, max(1, len(sheet)), place, choice)


# ---------------------------------------------------------------- the list


def _write_list(
    page: Any, title: str, notes: Sequence[Note], found: _Annotations, looks: Looks, language: Language
) -> None:
    _fit_to_paper(page)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(notes), len(_WIDTHS) - 1)
    for place, (name, width) in enumerate(zip(LIST_COLUMNS[language], _WIDTHS, strict=True)):
        page.set_column(place, place, width)
        put_text(page, 0, place, name, looks.header)
    for row, (note, cell) in enumerate(zip(notes, found.places, strict=True), 1):
        page.set_row(row, _LINE * _lines_of(note))
        address = "" if cell is None else f"{column_letters(cell[1])}{cell[0] + 1}"
        if cell is None or row > MOST_LINKS:
            put_text(page, row, 0, address or _WHOLE_SHEET[language], looks.prose)
        else:
            page.write_url(row, 0, place_in_book(title, address), looks.link, address)
        color = looks.error if note.is_error else looks.warning
        for place, words in enumerate(note.words, 1):
            put_text(page, row, place, excerpt(words, _MOST_CELL), color if place == 1 else looks.prose)
