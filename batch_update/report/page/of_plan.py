"""The page of a plan: all that would be changed, to be looked at and signed by somebody else before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from batch_update.model.plans import Plan, Tripped
from batch_update.model.reports import Exit
from batch_update.report.charts.charts import chart_grid, plan_charts
from batch_update.report.documents.envelope import Purpose, compact_text, enveloped
from batch_update.report.documents.of_sheets import PlannedSheet
from batch_update.report.figures.figures import figures_of_plan
from batch_update.report.headline.both_languages import about, alike, joined, thousands
from batch_update.report.headline.guard_words import guard_sentence
from batch_update.report.headline.headline import headline_of_plan
from batch_update.report.page.json_block import json_block
from batch_update.report.page.page_parts import Fact, NextCommand, PageParts
from batch_update.report.page.page_words import NEXT, ROW_HEADS, WORDS
from batch_update.report.page.plan_facts import about_plan, facts_of_plan
from batch_update.report.page.rendering import page_text
from batch_update.report.page.row_data import rows_of_plan
from batch_update.report.page.tiles import statuses_of_plan, tiles_of_plan
from batch_update.report.screen.problems import problem_line
from batch_update.settings.locales import Language
from batch_update.text import local_time
from batch_update.version import __version__

_HEADS = tuple(replace(one, label=WORDS["state_plan"]) if one.key == "status" else one for one in ROW_HEADS)


@dataclass(frozen=True, slots=True)
class Planning:
    """The facts about a plan that its page shows beside the plan: guards, duration, when and how it was made."""

    document: PlannedSheet
    """the plan for programs"""
    tripped: Sequence[Tripped]
    """what has to be allowed first"""
    is_blocked: bool
    """whether errors forbid to send the rest"""
    seconds: float
    """which sending takes, about"""
    made: datetime
    exit: Exit


def plan_page(
    plan: Plan, planning: Planning, language: Language, commands: Mapping[Purpose, str] | None = None
) -> str:
    """Return the page of a plan, nothing of it cut. `commands`: those that make sense now, by what they are for."""
    block, name = rows_of_plan(plan), alike(plan.sheet.name)
    headline = headline_of_plan(plan, planning.tripped, is_blocked=planning.is_blocked)
    document = enveloped(
        planning.document, command="plan", at=planning.made, exit=planning.exit, following=commands
    )
    page = PageParts(
        kind="plan",
        subject=joined(alike("Plan"), name, by=": "),
        headline=headline,
        tiles=tuple(tiles_of_plan(plan)),
        statuses=statuses_of_plan(plan),
        codes=tuple(sorted({outcome.code for outcome in plan.settled.values()} - {""})),
        fields=block.fields,
        waves=(),
        facts=tuple(_plan_facts(plan, planning)),
        about=tuple(about_plan(plan)),
        rows=json_block(block.text()),
        document=json_block(compact_text(document)),
        version=__version__,
        heads=_HEADS,
        title=joined(alike("Plan"), name, by=" · "),
        commands=tuple(NextCommand(NEXT[name], text) for name, text in (commands or {}).items()),
        guards=tuple(map(guard_sentence, planning.tripped)),
        problems=tuple(problem_line(plan.sheet, one) for one in plan.problems if one.index is None),
        charts=_plan_charts(plan),
        digest=planning.document.digest if plan.changes else "",
    )
    return page_text(page, language)


def _plan_charts(plan: Plan) -> Markup:
    """Return the charts of a plan in both languages."""
    figures = figures_of_plan(plan)
    languages: tuple[Language, ...] = ("en", "de")
    return Markup(chart_grid({one: plan_charts(figures, one, plan.called) for one in languages}))


def _plan_facts(plan: Plan, planning: Planning) -> Iterator[Fact]:
    yield from facts_of_plan(plan)
    yield Fact(WORDS["made"], alike(local_time(planning.made)))
    if plan.changes:
        yield Fact(WORDS["requests"], thousands(len(plan.changes)))
        yield Fact(WORDS["estimate"], about(planning.seconds))
