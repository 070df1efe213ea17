"""Placeholders of prompts, `{{company}}`: those that nothing is known to fill, and braces that do not close. Pure.

All of it is warnings: a variable may also come with a call, from a webhook or a campaign.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from batch_update.check.fault import Fault
from batch_update.check.rows import ReadRows
from batch_update.fields.cells import LEAVE
from batch_update.model.sheets import Json, Problem, Severity
from batch_update.text import did_you_mean, excerpt, listed

PROMPTS = ("initial_message", "system_prompt", "reengagement_prompt", "voice_mail_message")
"""The fields in whose texts placeholders are filled."""
SYSTEM_VARIABLES = (
    *("customer_phone", "assistant_phone", "assistant_id", "assistant_name", "current_date", "current_time"),
)
"""Those that every call fills by itself."""
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_OPEN = re.compile(r"\{\{[^{}]*(?:\Z|\{|\}(?!\}))|(?<!\{)\{\s*[A-Za-z_][\w.-]*\s*\}\}")
"""Two braces of which one is closed, or none; `}}` by itself may end JSON."""
_AT_ONCE = 10_000
_MOST_NAMED = 5


def brace_problems(rows: ReadRows) -> Iterator[Problem]:
    """Yield a warning for each text whose braces do not close."""
    for column in rows.all_columns:
        if column.name in PROMPTS:
            for row, text in _with_braces(column.texts):
                value = column.value(text)
                found = _open_brace(value) if isinstance(value, str) else ""
                if found:
                    yield rows.problem(row, column.index, _unbalanced(column.name, found))


def placeholder_problems(rows: ReadRows) -> Iterator[Problem]:
    """Yield a warning for each text with placeholders that nothing fills, where the row sets all variables itself."""
    whole = rows.by_name.get("variables")
    columns = [column for column in rows.all_columns if column.name in PROMPTS] if whole else []
    for column in columns:
        for row, text in _with_braces(column.texts):
            value, variables = column.value(text), whole.value(whole.texts[row]) if whole else LEAVE
            if isinstance(value, str) and isinstance(variables, dict):
                fault = unfilled(column.name, value, variables)
                if fault is not None:
                    yield rows.problem(row, column.index, fault)


def unfilled(field: str, text: str, variables: Collection[str]) -> Fault | None:
    """Return the fault of a text with placeholders that are neither among these variables nor filled by every call."""
    known = {*SYSTEM_VARIABLES, *variables}
    named = dict.fromkeys(found.strip() for found in _PLACEHOLDER.findall(text))
    unknown = [name for name in named if name not in known]
    if not unknown:
        return None
    guesses = (did_you_mean(name, known) for name in unknown)
    own = listed(sorted(variables), _MOST_NAMED) or "none"
    return Fault(
        "V130",
        f"{field} has placeholders that nothing is known to fill",
        listed([f"{{{{{excerpt(name, 40)}}}}}" for name in unknown], _MOST_NAMED),
        f"the assistant's variables ({own}), or {', '.join(SYSTEM_VARIABLES)}",
        next(filter(None, guesses), ""),
        Severity.WARNING,
    )


def _with_braces(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the rows and texts that may hold a placeholder, or name a file that does; mostly there are none."""
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        joined = "\0".join(part)
        if "{{" in joined or "}}" in joined or "@" in joined:
            yield from _odd(part, start)


def _odd(part: Iterable[str], start: int) -> Iterator[tuple[int, str]]:
    for row, text in enumerate(part, start):
        if "{{" in text or "}}" in text or "@" in text[:2]:
            yield row, text


def _open_brace(value: Json) -> str:
    """Return the place of a text where braces do not close; "" where all do."""
    found = _OPEN.search(_PLACEHOLDER.sub("", value))
    if found is not None:
        return str(found[0])
    return "}}" if "}}" in value and "{" not in value else ""


def _unbalanced(field: str, found: str) -> Fault:
    message = f"{field} has braces that do not close"
    return Fault("V131", message, excerpt(found, 60), "{{name}}", severity=Severity.WARNING)
