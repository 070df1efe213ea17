"""Repairs of a sheet as text: each with its place, before and after; those of one kind in one column together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch_update.codes import CODES
from batch_update.fields.tools import SECRET, holds_secret
from batch_update.model.sheets import Repair, Sheet
from batch_update.report.places import place_of, row_list
from batch_update.report.tones import Piece, Tone
from batch_update.text import excerpt, shortly

SHOWN_OF_ONE_KIND = 4
"""Repairs of one kind in one column that are shown one by one; the setting json has each."""
_MOST_SHOWN = 60


def render_repairs(sheet: Sheet, repairs: Sequence[Repair]) -> list[Piece]:
    """Return all repairs as text; those beyond the first of their kind by their rows."""
    kinds: dict[tuple[str, int | None], list[Repair]] = {}
    for repair in repairs:
        kinds.setdefault((repair.code, repair.column), []).append(repair)
    pieces = []
    for (code, column), found in kinds.items():
        header = "" if column is None else f", column {shortly(sheet.columns[column].header)}"
        pieces += [Piece("repaired", Tone.GOOD), Piece(f"[{code}]: {CODES[code].title}{header}\n")]
        pieces += [Piece(f"  {line}\n") for line in _lines(sheet, found)]
    return pieces


def _lines(sheet: Sheet, repairs: Sequence[Repair]) -> Iterator[str]:
    for repair in repairs[:SHOWN_OF_ONE_KIND]:
        place = place_of(sheet, repair.index, repair.column)
        where = f"row {place.row}" + (f", cell {place.cell}" if place.cell else "")
        if repair.column is None:
            yield f"from {where} on"
        else:
            yield f"{where}: {_quoted_cell(repair.before)} -> {_quoted_cell(repair.after)}"
    rest = repairs[SHOWN_OF_ONE_KIND:]
    if rest:
        yield f"and {len(rest)} more: {row_list(sheet.numbers[repair.index] for repair in rest)}"


def _quoted_cell(cell: str) -> str:
    """Return a cell in quotes, so that the spaces around it can be seen."""
    return SECRET if holds_secret(cell) else f'"{excerpt(cell, _MOST_SHOWN)}"'
