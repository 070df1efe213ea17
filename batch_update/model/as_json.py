"""Single nouns of a run as JSON values and back, as its journal and saved plans hold them.

Readers raise ValueError, TypeError or LookupError for a value that is not theirs.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from batch_update.codes import remedy_of
from batch_update.model.alike import LONG, Alike
from batch_update.model.choices import Catalog
from batch_update.model.plans import Change, Outcome
from batch_update.model.reports import Event
from batch_update.model.sheets import Column, Dialect, Json, NamedFile, Problem, Role, Sheet

T = TypeVar("T")


def dump(value: Json) -> str:
    """Compact JSON in ASCII, so that any text can be stored: a lone surrogate and a NUL byte too."""
    return _ENCODER.encode(value)


def as_dict(value: object) -> Json:
    """Return a mapping of another kind as the dict that `json` knows. Raises TypeError for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be written down")


_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=as_dict)
"""Making one costs as much as using it."""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def without_defaults(value: Any) -> dict[str, Json]:
    """Return the fields of a dataclass that differ from their defaults."""
    names, defaults, values = _fields(type(value))  # type: ignore[arg-type]  # a class is hashable; mypy knows that of no type[Any]
    given = zip(names, values(value), defaults, strict=True)
    # Most are their defaults, and the same object is found quicker than an equal one.
    return {name: found for name, found, default in given if found is not default and found != default}


@cache
def _fields(kind: type[Any]) -> tuple[list[str], list[Any], Callable[[Any], tuple[Any, ...]]]:
    """Names, defaults, and what gets the values of all."""
    names = [f.name for f in fields(kind)]
    defaults = [f.default if f.default_factory is MISSING else f.default_factory() for f in fields(kind)]
    return names, defaults, attrgetter(*names)


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def made_from(kind: type[T], found: Json) -> T:
    """Return the dataclass that this is the JSON value of. ValueError where it is none."""
    try:
        made: T = _adapter(kind).validate_python(found)  # type: ignore[arg-type]  # a class is hashable; mypy knows that of no type[T]
        return made
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None


def text_of_value(value: Json) -> str:
    if type(value) is not str:
        raise ValueError("something stands where a text was written")
    return value


def time_value(at: datetime) -> int:
    """Microseconds since 1970, UTC: exact, and written in a fifth of the time that a text takes."""
    return (at - _EPOCH) // _MICROSECOND


def read_time(value: Json) -> datetime:
    if type(value) is not int:
        raise ValueError("something stands where a time was written")
    return _EPOCH + value * _MICROSECOND


def read_seconds(value: Json) -> float:
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        raise ValueError("no run lasts so long")
    return float(value)


# ---------------------------------------------------------------- the sheet


def sheet_value(sheet: Sheet) -> dict[str, Json]:
    """Return the sheet without its rows and problems."""
    return {
        "name": sheet.name,
        "dialect": asdict(sheet.dialect),
        "columns": [
            [c.header, c.role, c.field, c.path, c.operation] + ([True] if c.is_constant else [])
            for c in sheet.columns
        ],
        "header_row": sheet.header_row,
        "blank_rows": sheet.blank_rows,
        "lines": sheet.lines is not None,
        "sha256": sheet.sha256,
    } | ({"files": {cell: asdict(file) for cell, file in sheet.files.items()}} if sheet.files else {})


def row_values(sheet: Sheet) -> Iterator[Json]:
    """For each row its number, line and cells, and the cells as they stand where it is ragged."""
    lines = sheet.lines if sheet.lines is not None else [0] * len(sheet)
    texts = [column.texts for column in sheet.columns]
    cells = zip(*texts, strict=True) if texts else [()] * len(sheet)
    for index, (number, line, own) in enumerate(zip(sheet.numbers, lines, cells, strict=True)):
        as_they_stand = (sheet.ragged[index],) if index in sheet.ragged else ()
        yield number, line, own, *as_they_stand


