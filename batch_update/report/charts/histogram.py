"""The chart of how long changes took: a bar for each span of time, and lines where half, 95 and 99 percent are done."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from batch_update.report.charts.drawing import (
    WHOLE,
    element,
    figure,
    number_table,
    percent,
    picture,
    plain_text,
    stretched,
    unfolding,
)
from batch_update.report.charts.speech import Speech
from batch_update.report.figures.latency import Bin, Latency

PLOT, TOP = 110, 52
"""Heights of the plot, and of what stands above it."""


def histogram(name: str, found: Latency, say: Speech) -> str:
    """Return the chart, with its numbers below."""
    note = say("latency_note")
    if found.again:
        note += say("again_note", number=say.whole(found.again), all=say.changes(found.changes))
    drawing = picture(
        name,
        say("latency"),
        _latency_words(found, say),
        element("line", x1=0, x2="100%", y1=TOP + PLOT, y2=TOP + PLOT, class_="grid"),
        stretched(element("path", d=_bars(found), class_="fill begun"), y=TOP, height=PLOT),
        *_percentiles(found, say),
        *_edges(found, say),
        height=TOP + PLOT + 22,
    )
    spans = (
        (
            f"{say.milliseconds(one.least)} – {say.milliseconds(one.below)}",
            say.whole(one.count),
            say.share(one.count, found.changes),
        )
        for one in found.bins
    )
    table = number_table((say("lasted"), say("changes"), say("share")), spans)
    return figure(say("latency"), drawing, _summary(found, say), unfolding(say("numbers"), table), note=note)


def _bars(found: Latency) -> str:
    most, width = max(one.count for one in found.bins), WHOLE / len(found.bins)
    return "".join(
        f"M{place * width + 4:.1f} 100V{100 - max(1.5, 100 * one.count / most):.1f}H{(place + 1) * width - 4:.1f}V100Z"
        for place, one in enumerate(found.bins)
        if one.count
    )


def _marks(found: Latency) -> tuple[tuple[int, int], ...]:
    return (50, found.p50), (95, found.p95), (99, found.p99)


def _percentiles(found: Latency, say: Speech) -> Iterator[str]:
    """Yield a line for each, its label on a line of its own, so that labels never cover each other."""
    for place, (percentile, ms) in enumerate(_marks(found)):
        share = _place(ms, found.bins)
        y, anchor = 12 + 15 * place, "end" if share > 0.5 else "start"
        yield element(
            "line",
            x1=percent(share),
            x2=percent(share),
            y1=y - 9,
            y2=TOP + PLOT,
            class_=f"moment p{percentile}",
        )
        words = f"p{percentile} {say.milliseconds(ms)}"
        yield element(
            "text", plain_text(words), x=percent(share), y=y, dx=-5 if share > 0.5 else 5, text_anchor=anchor
        )


def _place(ms: int, bins: tuple[Bin, ...]) -> float:
    """Return where a time lies on the axis, whose spans are all of one width."""
    for place, one in enumerate(bins):
        if ms < one.below:
            least, value = max(one.least, 1), max(ms, 1)
            inside = log(value / least) / log(one.below / least) if one.below > least else 0.5
            return (place + min(1.0, max(0.0, inside))) / len(bins)
    return 1.0


def _edges(found: Latency, say: Speech) -> Iterator[str]:
    """Yield the times below the bars; where there are many spans, below each second or third of them."""
    every = 1 + len(found.bins) // 6
    edges = [found.bins[0].least, *(one.below for one in found.bins)]
    for place in range(0, len(edges), every):
        share = place / len(found.bins)
        anchor = "start" if place == 0 else "end" if share > 0.94 else "middle"
        words = say.milliseconds(edges[place]) if edges[place] else "0"
        yield element("text", plain_text(words), x=percent(share), y=TOP + PLOT + 16, text_anchor=anchor)


def _latency_words(found: Latency, say: Speech) -> str:
    marks = (f"p{percentile}: {say.milliseconds(ms)}" for percentile, ms in _marks(found))
    return (
        f"{say.changes(found.changes)}; {', '.join(marks)}; {say('all_of')}: {say.milliseconds(found.most)}"
    )


def _summary(found: Latency, say: Speech) -> str:
    rows = [
        (f"p50, {say('half')}", say.milliseconds(found.p50)),
        (f"p95, {say('most_of', percent='95')}", say.milliseconds(found.p95)),
        (f"p99, {say('most_of', percent='99')}", say.milliseconds(found.p99)),
        (say("all_of"), say.milliseconds(found.most)),
    ]
    return number_table((say("of_changes", n=say.whole(found.changes)), say("at_most")), rows)
