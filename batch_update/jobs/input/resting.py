"""Owns `rested`: which files nobody is writing any more, as far as that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from batch_update.clock import Clock
from batch_update.jobs.input.candidates import Candidate, as_it_is_now

SECOND_LOOK = 5.0
"""seconds at most between the two looks at a file: a copy that is under way grows meanwhile, whatever its times say"""
_SECOND = 10**9


async def rested(files: Sequence[Candidate], seconds: float, clock: Clock) -> tuple[Candidate, ...]:
    """Return the files, the oldest first, up to the first that was changed less than so many seconds ago.

    Those behind it wait with it: sent now, what is older would be sent after what is newer, and win.
    """
    if not seconds or not files:
        return tuple(files)
    now = _nanoseconds(clock.wall())
    await clock.sleep(min(seconds, SECOND_LOOK))
    ready = []
    for one in files:
        if as_it_is_now(one) != one or now - _last_touched(one, now) < seconds * _SECOND:
            break
        ready.append(one)
    return tuple(ready)


def _last_touched(one: Candidate, now: int) -> int:
    """Return when something was last done to it. A time that is still to come says nothing: a clock is wrong."""
    return max((time for time in (one.changed, one.arrived) if time <= now), default=0)


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
