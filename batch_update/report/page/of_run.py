"""The page of a run: how it ended, what is left to do, every row with what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from markupsafe import Markup

from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.called import Called
from batch_update.report.charts.charts import chart_grid, charts
from batch_update.report.documents.envelope import Purpose, compact_text
from batch_update.report.documents.of_runs import file_paths, run_file
from batch_update.report.figures.figures import Figures, figures_of_run
from batch_update.report.headline.both_languages import Phrase, alike, how_long_in_both, joined, thousands
from batch_update.report.headline.headline import headline_of_run
from batch_update.report.page.json_block import json_block
from batch_update.report.page.page_parts import Fact, FileLink, NextCommand, PageParts
from batch_update.report.page.page_words import NEXT, ROW_HEADS, WORDS
from batch_update.report.page.plan_facts import about_plan, facts_of_plan
from batch_update.report.page.rendering import page_text
from batch_update.report.page.row_data import rows_of_run
from batch_update.report.page.tiles import statuses_of_run, tiles_of_run
from batch_update.settings.locales import Language
from batch_update.text import local_time
from batch_update.version import __version__

_STILL_TO_DO = Phrase("the rows that are still to be done", "die Zeilen, die noch zu erledigen sind")
_FILES = {
    "results.csv": Phrase(
        "every row of the sheet, in its order", "alle Zeilen der Tabelle, in ihrer Reihenfolge"
    ),
    "results.xlsx": Phrase("all that as a workbook, with charts", "all das als Arbeitsmappe, mit Diagrammen"),
    "failed.csv": _STILL_TO_DO,
    "failed.xlsx": _STILL_TO_DO,
    "undo.csv": Phrase("a sheet that brings back what was changed", "eine Tabelle, die alles zurücksetzt"),
    "run.json": Phrase("the run in figures, for programs", "der Lauf in Zahlen, für Programme"),
}
_COMMANDS = {
    "apply": Phrase("Applied", "Angewendet"),
    "undo": Phrase("Undone", "Zurückgenommen"),
}


def run_page(
    report: Report,
    facts: RunFacts,
    language: Language,
    commands: Mapping[Purpose, str] | None = None,
    figures: Figures | None = None,
) -> str:
    """Return the page of a run. `commands`: those that make sense now, by what they are for.

    `figures`: those of the run, where they are there already.
    """
    figures = figures or figures_of_run(report, facts)
    block = replace(rows_of_run(report, figures.changed), history=(commands or {}).get("history", ""))
    name = alike(report.plan.sheet.name)
    headline = headline_of_run(report, figures.standing)
    page = PageParts(
        kind="run",
        subject=joined(_COMMANDS.get(facts.command, _COMMANDS["apply"]), name, by=": "),
        headline=headline,
        tiles=tuple(tiles_of_run(report)),
        statuses=statuses_of_run(report),
        codes=tuple(sorted({outcome.code for outcome in report.outcomes} - {""})),
        fields=block.fields,
        waves=tuple(sorted({outcome.wave for outcome in report.outcomes} - {0})),
        facts=tuple(_run_facts(report, facts)),
        about=tuple(about_plan(report.plan)),
        rows=json_block(block.text()),
        document=json_block(compact_text(run_file(report, facts, file_paths(report.files, names_only=True)))),
        version=__version__,
        heads=ROW_HEADS,
        title=joined(headline.mark, name, by=" · "),
        charts=_charts(figures, report.plan.called),
        commands=tuple(
            NextCommand(NEXT[name], text) for name, text in (commands or {}).items() if name in NEXT
        ),
        notes=tuple(event.message for event in report.events if event.kind not in {"resume", "stop"}),
        is_sandbox=bool(facts.settings and facts.settings.sandbox),
        files=tuple(_file_links(report)),
    )
    return page_text(page, language)


def _charts(figures: Figures, called: Called) -> Markup:
    """Return the charts of a run in both languages."""
    languages: tuple[Language, ...] = ("en", "de")
    return Markup(chart_grid({one: charts(figures, one, called) for one in languages}))


def _run_facts(report: Report, facts: RunFacts) -> Iterator[Fact]:
    """Yield what tells which run this is."""
    yield from facts_of_plan(report.plan)
    if report.started is not None:
        yield Fact(WORDS["began"], alike(local_time(report.started)))
    yield Fact(WORDS["duration"], how_long_in_both(report.seconds))
    if facts.stats is not None:
        yield Fact(WORDS["requests"], thousands(facts.stats.requests))


def _file_links(report: Report) -> Iterator[FileLink]:
    files = report.files
    if files is not None:
        for path in (files.results, files.workbook, files.failed, files.undo, files.run):
            if path is not None:
                yield FileLink(path.name, _FILES.get(path.name, Phrase("", "")))