def sheet_of_value(
    found: dict[str, Json], rows: Iterable[Json], problems: tuple[Problem, ...], alike: Alike | None = None
) -> Sheet:
    """Return the sheet of which `sheet_value` and `row_values` are.

    `alike`: of the plan that it is read with.
    """
    alike = alike or Alike()
    shared: dict[str, str] = {}  # equal cells are one string, as they were when the sheet was read
    numbers, lines = array("q"), array("q")
    ragged: dict[int, tuple[str, ...]] = {}
    texts: list[list[str]] = [[] for _ in found["columns"]]
    for index, (number, line, cells, *as_they_stand) in enumerate(rows):
        if type(number) is not int or type(line) is not int:
            raise ValueError("a row of the sheet has no number")
        numbers.append(number)
        lines.append(line)
        for column, cell in zip(texts, cells, strict=True):
            column.append(shared.setdefault(cell, cell) if len(cell) < LONG else alike.text(cell))
        if as_they_stand:
            ragged[index] = tuple(map(text_of_value, as_they_stand[0]))
    if not all(type(text) is str for text in shared):
        raise ValueError("a row of the sheet is not one")
    if [type(found[name]) for name in ("name", "sha256", "header_row", "blank_rows")] != [str, str, int, int]:
        raise ValueError("what is said of the sheet is not what is written there")
    columns = zip(found.pop("columns"), texts, strict=True)
    return Sheet(
        columns=tuple(
            Column(
                text_of_value(header),
                cells,
                Role(role),
                name,
                tuple(map(text_of_value, path)),
                operation,
                is_constant=constant == [True],
            )
            for (header, role, name, path, operation, *constant), cells in columns
        ),
        dialect=made_from(Dialect, found.pop("dialect")),
        lines=lines if found.pop("lines") else None,
        numbers=numbers,
        ragged=ragged,
        problems=problems,
        files={cell: made_from(NamedFile, file) for cell, file in found.pop("files", {}).items()},
        **found,
    )


def problem_value(problem: Problem) -> dict[str, Json]:
    found = without_defaults(problem)
    if problem.remedy == remedy_of(problem.code):
        found.pop("remedy", None)  # it comes with the code
    return found


def read_problem(found: dict[str, Json]) -> Problem:
    return made_from(Problem, found)


# ---------------------------------------------------------------- changes, outcomes, events


def change_value(change: Change) -> dict[str, Json]:
    found = without_defaults(change)
    if change.parts:
        found["parts"] = list(map(without_defaults, change.parts))
    if change.held:
        found["held"] = list(map(without_defaults, change.held))
    return found


def read_change(found: dict[str, Json]) -> Change:
    return made_from(Change, found)


def outcome_value(outcome: Outcome) -> dict[str, Json]:
    found = without_defaults(outcome)
    if outcome.started is not None:
        found["started"] = time_value(outcome.started)
    if outcome.conflicts:
        found["conflicts"] = list(map(without_defaults, outcome.conflicts))
    return found


def read_outcome(found: dict[str, Json]) -> Outcome:
    if "started" in found:
        found["started"] = read_time(found["started"])
    return made_from(Outcome, found)


def event_value(event: Event) -> dict[str, Json]:
    """Return an event but for its time, which stands beside it."""
    found = without_defaults(replace(event, at=None))
    if event.window is not None:
        found["window"] = asdict(event.window)
    return found


def read_event(found: Mapping[str, Json], at: datetime) -> Event:
    return replace(made_from(Event, found), at=at)


# ---------------------------------------------------------------- parts of a session's entries


def called_value(called: Mapping[Catalog, Mapping[int, str]]) -> Json:
    """Return what the account calls ids."""
    return {catalog: sorted(names.items()) for catalog, names in called.items()}


def read_called(found: dict[str, Json]) -> dict[Catalog, dict[int, str]]:
    """Return what `called_value` wrote."""
    return {Catalog(name): {int(n): text_of_value(text) for n, text in ids} for name, ids in found.items()}
