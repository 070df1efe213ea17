"""Some rows of a sheet as a sheet of their own, with the numbers and lines that they have in the whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from batch_update.model.sheets import Column, NamedFile, Problem, Role, Severity, Sheet
from batch_update.sheet.headers import OF_ACCOUNTS
from batch_update.text import as_compared, asked, counted, nearest, shortly


def account_column(sheet: Sheet) -> Column | None:
    """Return the column that says which account a row belongs to."""
    return next((column for column in sheet.columns if column.role is Role.ACCOUNT), None)


def rows_of_account(sheet: Sheet, rows: Sequence[int]) -> Sheet:
    """Return the sheet of the rows at these indexes, which all belong to one account: they rise.

    That it is a sheet for several accounts is no problem of it any more; the other problems of the whole stay.
    """
    places = {row: place for place, row in enumerate(rows)}
    columns = tuple(replace(column, texts=[column.texts[row] for row in rows]) for column in sheet.columns)
    return replace(
        sheet,
        columns=columns,
        numbers=[sheet.numbers[row] for row in rows],
        lines=None if sheet.lines is None else [sheet.lines[row] for row in rows],
        blank_rows=0,
        ragged={places[row]: cells for row, cells in sheet.ragged.items() if row in places},
        problems=tuple(moved(problem, places) for problem in sheet.problems if _is_for(problem, places)),
        totals=_at_their_places(sheet.totals, places),
        headers_again=_at_their_places(sheet.headers_again, places),
        files=_named_in(sheet, columns),
    )


def taken_by(account: str | None, sheet: Sheet) -> Sheet:
    """Return the sheet as a command about this account takes it: the rows of others are left out, and it is told.

    None: the command names no account. So is a sheet that does not say whose its rows are left as it is.
    """
    column = account_column(sheet)
    if account is None or column is None:
        return sheet
    rows = [row for row, text in enumerate(column.texts) if as_compared(text) == as_compared(account)]
    own = rows_of_account(sheet, rows)
    others = len(sheet) - len(rows) - len(sheet.no_assistants)
    if not rows:
        near = asked(nearest(account, {text: text for text in set(column.texts) if text.strip()}))
        said = f"no row is about the account {shortly(account)}" + (f"; {near}" if near else "")
        problem = Problem("S154", said)
    elif others:
        said = f"{counted(others, 'row')} about other accounts than {shortly(account)}, left out"
        problem = Problem("S155", said, Severity.WARNING)
    else:
        return own
    return replace(own, problems=(problem, *own.problems))


def moved(problem: Problem, places: Mapping[int, int]) -> Problem:
    """Return a problem at other indexes of rows; rows that have none are not among those that it concerns."""
    if problem.index is None:
        return problem
    also = tuple(places[row] for row in problem.also if row in places)
    return replace(problem, index=places[problem.index], also=also)


def _is_for(problem: Problem, places: Collection[int]) -> bool:
    return problem.code != OF_ACCOUNTS if problem.index is None else problem.index in places


def _at_their_places(rows: Collection[int], places: Mapping[int, int]) -> frozenset[int]:
    return frozenset(places[row] for row in rows if row in places)


def _named_in(sheet: Sheet, columns: Sequence[Column]) -> dict[str, NamedFile]:
    """Return the files that cells of these columns name: those of other rows are nobody's business here."""
    if not sheet.files:
        return {}
    cells = {text for column in columns for text in column.texts}
    return {cell: file for cell, file in sheet.files.items() if cell in cells}
