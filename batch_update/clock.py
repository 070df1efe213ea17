"""The clock: tells the time, lets it pass and throws dice. It is handed on as one, so that no test waits."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def _sleep(seconds: float) -> None:
    import anyio  # what only shows its help never sleeps

    await anyio.sleep(seconds)


def _since_boot() -> float:
    """Return seconds that go on while the machine sleeps, where the system has such a clock."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        # There CLOCK_MONOTONIC goes on, and the clock of `time.monotonic` stands still.
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


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
    boot: Callable[[], float] = _since_boot
    """seconds that nobody sets back, those too for which the machine slept or the process stood still"""


SYSTEM = Clock()
"""The clock of this machine."""
