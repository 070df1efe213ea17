"""The first rows of a fleet that are still to be done, for the page and the workbook: those that failed come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from batch_update.model.fleets import NO_ACCOUNT
from batch_update.model.plans import Status
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted
from batch_update.report.headline.ends import ROW_ENDS
from batch_update.report.headline.headline import TONES_OF_ENDS
from batch_update.report.messages import row_message
from batch_update.report.page.page_parts import RowToDo
from batch_update.report.row_owners import assistants_of
from batch_update.text import excerpt

MOST_SHOWN = 500
"""Rows on the page."""
MOST_WORDS = 300
"""Characters of a message."""


@dataclass(slots=True)
class FirstLeft:
    """Takes the rows of one account after another, and holds no more than are shown."""

    ranks: Mapping[str, int]
    """account -> its place among all, the worst first"""
    _rows: list[tuple[tuple[bool, int, int], RowToDo]] = field(default_factory=list)

    def take(self, account: str, report: Report) -> None:
        """Keep the rows of an account that are still to be done, as far as they may be among the first."""
        self._rows += _left_rows(account, self.ranks[account], report)
        if len(self._rows) > 2 * MOST_SHOWN:
            self._cut()

    def rows(self) -> tuple[RowToDo, ...]:
        """Return the first rows: what failed before what was only not sent, the worst accounts first."""
        self._cut()
        return tuple(row for _, row in self._rows)

    def _cut(self) -> None:
        self._rows.sort(key=itemgetter(0))
        del self._rows[MOST_SHOWN:]


def _left_rows(account: str, rank: int, report: Report) -> Iterator[tuple[tuple[bool, int, int], RowToDo]]:
    whose = assistants_of(report.plan)
    names = {index: change.name for change in report.plan.changes for index in change.indexes}
    taken = 0
    for index, outcome in enumerate(report.outcomes):
        if as_wanted(outcome):
            continue
        taken += 1
        if taken > MOST_SHOWN:
            return
        number = int(report.plan.sheet.numbers[index])
        row = RowToDo(
            account if account != NO_ACCOUNT else "",
            number,
            names.get(index, ""),
            str(whose[index] or ""),
            ROW_ENDS[outcome.status],
            TONES_OF_ENDS[outcome.status],
            outcome.code,
            excerpt(row_message(report, index), MOST_WORDS),
        )
        yield (outcome.status is Status.NOT_SENT, rank, number), row
