"""Owns pandas DataFrames on their way in: each value as the cell that a sheet would have for it.

Rows have the numbers that they would have in a file: the first is row 2, below the header, or `frame.iloc[0]`.
"""

from __future__ import annotations

import json
import math
import re
import reprlib
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pandas as pd

from batch_update.errors import SheetError, UsageError
from batch_update.model.sheets import Dialect, Json, Problem
from batch_update.sheet.collecting import MOST_SHOWN, RowCollector, nuls_in
from batch_update.sheet.extent.header_row import refuse_header_row
from batch_update.sheet.headers import Headings, headings_of
from batch_update.sheet.manner import Reading
from batch_update.sheet.table import Table, require_height, require_width
from batch_update.sheet.text.dialect import find_decimal
from batch_update.text import excerpt, listed

NAME = "DataFrame"
FORMAT = "frame"
_FIRST_ROW = 2
_MOST_EXACT = 2**53
"""from here on a float may stand for another whole number"""
_LEAST_EXPONENT = -400
"""of a Decimal; one below it, which no number that a cell holds needs, would be spelled with millions of zeros"""
_NOBODYS = re.compile(r"Unnamed: \d+(_level_\d+)?").fullmatch
"""what pandas calls a column of a file that has no header"""


def read_frame(source: object, reading: Reading) -> Table:
    """Return a DataFrame as a table; named levels of its index are columns, too, before all others.

    A value that no cell holds (S125), or that nobody can have meant for a text (S119), is a problem at its place.
    Raises SheetError S103 where it is too large, S105 where it is empty, S124 where columns have no names, UsageError
    where it is no DataFrame.
    """
    if not isinstance(source, pd.DataFrame):
        raise _no_frame(source)
    refuse_header_row(NAME, reading)
    require_height(NAME, len(source) + 1, reading.limits)
    columns = list(_columns_of(source))
    require_width(NAME, len(columns), reading.limits)
    if not columns:
        raise SheetError(f"{NAME} is empty", code="S105", remedy="A column names the assistants: id.")
    headings = headings_of(_headers([name for name, _ in columns]), reading)
    return _table_of_frame(headings, [series for _, series in columns], reading)


def _no_frame(source: object) -> UsageError:
    kind = f"{type(source).__module__}.{type(source).__qualname__}"
    remedy = "give it a path, or - for stdin, or a pandas.DataFrame"
    if hasattr(source, "to_pandas"):
        remedy = "give it what its to_pandas() returns"
    elif isinstance(source, pd.Series):
        remedy = "give it a DataFrame: series.to_frame().T, if the series is one row"
    return UsageError(f"a {kind} is no sheet", code="U101", remedy=remedy)


# ---------------------------------------------------------------- columns


def _columns_of(frame: pd.DataFrame) -> Iterator[tuple[Hashable, pd.Series[Any]]]:
    """Yield the names and values of all columns, the same name as often as it stands there."""
    for level, name in enumerate(frame.index.names):
        if name is not None:
            yield name, frame.index.get_level_values(level).to_series()
    for number, name in enumerate(frame.columns):
        yield name, frame.iloc[:, number]


def _headers(names: Sequence[Hashable]) -> list[str]:
    """Return the names of columns as headers. Raises SheetError S124 where they are no texts."""
    odd = [name for name in names if not isinstance(name, str) and not _is_nothing(name)]
    if any(isinstance(name, tuple) for name in odd):
        what, remedy = (
            "several levels",
            'Join them: frame.columns = [".".join(name) for name in frame.columns].',
        )
    else:
        what, remedy = "no names", 'Name them: frame.columns = ["id", "name", ...].'
    if odd:
        raise SheetError(
            f"{NAME}: its columns have {what}: {listed([excerpt(reprlib.repr(name)) for name in odd], 4)}",
            code="S124",
            remedy=remedy,
        )
    return [name if isinstance(name, str) and not _NOBODYS(name) else "" for name in names]


def _is_nothing(value: object) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _table_of_frame(headings: Headings, columns: Sequence[pd.Series[Any]], reading: Reading) -> Table:
    values = [_values(series) for series in columns]
    decimal = _decimal([values[column] for column in headings.of_kind("number")], reading)
    lists, texts = set(headings.of_kind("ids")), set(headings.of_kind("text"))
    cells: list[list[str]] = []
    problems: list[Problem] = []
    for column, of_column in enumerate(values):
        # A comma in a list of ids would come between two of them.
        spelled = [frame_cell(value, "." if column in lists else decimal) for value in of_column]
        cells.append([text or "" for text in spelled])
        problems += _unheld(column, of_column, spelled)
        if column in texts:
            problems += _no_texts(column, of_column)
        problems += nuls_in(column, cells[-1])
    rows = RowCollector(len(columns), NAME, reading.limits)
    if cells[0]:
        numbers = np.arange(len(cells[0]), dtype=np.int64) + _FIRST_ROW
        rows.extend(cells, numbers, numbers)
    rows.problems += [_placed(problem, rows) for problem in problems]
    return rows.table(Dialect(FORMAT, decimal=decimal), headings, 1, lines=False)


