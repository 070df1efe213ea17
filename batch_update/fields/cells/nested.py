"""Cells of JSON: arrays and objects."""

from __future__ import annotations

import json
import re
from typing import Any

from batch_update.fields.cells.errors import CellError, refusal, unreadable
from batch_update.fields.cells.texts import refuse_damaged, unix_lines
from batch_update.fields.facts import Field
from batch_update.fields.garbled.damage import with_escapes
from batch_update.fields.values.reported import flat_tools
from batch_update.model.sheets import Json
from batch_update.strict_json import Unfit, read_json, refuse_unsendable


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


def _parse(field: Field, text: str) -> Json:
    refuse_damaged(field, text, is_json=True)
    try:
        value = read_json(unix_lines(text), line_breaks=True)  # which Alt+Enter makes in a cell
        refuse_unsendable(value)
    except json.JSONDecodeError as error:
        raise _broken(field, text, error) from None
    except Unfit as error:
        raise unreadable("C110", field, text, detail=f": {error}") from None
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
