"""Cells: text to value and back, a module for each kind of value. The grammar itself stands in `grammar`."""

from batch_update.fields.cells.errors import CellError
from batch_update.fields.cells.grammar import (
    LEAVE,
    Leave,
    read_as,
    read_assistant,
    read_cell,
    read_id,
    show_as,
    show_cell,
)

__all__ = [
    "LEAVE",
    "CellError",
    "Leave",
    "read_as",
    "read_assistant",
    "read_cell",
    "read_id",
    "show_as",
    "show_cell",
]
