"""Messages of rows: the server's words at the cell they concern, a shifted row quoted, secrets left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from batch_update.fields.tools import SECRET_SETTINGS, SHORTEST_SECRET
from batch_update.model.plans import Outcome
from batch_update.model.reports import Report
from batch_update.model.sheets import Sheet
from batch_update.report.called import NO_NAMES, Called
from batch_update.report.conflicts import conflict_words
from batch_update.report.own_columns import ragged_cells
from batch_update.report.places import place_of
from batch_update.text import excerpt, printable, said_of_fields, without_query

QUOTED = 1_000
"""Characters of a ragged row that are quoted. `failed.csv` holds all of it."""

_SECRET = re.compile(
    rf"((?:{'|'.join(sorted(SECRET_SETTINGS))})[\"'\\\s]*[:=][\"'\\\s]*)([^\s\"'\\,;|}}\]]+)"
)
"""A secret setting and its value, however it is quoted, or no longer quoted where a row has shifted."""

_BEARER = re.compile(r"(bearer[\s:]+)[^\s\"',;]+", re.IGNORECASE)
"""How a request carries its key, where something quotes its head."""


def words_of(outcome: Outcome) -> str:
    """Return all that an outcome says: its message, what was held back, what the server said of fields."""
    return said_of_fields(_said_line(outcome), outcome.field_errors)


def said_lines(outcome: Outcome, called: Called = NO_NAMES) -> Iterator[str]:
    """Yield the message of an outcome, then a text for each field that was held back; `called`: the names of ids."""
    if outcome.message:
        yield outcome.message
    yield from (conflict_words(one, called) for one in outcome.conflicts)


def _said_line(outcome: Outcome) -> str:
    return "; ".join(said_lines(outcome))


def row_message(report: Report, index: int) -> str:
    """Return all that is known of why a row ended as it did, on one line, safe to show."""
    sheet, outcome = report.plan.sheet, report.outcomes[index]
    parts = [_outcome_words(sheet, index, outcome)]
    if index in sheet.ragged:
        separator = sheet.dialect.delimiter if sheet.dialect.delimiter.strip() else " | "
        record = without_secrets(separator.join(ragged_cells(sheet, index)), sheet, index)
        parts.append(f"the row as it stands: {excerpt(record, QUOTED)}")
    return without_secrets("; ".join(part for part in parts if part), sheet, index)


def without_secrets(text: str, sheet: Sheet, index: int) -> str:
    """Return the text on one line, without any secret that stands in this row of the sheet."""
    for secret in _secrets(sheet, index):
        text = text.replace(secret, "***")
    return printable(without_any_secret(text))


def without_any_secret(text: str) -> str:
    """Return a text of whatever origin without secret settings, keys of requests, and what an address may hide."""
    return without_query(_BEARER.sub(r"\1***", _SECRET.sub(r"\1***", text)))


def _secrets(sheet: Sheet, index: int) -> Iterator[str]:
    """Yield the values of secret settings in the row, which stay in the user's own column and go nowhere else."""
    if index in sheet.ragged:
        cells = sheet.ragged[index]
    else:
        cells = tuple(column.texts[index] for column in sheet.columns if column.field == "tools")
    for cell in cells:
        yield from (match[2] for match in _SECRET.finditer(cell) if len(match[2]) >= SHORTEST_SECRET)


def _outcome_words(sheet: Sheet, index: int, outcome: Outcome) -> str:
    """Return the message; then, for each field that the server names, `speech_speed at F14 (Tempo): must be ...`."""
    return said_of_fields(
        _said_line(outcome), outcome.field_errors, lambda name: _at_place(sheet, index, name)
    )


def _at_place(sheet: Sheet, index: int, name: str) -> str:
    """` at F14 (Tempo)`; in JSON Lines, which have no cells, ` at row 14 (Tempo)`."""
    field = name.split(".")[0]
    number = next((number for number, column in enumerate(sheet.columns) if column.field == field), None)
    if number is None:
        return ""
    place = place_of(sheet, index, number)
    header = (place.header or "").strip()
    return f" at {place.cell or f'row {place.row}'}" + (f" ({header})" if header != field else "")
