"""The rows of a fleet for which nothing could be planned, as its folder has kept them, and whose they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from io import BytesIO

from batch_update.account.known.known_account import KnownAccounts
from batch_update.check.checking import in_order
from batch_update.disk import read_plain
from batch_update.errors import SheetError, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.splitting import AccountRows, SplitSheet, split_sheet
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetPlan
from batch_update.model.plans import Plan
from batch_update.model.sheets import Problem, Sheet
from batch_update.plan.saving import MOST_BYTES, read_plan
from batch_update.text import as_compared

_TOTAL = "S133"
"""code of a row that sums others up"""
_HEADER_AGAIN = "S135"
"""code of a row that names the columns again"""


@dataclass(frozen=True, slots=True)
class LeftRows:
    """The rows of a fleet for which nothing could be planned."""

    parts: tuple[AccountRows, ...]
    """of accounts that the list knows, each at its indexes in its own part"""
    homeless: SplitSheet | None
    """the rows that still belong to no account that is known; None where that is as it was"""


def has_left_rows(folder: FleetFolder, plan: FleetPlan) -> bool:
    """Whether there are rows that may be planned anew. An undo has none: its plans are made from journals."""
    return plan.command == "apply" and any(
        _may_be_planned(one) and folder.plan_of(one.account).is_file() for one in plan.accounts
    )


def _may_be_planned(one: AccountPlan) -> bool:
    """Whether planning it anew can come to another end: rows that are wrong are so in the fleet's folder for good.

    Those of nobody are somebody's once the list of accounts has the name.
    """
    return bool(one.code) and (one.account == NO_ACCOUNT or not one.is_of_sheet)


def rows_unplanned(folder: FleetFolder, plan: FleetPlan, known: KnownAccounts) -> LeftRows:
    """Return the rows that may be planned anew: of accounts that had no plan, and those whose account is known now."""
    parts = list(_of_unplanned(folder, plan, known))
    nobodys = _saved(folder, NO_ACCOUNT) if any(one.account == NO_ACCOUNT for one in plan.accounts) else None
    if nobodys is None:
        return LeftRows(tuple(parts), None)
    sheet = _as_it_was(nobodys)
    split = split_sheet(sheet, known.accounts, None)
    there = {as_compared(one.account) for one in plan.accounts}
    found = [part for part in split.parts if as_compared(part.account.name) not in there]
    known_before = [part for part in split.parts if as_compared(part.account.name) in there]
    # An account that took rows over, just before whoever planned it was killed, has them already.
    stay = {row for part in known_before if not _has_all(folder, part) for row in part.rows}
    if not split.parts:
        return LeftRows(tuple(parts), None)
    problems = in_order((*split.homeless, *_of_rows(nobodys.problems, stay)))
    return LeftRows((*parts, *found), SplitSheet(sheet, (), problems, {}, ()))


def _of_unplanned(folder: FleetFolder, plan: FleetPlan, known: KnownAccounts) -> Iterator[AccountRows]:
    for one in plan.accounts:
        if one.account == NO_ACCOUNT or not _may_be_planned(one):
            continue
        saved = _saved(folder, one.account)
        try:
            account = known.named(one.account)
        except UsageError:  # it is not in the list any more
            continue
        if saved is not None:
            account = replace(account, name=one.account)  # whatever its case in the list is by now
            yield AccountRows(account, range(len(saved.sheet)), _as_it_was(saved))


def _saved(folder: FleetFolder, account: str) -> Plan | None:
    """Return the saved plan of an account; None where there is none that can be read."""
    path = folder.plan_of(account)
    try:
        return read_plan(path.name, BytesIO(read_plain(path, MOST_BYTES + 1)))
    except (OSError, SheetError):
        return None


def _as_it_was(saved: Plan) -> Sheet:
    """Return the sheet of a plan with the rows that are about no assistant, which its file tells as problems."""
    return replace(
        saved.sheet,
        totals=_rows_with(saved.problems, _TOTAL),
        headers_again=_rows_with(saved.problems, _HEADER_AGAIN),
    )


def _rows_with(problems: Collection[Problem], code: str) -> frozenset[int]:
    return frozenset(one.index for one in problems if one.code == code and one.index is not None)


def _of_rows(problems: Collection[Problem], rows: Collection[int]) -> Iterator[Problem]:
    yield from (one for one in problems if one.index in rows)


def _has_all(folder: FleetFolder, part: AccountRows) -> bool:
    saved = _saved(folder, part.account.name)
    return saved is not None and set(part.sheet.numbers) <= set(saved.sheet.numbers)
