"""Owns which worksheet of a workbook is read: the one that is asked for, or the one whose header fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batch_update.errors import SheetError
from batch_update.sheet.extent.header_row import ROWS_LOOKED_AT, Beginning, Fit, Rows, find_beginning
from batch_update.sheet.extent.own_worksheets import are_of_plan, own_among
from batch_update.sheet.headers import headings_of
from batch_update.sheet.manner import Reading
from batch_update.sheet.workbook.spelled import cell_text
from batch_update.sheet.workbook.worksheets import Listed, Workbook, Worksheet
from batch_update.text import either, excerpt, listed, quoted

_MOST_LOOKED_AT = 40
"""Worksheets of a workbook."""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ChosenWorksheet:
    """The worksheet that is read, and what could not be asked whether it fits better."""

    number: int
    """in the list of the workbook"""
    damaged: tuple[tuple[str, str], ...] = ()
    """name of a worksheet that could not be looked at -> why"""


def choose_worksheet(workbook: Workbook, name: str, reading: Reading) -> ChosenWorksheet:
    """Return which worksheet is read.

    Raises SheetError S107 where there is none of the name or number that is asked for, S132 where several fit.
    """
    if reading.worksheet is not None or not workbook.sheets:
        return ChosenWorksheet(_named_worksheet(workbook.sheets, name, reading.worksheet or ""))
    if are_of_plan({sheet.name for sheet in workbook.sheets}):
        raise SheetError(f"{name} is a plan to be read, and no sheet", code="S139")
    candidates = _candidates(workbook.sheets)
    if len(candidates) == 1:
        return ChosenWorksheet(candidates[0])
    damaged: dict[int, str] = {}
    fits = {
        number: _fit_of_worksheet(workbook, number, reading, damaged)
        for number in candidates[:_MOST_LOOKED_AT]
    }
    best = max(fits.values())
    fitting = [number for number, fit in fits.items() if fit == best]
    if best[0] >= Fit.BY_NAME and len(fitting) > 1:
        raise _ambiguous_worksheets([workbook.sheets[number].name for number in fitting], name)
    # Is it the chosen one that is damaged, its reading says so and ends.
    told = tuple((workbook.sheets[number].name, why) for number, why in damaged.items())
    return ChosenWorksheet(fitting[0], told)


def header_rows(sheet: Worksheet) -> Rows:
    """Yield number and cells of each row as texts, as headers are read."""
    for number, line in enumerate(sheet.lines(), 1):
        yield number, [cell_text(cell, ".", is_word=True) for cell in line]


def _named_worksheet(sheets: Sequence[Listed], name: str, wanted: str) -> int:
    names = [sheet.name for sheet in sheets]
    if wanted in names:
        return names.index(wanted)
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    there = ", ".join(repr(sheet) for sheet in names) or "none"
    raise SheetError(
        f"{name} has no worksheet {wanted!r}; it has {there}",
        code="S107",
        remedy="Choose one with the setting sheet, by its name or its number from 1.",
    )


def _candidates(sheets: Sequence[Listed]) -> list[int]:
    """Return the worksheets that may hold the table: those that show, but for our own, as far as there are others."""
    everything = list(range(len(sheets)))
    seen = [number for number in everything if sheets[number].visible] or everything
    ours = own_among({sheet.name for sheet in sheets})
    return [number for number in seen if sheets[number].name not in ours] or seen


def _fit_of_worksheet(
    workbook: Workbook, number: int, reading: Reading, damaged: dict[int, str]
) -> tuple[Fit, bool]:
    """Return how well a worksheet's header fits, and whether anything stands on it; `damaged` is told where it is not
    known."""
    try:
        sheet = workbook.peek(number, max(reading.header_row or 0, 2 * ROWS_LOOKED_AT))
        found = find_beginning(header_rows(sheet), reading, workbook.name)
    except (SheetError, ValueError, LookupError) as error:
        damaged[number] = error.message if isinstance(error, SheetError) else "it is damaged"
        return Fit.NOT, False
    if found is None:
        return Fit.NOT, False
    # A list of who is there, ids beside names, is no better than a table that says by names whose its values are.
    return (min(found.fit, Fit.BY_NAME) if _only_names(found, reading) else found.fit), True


def _only_names(found: Beginning, reading: Reading) -> bool:
    fields = {heading.field for heading in headings_of(found.headers, reading).meant if heading}
    return fields <= {None, "name"}


def _ambiguous_worksheets(names: Sequence[str], name: str) -> SheetError:
    """Return the error of a workbook in which several worksheets may be meant."""
    words = [f"the setting sheet={quoted(worksheet)}" for worksheet in names[:_MOST_NAMED]]
    shown = [repr(excerpt(worksheet, 40)) for worksheet in names]
    return SheetError(
        f"{name}: {len(names)} worksheets hold a table of assistants, {listed(shown, _MOST_NAMED)}",
        code="S132",
        remedy=f"Say which is meant: {either(words)}",
    )
