"""The numbers below the head of a page, and the filters of its rows: each with how many rows it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from batch_update.model.plans import Plan, Status, Verified
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.documents.of_sheets import totals_of
from batch_update.report.headline.both_languages import thousands
from batch_update.report.headline.ends import LEFT_OUT, ROW_ENDS
from batch_update.report.headline.headline import TONES_OF_ENDS
from batch_update.report.page.page_parts import Tile
from batch_update.report.page.page_words import WORDS


def tiles_of_run(report: Report) -> Iterator[Tile]:
    """Yield the numbers of a run that count: rows by their ends, and those that were read back otherwise."""
    counts = report.counts()
    for status, tone in TONES_OF_ENDS.items():
        if status in counts or status in {Status.UPDATED, Status.FAILED}:
            count = counts.get(status, 0)
            yield Tile(thousands(count), ROW_ENDS[status], tone if count else "quiet", str(status))
    mismatches = sum(outcome.verified is Verified.MISMATCH for outcome in report.outcomes)
    if mismatches:
        yield Tile(thousands(mismatches), WORDS["mismatch"], "bad", "mismatch")


def statuses_of_run(report: Report) -> dict[str, int]:
    """Return the filters that the rows of a run have -> how many rows they let through."""
    left = sum(not as_wanted(outcome) for outcome in report.outcomes)
    found = {str(status): count for status, count in report.counts().items()}
    return ({"todo": left} if left else {}) | found


def tiles_of_plan(plan: Plan) -> Iterator[Tile]:
    """Yield the numbers of a plan that count."""
    totals = totals_of(plan)
    kinds = {
        "to_change": (WORDS["assistants_change"], totals.change, "good"),
        Status.UNCHANGED: (ROW_ENDS[Status.UNCHANGED], totals.already_so, "quiet"),
        Status.CONFLICT: (ROW_ENDS[Status.CONFLICT], totals.conflict, "open"),
        Status.INVALID: (ROW_ENDS[Status.INVALID], totals.invalid, "bad"),
        Status.NOT_SENT: (LEFT_OUT, totals.left_out, "quiet"),
    }
    for status, (label, count, tone) in kinds.items():
        if count or status in {"to_change", Status.UNCHANGED}:
            yield Tile(thousands(count), label, tone if count else "quiet", str(status))
    if totals.left_to_others:
        yield Tile(thousands(totals.left_to_others), WORDS["left_to_others"], "quiet")


def statuses_of_plan(plan: Plan) -> dict[str, int]:
    """Return the filters that the rows of a plan have -> how many rows they let through."""
    counts = Counter(str(outcome.status) for outcome in plan.settled.values())
    left = sum(not as_wanted(outcome) for outcome in plan.settled.values())
    will = len(plan.sheet) - len(plan.settled)
    return {"to_change": will} | ({"todo": left} if left else {}) | dict(counts)
