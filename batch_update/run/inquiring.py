"""The story of a check that asks the account whether the names and ids of a sheet are right. Nothing is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

from batch_update.account.account import Account, server_name
from batch_update.account.known.of_settings import at_account
from batch_update.check.checking import Checked
from batch_update.check.settled_names import Names
from batch_update.model.choices import Choices
from batch_update.model.plans import Status
from batch_update.model.sheets import Sheet
from batch_update.plan.from_sheet import make_plan
from batch_update.run.planning import look
from batch_update.run.steps.desk import desk_of
from batch_update.run.steps.identifying import identify
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.send.progress import Stage
from batch_update.settings.tunables import Settings
from batch_update.text import counted


def begin_inquiry(sheet: Sheet, checked: Checked, settings: Settings, means: Means) -> Sequel[Checked]:
    """Find out whose account is to be asked; the sequel holds a sheet that was checked by itself against it.

    What it finds is what a plan of the sheet would tell. Raises UsageError and AccessError; the sequel raises what
    looking raises.
    """
    settings = at_account(settings)
    tell_way(settings, means)
    return partial(_inquire, sheet, checked, means.account(settings), settings, means)


async def _inquire(
    sheet: Sheet, checked: Checked, account: Account, settings: Settings, means: Means
) -> Checked:
    async with speaking(settings, account, means, means.watcher.event) as client:
        desk, choices = desk_of(client, account, settings, means), Choices()
        names: Names = {}
        if checked.names:
            means.watcher.stage(Stage.NAMING, counted(len(checked.names), "name"))
            names, choices = await identify(checked.names, desk, sheet=sheet)
        plan = make_plan(
            sheet, on_duplicate=settings.on_duplicate, only=settings.only, fetched=True, names=names
        )
        means.watcher.stage(Stage.LOOKING, server_name(settings))
        looked = await look(plan, client, desk, known=choices)
    statuses = Counter(outcome.status for outcome in looked.plan.settled.values())
    return replace(
        checked,
        problems=looked.plan.problems,
        invalid_rows=statuses[Status.INVALID],
        to_change=len(looked.plan.changes),
        unchanged=statuses[Status.UNCHANGED],
        names=frozenset(),
    )
