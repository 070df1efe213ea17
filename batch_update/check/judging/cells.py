"""One cell judged: the value that it stands for, and everything that is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from batch_update.check.fault import Fault
from batch_update.check.judging.complaints import Cell, complaint
from batch_update.codes import CODES
from batch_update.fields.cells import LEAVE, CellError, Leave, read_as, show_cell
from batch_update.fields.facts import Field, validator
from batch_update.fields.tools import TOOL_TYPES, shown, unknown_settings
from batch_update.model.named import names_in
from batch_update.model.sheets import Json, NamedFile, Severity
from batch_update.strict_json import is_encodable
from batch_update.text import did_you_mean


def judge_cell(
    field: Field, text: str, decimal: str, check: TypeAdapter[Any] | None = None
) -> tuple[Json | Leave, tuple[Fault, ...]]:
    """Return the value that a cell stands for, and what is wrong with it; with an error the value means nothing.

    Names in place of ids stay names, which only the account knows. `check`: what its value has to pass, for a part
    of a field.
    """
    if not field.empty and text.strip() in ("[]", "{}"):
        return LEAVE, (_cannot_be_emptied(field, text),)
    try:
        value = read_as(field, text, decimal)
    except CellError as error:
        return LEAVE, (Fault(error.code, str(error), error.given, error.wanted, error.remedy),)
    if value is LEAVE:
        return value, (_UNSEEN,) if text.strip() else ()
    if value is None and field.nullable:
        return value, ()
    if value is None:
        return LEAVE, (_cannot_be_cleared(field, text),)
    if isinstance(value, str) and not is_encodable(value):
        return LEAVE, (_half_a_character(field, text),)
    if next(names_in(value), None) is not None:
        return value, ()
    return _judge_value(Cell(field, text, value, decimal), check)


def judge_file(
    field: Field, file: NamedFile, check: TypeAdapter[Any] | None = None
) -> tuple[Json | Leave, tuple[Fault, ...]]:
    """Return the text that a cell stands for which names a file, and what is wrong with it, as `judge_cell` does."""
    if file.refused:
        message = f"{field.name}: {CODES['C112'].title}: {file.refused}"
        return LEAVE, (Fault("C112", message, shown(f"@{file.path}"), field.allowed, file.remedy),)
    return _judge_value(Cell(field, f"@{file.path}", file.text, "."), check)


def _judge_value(cell: Cell, check: TypeAdapter[Any] | None) -> tuple[Json | Leave, tuple[Fault, ...]]:
    try:
        (check or validator(cell.field.name)).validate_python(cell.value)
    except ValidationError as error:
        return LEAVE, tuple(complaint(cell, detail) for detail in error.errors(include_url=False))
    return cell.value, tuple(_unknown_parts(cell.field, cell.value))


def cell_of(name: str, value: Json, decimal: str = ".") -> str | None:
    """Return the cell that says this value of a field; None where no cell can."""
    try:
        return show_cell(name, value, decimal)
    except (ValueError, RecursionError):  # JSON has no NaN, and no hundred levels
        return None


_UNSEEN = Fault(
    "C118",
    CODES["C118"].title,
    wanted="a value, or an empty cell",
    severity=Severity.WARNING,
)


def _half_a_character(field: Field, text: str) -> Fault:
    """Return the fault of a lone surrogate: no server need take it, and in a file of text it is a question mark."""
    message = f"{field.name} holds half a character, between \\ud800 and \\udfff"
    return Fault(
        "V101", message, shown(text), "whole characters", "write that character, often an emoji, anew"
    )


# ---------------------------------------------------------------- clearing


def _cannot_be_cleared(field: Field, text: str) -> Fault:
    remedy = "leave the cell empty to leave the field alone"
    if field.empty:
        remedy += f", or write {'{}' if field.kind == 'object' else '[]'} to empty it"
    if field.kind == "text":
        remedy += '; the word itself is written "null", in double quotes'
    return Fault("V106", f"{field.name} cannot be cleared", shown(text), field.allowed, remedy)


def _cannot_be_emptied(field: Field, text: str) -> Fault:
    remedy = "leave the cell empty to leave the field alone"
    if field.nullable:
        remedy += ", or write null to clear it"
    if field.kind == "text":
        remedy += f'; the text itself is written "{text.strip()}", in double quotes'
    return Fault("V107", f"{field.name} cannot be emptied", shown(text), field.allowed, remedy)


# ---------------------------------------------------------------- parts that are sent though not known


def _unknown_parts(field: Field, value: Json) -> Iterable[Fault]:
    """Yield a warning for each tool and setting that is not known here, and is sent as it is: the vendor adds some."""
    for number, tool in enumerate(value if field.name == "tools" else ()):
        for name in unknown_settings(tool):
            yield (
                _unknown_type(number, tool["type"])
                if name == "type"
                else _unknown_setting(number, tool, name)
            )


def _unknown_type(number: int, given: str) -> Fault:
    known: Sequence[str] = list(TOOL_TYPES)
    remedy = did_you_mean(given, known) or "check the spelling; it is sent as it is"
    message = f"tools.{number}.type is a tool that is not known here"
    return Fault("V120", message, shown(given), ", ".join(known), remedy, Severity.WARNING)


def _unknown_setting(number: int, tool: Mapping[str, Json], name: str) -> Fault:
    known = [setting for setting in TOOL_TYPES[tool["type"]].model_fields if setting != "type"]
    remedy = did_you_mean(name, known) or "check the spelling; it is sent as it is"
    message = f"tools.{number}.{shown(name)} is a setting that is not known here"
    return Fault("V121", message, wanted=", ".join(known), remedy=remedy, severity=Severity.WARNING)
