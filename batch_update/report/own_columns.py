"""Columns and cells of a sheet that are ours: those that a run adds, and those that an earlier run has added."""

from __future__ import annotations

from collections.abc import Sequence

from batch_update.model.plans import Status
from batch_update.model.sheets import Column, Role, Sheet

REPORTED = "_reported"
"""The column of an export for values that are there and could not be sent as they are. A sheet's reader ignores it."""
RESULT_COLUMNS = (
    "_row",
    "_status",
    "_verified",
    "_code",
    "_message",
    "_http",
    "_attempts",
    "_changed",
    "_request_id",
    "_started",
    "_ms",
)
MARK = "mend this row, then delete this cell"
"""Makes a row one cell too long, where writing it anew would have hidden what was wrong with it."""


def is_ours(column: Column) -> bool:
    """Whether an earlier run wrote this column. Others that begin with `_` are the user's."""
    return column.role is Role.OWN and column.header.strip().casefold() in RESULT_COLUMNS


def ragged_cells(sheet: Sheet, index: int) -> list[str]:
    """Return the cells as they stand, but for those that an earlier run put at the end."""
    cells = list(sheet.ragged[index])
    if not any(map(is_ours, sheet.columns)):
        return cells
    ends_here = len(cells) - 1 if cells[-1:] == [MARK] else len(cells)
    ours = cells[:ends_here][-len(RESULT_COLUMNS) :]
    return cells[: ends_here - len(RESULT_COLUMNS)] if _is_an_outcome(ours) else cells


def _is_an_outcome(cells: Sequence[str]) -> bool:
    return (
        len(cells) == len(RESULT_COLUMNS)
        and cells[0].isdigit()
        and cells[1] in {str(status) for status in Status}
    )
