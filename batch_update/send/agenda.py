"""The rest of a run at one moment, wave by wave, and how long it will take: sending, reading back, pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from batch_update.api.answers.paging import PER_PAGE
from batch_update.api.pace.outlook import Lane, Outlook, Stretch
from batch_update.api.retrying import BUDGET_FLOOR, BUDGET_SHARE
from batch_update.model.reports import Pace, Window

EVERY = 1.0
"""seconds between two looks ahead, at least"""
LOOKS = 20
"""looks ahead until the end, about: each second would be much for each of a thousand accounts"""
FEWEST = 20
"""changes of which it is told how often they were tried again"""
USUAL_LATENCY = 0.3
"""seconds until an answer, where none was seen yet"""


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that a run has to do."""

    waves: tuple[int, ...]
    """changes of each; one wave where there are none"""
    pages: int = 0
    """requests that reading back takes after each wave; 0: nothing is read back"""
    pause: float = 0.0
    """seconds before each further wave"""

    def left(self, done: int, wave: int = 0) -> Iterator[Stretch]:
        """Yield what is left once so many changes are done. `wave`: the one that is sent or read back, from 0."""
        begin = 0
        for number, end in enumerate(accumulate(self.waves)):
            if number >= wave:
                yield Stretch(end - max(begin, min(done, end)), pause=self.pause if number > wave else 0.0)
                yield Stretch(self.pages, at_once=1)
            begin = end


def agenda_of(waves: tuple[int, ...], *, pages: int, pause: float = 0.0) -> Agenda:
    """Return the agenda of waves of these sizes, each read back in so many requests at least; 0: in none."""
    return Agenda(waves or (0,), pages and max(pages, ceil(sum(waves) / PER_PAGE)), pause)


def seconds_left(
    agenda: Agenda, outlook: Outlook, done: int, *, wave: int = 0, pause: float = 0.0, often: float = 0.0
) -> float:
    """Return how long what is left will take. `pause`: seconds until it goes on; `often`: retries of a change."""
    first, *rest = agenda.left(done, wave)
    again = _retries_to_come(sum(agenda.waves) - done, often)
    here = Stretch(
        max(0, first.requests - len(outlook.landing)) + again, pause=max(0.0, pause - outlook.opens_in)
    )
    return outlook.seconds_for([here, *rest])


class Forecast:
    """The time left, looked for anew once in a while; between, it goes down with the clock."""

    def __init__(self, agenda: Agenda, look: Callable[[], Outlook]) -> None:
        self.wave = 0
        """the one that is sent or read back, from 0"""
        self._agenda = agenda
        self._look = look
        self._since = (0, look().retries)
        """changes done and retries when something last happened: what came of it before says nothing of what is left"""
        self._limit: Window | None = None
        self._ends = 0.0
        self._due = float("-inf")

    def forget(self, done: int) -> None:
        """Something happened once so many were done: look anew the next time."""
        self._since = (done, self._look().retries)
        self._due = float("-inf")

    def at(self, now: float, done: int, pause: float) -> tuple[float, Window | None]:
        """Return the seconds left, and the window that is kept to. `pause`: seconds until requests go out again."""
        if now >= self._due:
            outlook = self._look()
            before, retries = self._since
            often = (outlook.retries - retries) / max(done - before, FEWEST)
            left = seconds_left(self._agenda, outlook, done, wave=self.wave, pause=pause, often=often)
            self._limit, self._ends = outlook.limit, now + left
            self._due = now + max(EVERY, left / LOOKS)
        return max(0.0, self._ends - now), self._limit


def _retries_to_come(left: int, often: float) -> int:
    """Return how many requests will be tried again: as many a change as lately, and no more than are allowed."""
    return round(min(often * left, BUDGET_FLOOR + BUDGET_SHARE * left))


def seconds_from_scratch(agenda: Agenda, pace: Pace) -> float:
    """Return how long a run will take of which nothing is sent yet."""
    return outlook_at_first(pace).seconds_for(agenda.left(0))


def outlook_at_first(pace: Pace) -> Outlook:
    """Return the pace before anything was sent."""
    spacing = max((window.seconds / window.limit for window in pace.rates), default=0.0)
    return Outlook(
        lanes=tuple(map(Lane, pace.rates)),
        concurrency=pace.concurrency,
        latency=USUAL_LATENCY,
        spacing=spacing if pace.smooth else 0.0,
    )
