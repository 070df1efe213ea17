"""The time of a run as one axis in seconds: its sessions one after another, what lay between them left out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from batch_update.model.reports import Event, Report


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the moments of a run lie on its axis."""

    begins: tuple[datetime, ...]
    """of its sessions, UTC"""
    offsets: tuple[float, ...]
    """seconds on the axis at which they begin, and at which the last one ends"""

    @property
    def seconds(self) -> float:
        """Return how long all sessions took."""
        return self.offsets[-1]

    def at(self, moment: datetime) -> float:
        """Return the seconds since the beginning; what lies before it or between two sessions is moved to its end."""
        session = max(0, bisect_right(self.begins, moment) - 1)
        begin, end = self.offsets[session], self.offsets[session + 1]
        return min(end, begin + max(0.0, (moment - self.begins[session]).total_seconds()))


def timeline_of(report: Report) -> Timeline | None:
    """Return the axis of a run; None where it sent nothing."""
    moments = sorted(_moments(report))
    if report.started is None or not moments:
        return None
    resumed = (event.at for event in report.events if event.kind == "resumed" and event.at is not None)
    begins = sorted({min(report.started, moments[0]), *resumed})
    ends = [*begins[1:], None]
    spans = [_span(begin, end, moments) for begin, end in zip(begins, ends, strict=True)]
    if len(spans) == 1:
        spans = [max(spans[0], report.seconds)]
    return Timeline(tuple(begins), tuple(accumulate(spans, initial=0.0)))


def _moments(report: Report) -> list[datetime]:
    """Return when changes began and were answered, and when events happened and would be over."""
    ends = [report.outcomes[change.indexes[0]] for change in report.plan.changes]
    found = [outcome.started for outcome in ends if outcome.started is not None]
    if not found:
        return []
    found += [o.started + timedelta(milliseconds=o.ms) for o in ends if o.started and o.ms is not None]
    return found + [event.at for event in report.events if _belongs(event) and event.at is not None]


def _belongs(event: Event) -> bool:
    return event.kind in {"gate", "pause", "resume", "slow", "limit", "wave"}


def _span(begin: datetime, following: datetime | None, moments: Sequence[datetime]) -> float:
    """Return the seconds from the beginning of a session to the last that is known of it."""
    last = len(moments) if following is None else bisect_left(moments, following)
    return max(0.0, (moments[last - 1] - begin).total_seconds()) if last else 0.0
