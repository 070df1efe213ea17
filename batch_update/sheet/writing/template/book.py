"""Owns the workbook of a template: the worksheet that is filled in, its lists, its help, and what it held before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_update.fields.cells import read_as
from batch_update.fields.facts import Kind
from batch_update.model.sheets import Role
from batch_update.sheet.writing.looks import Looks, looks_of, put_text
from batch_update.sheet.writing.template.drop_downs import write_lists, zones_offered
from batch_update.sheet.writing.template.form_columns import Offered, TemplateColumn
from batch_update.sheet.writing.template.guide import write_guide
from batch_update.sheet.writing.template.validations import message_of, validation_of
from batch_update.sheet.writing.template.wording import WORDS, Words
from batch_update.sheet.writing.worksheet import Rows, book_at, in_xml, is_exact
from batch_update.text import column_letters

LAST_ROW = (1 << 20) - 1
"""of any worksheet, from 0"""
_BEFORE = "_before"
_WIDTHS: Mapping[Kind, int] = {
    "text": 36, "url": 36, "timezone": 20, "id": 28, "ids": 24, "array": 36, "object": 36, "phrases": 30,
}  # fmt: skip
_ROW_HEIGHT = 15.75
_LONG: tuple[Kind, ...] = ("text", "array", "object", "phrases")
_TINTS = ("#DDEBF7", "#E2EFDA")
"""Of the headers: fields that belong together have one, their neighbors the other."""


Formats = Callable[[TemplateColumn], Any]
"""Column -> the format of its cells, as xlsxwriter has it."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """All that a template is made of."""

    words: Words
    columns: tuple[TemplateColumn, ...]
    """the id column first"""
    own: tuple[str, ...] = ()
    """headers of our own columns, behind the others; they are out of sight"""
    rows: Rows = ()
    """what is there, as texts of the grammar with decimal points: a cell for each column"""

    @property
    def header(self) -> tuple[str, ...]:
        return (*(column.header for column in self.columns), *self.own)

    @property
    def lists(self) -> tuple[Offered, ...]:
        """Return the lists of its columns, each once."""
        found = {column.offered.name: column.offered for column in self.columns if column.offered}
        zones = any(column.facts.kind == "timezone" for column in self.columns)
        return (*found.values(), *([zones_offered(self.words)] if zones else []))

    @property
    def clearing(self) -> frozenset[str]:
        """Return the names of the lists that some column is chosen from which `null` clears."""
        return frozenset(c.offered.name for c in self.columns if c.offered and c.facts.nullable)


def write_template(path: Path, form: Blueprint) -> None:
    """Write the workbook. Raises UsageError (S114) for a text that is too long for a cell, OSError."""
    with book_at(path, constant_memory=True) as book:
        looks = looks_of(book)
        data = book.add_worksheet(form.words.data)
        lists = book.add_worksheet(form.words.lists)
        _write_helps(book, form, looks)
        formats = _cell_formats(book, looks)
        _write_columns(book, data, form, formats)
        if form.rows:
            before = book.add_worksheet(_BEFORE)
            before.very_hidden()
            _write_rows(data, before, form, formats)
            _color_edits(book, data, form)
        write_lists(book, lists, form.lists, looks, form.words, clearing=form.clearing)


def _write_helps(book: Any, form: Blueprint, looks: Looks) -> None:
    """Write the help in both languages, that of the template first."""
    for words in sorted(WORDS.values(), key=lambda one: one.language != form.words.language):
        write_guide(book.add_worksheet(words.help), form.columns, looks, words)


# ---------------------------------------------------------------- the worksheet that is filled in


def _write_columns(book: Any, sheet: Any, form: Blueprint, formats: Formats) -> None:
    headers = [
        book.add_format({"bold": True, "valign": "top", "bottom": 1, "bg_color": tint}) for tint in _TINTS
    ]
    groups = list(dict.fromkeys(column.facts.group for column in form.columns))
    for number, column in enumerate(form.columns):
        sheet.set_column(number, number, _width(column), formats(column))
        put_text(sheet, 0, number, column.header, headers[groups.index(column.facts.group) % len(headers)])
        sheet.data_validation(0, number, 0, number, {"validate": "any", **message_of(column, form.words)})
        cell = f"{column_letters(number)}2"
        sheet.data_validation(1, number, LAST_ROW, number, validation_of(column, form.words, cell=cell))
    for number, name in enumerate(form.own, len(form.columns)):
        sheet.set_column(number, number, 12, None, {"hidden": True})
        put_text(sheet, 0, number, name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(form.rows), 1), len(form.header) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(len(form.header) - 1)}{LAST_ROW + 1}"})


def _cell_formats(book: Any, looks: Looks) -> Formats:
    """Return what gives the format of a column's cells: texts stay texts, and long ones stay within their cell."""
    number = book.add_format({"valign": "top"})
    long = book.add_format({"valign": "top", "num_format": "@", "text_wrap": True})
    return lambda column: number if column.is_number else long if column.facts.kind in _LONG else looks.text


