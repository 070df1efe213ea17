"""A sheet for many accounts taken apart: the rows of each, and those that belong to none that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from batch_update.account.known.known_account import KnownAccount
from batch_update.errors import SheetError
from batch_update.model.sheets import Column, Problem, Sheet
from batch_update.sheet.extent.account_rows import account_column, rows_of_account
from batch_update.text import as_compared, asked, counted, excerpt, listed, nearest, printable

_MOST_NAMED = 5
"""accounts that a message names"""


@dataclass(frozen=True, slots=True)
class AccountRows:
    """The rows of one account."""

    account: KnownAccount
    rows: Sequence[int]
    """their indexes in the whole sheet"""
    sheet: Sheet
    """of these rows alone, with the numbers that they have in the whole"""


@dataclass(frozen=True, slots=True)
class SplitSheet:
    """A sheet taken apart."""

    sheet: Sheet
    """the whole"""
    parts: tuple[AccountRows, ...]
    """of each account that has a row, in the order of their names"""
    homeless: tuple[Problem, ...]
    """the rows that belong to no account that is known: a problem for each"""
    left_out: Mapping[str, int]
    """account that was not chosen -> its rows"""
    idle: tuple[str, ...]
    """accounts that were chosen, and have no row"""


def split_sheet(
    sheet: Sheet, known: Sequence[KnownAccount], chosen: Sequence[KnownAccount] | None
) -> SplitSheet:
    """Return the rows of each account. `chosen`: None for those that the sheet names.

    A sheet without a column of accounts is for the one account that was chosen, or for each where it names assistants
    by their names alone. Raises SheetError S153 where it is for several and names ids.
    """
    column = account_column(sheet)
    if column is None:
        return _for_each_chosen(sheet, chosen)
    by_name = {as_compared(one.name): one for one in known}
    homes: dict[str, list[int]] = {}
    problems: list[Problem] = []
    texts = _account_texts(sheet, column)
    homes_of = {text: by_name.get(as_compared(text)) for text in set(texts)}
    last: KnownAccount | None = None
    for row, text in enumerate(texts):
        home = last if row in sheet.no_assistants else homes_of[text]
        if home is None:
            if row not in sheet.no_assistants:
                problems.append(_homeless(sheet, column, row, text, by_name))
            continue
        last = home
        homes.setdefault(home.name, []).append(row)
    wanted = {one.name for one in known if chosen is None or one in chosen}
    parts = (
        AccountRows(by_name[as_compared(name)], homes[name], rows_of_account(sheet, homes[name]))
        for name in sorted(homes)
        if name in wanted
    )
    return SplitSheet(
        sheet,
        tuple(parts),
        tuple(problems),
        {name: len(rows) for name, rows in homes.items() if name not in wanted},
        tuple(one.name for one in chosen or () if one.name not in homes),
    )


def _account_texts(sheet: Sheet, column: Column) -> list[str]:
    """Return the name of the account in each row; of a row that is too long or too short, as it stands there."""
    place = sheet.columns.index(column)
    texts = list(column.texts)
    for row, cells in sheet.ragged.items():
        texts[row] = cells[place] if place < len(cells) else ""
    return texts


def _homeless(
    sheet: Sheet, column: Column, row: int, text: str, by_name: Mapping[str, KnownAccount]
) -> Problem:
    """Return the problem of a row that belongs to no account that is known."""
    place = sheet.columns.index(column)
    if not text.strip():
        message = "the row does not say which account it belongs to"
        return Problem("S151", message, index=row, column=place, wanted="the name of an account")
    near = nearest(text, {name: one.name for name, one in by_name.items()})
    names = [printable(one.name) for one in by_name.values()]
    return Problem(
        "S150",
        f"there is no account {excerpt(text, 60)!r} in the list of accounts",
        index=row,
        column=place,
        given=excerpt(text, 60),
        wanted=near or listed(names, _MOST_NAMED),
        remedy=asked(printable(near)),
    )


# ---------------------------------------------------------------- without a column of accounts


def _for_each_chosen(sheet: Sheet, chosen: Sequence[KnownAccount] | None) -> SplitSheet:
    """Return the whole sheet for each account that was chosen. Raises SheetError S153."""
    if not chosen:
        raise SheetError(
            f"{printable(sheet.name)}: no column says which account a row belongs to, and no account was chosen",
            code="S153",
            remedy="add a column account (or Konto) with the name of the account in each row, or choose the accounts "
            "with the option accounts or the option all_accounts",
        )
    if len(chosen) > 1 and (number := _first_id(sheet)) is not None:
        raise SheetError(
            f"{printable(sheet.name)}: no column says which account a row belongs to, "
            f"{counted(len(chosen), 'account')} were chosen, and row {number} names an id, "
            "which is another assistant in each of them, or none",
            code="S153",
        )
    rows = range(len(sheet))
    parts = (AccountRows(one, rows, sheet) for one in sorted(chosen, key=lambda one: one.name))
    return SplitSheet(sheet, tuple(parts), (), {}, ())


def _first_id(sheet: Sheet) -> int | None:
    """Return the number of the first row that names an assistant by its id; None where all do it by a name."""
    if sheet.id_column is None:
        return None
    texts: Iterator[tuple[int, str]] = zip(sheet.numbers, sheet.id_column.texts, strict=True)
    return next(
        (number for number, text in texts if text.strip(" \"'").replace(".", "").replace(",", "").isdigit()),
        None,
    )
