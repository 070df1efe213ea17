"""The data validations of a template: drop-downs, bounds of numbers, and what is shown beside a cell.

None forbids anything: where a cell does not fit, the program asks, since a name, an id or null may be right.
"""

from __future__ import annotations

from typing import Any

from batch_update.sheet.writing.template.form_columns import TemplateColumn, example_of
from batch_update.sheet.writing.template.wording import Words, allowed_in, modes_of, name_in, purpose_of
from batch_update.sheet.writing.worksheet import without_unfit

LONGEST_TITLE = 32
"""letters of a message's title, as Excel has it; and of the message"""
LONGEST_MESSAGE = 255
TIME_ZONES = "time_zones"
"""The name of the range of time zones."""
LISTED = "list_{}"
OR_NULL = "list_{}_or_null"
"""The name of a list's range, and of the one that has `null` above it."""


def validation_of(column: TemplateColumn, words: Words, *, cell: str) -> dict[str, Any]:
    """Return the validation of a column's cells, as xlsxwriter takes it. `cell`: the first one, as in `C2`."""
    return {
        **_rule(column, words, cell),
        **message_of(column, words),
        "error_type": "warning",
        "error_title": _shortened(words.fits_not, LONGEST_TITLE),
        "error_message": _shortened(words.ask_anyway.format(allowed_in(column, words)), LONGEST_MESSAGE),
    }


def words_to_choose(column: TemplateColumn, words: Words) -> dict[str, Any] | None:
    """Return a drop-down of the few words that a column's cells take, as xlsxwriter takes it; None for any other."""
    rule = _rule(column, words, "")
    if not isinstance(rule.get("source"), list) or len(",".join(rule["source"])) > LONGEST_MESSAGE:
        return None
    message = words.ask_anyway.format(allowed_in(column, words))
    return rule | {
        "error_type": "warning",
        "error_title": _shortened(words.fits_not, LONGEST_TITLE),
        "error_message": _shortened(message, LONGEST_MESSAGE),
    }


def message_of(column: TemplateColumn, words: Words) -> dict[str, Any]:
    """Return what is shown where a cell is chosen: what it sets, what is allowed, an example."""
    example = example_of(column, yes=words.yes, decimal=words.decimal)
    facts = column.facts
    lines = [f"{purpose_of(column, words)}.", words.allowed.format(allowed_in(column, words))]
    if facts.kind == "ids":
        offered = column.offered
        lines.append(words.several_ids if offered is None else words.several.format(offered.title))
    if modes := modes_of(column):
        lines.append(words.only_modes.format(modes))
    if example:
        lines.append(words.example.format(example))
    if column.name != "id":
        lines.append(words.empty)
    return {
        "input_title": _shortened(name_in(column, words), LONGEST_TITLE),
        "input_message": _shortened("\n".join(lines), LONGEST_MESSAGE),
    }


def _rule(column: TemplateColumn, words: Words, cell: str) -> dict[str, Any]:
    facts = column.facts
    null = ["null"] if facts.nullable else []
    if facts.kind == "id" and column.offered is not None and column.offered.entries:
        name = OR_NULL if facts.nullable else LISTED
        return {"validate": "list", "source": f"={name.format(column.offered.name)}"}
    if facts.kind == "timezone":
        return {"validate": "list", "source": f"={LISTED.format(TIME_ZONES)}"}
    if facts.kind == "flag":
        return {"validate": "list", "source": [words.yes, words.no, *null]}
    if facts.choices or (facts.kind == "id" and null and column.offered is not None):
        return {"validate": "list", "source": [*facts.choices, *null]}
    if column.is_number and facts.minimum is not None and facts.maximum is not None:
        return _bounds(column, cell, facts.minimum, facts.maximum)
    if facts.max_length is not None:
        return {"validate": "length", "criteria": "<=", "value": facts.max_length}
    return {"validate": "any"}


def _bounds(column: TemplateColumn, cell: str, least: float, most: float) -> dict[str, Any]:
    if not column.facts.nullable:
        kind = "integer" if column.facts.kind == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
    whole = f",INT({cell})={cell}" if column.facts.kind == "integer" else ""
    within = f"AND(ISNUMBER({cell}),{cell}>={least:g},{cell}<={most:g}{whole})"
    return {"validate": "custom", "value": f'=IF(ISNUMBER({cell}),{within},LOWER({cell})="null")'}


def _shortened(text: str, most: int) -> str:
    """Return the text with at most so many characters, as a spreadsheet program counts them: in 16 bits.

    Without those that no workbook can hold: what the account has may be called as it likes.
    """
    text = without_unfit("", text)
    if _length(text) <= most:
        return text
    while _length(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
