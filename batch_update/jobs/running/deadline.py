"""The deadline of a run of a job: what is still going on then is stopped as by SIGTERM, and can be gone on with."""

from __future__ import annotations

import anyio

from batch_update.clock import Clock
from batch_update.errors import Interrupted
from batch_update.send.signals import Overdue, interruption


class Deadline:
    """So many seconds from now, for all sheets of a run, waiting for others included; None for ever."""

    def __init__(self, seconds: float | None, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._begun = clock.monotonic()

    @property
    def is_over(self) -> bool:
        return self._seconds is not None and self._left() <= 0

    def stop(self) -> Interrupted:
        """Return why a run ends then."""
        return interruption(self._number())

    async def passed(self) -> Overdue:
        """Wait until it has passed, and return the signal that it stands for."""
        if self._seconds is None:
            await anyio.sleep_forever()
        await self._clock.sleep(max(0.0, self._left()))
        return self._number()

    def _left(self) -> float:
        return (self._seconds or 0.0) - (self._clock.monotonic() - self._begun)

    def _number(self) -> Overdue:
        return Overdue(self._seconds or 0.0)
