"""The chart of a run over time: how fast it was beside what was permitted, with waits, slow-downs and waves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from batch_update.report.charts.bars import Portion, defined, filled, swatch
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
from batch_update.report.figures.throughput import LASTING, Throughput, TimeMark

PLOT, LANE, TOP = 150, 22, 18
"""Heights of the plot, of a lane of marks below it, and of what stands above it."""
LANES = TOP + PLOT + 12
"""Where the lanes begin."""
_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TICKS = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
)
MOST_TICKS = 4
SIGNS = {"slow": "▼", "limit": "▽", "resumed": "▶"}
"""Of what happens at a moment."""
HIGHEST = 4.0
"""times the fastest bucket: a limit above that is not drawn, or the bars were too low to be seen"""


@dataclass(frozen=True, slots=True)
class _Scale:
    seconds: float
    """of the axis"""
    rate: float
    """at its top"""

    def x(self, seconds: float) -> float:
        return min(1.0, seconds / self.seconds)

    def y(self, rate: float) -> float:
        return 100 - 100 * rate / self.rate


def over_time(name: str, found: Throughput, say: Speech) -> str:
    """Return the chart, with its numbers below."""
    scale = _scale(found)
    waits = [mark for mark in found.marks if mark.kind in LASTING]
    waves = [mark for mark in found.marks if mark.kind == "wave" and mark.seconds]
    lanes = [(say("waits"), waits)] * bool(waits) + [(say("waves"), waves)] * bool(waves)
    height = LANES + LANE * len(lanes) + 12
    drawing = picture(
        name,
        say("over_time"),
        _pace_note(found, say),
        defined(name, [Portion(mark.kind, "", 1) for mark in waits]),
        *_grid(),
        *_bands(found, scale, say),
        stretched(*_shapes(found, scale), y=TOP, height=PLOT),
        *_moments(found, scale, say),
        *(part for place, (_, marks) in enumerate(lanes) for part in _lane(name, place, marks, scale, say)),
        *_ticks(scale, LANES + LANE * len(lanes) + 6, say),
        height=height,
    )
    plot = element("div", _side(scale, [label for label, _ in lanes], height, say), drawing, class_="plot")
    legend = element("ul", *_legend(name, found, scale, say), class_="legend")
    return figure(
        say("over_time"),
        plot,
        legend,
        unfolding(say("numbers"), _numbers(found, say), _events(found, say)),
        note=_pace_note(found, say),
    )


def _scale(found: Throughput) -> _Scale:
    permitted = [step.rate for step in found.permitted if step.rate is not None]
    drawn = [rate for rate in permitted if rate <= HIGHEST * found.peak]
    return _Scale(len(found.counts) * found.width, _rounded(1.05 * max([found.peak, *drawn])))


def _rounded(rate: float) -> float:
    """Return a round number that is not less."""
    power = 1e-4
    while 10 * power < rate:
        power *= 10
    return next((step * power for step in _ROUND if step * power >= rate), rate)


# ---------------------------------------------------------------- the drawing


def _grid() -> Iterator[str]:
    for share in (0, 0.5, 1):
        y = TOP + PLOT * share
        yield element("line", x1=0, x2="100%", y1=y, y2=y, class_="grid")


def _shapes(found: Throughput, scale: _Scale) -> Iterator[str]:
    width = WHOLE / len(found.counts)
    gap = width * 0.12
    bars = (
        f"M{place * width + gap:.1f} 100V{scale.y(rate):.1f}H{(place + 1) * width - gap:.1f}V100Z"
        for place, rate in enumerate(found.rates)
        if rate
    )
    yield element("path", d="".join(bars), class_="fill begun")
    if line := _permitted(found, scale):
        yield element("path", d=line, class_="permitted", vector_effect="non-scaling-stroke")


def _permitted(found: Throughput, scale: _Scale) -> str:
    """Return the steps of what was permitted; what is far above all bars is left out."""
    steps = list(found.permitted)
    ends = [*(step.begin for step in steps[1:]), scale.seconds]
    path, above = "", True
    for step, end in zip(steps, ends, strict=True):
        if step.rate is None or step.rate > scale.rate:
            above = True
            continue
        y, x = scale.y(step.rate), WHOLE * scale.x(step.begin)
        path += f"M{x:.1f} {y:.1f}" if above else f"V{y:.1f}"
        path += f"H{WHOLE * scale.x(end):.1f}"
        above = False
    return path


def _bands(found: Throughput, scale: _Scale, say: Speech) -> Iterator[str]:
    """Yield what lasted, behind the bars."""
    for mark in found.marks:
        if mark.kind in LASTING:
            told = element("title", plain_text(_mark_words(mark, say)))
            x, width = percent(scale.x(mark.begin)), percent(scale.x(mark.seconds))
            yield element("rect", told, x=x, y=TOP, width=width, height=PLOT, class_=f"band {mark.kind}")


def _moments(found: Throughput, scale: _Scale, say: Speech) -> Iterator[str]:
    """Yield a line for what happened at a moment."""
    for mark in found.marks:
        if mark.kind not in LASTING and mark.kind != "wave":
            x, told = percent(scale.x(mark.begin)), element("title", plain_text(_mark_words(mark, say)))
            yield element("line", told, x1=x, x2=x, y1=TOP - 6, y2=TOP + PLOT, class_=f"moment {mark.kind}")
            yield element("text", SIGNS[mark.kind], x=x, y=TOP - 6, text_anchor="middle", class_="sign")


def _lane(name: str, place: int, marks: list[TimeMark], scale: _Scale, say: Speech) -> Iterator[str]:
    y = LANES + LANE * place
    for mark in marks:
        begin, share = scale.x(mark.begin), max(0.006, scale.x(mark.seconds))
        x, width = percent(begin), percent(min(share, 1 - begin))
        told = element("title", plain_text(_mark_words(mark, say)))
        box = filled(name, mark.kind, x=x, y=y, width=width, height=LANE - 8)
        yield element("g", told, box)
        if mark.wave and share > 0.03:
            middle = percent(begin + share / 2)
            yield element("text", str(mark.wave), x=middle, y=y + 11, text_anchor="middle", class_="in_lane")


def _ticks(scale: _Scale, y: int, say: Speech) -> Iterator[str]:
    every = next((step for step in _TICKS if scale.seconds / step <= MOST_TICKS), scale.seconds / MOST_TICKS)
    place = 0
    while place * every <= scale.seconds * 1.0001:
        share = scale.x(place * every)
        anchor = "start" if place == 0 else "end" if share > 0.94 else "middle"
        words = say.time(place * every) if place else "0"
        yield element("text", plain_text(words), x=percent(share), y=y, text_anchor=anchor)
        place += 1


def _side(scale: _Scale, lanes: list[str], height: int, say: Speech) -> str:
    """Return what stands beside the drawing: rates, and the names of lanes."""
    rates = (_at_side(say.rate(scale.rate * (1 - share)), TOP + PLOT * share + 4) for share in (0, 0.5, 1))
    names = (_at_side(label, LANES + LANE * place + 11) for place, label in enumerate(lanes))
    return element("svg", *rates, *names, class_="side", height=height, aria_hidden="true")


def _at_side(words: str, y: float) -> str:
    return element("text", plain_text(words), x="100%", y=y, text_anchor="end")


# ---------------------------------------------------------------- words


def _pace_note(found: Throughput, say: Speech) -> str:
    note = say(
        "rate_note",
        changes=say.changes(found.changes),
        time=say.time(found.seconds),
        mean=say("per_second", rate=say.rate(found.mean)),
        peak=say("per_second", rate=say.rate(found.peak)),
        width=say.time(found.width),
    )
    windows = [say("window", limit=say.whole(one.limit), time=say.time(one.seconds)) for one in found.windows]
    permitted = say("windows_note", windows=say("or").join(windows)) if windows else say("unlimited_note")
    gaps = say("gaps_note") if any(mark.kind == "resumed" for mark in found.marks) else ""
    return " ".join(filter(None, (note, permitted, gaps)))


def _mark_words(mark: TimeMark, say: Speech) -> str:
    what = f"{say('wave')} {mark.wave}" if mark.wave else say(mark.kind)
    lasted = f", {say.time(mark.seconds)}" if mark.seconds else ""
    return f"{say.time(mark.begin)}: {what}{lasted}"


def _legend(name: str, found: Throughput, scale: _Scale, say: Speech) -> Iterator[str]:
    yield element("li", swatch(name, "begun"), plain_text(say("begun")))
    first = found.permitted[0].rate
    if first is not None:
        dash = element("line", x2=16, y1=6, y2=6, class_="permitted")
        line = element("svg", dash, width=16, height=12, class_="swatch", aria_hidden="true")
        words = say("permitted", rate=say("per_second", rate=say.rate(first)))
        yield element("li", line if first <= scale.rate else "", plain_text(words))
    for kind in (*sorted(LASTING), *SIGNS):
        marks = [mark for mark in found.marks if mark.kind == kind]
        if marks:
            mine = swatch(name, kind) if kind in LASTING else element("span", SIGNS[kind], class_="sign")
            yield element("li", mine, plain_text(_in_all(kind, marks, say)))


def _in_all(kind: str, marks: list[TimeMark], say: Speech) -> str:
    number, what = say.whole(len(marks)), say(kind)
    if kind not in LASTING:
        return say("times", number=number, what=what)
    return say("in_all", number=number, what=what, time=say.time(sum(mark.seconds for mark in marks)))


# ---------------------------------------------------------------- numbers


def _numbers(found: Throughput, say: Speech) -> str:
    rows = (
        (say.time(place * found.width), say.whole(count), say.rate(count / found.width))
        for place, count in enumerate(found.counts)
    )
    return number_table((say("from"), say("changes"), say("a_second")), rows)


def _events(found: Throughput, say: Speech) -> str:
    if not found.marks:
        return ""
    rows: Iterable[tuple[str, ...]] = (
        (
            say.time(mark.begin),
            plain_text(f"{say('wave')} {mark.wave}" if mark.wave else say(mark.kind)),
            say.time(mark.seconds) if mark.seconds else "",
        )
        for mark in found.marks
    )
    return number_table((say("from"), say("event"), say("lasted")), rows)
