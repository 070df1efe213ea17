"""The rows of a run by their codes: what each code is called, how many rows have it, which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from batch_update.codes import CODES
from batch_update.model.plans import Outcome
from batch_update.model.reports import Report
from batch_update.outcomes import as_wanted


@dataclass(frozen=True, slots=True)
class CodeFigure:
    """A code, and the rows that have it."""

    code: str
    """"" for rows that have none"""
    title: str
    """what it means, in a few words; "" where it is not in the table of codes"""
    indexes: tuple[int, ...]
    """of the rows, in their order"""

    @property
    def rows(self) -> int:
        """Return how many there are."""
        return len(self.indexes)


def by_code(
    report: Report, counts: Callable[[Outcome], bool] = lambda outcome: True
) -> tuple[CodeFigure, ...]:
    """Return a figure for each code of the rows that count, in the order of their first rows."""
    found: dict[str, list[int]] = {}
    for index, outcome in enumerate(report.outcomes):
        if counts(outcome):
            found.setdefault(outcome.code, []).append(index)
    return tuple(
        CodeFigure(code, CODES[code].title if code in CODES else "", tuple(indexes))
        for code, indexes in found.items()
    )


def failures_of(report: Report) -> tuple[CodeFigure, ...]:
    """Return the codes of the rows that are not as wanted, that of most rows first."""
    figures = by_code(report, lambda outcome: not as_wanted(outcome))
    return tuple(sorted(figures, key=lambda figure: -figure.rows))
