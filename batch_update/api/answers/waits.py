"""Reads what an answer's headers say of the server's limits, and how long it asks to wait. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from batch_update.api.pace.pacer import ServerLimit
from batch_update.model.sheets import Json

_DAY = 86_400.0
"""seconds; a longer wait is a mistake"""
_PART = re.compile(r"[A-Za-z]+,\s*\d\d?[ -][^,]*|[^,]+")
"""one of several values that were joined by commas, where a date may hold one: `Wed, 21 Oct 2026 07:28:00 GMT`"""
_WHOLE = re.compile(r"[0-9]{1,12}")


def read_limits(headers: Mapping[str, str]) -> ServerLimit | None:
    """Return what the X-RateLimit headers say, where they are whole and make sense."""
    limit = _count(headers.get("x-ratelimit-limit"))
    remaining = _count(headers.get("x-ratelimit-remaining"))
    if limit is None or remaining is None or not limit > 0 or remaining > limit:
        return None
    return ServerLimit(limit, remaining, _reset_in(headers))


def asked_wait(headers: Mapping[str, str], data: Json) -> float | None:
    """Return the seconds that the server asks to wait: the first of Retry-After, `retry_after` and X-RateLimit-Reset
    that makes sense. Dates are read against the answer's own Date, never our clock."""
    inside = data.get("retry_after") if isinstance(data, dict) else None
    if isinstance(inside, str):
        inside = _count(inside)
    given = inside if isinstance(inside, (int, float)) and not isinstance(inside, bool) else None
    for wait in (_retry_after(headers), given, _reset_in(headers)):
        if wait is not None and _is_sane(wait):
            return float(wait)
    return None


def _is_sane(wait: float) -> bool:
    return 0 <= wait <= _DAY


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the longest wait that makes sense: a gateway and a server may each have set a header of its own."""
    text = headers.get("retry-after", "")
    return max(filter(_is_sane, _waits_in(text, _date(headers.get("date")))), default=None)


def _waits_in(text: str, now: datetime | None) -> Iterator[float]:
    for part in _PART.findall(text):
        seconds = _count(part)
        if seconds is not None:
            yield seconds
        elif now is not None and (at := _date(part)):
            yield (at - now).total_seconds()


def _reset_in(headers: Mapping[str, str]) -> float | None:
    reset = _count(headers.get("x-ratelimit-reset"))
    if reset is None or (now := _date(headers.get("date"))) is None:
        return None
    wait = reset - now.timestamp()
    return wait if _is_sane(wait) else None


def _count(text: str | None) -> int | None:
    return int(text) if text and _WHOLE.fullmatch(text.strip()) else None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
