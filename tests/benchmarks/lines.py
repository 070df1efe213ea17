"""What a benchmark reports, and how a time is taken: the best of several, since the machine only ever adds to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    figure: str
    """measured just now, with its unit"""
    ratio: str = ""
    """beside what, measured in the same run"""
    target: str = ""
    met: bool | None = None
    """None: for the record"""


def best_of(rounds: int, *jobs: Callable[[], object]) -> list[float]:
    """Seconds of each job at its best; the jobs take turns, so that a slow moment hits all alike."""
    best = [float("inf")] * len(jobs)
    for _ in range(rounds):
        for number, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [(line.what, line.figure, line.ratio, line.target, marks[line.met]) for line in lines]
    head = ("what", "figure", "ratio", "target", "met")
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))
