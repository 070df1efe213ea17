"""How long changes took: from the first attempt to the last answer, pauses and retries between them included."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from batch_update.model.plans import Outcome

_EDGES = (0, *(step * 10**power for power in range(8) for step in (1, 2, 5)))
"""Milliseconds between which answers are counted: 0, 1, 2, 5, 10 ..."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Changes that took at least `least` and less than `below` milliseconds."""

    least: int
    below: int
    count: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How many milliseconds changes took, of those of which that is known.

    Not measured is how long a change waited for its turn. What took several attempts, or met a pause that the server
    asked for, has these waits in it.
    """

    changes: int
    again: int
    """of these, how many took more than one attempt"""
    p50: int
    """half of them took at most that"""
    p95: int
    p99: int
    most: int
    bins: tuple[Bin, ...]
    """without a gap, from the first that holds one to the last"""


def latency_of(outcomes: Iterable[Outcome]) -> Latency | None:
    """Return how long the changes of these outcomes took; None where nothing is known of that."""
    known = [(outcome.ms, outcome.attempts) for outcome in outcomes if outcome.ms is not None]
    if not known:
        return None
    took = sorted(ms for ms, _ in known)
    return Latency(
        changes=len(took),
        again=sum(attempts > 1 for _, attempts in known),
        p50=_percentile(took, 50),
        p95=_percentile(took, 95),
        p99=_percentile(took, 99),
        most=took[-1],
        bins=tuple(_bins(took)),
    )


def _percentile(ordered: Sequence[int], percent: int) -> int:
    """Return the least value that so many percent of all do not exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def _bins(ordered: Sequence[int]) -> Iterable[Bin]:
    places = Counter(min(bisect_right(_EDGES, ms), len(_EDGES) - 1) for ms in ordered)
    for place in range(min(places), max(places) + 1):
        yield Bin(_EDGES[place - 1], _EDGES[place], places[place])
