"""Clocks that tests put forward: no test waits on real time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anyio

from batch_update.clock import Clock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def virtual_clock(seed: int = 7, **other: Any) -> Clock:
    """The clock of an event loop whose time jumps (`tests.api.virtual`); on the wall it is always noon.

    `other`: parts of it that are otherwise.
    """
    given: dict[str, Any] = {
        "monotonic": anyio.current_time,
        "wall": lambda: NOON,
        "sleep": anyio.sleep,
        "rng": random.Random(seed),
        "boot": anyio.current_time,
    }
    return Clock(**{**given, **other})


class FakeTime:
    """Time that every pause puts forward at once, and that goes by itself as `base` does: not at all, or really."""

    def __init__(self, base: Callable[[], float] = lambda: 0.0, *, seed: int = 1) -> None:
        self.skipped = 0.0
        self.pauses: list[float] = []
        self._base = base
        self.clock = Clock(self.now, lambda: NOON, self.sleep, random.Random(seed), self.now)

    @classmethod
    def real(cls, seed: int = 1) -> FakeTime:
        """Real time, and pauses that cost none: where real sockets are waited for."""
        return cls(time.monotonic, seed=seed)

    def now(self) -> float:
        return self._base() + self.skipped

    async def sleep(self, seconds: float) -> None:
        self.block(seconds)
        await anyio.sleep(0)

    def block(self, seconds: float) -> None:
        """A pause outside an event loop."""
        self.pauses.append(seconds)
        self.skipped += seconds
