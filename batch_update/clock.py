"""The clock: tells the time, lets it pass and throws dice. It is handed on as one, so that no test waits."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def _sleep(seconds: float) -> None:
    import anyio  # what only shows its help never sleeps

    await anyio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, for whoever waits, measures, notes the hour or throws dice; a test hands in its own."""

    monotonic: Callable[[], float] = time.monotonic
    """seconds that nobody sets back: for how long something takes"""
    wall: Callable[[], datetime] = _utc_now
    """UTC: for when something was"""
    sleep: Callable[[float], Awaitable[None]] = _sleep
    rng: random.Random = field(default_factory=random.Random)
    """spreads pauses, so that those who met the same trouble do not all come back at once"""


SYSTEM = Clock()
"""The clock of this machine."""
