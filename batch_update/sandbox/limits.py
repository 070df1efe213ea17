"""The rate windows of a key: may this request pass, and what do the headers say?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from batch_update.model.reports import Window

WindowKind = Literal["sliding", "fixed"]
"""sliding: any stretch of that length; fixed: stretches that begin at whole multiples of the length since 1970."""


class Counter(Protocol):
    """The requests of the past that count."""

    def counted(self, role: str, after: float, until: float) -> tuple[int, float | None]: ...

    def nth_latest(self, role: str, until: float, n: int) -> float: ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a request may pass. A refused one does not count against any window."""

    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None
    """whole seconds to wait; None: it may pass"""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How one window stands when a request comes."""

    window: Window
    remaining: int
    """after this request; below 0: it may not pass"""
    reset: float
    """when the window has room again, or a little more of it"""


def admit(
    windows: tuple[Window, ...], kind: WindowKind, now: float, role: str, counter: Counter
) -> Admission:
    """Decide on a request of this key at this time. The headers describe the tightest window only."""
    if not windows:
        return Admission()
    standings = [_standing(window, kind, now, role, counter) for window in windows]
    full = [standing for standing in standings if standing.remaining < 0]
    if full:
        tightest = max(full, key=lambda standing: standing.reset)
        return Admission(_headers(tightest), max(1, math.ceil(tightest.reset - now)))
    return Admission(_headers(min(standings, key=lambda standing: (standing.remaining, -standing.reset))))


def _standing(window: Window, kind: WindowKind, now: float, role: str, counter: Counter) -> _Standing:
    if kind == "fixed":
        start = math.floor(now / window.seconds) * window.seconds
        used, _ = counter.counted(role, math.nextafter(start, -math.inf), now)
        return _Standing(window, window.limit - used - 1, start + window.seconds)
    used, first = counter.counted(role, now - window.seconds, now)
    leaver = counter.nth_latest(role, now, window.limit) if used >= window.limit else first
    return _Standing(window, window.limit - used - 1, (now if leaver is None else leaver) + window.seconds)


def _headers(standing: _Standing) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(standing.window.limit),
        "X-RateLimit-Remaining": str(max(0, standing.remaining)),
        "X-RateLimit-Reset": str(math.ceil(standing.reset)),
    }
