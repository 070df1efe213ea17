"""The story of a check that asks the account what the names of a sheet stand for. Nothing is sent."""

from __future__ import annotations

from functools import partial

from batch_update.account.account import Account
from batch_update.check.checking import Checked, check_sheet
from batch_update.model.sheets import Sheet
from batch_update.run.steps.desk import desk_of
from batch_update.run.steps.identifying import identify
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.send.progress import Stage
from batch_update.settings.tunables import Settings
from batch_update.text import counted


def begin_inquiry(sheet: Sheet, checked: Checked, settings: Settings, means: Means) -> Sequel[Checked]:
    """Find out whose account is to be asked; the sequel looks up the names in a sheet that was checked by itself.

    Raises UsageError and AccessError; the sequel raises what looking up raises.
    """
    tell_way(settings, means)
    return partial(_inquire, sheet, checked, means.account(settings), settings, means)


async def _inquire(
    sheet: Sheet, checked: Checked, account: Account, settings: Settings, means: Means
) -> Checked:
    means.watcher.stage(Stage.NAMING, counted(len(checked.names), "name"))
    async with speaking(settings, account, means, means.watcher.event) as client:
        desk = desk_of(client, account, settings, means)
        names, _ = await identify(checked.names, desk, sheet=sheet)
    return check_sheet(sheet, on_duplicate=settings.on_duplicate, only=settings.only, names=names)
