"""A call as it came, and what it asks for: its body as JSON, its query parameters, its id."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from batch_update.sandbox.belongings import Holdings
from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer
from batch_update.sandbox.state import Desk

_DEEPEST = 512
"""Levels of a body, as PHP reads them. With many more it could be stored and not read again."""
LARGEST_ID = 9_223_372_036_854_775_807
"""The largest id that the database can hold."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be worked on."""

    desk: Desk
    now: float
    """seconds since 1970"""
    path: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    body: bytes
    may_write: bool
    has: Holdings
    """what its account has"""
    balance: float
    """what the account has left"""


Handler = Callable[[Call], Answer]


class Refused(Exception):
    """The call cannot be worked on; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def written_body(call: Call) -> dict[str, Any]:
    """Return the body of a call that writes: a JSON object. Raises Refused."""
    if not call.may_write:
        raise Refused(answers.forbidden())
    if call.content_type.split(";")[0].strip().lower() != "application/json":
        raise Refused(answers.not_json())
    try:
        body = json.loads(call.body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else str(error)
        raise Refused(answers.malformed(reason)) from error
    if not isinstance(body, dict):
        raise Refused(answers.malformed("a JSON object is wanted"))
    if _is_too_deep(body):
        raise Refused(answers.malformed("too deep"))
    return body


def _is_too_deep(body: Any) -> bool:
    level = [body]
    for _ in range(_DEEPEST):
        inner = [value for value in level if isinstance(value, (dict, list))]
        if not inner:
            return False
        level = [part for value in inner for part in (value.values() if isinstance(value, dict) else value)]
    return any(isinstance(value, (dict, list)) for value in level)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def path_id(call: Call) -> int | None:
    """Return the id in the path; None where it is none that an assistant could have."""
    text = call.path["id"]
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) and int(text) <= LARGEST_ID else None


def choice(call: Call, name: str, allowed: tuple[str, ...]) -> str | None:
    """Return a query parameter that is one of these words; None where it is not given. Raises Refused."""
    given = call.query.get(name)
    if given is not None and given not in allowed:
        sentence = f"The {name} must be one of: {', '.join(allowed)}."
        raise Refused(answers.invalid_data({name: [sentence]}))
    return given


def number(call: Call, name: str, *, low: int = 1, high: int = LARGEST_ID) -> int | None:
    """Return a query parameter that is a whole number; None where it is not given. Raises Refused."""
    given = call.query.get(name)
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", given) or not low <= int(given) <= high:
        words = name.replace("_", " ")
        bounds = f"between {low} and {high}" if high < LARGEST_ID else f"at least {low}"
        raise Refused(answers.invalid_data({name: [f"The {words} must be an integer {bounds}."]}))
    return int(given)


def stamp(moment: float) -> str:
    """Return a time as the API writes it: `2026-01-05T08:00:00.000000Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
