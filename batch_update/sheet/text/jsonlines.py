"""Owns JSON Lines, and a JSON array of the same objects, on their way in: each key of any object is a column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, TextIO

from batch_update.errors import SheetError
from batch_update.model.sheets import Dialect, Json, Problem
from batch_update.sheet.collecting import MOST_SHOWN, RowCollector
from batch_update.sheet.extent.header_row import refuse_header_row
from batch_update.sheet.headers import Headings, headings_of
from batch_update.sheet.manner import Limits, Reading
from batch_update.sheet.table import Table, is_blank, require_width, too_large
from batch_update.sheet.text.dialect import find_encoding, newline_of, text_of
from batch_update.strict_json import MAX_DEPTH, Unfit, read_json, refuse_unsendable
from batch_update.text import excerpt

Texts = Iterator[tuple[int, int, str]]
"""Row number, line and text of each object."""


def read_jsonlines(file: BinaryIO, name: str, reading: Reading) -> Table:
    """Return a JSON Lines file as a table whose rows are numbered by their lines.

    A line that is no object becomes a row without cells, with a problem (S109); its text is in `ragged`.
    Raises SheetError S103, S104 or S105.
    """
    refuse_header_row(name, reading)
    codec = find_encoding(name, file, reading.encoding)
    objects = _Objects(name, reading)
    with text_of(file, codec) as text:
        of_text = _elements if _begins_array(text) else _text_lines
        for row, line, found in of_text(text, name, reading.limits):
            objects.add(found, row, line)
    return objects.table(codec)


def _begins_array(text: TextIO) -> bool:
    """Whether it is one array of all objects: its bracket may be all that stands on the first line."""
    head = text.read(4096).lstrip("\ufeff \t\r\n")
    text.seek(0)
    return head.startswith("[")


def _text_lines(text: TextIO, name: str, limits: Limits) -> Texts:
    longest = limits.longest_line
    for number, line in enumerate(iter(partial(text.readline, longest), ""), 1):
        if len(line) == longest:
            raise too_large(name, f"line {number} is longer than {longest:,} characters")
        yield number, number, line


def _elements(text: TextIO, name: str, limits: Limits) -> Texts:
    """Yield the elements of an array. Raises SheetError S103 where it is too large, S109 where it breaks off."""
    data = text.read(limits.largest_array + 1)
    if len(data) > limits.largest_array:
        raise SheetError(
            f"{name} is a JSON array of more than {limits.largest_array >> 20} MiB",
            code="S103",
            remedy="Write it as JSON Lines: one object a line, without the brackets and commas around them.",
        )
    at = counted_to = 0
    line, row, sign = 1, 0, "["
    while True:
        at = _expect(data, at, sign, name)
        row += 1
        end = _element_end(data, at, name)
        line, counted_to = line + data.count("\n", counted_to, at), at
        if end == at:  # the array is empty
            return
        yield row, line, data[at:end]
        at, sign = _skip(data, end), ","
        if data[at : at + 1] == "]":
            _expect(data, at, "]", name, last=True)
            return


def _expect(data: str, at: int, sign: str, name: str, *, last: bool = False) -> int:
    """Return where it goes on after this sign. Raises SheetError S109 where another one stands there."""
    at = _skip(data, at)
    after = _skip(data, at + 1)
    if data[at : at + 1] != sign or (last and after < len(data)):
        raise _broken_array(
            data, after if last else at, name, f"{sign} is missing" if not last else "more follows the ]"
        )
    return after


def _element_end(data: str, at: int, name: str) -> int:
    """Return where the element ends that begins here; the same place for the end of an array without any."""
    if data[at : at + 1] == "]" and "{" not in data[:at]:
        return at
    try:
        return json.JSONDecoder().raw_decode(data, at)[1]
    except (ValueError, RecursionError) as error:
        what = (
            error.msg
            if isinstance(error, json.JSONDecodeError)
            else "it is nested too deeply, or a number too long"
        )
        place = error.pos if isinstance(error, json.JSONDecodeError) else at
        raise _broken_array(data, place, name, f"{what[:1].lower()}{what[1:]}") from None


def _skip(data: str, at: int) -> int:
    found = _GAP.match(data, at)
    return found.end() if found else at


_GAP = re.compile(r"[\ufeff \t\r\n]*")


def _broken_array(data: str, at: int, name: str, what: str) -> SheetError:
    line = data.count("\n", 0, at) + 1
    return SheetError(
        f"{name}, line {line}: the JSON array breaks off there: {what}",
        code="S109",
    )


class _Objects:
    """Collects objects as rows; each key of any of them is a column, in the order in which they first came."""

    def __init__(self, name: str, reading: Reading) -> None:
        self._name = name
        self._reading = reading
        self._decimal = reading.decimal or "."
        self._newline = "\n"
        self._rows = RowCollector(0, name, reading.limits)
        self._headings = Headings((), ())
        self._keys: dict[str, None] = {}
        self._takes_text: list[bool] = []
        """for each column"""

    def add(self, text: str, row: int, line: int) -> None:
        """Add the object that this text is to be."""
        if line == 1:
            self._newline = newline_of(text)
        if is_blank(text):
            self._rows.add((), row)
            return
        try:
            values = _object_on_line(text)
        except (json.JSONDecodeError, Unfit) as error:
            raw = text.rstrip("\r\n")
            self._rows.fail([raw], row, line, _broken(raw, error, len(self._rows)))
            return
        self._add_columns([key for key in values if key not in self._keys])
        self._add_row(values, row, line)

    def _add_columns(self, new: list[str]) -> None:
        if not new:
            return
        require_width(self._name, len(self._keys) + len(new), self._reading.limits)
        self._keys |= dict.fromkeys(new)
        self._rows.columns.extend([""] * len(self._rows) for _ in new)
        self._headings = headings_of(list(self._keys), self._reading)
        of_text = set(self._headings.of_kind("text"))
        self._takes_text = [column in of_text for column in range(len(self._keys))]

    def _add_row(self, values: dict[str, Json], row: int, line: int) -> None:
        cells, odd = [], []
        for column, key in enumerate(self._keys):
            value = values.get(key, "")
            cells.append(_json_cell(value, self._decimal))
            if self._takes_text[column] and _is_odd(value):
                odd.append(_no_text(key, column))
        self._rows.add(cells, row, line, problems=odd)

    def table(self, codec: str) -> Table:
        """Return all that was added. Raises SheetError S105 where that is nothing."""
        if not self._headings.headers and not self._rows.problems:
            remedy = "Each line is one object: field name to value."
            raise SheetError(f"{self._name} is empty", code="S105", remedy=remedy)
        dialect = Dialect("jsonl", codec, decimal=self._decimal, newline=self._newline)
        return self._rows.table(dialect, self._headings, 0, lines=True)


def _is_odd(value: Json) -> bool:
    """Whether nobody can have meant this for a text. A number's text is its digits."""
    return isinstance(value, (bool, list, dict))


def _no_text(key: str, column: int) -> Problem:
    return Problem(
        "S119",
        f"{key} is not text",
        column=column,
        wanted="a text in quotes",
        remedy='Put it in quotes, with \\" for each quote inside.',
    )


def _json_cell(value: Json, decimal: str) -> str:
    """Return a JSON value as a cell: a string as it stands, a number with the sheet's decimal sign, else JSON."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return text.replace(".", decimal) if isinstance(value, float) else text


def _object_on_line(line: str) -> dict[str, Json]:
    """Return the object on a line. Raises JSONDecodeError or Unfit."""
    value = read_json(line)
    if not isinstance(value, dict):
        raise Unfit(f"it is {_WORDS.get(type(value), 'a number')}")
    if "\\u" in line or line.count("[") + line.count("{") > MAX_DEPTH:
        refuse_unsendable(value)
    return value


_WORDS = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _broken(text: str, error: json.JSONDecodeError | Unfit, index: int) -> Problem:
    what = str(error)
    if isinstance(error, json.JSONDecodeError):
        what = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    return Problem(
        "S109",
        f"the line is no JSON object: {what}",
        index=index,
        given=excerpt(text, MOST_SHOWN),
        wanted='one object a line, such as {"id": 101, "name": "Anna"}',
    )
