"""How fast a run was: changes begun over time beside what was permitted, and what slowed it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf

from batch_update.model.reports import Report, Window
from batch_update.report.figures.timeline import Timeline, timeline_of

MOST_BUCKETS = 60
FEWEST = 10
"""Changes of which a rate tells something: of two, as in a report of some rows alone, it does not."""
_WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
LASTING = frozenset({"gate", "pause", "shared"})
MARKED = LASTING | {"slow", "limit", "wave", "resumed"}
"""Events that show on the axis of time."""


@dataclass(frozen=True, slots=True)
class TimeMark:
    """Something that happened to the run as a whole, and how long it lasted."""

    kind: str
    """gate (the server had everybody wait: 429, or 503), pause, shared (others use the key), slow, limit, wave or
    resumed"""
    begin: float
    """seconds on the axis"""
    seconds: float
    """0 for what happens at a moment"""
    wave: int
    """its number; 0 for all else, and in journals that do not tell"""
    message: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """The rate that was permitted from a moment on, until the next one."""

    begin: float
    rate: float | None
    """most changes a second in a bucket, by all windows; None without any, and where a bucket is shorter than all of
    them, which could be used up in it at once"""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Changes that were begun, in buckets of equal width on the axis of the run."""

    seconds: float
    """of all sessions; what lay between them is left out"""
    width: float
    """of a bucket, in seconds"""
    counts: tuple[int, ...]
    """a number for each bucket: changes by their first attempt"""
    windows: tuple[Window, ...]
    """which were permitted at first"""
    permitted: tuple[Permitted, ...]
    marks: tuple[TimeMark, ...]

    @property
    def changes(self) -> int:
        return sum(self.counts)

    @property
    def is_telling(self) -> bool:
        """Return whether there is a course to be drawn, and not a moment or a few changes alone."""
        return self.changes >= FEWEST and len(self.counts) > 1

    @property
    def mean(self) -> float:
        """Return how many changes a second were begun, over the whole time."""
        return self.changes / self.seconds if self.seconds else 0.0

    @property
    def peak(self) -> float:
        """Return how many changes a second were begun in the fastest bucket."""
        return max(self.counts, default=0) / self.width

    @property
    def rates(self) -> tuple[float, ...]:
        """Return the changes a second of each bucket."""
        return tuple(count / self.width for count in self.counts)


def throughput_of(report: Report, windows: Sequence[Window] = ()) -> Throughput | None:
    """Return how fast a run was, with these windows permitted; None where nothing is known of that."""
    line = timeline_of(report)
    if line is None:
        return None
    width = _bucket_width(line.seconds, windows)
    return Throughput(
        line.seconds,
        width,
        tuple(_counts(report, line, width)),
        tuple(windows),
        tuple(_permitted(report, line, width, windows)),
        tuple(_marks(report, line)),
    )


def _bucket_width(seconds: float, windows: Sequence[Window]) -> float:
    """Return the least width that gives few enough buckets, and if the run is long enough for that, whole windows.

    A window may be used up at once: in shorter buckets, bursts would look like more than is permitted.
    """
    shortest = min((window.seconds for window in windows), default=0.0)
    least = max(seconds / MOST_BUCKETS, shortest if seconds >= 3 * shortest else 0.0)
    return next((width for width in _WIDTHS if width >= least), ceil(least / 3600) * 3600.0)


def _counts(report: Report, line: Timeline, width: float) -> Iterator[int]:
    number = max(1, ceil(line.seconds / width - 1e-9))
    starts = (report.outcomes[change.indexes[0]].started for change in report.plan.changes)
    found = Counter(min(number - 1, int(line.at(at) / width)) for at in starts if at is not None)
    yield from (found[place] for place in range(number))


def _permitted(
    report: Report, line: Timeline, width: float, windows: Sequence[Window]
) -> Iterator[Permitted]:
    """Yield what was permitted at first, and from each slow-down on; a session begins with all that is permitted."""
    kept = {window.seconds: window for window in windows}
    if width < min(kept, default=0.0):
        yield Permitted(0.0, None)
        return
    yield Permitted(0.0, most_rate(kept.values(), width))
    for event in report.events:
        if event.at is None:
            continue
        if event.kind == "resumed":
            kept = {window.seconds: window for window in windows}
        elif event.window is not None:
            kept[event.window.seconds] = event.window
        else:
            continue
        yield Permitted(line.at(event.at), most_rate(kept.values(), width))


def most_rate(windows: Iterable[Window], width: float) -> float | None:
    """Return how many requests a second these windows let through at most, over so many seconds; None without any."""
    rates = (window.limit * ceil(width / window.seconds - 1e-9) / width for window in windows)
    return None if (least := min(rates, default=inf)) == inf else least


def _marks(report: Report, line: Timeline) -> Iterator[TimeMark]:
    for event in report.events:
        if event.kind not in MARKED or event.at is None:
            continue
        if event.kind in LASTING and not event.seconds:  # told as a fact: nobody waited for it
            continue
        lasted = event.seconds or 0.0
        at = line.at(event.at)
        if event.kind == "wave":  # told when it ends
            begin = max(0.0, at - lasted)
        else:
            begin, lasted = at, min(lasted, line.seconds - at) if event.kind in LASTING else 0.0
        yield TimeMark(event.kind, begin, min(lasted, line.seconds - begin), event.wave, event.message)
