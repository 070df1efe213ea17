"""A fault: what is wrong with the text of a cell, in words that are safe to show. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batch_update.model.sheets import Problem, Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a text of a column, wherever in the column it stands."""

    code: str
    message: str
    """one sentence without row and cell"""
    given: str = ""
    wanted: str = ""
    remedy: str = ""
    severity: Severity = Severity.ERROR

    def at(
        self,
        index: int,
        column: int | None,
        assistant_id: int | None,
        *,
        given: str = "",
        also: tuple[int, ...] = (),
    ) -> Problem:
        """Return the problem of this row and column; `given` where the fault itself shows nothing."""
        return Problem(
            self.code,
            self.message,
            self.severity,
            index,
            column,
            assistant_id,
            self.given or given,
            self.wanted,
            self.remedy,
            also,
        )


def has_errors(faults: Iterable[Fault]) -> bool:
    """Whether one of these faults forbids sending."""
    return any(fault.severity is Severity.ERROR for fault in faults)
