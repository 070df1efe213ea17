"""One line that says how far a run is: as much of it as there is room for, what matters most to the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from batch_update.model.plans import Status
from batch_update.send.progress import Progress
from batch_update.text import cells

SHORT = {
    Status.UPDATED: "ok",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown",
    Status.NOT_SENT: "not sent",
}
BAR = 28
"""Cells of a bar at most."""
SHORTEST_BAR = 6


@dataclass(frozen=True, slots=True)
class BarSigns:
    """The signs that a progress bar is drawn with, for what is done and for what is left."""

    done: str
    left: str


BLOCKS, PLAIN = BarSigns("█", "░"), BarSigns("#", ".")


def signs_for(stream: TextIO) -> BarSigns:
    """Return the signs that this stream can show: a console in cp1252 has no blocks."""
    try:
        (BLOCKS.done + BLOCKS.left).encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS


@dataclass(frozen=True, slots=True)
class _Segment:
    text: str
    weight: int
    """of what does not fit, that with the lowest goes first"""
    gap: str = "  "
    """what stands before it"""


def progress_line(progress: Progress, *, label: str, room: int, signs: BarSigns | None = None) -> str:
    """`Applying  ████░░  71/118  1.7/s (limit 100/60s)  ok 70  failed 1  0:28 left`, in `room` cells.

    Without signs there is no bar.
    """
    parts = list(_segments(progress, label))
    bar = _Segment(" " * SHORTEST_BAR, 2)
    if signs is not None:
        parts.insert(bool(label), bar)
    while len(parts) > 1 and _taken(parts) > room:
        parts.remove(min(parts, key=lambda part: part.weight))
    free = room - _taken(parts) + SHORTEST_BAR
    texts = [
        _drawn(progress, min(BAR, free), signs) if part is bar and signs else part.text for part in parts
    ]
    return "".join(part.gap + text for part, text in zip(parts, texts, strict=True)).lstrip()


def _taken(parts: list[_Segment]) -> int:
    return sum(len(part.gap) + cells(part.text) for part in parts) - len(parts[0].gap)


def _segments(progress: Progress, label: str) -> Iterator[_Segment]:
    if label:
        yield _Segment(label, 3)
    yield _Segment(f"{progress.done:,}/{progress.total:,}", 9)
    if progress.waiting:
        yield _Segment(f"waiting {minutes(progress.waiting)}", 6)
    elif progress.rate:
        yield _Segment(f"{progress.rate:.1f}/s", 5)
        if progress.limit is not None:
            yield _Segment(f"(limit {progress.limit}s)", 1, " ")
    for status, count in progress.counts.items():
        if status in SHORT:
            yield _Segment(f"{SHORT[status]} {count:,}", 4 if status is Status.UPDATED else 8)
    if progress.eta and round(progress.eta):
        yield _Segment(f"{minutes(progress.eta)} left", 7)


def minutes(seconds: float) -> str:
    """`0:28`, `1:02:03`."""
    rest, second = divmod(round(seconds), 60)
    hour, minute = divmod(rest, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def _drawn(progress: Progress, room: int, signs: BarSigns) -> str:
    done = room * progress.done // progress.total if progress.total else room
    return signs.done * done + signs.left * (room - done)
