"""JSON as its standard has it: what Python reads beyond that, or in one of two ways, is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from batch_update.text import excerpt, first_twice

MAX_DEPTH = 100
"""Levels of nesting."""
_MOST_SHOWN = 20
_HALF = re.compile("[\ud800-\udfff]").search


class Unfit(ValueError):
    """JSON that Python would read and nobody should; `str(error)` says in a few words what of it."""


def is_encodable(text: str) -> bool:
    """Whether a text can be sent: not with half a character in it (\\ud83d alone)."""
    return _HALF(text) is None


def read_json(text: str, *, line_breaks: bool = False) -> Any:
    """Return the value that a JSON text holds, no key twice and no number that is none.

    `line_breaks`: they may stand inside of its texts. Raises json.JSONDecodeError, or Unfit for what Python would read.
    """
    return _decoded(_WITH_BREAKS if line_breaks else _STRICT, text)


def read_own_json(text: str) -> Any:
    """Return the value that a text holds which this program wrote: keys are not looked at one by one.

    Raises as `read_json`.
    """
    return _decoded(_OWN, text)


def read_json_at(text: str, start: int) -> Any:
    """Return the one value that begins there, in a text that this program wrote. Raises as `read_json`."""
    return _guarded(lambda: _OWN.raw_decode(text, start)[0])


def _decoded(decoder: json.JSONDecoder, text: str) -> Any:
    return _guarded(lambda: decoder.decode(text))


def _guarded(decode: Callable[[], Any]) -> Any:
    try:
        return decode()
    except RecursionError:
        raise Unfit("nested too deeply") from None
    except (json.JSONDecodeError, Unfit):
        raise
    except ValueError:  # from int()
        raise Unfit("a number has too many digits") from None


def refuse_unsendable(value: Any, depth: int = 0) -> None:
    """Raise Unfit where a value is nested too deeply, or a text in it holds half a character."""
    if isinstance(value, str):
        if not is_encodable(value):
            raise Unfit("half a character, between \\ud800 and \\udfff")
    elif isinstance(value, (dict, list)):
        if depth >= MAX_DEPTH:
            raise Unfit("nested too deeply")
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            refuse_unsendable(item, depth + 1)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unfit(f"{excerpt(first_twice(name for name, _ in pairs))!r} stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise Unfit(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unfit(f"{excerpt(text, _MOST_SHOWN)} is too large a number")
    return value


_STRICT, _WITH_BREAKS = (
    json.JSONDecoder(
        object_pairs_hook=_no_key_twice, parse_constant=_no_constant, parse_float=_finite, strict=strict
    )
    for strict in (True, False)
)
_OWN = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
