"""The changes of a plan or a run by their fields: of how many assistants, what became of them, what is typical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from batch_update.model.plans import Verified
from batch_update.plan.guarding import is_empty
from batch_update.report.changed import Became, FieldChange
from batch_update.report.figures.typical import Typical, typical_of


@dataclass(frozen=True, slots=True)
class FieldFigure:
    """A field, and the changes of it."""

    field: str
    became: Mapping[Became, int]
    """how many assistants each end came to; ends that did not occur are left out"""
    verified: int
    """of those that were applied, how many were found as they were sent when they were read back"""
    clears: int
    """how many empty it"""
    typical: Typical | None
    """of the changes that were asked for and not held back; None where there are none"""

    @property
    def changes(self) -> int:
        """Return how many assistants the sheet wanted to be changed, without those that are held back."""
        return sum(count for became, count in self.became.items() if became not in _NOT_SENT)


_NOT_SENT = frozenset({Became.HELD, Became.RESET})


def by_field(changes: Iterable[FieldChange]) -> tuple[FieldFigure, ...]:
    """Return a figure for each field, the one of most assistants first."""
    found: dict[str, list[FieldChange]] = {}
    for change in changes:
        found.setdefault(change.field, []).append(change)
    figures = (_figure(field, members) for field, members in found.items())
    return tuple(sorted(figures, key=lambda figure: -figure.changes))


def _figure(field: str, members: list[FieldChange]) -> FieldFigure:
    wanted = [one for one in members if one.became not in _NOT_SENT]
    return FieldFigure(
        field,
        Counter(one.became for one in members),
        sum(one.became is Became.APPLIED and one.verified is Verified.VERIFIED for one in members),
        sum(is_empty(one.after) for one in wanted),
        typical_of(wanted) if wanted else None,
    )