def _width(column: TemplateColumn) -> int:
    # The button of the filter takes the place of three letters.
    return max(len(column.header) + 4, _WIDTHS.get(column.facts.kind, 0))


def _write_rows(sheet: Any, before: Any, form: Blueprint, formats: Formats) -> None:
    """Write what is there, and a copy of it, with which a cell is compared once it is edited."""
    for number, name in enumerate(form.header):
        put_text(before, 0, number, f"_{name}")
    labels = [_labels(column) for column in form.columns]
    for number, row in enumerate(form.rows, 1):
        sheet.set_row(number, _ROW_HEIGHT)  # a long prompt does not make a tall row
        for place, (column, text) in enumerate(zip(form.columns, row, strict=False)):
            value = _shown_value(column, text, labels[place], form.words)
            _put(sheet, number, place, value, formats(column))
            _put(before, number, place, value, None)
        for place, text in enumerate(row[len(form.columns) :], len(form.columns)):
            put_text(sheet, number, place, text)


def _labels(column: TemplateColumn) -> dict[str, str]:
    """Return the cells of what the list of a column offers, by their ids alone. The id column keeps its ids."""
    if column.offered is None or column.heading.role is Role.ID:
        return {}
    return {entry.cell: entry.label for entry in column.offered.entries}


def _shown_value(column: TemplateColumn, text: str, labels: Mapping[str, str], words: Words) -> str | float:
    """Return what stands in a cell: numbers as such, the words and names that the drop-downs have; else the text."""
    if not text or text == "null":
        return text
    if column.facts.kind == "flag":
        return words.yes if read_as(column.facts, text) is True else words.no
    if column.is_number:
        value = read_as(column.facts, text)
        return value if isinstance(value, (int, float)) and is_exact(value) else text
    return labels.get(text) or in_xml(column.name, text)


def _put(sheet: Any, row: int, column: int, value: str | float, format: Any) -> None:
    if isinstance(value, str):
        put_text(sheet, row, column, value, format)
    else:
        sheet.write_number(row, column, value, format)


# ---------------------------------------------------------------- what was edited


def _color_edits(book: Any, sheet: Any, form: Blueprint) -> None:
    """Color a cell that is not as in the copy; it is found by the row's id and the header, so that sorting is fine."""
    last, width = len(form.rows) + 1, column_letters(len(form.columns) - 1)
    for name, first, end in (
        ("before", "$A$2", f"${width}${last}"),
        ("before_ids", "$A$2", f"$A${last}"),
        ("before_headers", "$A$1", f"${width}$1"),
    ):
        book.define_name(name, f"={_BEFORE}!{first}:{end}")
    was = 'INDEX(before,MATCH($A2,before_ids,0),MATCH("_"&B$1,before_headers,0))'
    for criteria, color in (
        (f'AND(B2="",{was}<>"")', "#D9D9D9"),
        (f'AND(B2<>"",NOT(EXACT(B2,{was})))', "#FFF2CC"),
    ):
        rule = {"type": "formula", "criteria": f"={criteria}", "format": book.add_format({"bg_color": color})}
        sheet.conditional_format(1, 1, last - 1, max(len(form.columns) - 1, 1), rule)
