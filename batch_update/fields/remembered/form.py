"""One form for all values that are the same, so that they have one digest, however a program wrote them. Pure."""

from __future__ import annotations

import json

from batch_update.fields.values.same import ID_LISTS
from batch_update.fields.values.stored import in_one_form
from batch_update.model.sheets import Json


def same_form(name: str, value: Json) -> Json:
    """Return the value of a field, or of a part of one, in the form in which values that are the same are equal.

    As `same_value` has it, with three exceptions. Numbers count to nine digits, since programs write a CSV as
    they show it. Tabs inside a text do not count, since LibreOffice leaves them out of cells. Spaces at the ends of a
    text count, since whoever takes them off means it.
    """
    whole, _, inside = name.partition(".")
    if isinstance(value, list) and (whole in ID_LISTS):
        return sorted(set(value))
    if whole == "variables" and inside and isinstance(value, (bool, int, float)):
        return json.dumps(_plain_form(value))  # a part of the variables is text
    if whole == "filler_config" and isinstance(value, dict):
        value = {kind: phrases for kind, phrases in value.items() if phrases}
    if whole == "tools":
        return _tool_form(inside.rpartition(".")[2], value)
    return _plain_form(value)


def _plain_form(value: Json) -> Json:
    if isinstance(value, str):
        return in_one_form(value).replace("\t", "")
    if isinstance(value, float):
        return int(value) if value.is_integer() else float(f"{value:.9g}")
    if isinstance(value, dict):
        return {name: _plain_form(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return list(map(_plain_form, value))
    return value


def _tool_form(setting: str, value: Json) -> Json:
    """Return tools, or one setting of one, with ids as texts and without what is null."""
    if isinstance(value, list):
        return [_tool_form("", tool) for tool in value] if not setting else _plain_form(value)
    if isinstance(value, dict) and not setting:
        return {name: _tool_form(name, inner) for name, inner in value.items() if inner is not None}
    is_id = setting.endswith("_id") and type(value) in (int, str)
    return str(value) if is_id else _plain_form(value)
