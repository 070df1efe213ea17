"""All figures of a run, and of a plan: pure values that page, workbook, documents and terminal share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Plan, Status
from batch_update.model.reports import Report, Window
from batch_update.report.changed import FieldChange, changed_by_plan, changed_by_run
from batch_update.report.documents.of_sheets import Totals, totals_of
from batch_update.report.figures.by_code import CodeFigure, failures_of
from batch_update.report.figures.by_field import FieldFigure, by_field
from batch_update.report.figures.latency import Latency, latency_of
from batch_update.report.figures.standing import Standing, standing_of
from batch_update.report.figures.throughput import Throughput, throughput_of


@dataclass(frozen=True, slots=True)
class AccountFigure:
    """An account, and how the rows ended that are about its assistants."""

    account: str
    """as the plan names it; "" where it is not known"""
    counts: Mapping[Status, int]
    """statuses that did not occur are left out"""


@dataclass(frozen=True, slots=True)
class Figures:
    """A run in figures. What nothing is known of is None or empty."""

    standing: Standing
    counts: Mapping[Status, int]
    """how many rows ended how; statuses that did not occur are left out"""
    throughput: Throughput | None
    latency: Latency | None
    failures: tuple[CodeFigure, ...]
    """codes of the rows that are not as wanted, that of most rows first"""
    fields: tuple[FieldFigure, ...]
    """that of most assistants first"""
    accounts: tuple[AccountFigure, ...]
    """that of most rows first"""
    changed: tuple[FieldChange, ...]
    """the changes that were counted, in row order"""


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """A plan in figures."""

    totals: Totals
    problems: Mapping[str, int]
    """code -> how many problems of the sheet have it, the most frequent first"""
    fields: tuple[FieldFigure, ...]
    """that of most assistants first"""
    changed: tuple[FieldChange, ...]
    """the changes that were counted, in row order"""


def figures_of(report: Report, windows: Sequence[Window] = ()) -> Figures:
    """Return a run in figures. `windows`: the requests that were permitted, the setting rate."""
    ends = (report.outcomes[change.indexes[0]] for change in report.plan.changes)
    counts, changed = report.counts(), tuple(changed_by_run(report))
    return Figures(
        standing=standing_of(report),
        counts=counts,
        throughput=throughput_of(report, windows),
        latency=latency_of(ends),
        failures=failures_of(report),
        fields=by_field(changed),
        accounts=(AccountFigure(report.plan.account, counts),),
        changed=changed,
    )


def figures_of_run(report: Report, facts: RunFacts) -> Figures:
    """Return a run in figures, beside what its settings permitted."""
    return figures_of(report, facts.settings.rate if facts.settings else ())


def figures_of_plan(plan: Plan) -> PlanFigures:
    """Return a plan in figures."""
    changed = tuple(changed_by_plan(plan))
    return PlanFigures(
        totals=totals_of(plan),
        problems=dict(Counter(problem.code for problem in plan.problems).most_common()),
        fields=by_field(changed),
        changed=changed,
    )
