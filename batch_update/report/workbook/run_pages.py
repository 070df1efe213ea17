"""The first worksheet of a run's workbook, with its figures and charts, and the last one: what the run was made of."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import timedelta

from batch_update.codes import CODES
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Plan, Status
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.figures.by_field import FieldFigure
from batch_update.report.figures.figures import Figures
from batch_update.report.figures.latency import Latency
from batch_update.report.figures.throughput import Throughput
from batch_update.report.figures.typical import typical_words
from batch_update.report.headline.both_languages import how_long_in_both
from batch_update.report.headline.code_titles import code_title
from batch_update.report.headline.ends import end_and_effect
from batch_update.report.headline.headline import headline_of_run
from batch_update.report.workbook.result_rows import STATUSES
from batch_update.report.workbook.shared_pages import in_cell, verdict_in
from batch_update.report.workbook.vocabulary import Vocabulary
from batch_update.settings.tunables import SETTINGS, Settings
from batch_update.sheet.writing.leaves import (
    Block,
    Cell,
    Chart,
    CoverPage,
    Head,
    Paint,
    Painted,
    TablePage,
)
from batch_update.version import __version__

MOST_BARS = 12
"""Fields or codes that a chart shows."""


def run_cover(
    report: Report, facts: RunFacts, figures: Figures, words: Vocabulary, *, failed: str, history: str
) -> CoverPage:
    """Return the first worksheet. `failed`: the name of the file with the rows to mend; "" for none.

    `history`: the command that tells what runs changed, behind which an id may stand; "" for none.
    """
    plan = report.plan
    lines: list[tuple[str, Cell]] = [(words["Sheet"], in_cell(plan.sheet.name))]
    if plan.account:
        lines.append((words["Account"], in_cell(plan.account)))
    if facts.settings and facts.settings.sandbox:
        lines.append((words["Server"], words["Sandbox: no real assistants"]))
    if report.started:
        lines.append((words["Began"], report.started))
    lines.append((words["Took"], words.phrase(how_long_in_both(report.seconds))))
    if failed:
        told = words["the rows that are still to be done are in {}"].format(failed)
        lines.append((words["To mend"], Painted(told, Paint.WARNING)))
    if history:
        lines.append((words["All that runs changed of an assistant"], in_cell(f"{history} ID")))
    blocks = [_outcomes(report, words), *_blocks(report, figures, words)]
    headline = headline_of_run(report, figures.standing)
    return CoverPage(words.titles[0], words["Run report"], verdict_in(headline, words), lines, blocks)


def _outcomes(report: Report, words: Vocabulary) -> Block:
    counts = report.counts()
    rows: list[list[Cell]] = [
        [words.phrase(end_and_effect(status)), counts[status], str(status)]
        for status in Status
        if status in counts
    ]
    paints = [STATUSES[status] for status in Status if status in counts]
    header = (words["meaning"], words["rows"], "_status")
    return Block(words["What became of the rows"], header, rows, Chart.RING, paints=paints)


def _blocks(report: Report, figures: Figures, words: Vocabulary) -> Iterator[Block]:
    if figures.fields:
        yield fields_block(figures.fields, report.plan, words)
    if figures.failures:
        rows: list[list[Cell]] = [
            [told_code(one.code, words), one.rows] for one in figures.failures[:MOST_BARS]
        ]
        title = words["What is left, by code"]
        yield Block(title, (words["code"], words["rows"]), rows, Chart.BARS, words["rows"], (Paint.ERROR,))
    if figures.latency:
        yield _latency(figures.latency, words)
    if figures.throughput and figures.throughput.is_telling:
        yield _throughput(figures.throughput, words)
    if len(figures.accounts) > 1:
        accounts: list[list[Cell]] = [
            [in_cell(one.account), sum(one.counts.values())] for one in figures.accounts
        ]
        yield Block(words["Account"], (words["Account"], words["rows"]), accounts, Chart.BARS, words["rows"])


def fields_block(fields: tuple[FieldFigure, ...], plan: Plan, words: Vocabulary) -> Block:
    """Return the fields that the sheet changes, of how many assistants and how."""

    def typical(one: FieldFigure) -> str:
        if one.typical is None:
            return ""
        return in_cell(typical_words(one.typical, one.field, plan.called, words.language))

    wanted = [one for one in fields if one.changes][:MOST_BARS]
    rows: list[list[Cell]] = [[one.field, one.changes, typical(one)] for one in wanted]
    header = (words["field"], words["assistants"], words["typical change"])
    return Block(words["Changes by field"], header, rows, Chart.BARS, words["assistants"])


def told_code(code: str, words: Vocabulary) -> str:
    """Return a code with its title, as short as a chart needs it."""
    return f"{code} {words.phrase(code_title(code))}".strip()[:60]


def _latency(latency: Latency, words: Vocabulary) -> Block:
    rows: list[list[Cell]] = [[f"{one.least}-{one.below} ms", one.count] for one in latency.bins]
    most = " / ".join(f"{value:,} ms" for value in (latency.p50, latency.p95, latency.p99))
    rows.append([words["Half of them, 95 %, 99 % took at most"], None, most])
    return Block(
        words["How long a change took"],
        (words["milliseconds"], words["changes"]),
        rows,
        Chart.BARS,
        words["changes"],
        charted=len(latency.bins),
    )


def _throughput(flow: Throughput, words: Vocabulary) -> Block:
    permitted = [_permitted_at(flow, place * flow.width) for place in range(len(flow.counts))]
    is_limited = any(rate is not None for rate in permitted)
    rows: list[list[Cell]] = [
        [round(place * flow.width, 1), round(rate, 2), *([limit] if is_limited else [])]
        for place, (rate, limit) in enumerate(zip(flow.rates, permitted, strict=True))
    ]
    header = [words["seconds"], words["sent a second"], *([words["permitted"]] if is_limited else [])]
    title = words["Changes a second, over time"]
    paints = (Paint.NONE, Paint.WARNING)
    return Block(title, header, rows, Chart.LINES, words["sent a second"], paints)


def _permitted_at(flow: Throughput, second: float) -> float | None:
    known = [one.rate for one in flow.permitted if one.begin <= second]
    return round(known[-1], 2) if known and known[-1] is not None else None


# ---------------------------------------------------------------- what the run was made of


def facts_page(report: Report, facts: RunFacts, words: Vocabulary) -> TablePage:
    """Return the worksheet that tells the file, the settings, the versions, and what happened on the way."""
    rows = [
        *of_sheet(report.plan, words),
        *_of_run(report, facts, words),
        *of_settings(facts.settings, words),
    ]
    rows += [[words["event"], event.kind, in_cell(event.message), event.at] for event in report.events]
    heads = (("topic", 16), ("what", 40), ("value", 80), ("began", 24))
    headings = [Head(words[name], width, is_prose=name == "value") for name, width in heads]
    return TablePage(words.titles[4], headings, rows, len(rows))


def of_sheet(plan: Plan, words: Vocabulary) -> Iterator[list[Cell]]:
    """Yield what the sheet was."""
    sheet = plan.sheet
    topic = words["file"]
    yield [topic, words["name"], in_cell(sheet.name)]
    if sheet.dialect.worksheet:
        yield [topic, words["worksheet"], in_cell(sheet.dialect.worksheet)]
    yield [topic, words["SHA-256 of the file"], sheet.sha256 or words["not known"]]
    yield [topic, words["rows"], len(sheet)]


def _of_run(report: Report, facts: RunFacts, words: Vocabulary) -> Iterator[list[Cell]]:
    topic, plan, stats = words["run"], report.plan, facts.stats
    yield [topic, words["command"], facts.command]
    for name in ("note", "author", "job"):
        if said := getattr(facts.occasion, name):
            yield [topic, words[name], in_cell(said)]
    yield [topic, words["program"], f"batch-update {__version__}, Python {platform.python_version()}"]
    yield [topic, words["Account"], in_cell(plan.account) or words["not known"]]
    yield [topic, words["Server"], in_cell(plan.server) or words["not known"]]
    yield [topic, words["API key"], words["*** (never written down)"]]
    if report.started:
        yield [topic, words["began"], report.started]
        yield [topic, words["ended"], report.started + timedelta(seconds=report.seconds)]
    yield [topic, words["seconds of sending"], round(report.seconds, 1)]
    if stats is not None:
        yield [topic, words["requests"], stats.requests]
        yield [topic, words["again"], stats.retries]
        yield [topic, words["times that the server had everybody wait"], stats.gates]
        yield [topic, words["times that a limit was lowered"], stats.slowdowns]
    if report.stopped is not None:
        yield [topic, words["ended early"], Painted(in_cell(str(report.stopped)), Paint.ERROR)]


def of_settings(settings: Settings | None, words: Vocabulary) -> Iterator[list[Cell]]:
    """Yield the settings that decide what is sent, and how fast."""
    if settings is None:
        return
    for name in SETTINGS:
        value = getattr(settings, name)
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
        yield [words["settings"], name, in_cell(text)]


def left_rows(report: Report) -> Iterator[tuple[int, int]]:
    """Yield the rows that were not done and of which no problem of the sheet tells, by number and index."""
    told = {problem.index for problem in report.plan.problems}
    for index, outcome in enumerate(report.outcomes):
        if not as_wanted(outcome) and index not in told and outcome.code in CODES:
            yield int(report.plan.sheet.numbers[index]), index
