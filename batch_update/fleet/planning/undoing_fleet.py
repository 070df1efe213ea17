"""A fleet that takes another one back: planned from the journals of its accounts, without asking any server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.given_settings import carried_settings
from batch_update.fleet.record.fleet_draft import new_fleet
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.shards.shard_run import undo_of_account
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.plan.saving import digest
from batch_update.report.files.folder import folder_stem
from batch_update.settings.tunables import Settings
from batch_update.text import printable


def plan_undo_of_fleet(
    folder: FleetFolder, plan: FleetPlan, settings: Settings, clock: Clock = SYSTEM
) -> FleetFolder:
    """Return the folder of a new fleet that takes this one back, beside it: accounts in which something was changed.

    One whose journal cannot be read is in it with that, and left out. Raises UsageError U113 where there is nothing to
    take back, U154 where the folder cannot be made.
    """
    accounts = tuple(_accounts_to_undo(folder, plan))
    if not any(one.changes for one in accounts):
        raise UsageError(f"the fleet {folder.id} changed nothing that is known", code="U113")
    now = clock.wall().replace(microsecond=0)
    stem = folder_stem(f"undo-{Path(plan.sheet).stem}")
    with new_fleet(folder.path.parent, stem, now.astimezone()) as draft:
        own = {**plan.settings, **carried_settings(settings)}
        undo = FleetPlan(draft.final.id, "undo", plan.id, now, accounts, own, parent=plan.id)
        save_fleet(draft.folder, undo)
        return draft.keep()


def _accounts_to_undo(folder: FleetFolder, plan: FleetPlan) -> Iterator[AccountPlan]:
    for one in plan.accounts:
        if not folder.latest_epoch(one.account):
            continue
        try:
            found = undo_of_account(folder, one.account)
        except BatchUpdateError as error:
            yield AccountPlan(
                one.account, one.server, one.owner, code=error.code, message=printable(error.message)
            )
            continue
        if found.changes:
            changes, rows = len(found.changes), len(found.sheet)
            yield AccountPlan(one.account, one.server, one.owner, digest(found), changes, rows)
