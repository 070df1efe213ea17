"""A report as it is shared: of some assistants alone, and without some values."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from batch_update.journal.recorded import RunFacts
from batch_update.model.reports import Report
from batch_update.report.sharing.redacting import redacted
from batch_update.report.sharing.selecting import facts_of_selection, selected


def shared(
    report: Report, facts: RunFacts, *, redact: Sequence[str] = (), only: Collection[int] = ()
) -> tuple[Report, RunFacts]:
    """Return the report of these assistants (none: all) without these values (none: as it is), and its facts.

    Raises UsageError (U101) for a name that means nothing, and an assistant that no row is about.
    """
    if redact:
        report = redacted(report, redact)
    if only:
        return selected(report, only), facts_of_selection(facts, only)
    return report, facts
