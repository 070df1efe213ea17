"""One account of a fleet planned as any other plan is made, and saved; or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain

import anyio.to_thread

from batch_update.account.account import placed
from batch_update.account.known.of_settings import settings_for
from batch_update.errors import BatchUpdateError, RunStopped
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.planned import PlannedAccount
from batch_update.fleet.planning.splitting import AccountRows
from batch_update.model.fleets import AccountPlan
from batch_update.model.plans import Plan, Status
from batch_update.model.reports import Exit
from batch_update.model.sheets import Problem
from batch_update.outcomes import not_begun, spread
from batch_update.plan.from_sheet import make_plan
from batch_update.plan.saving import digest
from batch_update.run.planning import Planned, begin_plan, save_to
from batch_update.run.steps.means import Means
from batch_update.run.steps.plan_files import seconds_to_send
from batch_update.send.accounting import blocking_problems
from batch_update.settings.tunables import Settings
from batch_update.sheet.extent.account_rows import moved
from batch_update.text import counted, printable


async def plan_account(
    part: AccountRows, settings: Settings, means: Means, folder: FleetFolder
) -> PlannedAccount:
    """Plan one account and save its plan. What it meets is in what is returned, but for what is a bug."""
    try:
        own = settings_for(part.account, settings)
        # Reading keys may take a program's time, and checking many rows some of ours: others need not wait for that.
        begin = partial(begin_plan, part.sheet, own, means)
        found = await (await anyio.to_thread.run_sync(begin))()
        path = folder.plan_of(part.account.name)
        await anyio.to_thread.run_sync(save_to, path, found.plan)
    except BatchUpdateError as error:
        return await anyio.to_thread.run_sync(_unplanned, part, settings, error, folder)
    return _planned(part, found)


def _planned(part: AccountRows, found: Planned) -> PlannedAccount:
    plan = found.plan
    told = AccountPlan(
        part.account.name,
        placed(found.settings).base_url,
        owner=plan.account,
        digest=digest(plan),
        changes=len(plan.changes),
        rows=len(plan.sheet),
        invalid=_invalid(plan),
        tripped=tuple(one.code for one in found.tripped),
    )
    problems = problems_of_whole(plan.problems, part.rows)
    if blocking := blocking_problems(plan, skip_invalid=found.settings.skip_invalid):
        told = replace(
            told,
            digest="",
            changes=0,
            tripped=(),
            code=blocking[0].code,
            message=_blocked_words(plan, blocking[0]),
        )
        return PlannedAccount(told, Exit.SHEET_INVALID, (), problems, found.pages)
    seconds = seconds_to_send(plan, found.settings, pages=found.pages) if plan.changes else 0
    return PlannedAccount(told, Exit.OK, found.tripped, problems, found.pages, seconds)


def _unplanned(
    part: AccountRows, settings: Settings, error: BatchUpdateError, folder: FleetFolder
) -> PlannedAccount:
    """Return an account that cannot be planned. Its rows are saved all the same: reports account for each."""
    plan = unsent_plan(part, settings, error)
    with suppress(BatchUpdateError):  # one that is too large to be saved is told of without its rows
        save_to(folder.plan_of(part.account.name), plan)
    told = AccountPlan(
        part.account.name,
        part.account.base_url,
        rows=len(plan.sheet),
        invalid=_invalid(plan),
        code=error.code,
        message=printable(error.message),
    )
    return PlannedAccount(told, error.exit, problems=problems_of_whole(plan.problems, part.rows))


def unsent_plan(part: AccountRows, settings: Settings, error: BatchUpdateError) -> Plan:
    """Return a plan that sends nothing, and tells of each row why not."""
    plan = make_plan(part.sheet, on_duplicate=settings.on_duplicate, fetched=True)
    why = not_begun(RunStopped(error.message, code=error.code))
    unsent = chain.from_iterable(spread(c, why, plan.sheet.numbers).items() for c in plan.changes)
    # Its names were not looked up either, and that is not what has to be mended.
    named = {index: why for index, one in plan.settled.items() if one.status is Status.NOT_SENT}
    return replace(plan, changes=(), settled=dict(sorted({**plan.settled, **named, **dict(unsent)}.items())))


def problems_of_whole(problems: Sequence[Problem], rows: Sequence[int]) -> tuple[Problem, ...]:
    """Return the problems of rows at the indexes that these have in the whole sheet."""
    places: Mapping[int, int] = dict(enumerate(rows))
    return tuple(moved(problem, places) for problem in problems if problem.index is not None)


def _invalid(plan: Plan) -> int:
    return sum(outcome.status is Status.INVALID for outcome in plan.settled.values())


def _blocked_words(plan: Plan, first: Problem) -> str:
    """`3 of 50 rows are invalid`; where it is no row, what the sheet as a whole has."""
    count, of = _invalid(plan), len(plan.sheet)
    if not count or first.index is None:
        return printable(first.message)
    return f"{count:,} of {counted(of, 'row')} {'is' if count == 1 else 'are'} invalid"
