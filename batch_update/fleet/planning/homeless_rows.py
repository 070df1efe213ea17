"""Rows that belong to no account that is known, where they are left out: told of as an account that is none."""

from __future__ import annotations

from contextlib import suppress

from batch_update.check.checking import in_order, invalid_rows
from batch_update.errors import BatchUpdateError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.planned import PlannedAccount
from batch_update.fleet.planning.splitting import SplitSheet
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan
from batch_update.model.plans import Plan
from batch_update.model.reports import Exit
from batch_update.run.planning import save_to
from batch_update.sheet.extent.account_rows import moved, rows_of_account
from batch_update.text import counted, in_ranges

_MOST_ROWS = 3


def homeless_account(split: SplitSheet, folder: FleetFolder) -> PlannedAccount:
    """Return what stands for the account of these rows, and save them: reports account for each row of the sheet."""
    rows = sorted({problem.index for problem in split.homeless if problem.index is not None})
    sheet = rows_of_account(split.sheet, rows)
    places = {row: place for place, row in enumerate(rows)}
    problems = in_order((*sheet.problems, *(moved(problem, places) for problem in split.homeless)))
    with suppress(BatchUpdateError):  # one that is too large to be saved is told of without its rows
        plan = Plan(sheet, (), invalid_rows(problems), problems)
        save_to(folder.plan_of(NO_ACCOUNT), plan)
    where = in_ranges("row", [int(split.sheet.numbers[row]) for row in rows], _MOST_ROWS)
    message = f"{counted(len(rows), 'row')} of no account that is known: {where}"
    told = AccountPlan(
        NO_ACCOUNT, "", rows=len(rows), invalid=len(rows), code=split.homeless[0].code, message=message
    )
    return PlannedAccount(told, Exit.SOME_FAILED)
