"""The facts that pages of runs and of plans share: which sheet, whose assistants, where, and made by which program."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.journal.folders import host_of
from batch_update.model.plans import Plan
from batch_update.report.headline.both_languages import alike
from batch_update.report.page.page_parts import Fact
from batch_update.report.page.page_words import WORDS
from batch_update.version import __version__


def facts_of_plan(plan: Plan) -> Iterator[Fact]:
    """Yield which sheet it is, and as far as that is known whose assistants it changes, and where."""
    yield Fact(WORDS["sheet"], alike(plan.sheet.name))
    if plan.account:
        yield Fact(WORDS["account"], alike(plan.account))
    if plan.server:
        yield Fact(WORDS["server"], alike(host_of(plan.server)))


def about_plan(plan: Plan) -> Iterator[Fact]:
    """Yield what the page was made from, and by which program."""
    if plan.sheet.sha256:
        yield Fact(WORDS["sheet_digest"], alike(plan.sheet.sha256), is_code=True)
    yield Fact(WORDS["version"], alike(f"batch-update {__version__}"))
