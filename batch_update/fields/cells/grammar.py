"""The grammar of one cell: for each kind of field a reader, text to value, and the shower that undoes it.

Grammar only. Whether a value is within bounds, and whether the field can be cleared, is asked elsewhere; so are the
texts of files, and whoever has none to give finds @file refused here.

  empty, white space   LEAVE, also for other characters that nobody sees: the field is left as it is
  null                 None, with or without white space around it
  text                 as it stands, line breaks as \\n; "..." is a JSON text; @@ is @; @file is the text of a file
  url, timezone        the same, trimmed; a time zone in any case
  number               0.8 .5 1e-3 +1, and 0,8 where the decimal sign is the comma; always a finite float
  integer              13 13.0; 1.200 and 1,200 are refused, since they can be read in two ways
  id                   a whole number above 0, of at most 18 digits: 13 0013 13.0 "13"; a name, which is looked up
                       later: Clara   Clara (de)   13 – Clara   Clara (13)   +49 30 1234567
  ids                  2, 3   2;3   2|3   [2, 3]   []   2, Clara   ["Clara, Berlin"]
  flag, choice         words in any case
  array, object        JSON; NaN, infinity and doubled keys are refused; [] and {} both empty it
  phrases              Okay. | Noted., each as a text may be written; or a JSON array of texts

Words for nothing (NaN, N/A, -), failed formulas (#REF!) and markers in place of values that were left out are refused
everywhere; in quotes they are texts.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from batch_update.fields.cells.errors import refusal
from batch_update.fields.cells.ids import id_before_name, read_ids, read_one_id, show_ids, show_one_id
from batch_update.fields.cells.nested import read_array, read_object, show_json
from batch_update.fields.cells.numbers import read_integer, read_number, show_integer, show_number
from batch_update.fields.cells.phrases import read_phrases
from batch_update.fields.cells.texts import (
    is_plain,
    read_choice,
    read_flag,
    read_text,
    read_word,
    read_zone,
    show_choice,
    show_flag,
    show_text,
    show_word,
)
from batch_update.fields.facts import Field, Kind, all_fields
from batch_update.fields.left_out import is_left_out
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Json
from batch_update.text import visible


class Leave(Enum):
    """The type of LEAVE, which no cell can mean otherwise."""

    LEAVE = "leave"

    def __repr__(self) -> str:
        return "LEAVE"


LEAVE: Final = Leave.LEAVE

Reader = Callable[[Field, str, str], Json]
"""Field, trimmed text (untrimmed for kind text), decimal sign of the sheet -> value. Raises CellError."""
Shower = Callable[[Field, Any, str], str]
"""Field, value (never None), decimal sign of the sheet -> text."""

KINDS: dict[Kind, tuple[Reader, Shower]] = {
    "text": (read_text, show_text),
    "url": (read_word, show_word),
    "timezone": (read_zone, show_word),
    "id": (read_one_id, show_one_id),
    "integer": (read_integer, show_integer),
    "number": (read_number, show_number),
    "flag": (read_flag, show_flag),
    "choice": (read_choice, show_choice),
    "ids": (read_ids, show_ids),
    "array": (read_array, show_json),
    "object": (read_object, show_json),
    "phrases": (read_phrases, show_json),
}


def read_cell(field: str, text: str, decimal: str = ".") -> Json | Leave:
    """The value that a cell of this field stands for, or LEAVE. Raises CellError; KeyError for an unknown field."""
    return read_as(all_fields()[field], text, decimal)


def show_cell(field: str, value: Json, decimal: str = ".") -> str:
    """Return the cell that stands for a value: `read_cell(f, show_cell(f, v, d), d) == v`.

    That holds for every value that the type of the field allows, with ids of at most 18 digits and JSON of at
    most 100 levels. Text with a carriage return or another control character goes out in JSON quotes.
    """
    return show_as(all_fields()[field], value, decimal)


def read_as(facts: Field, text: str, decimal: str = ".") -> Json | Leave:
    """`read_cell` for whatever these facts describe: a field, or a part of one."""
    if facts.kind == "text":
        return _read_text(facts, text)
    return _read_value(facts, KINDS[facts.kind][0], decimal, text)


def show_as(facts: Field, value: Json, decimal: str = ".") -> str:
    """`show_cell` for whatever these facts describe."""
    return "null" if value is None else KINDS[facts.kind][1](facts, value, decimal)


def read_assistant(text: str) -> int | NamedChoice:
    """Return the assistant that a row is about: `101`, `101.0`, `00101`, or by its name. Raises CellError."""
    trimmed = visible(text)
    if trimmed in ("", "null"):
        raise refusal("C113", ID_COLUMN, text)
    return read_one_id(ID_COLUMN, trimmed)


def read_id(text: str) -> int:
    """Return the id of an assistant, where no name is looked up: `101`, `101 – Praxis Weiß`. Raises CellError."""
    found = read_assistant(text)
    number = id_before_name(found) if isinstance(found, NamedChoice) else found
    if number is None:
        raise refusal("C108", ID_COLUMN, text)
    return number


def _read_value(field: Field, reader: Reader, decimal: str, text: str) -> Json | Leave:
    trimmed = visible(text)
    if not trimmed:
        return LEAVE
    if is_left_out(trimmed, is_text=field.kind == "phrases"):
        raise refusal("C119", field, text)
    return None if trimmed == "null" else reader(field, trimmed, decimal)


def _read_text(field: Field, text: str) -> Json | Leave:
    if is_plain(text):
        return text
    trimmed = visible(text)
    if not trimmed:
        return LEAVE
    if is_left_out(trimmed, is_text=True):
        raise refusal("C119", field, text)
    return None if trimmed == "null" else read_text(field, text, ".")


ID_COLUMN = Field(
    name="id",
    kind="id",
    group="",
    help="Which assistant a row is about",
    unit="",
    choices=(),
    words={},
    minimum=1,
    maximum=None,
    max_length=None,
    nullable=False,
    empty=False,
    modes=(),
    aliases=(),
    reported=True,
    wider=False,
    look_up="",
)
"""The id column, described as if it were a field."""