def _values(series: pd.Series[Any]) -> list[Any]:
    """Return the values of a column; None for those that are missing."""
    kind, size = getattr(series.dtype, "kind", ""), getattr(series.dtype, "itemsize", 8)
    if kind == "f" and size < 8:  # in their own digits: 0.1 in 32 bits is 0.10000000149 in 64
        narrow = series.to_numpy(dtype=f"f{size}", na_value=math.nan)
        return [None if math.isnan(value) else float(str(value)) for value in narrow]
    return [None if gone else value for value, gone in zip(series.tolist(), _missing(series), strict=True)]


def _missing(series: pd.Series[Any]) -> Iterable[bool]:
    try:
        return series.isna().to_numpy()
    except InvalidOperation:  # pandas compares Decimals, and a signaling NaN cannot be compared
        return [_is_nothing(value) or (isinstance(value, Decimal) and value.is_nan()) for value in series]


def _decimal(columns: Sequence[Sequence[Any]], reading: Reading) -> str:
    """Return the decimal sign of numbers that stand there as texts."""
    texts = ([value for value in column if isinstance(value, str)] for column in columns)
    return find_decimal(texts, ",", reading.decimal)


# ---------------------------------------------------------------- cells


def frame_cell(value: Any, decimal: str = ".") -> str | None:
    """Return the cell that holds a value; None where none does. Texts stand as they are: `"null"` means null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return _whole(int(value))
    if isinstance(value, (float, np.floating)):
        return _number_cell(float(value), decimal)
    if isinstance(value, Decimal):
        return _number_cell(value, decimal)
    if isinstance(value, (date, time)):
        return _iso_moment(value)
    return _json(value) if isinstance(value, (dict, list, tuple, np.ndarray)) else None


def _whole(value: int) -> str | None:
    try:
        return str(value)
    except ValueError:  # thousands of digits
        return None


def _number_cell(value: float | Decimal, decimal: str) -> str | None:
    """Return a number's digits; where a float has more than it can know of, their exponent shows that."""
    if not math.isfinite(value):
        return None
    if isinstance(value, Decimal):
        is_spelled = int(value.as_tuple().exponent) >= _LEAST_EXPONENT
        return format(value, "f").replace(".", decimal) if is_spelled else None
    if value != int(value):
        return repr(value).replace(".", decimal)
    if abs(value) < _MOST_EXACT:
        return str(int(value))
    return f"{Decimal(repr(value)).normalize():E}".replace(".", decimal)


def _iso_moment(value: date | time) -> str:
    """Return a date or time as ISO 8601 has it; a date at midnight is a date."""
    is_day = isinstance(value, datetime) and value.tzinfo is None and value.time() == time()
    return value.date().isoformat() if is_day and isinstance(value, datetime) else value.isoformat()


def _json(value: Any) -> str | None:
    try:
        return json.dumps(_json_value(value), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _json_value(value: Any) -> Json:
    """Return a list or object of nothing but JSON values. Raises TypeError where something else is in it."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key that is no text")
        return {key: _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_json_value(item) for item in value]
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        return value.item()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(type(value).__name__)


# ---------------------------------------------------------------- what is wrong with a cell


def _unheld(column: int, values: Sequence[Any], spelled: Sequence[str | None]) -> Iterator[Problem]:
    for position, text in enumerate(spelled):
        if text is None:
            yield Problem(
                "S125",
                "no cell of a sheet holds such a value",
                index=position,
                column=column,
                given=_looks_of(values[position]),
                wanted="a text, a number, True or False, a date, JSON in a list or dict, or nothing",
            )


def _no_texts(column: int, values: Sequence[Any]) -> Iterator[Problem]:
    """Yield a problem for each value that nobody can have meant for a text."""
    for position, value in enumerate(values):
        if isinstance(value, (bool, np.bool_, dict, list, tuple, np.ndarray)):
            yield Problem(
                "S119",
                "the value is not text",
                index=position,
                column=column,
                given=_looks_of(value),
                wanted="a text",
                remedy="Make a text of it first, with str() or json.dumps().",
            )


def _looks_of(value: Any) -> str:
    """Return what a value looks like; of an object that only its own program knows, its type."""
    known = isinstance(
        value, (str, bytes, float, list, tuple, dict, set, np.generic, pd.Timedelta, pd.Period)
    )
    if known or isinstance(value, bool):
        return excerpt(reprlib.repr(value), MOST_SHOWN)
    return f"a value of the type {type(value).__name__}"


def _placed(problem: Problem, rows: RowCollector) -> Problem:
    """Return a problem at its row; of the whole frame where the row is blank but for what is wrong."""
    number = (problem.index or 0) + _FIRST_ROW
    index = bisect_left(rows.numbers, number)
    is_there = index < len(rows) and rows.numbers[index] == number
    return replace(problem, index=index if is_there else None)
