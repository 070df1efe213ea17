"""Cells of JSON: arrays and objects."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from batch_update.fields.cells.errors import CellError, refusal, unreadable
from batch_update.fields.cells.texts import is_encodable, refuse_damaged, unix_lines
from batch_update.fields.facts import Field
from batch_update.fields.garbled.damage import with_escapes
from batch_update.fields.reported import flat_tools
from batch_update.model.sheets import Json
from batch_update.text import excerpt, first_twice

MAX_DEPTH = 100
"""Levels of nesting."""


def read_array(field: Field, text: str, decimal: str) -> list[Any]:
    value = _parse(field, text)
    if value == {}:
        return []
    if not isinstance(value, list):
        remedy = "put it in [ ], since the field holds a list" if isinstance(value, dict) else ""
        raise refusal("C110", field, text, remedy, detail=": an array is wanted")
    return flat_tools(value) if field.name == "tools" else value


def read_object(field: Field, text: str, decimal: str) -> dict[str, Any]:
    value = _parse(field, text)
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise refusal("C110", field, text, "write an object in { }", detail=": an object is wanted")
    return value


def show_json(field: Field, value: Json, decimal: str) -> str:
    return with_escapes(value)


class _Unfit(ValueError):
    """JSON that Python would read and nobody should."""


def _parse(field: Field, text: str) -> Json:
    refuse_damaged(field, text, is_json=True)
    try:
        value = _DECODER.decode(unix_lines(text))
        _refuse_unfit(value)
    except RecursionError:
        raise refusal("C110", field, text, detail=": nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _broken(field, text, error) from None
    except ValueError as error:  # from int(), where a number has thousands of digits
        reason = error if isinstance(error, _Unfit) else "a number has too many digits"
        raise unreadable("C110", field, text, detail=f": {reason}") from None
    return value


def _broken(field: Field, text: str, error: json.JSONDecodeError) -> CellError:
    remedy = ""
    if re.search("[“”„‟«»]", text):
        remedy = 'replace the typographic quotes by straight ones, "'
    elif re.match(r"[\[{\s]+'", text):
        remedy = "put texts in double quotes"
    reason = error.msg[:1].lower() + error.msg[1:]
    place = f" at line {error.lineno}, character {error.colno}"
    return unreadable("C110", field, text, remedy, detail=f"{place}: {reason}")


# ---------------------------------------------------------------- what Python would let pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unfit(f"{excerpt(first_twice(name for name, _ in pairs))!r} stands twice in one object")
    return found


def _constant(name: str) -> None:
    raise _Unfit(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Unfit(f"{excerpt(text, 20)} is too large")
    return value


# Not strict: a line break inside a text is what Alt+Enter makes in a cell.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite, strict=False
)


def _refuse_unfit(value: Json, depth: int = 0) -> None:
    if isinstance(value, str):
        if not is_encodable(value):
            raise _Unfit("half a character, between \\ud800 and \\udfff")
    elif isinstance(value, (dict, list)):
        if depth >= MAX_DEPTH:
            raise _Unfit("nested too deeply")
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _refuse_unfit(item, depth + 1)
