"""All charts of a run and of a plan, each a figure of HTML with an inline SVG, a text alternative and its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from batch_update.model.plans import Status
from batch_update.report.called import Called
from batch_update.report.changed import Became
from batch_update.report.charts.bars import BarLine, Portion, bar_lines, stacked, swatch
from batch_update.report.charts.drawing import element, figure, number_table, plain_text
from batch_update.report.charts.histogram import histogram
from batch_update.report.charts.over_time import over_time
from batch_update.report.charts.speech import Speech
from batch_update.report.figures.by_field import FieldFigure
from batch_update.report.figures.figures import AccountFigure, Figures, PlanFigures
from batch_update.report.figures.typical import NO_NAMES, typical_words
from batch_update.report.headline.code_titles import code_title
from batch_update.report.headline.ends import (
    CHANGE_ENDS,
    CHANGED_AND_READ_BACK,
    LEFT_OUT,
    ROW_ENDS,
    TO_CHANGE,
)
from batch_update.settings.locales import Language

MOST_LINES = 12
"""Codes, fields or accounts that have a bar of their own."""
MOST_ROWS = 40
"""of a table below a chart"""


def charts(figures: Figures, language: Language, called: Called = NO_NAMES) -> tuple[str, ...]:
    """Return the charts of a run, as HTML in one language; what nothing is known of has none.

    `called`: what the account calls ids, where that is known. The style of them is `chart_style`.
    """
    say, rows = Speech(language), _row_parts(figures.counts, Speech(language))
    above, below = [], []
    if rows:
        above.append(_proportions(f"outcomes-{language}", say("outcomes"), rows, say))
    if figures.latency is not None:
        above.append(histogram(f"latency-{language}", figures.latency, say))
    if figures.failures:
        kinds = [(one.code, say.phrase(code_title(one.code)), one.rows) for one in figures.failures]
        below.append(_by_code(f"failures-{language}", "failures", "failed", kinds, say))
    if figures.fields:
        below.append(_by_field(f"fields-{language}", figures.fields, called, say))
    if len(figures.accounts) > 1:
        below.append(_by_account(f"accounts-{language}", figures.accounts, say))
    if figures.throughput is None or not figures.throughput.is_telling:
        return tuple(_in_pairs([*above, *below]))
    return (
        *_in_pairs(above),
        _wide(over_time(f"rate-{language}", figures.throughput, say)),
        *_in_pairs(below),
    )


def plan_charts(figures: PlanFigures, language: Language, called: Called = NO_NAMES) -> tuple[str, ...]:
    """Return the charts of a plan; see `charts`."""
    say, totals = Speech(language), figures.totals
    counts = {
        "to_change": (TO_CHANGE, totals.change),
        Status.UNCHANGED: (ROW_ENDS[Status.UNCHANGED], totals.already_so),
        Status.CONFLICT: (ROW_ENDS[Status.CONFLICT], totals.conflict),
        Status.INVALID: (ROW_ENDS[Status.INVALID], totals.invalid),
        "left_out": (LEFT_OUT, totals.left_out),
    }
    parts = [Portion(kind, say.phrase(said), number) for kind, (said, number) in counts.items() if number]
    made = [_proportions(f"plan-{language}", say("plan"), parts, say)] if parts else []
    if figures.problems:
        kinds = [(code, say.phrase(code_title(code)), n) for code, n in figures.problems.items()]
        made.append(_by_code(f"problems-{language}", "problems", "invalid", kinds, say))
    if figures.fields:
        made.append(_by_field(f"fields-{language}", figures.fields, called, say))
    return tuple(_in_pairs(made))


def chart_grid(made: Mapping[Language, Sequence[str]]) -> str:
    """Return the charts of a page in each language; the page shows one of them."""
    return "".join(
        element("div", *some, class_=f"charts {language}", lang=language) for language, some in made.items()
    )


def _in_pairs(made: Sequence[str]) -> Iterator[str]:
    """Yield the charts, which stand two beside each other where there is room, the odd one alone."""
    alone = len(made) % 2
    yield from made[: len(made) - alone]
    yield from map(_wide, made[len(made) - alone :])


def _wide(chart: str) -> str:
    return element("div", chart, class_="wide")


def chart_style() -> str:
    """Return the style sheet of all charts."""
    return Path(__file__).with_name("charts.css").read_text("utf-8")


def _row_parts(counts: Mapping[Status, int], say: Speech) -> list[Portion]:
    return [
        Portion(status, say.phrase(ROW_ENDS[status]), counts[status])
        for status in Status
        if counts.get(status)
    ]


def _proportions(name: str, title: str, parts: Sequence[Portion], say: Speech) -> str:
    whole = sum(part.number for part in parts)
    told = ", ".join(f"{part.label}: {say.whole(part.number)}" for part in parts)
    rows = (
        (
            swatch(name, part.kind) + plain_text(part.label),
            say.whole(part.number),
            say.share(part.number, whole),
        )
        for part in parts
    )
    table = number_table((say("end"), say("rows"), say("share")), rows)
    return figure(title, stacked(name, title, told, parts), table)


# ---------------------------------------------------------------- by code


_CodeCount = tuple[str, str, int]
"""A code, its title, and how many there are of it."""


def _by_code(name: str, title: str, kind: str, found: Sequence[_CodeCount], say: Speech) -> str:
    lines = [_code_line(code or say("no_code"), rows, kind, say) for code, _, rows in found[:MOST_LINES]]
    if others := found[MOST_LINES:]:
        label = say("others", n=say.whole(len(others)))
        lines.append(_code_line(label, sum(rows for *_, rows in others), kind, say))
    told = ", ".join(f"{code} {words}: {say.whole(rows)}" for code, words, rows in found[:MOST_LINES])
    headers = say("code"), say("meaning"), say("rows")
    table = number_table(headers, (_code_row(*one, say) for one in found[:MOST_ROWS]), is_told=True)
    return figure(say(title), bar_lines(name, say(title), told, lines), table)


def _code_line(label: str, rows: int, kind: str, say: Speech) -> BarLine:
    return BarLine(label, say.whole(rows), (Portion(kind, label, rows),))


def _code_row(code: str, title: str, rows: int, say: Speech) -> tuple[str, ...]:
    shown = element("code", plain_text(code)) if code else plain_text(say("no_code"))
    return shown, plain_text(title), say.whole(rows)


# ---------------------------------------------------------------- by field, by account


_FIELD_ENDS = (Became.APPLIED, Became.PLANNED, Became.PERHAPS, Became.NOT_APPLIED, Became.HELD, Became.RESET)


def _field_parts(one: FieldFigure, say: Speech) -> Iterator[Portion]:
    """Yield what became of the changes of a field; those that were read back as sent come first."""
    for became in _FIELD_ENDS:
        number = one.became.get(became, 0)
        if became is Became.APPLIED and one.verified:
            yield Portion("verified", say.phrase(CHANGED_AND_READ_BACK), one.verified)
            number -= one.verified
        if number:
            yield Portion(became, say.phrase(CHANGE_ENDS[became]), number)


def _by_field(name: str, found: Sequence[FieldFigure], called: Called, say: Speech) -> str:
    shown = [(one, tuple(_field_parts(one, say))) for one in found[:MOST_LINES]]
    lines = [BarLine(one.field, say.whole(sum(p.number for p in parts)), parts) for one, parts in shown]
    kinds = {part.kind: part.label for _, parts in shown for part in parts}
    legend = element(
        "ul",
        *(element("li", swatch(name, kind), plain_text(label)) for kind, label in kinds.items()),
        class_="legend",
    )
    rows = (
        (
            element("code", plain_text(one.field)),
            plain_text(
                "" if one.typical is None else typical_words(one.typical, one.field, called, say.language)
            ),
            say.whole(sum(one.became.values())),
        )
        for one in found[:MOST_ROWS]
    )
    table = number_table((say("field"), say("typical"), say("assistants")), rows, is_told=True)
    drawing = bar_lines(name, say("fields"), _lines_words(lines, say), lines)
    return figure(say("fields"), drawing, legend, table)


def _lines_words(lines: Sequence[BarLine], say: Speech) -> str:
    return "; ".join(
        f"{line.label}: {', '.join(f'{say.whole(part.number)} {part.label}' for part in line.parts)}"
        for line in lines
    )


def _by_account(name: str, found: Sequence[AccountFigure], say: Speech) -> str:
    lines = [
        BarLine(one.account, say.whole(sum(one.counts.values())), tuple(_row_parts(one.counts, say)))
        for one in found[:MOST_LINES]
    ]
    kinds = {part.kind: part.label for line in lines for part in line.parts}
    table = number_table(
        (say("account"), *kinds.values()),
        (
            (plain_text(one.account), *(say.whole(one.counts.get(Status(kind), 0)) for kind in kinds))
            for one in found[:MOST_ROWS]
        ),
    )
    return figure(say("accounts"), bar_lines(name, say("accounts"), _lines_words(lines, say), lines), table)
