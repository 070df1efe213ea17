"""A fleet that takes another one back: planned from the journals of its accounts, without asking any server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from batch_update.clock import SYSTEM, Clock
from batch_update.errors import BatchUpdateError, RunStopped, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.given_settings import carried_settings
from batch_update.fleet.record.fleet_draft import new_fleet
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.journal.copying import holds_journal
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.plans import Plan
from batch_update.plan.from_run import undo_plan
from batch_update.plan.saving import digest
from batch_update.report.files.folder import folder_stem
from batch_update.run.planning import save_to
from batch_update.settings.tunables import Settings
from batch_update.text import printable

_NAMED = re.compile(r"^\d{4}-\d\d-\d\dT\d{4}-fleet-")
"""How the names of fleets begin, before what they are about."""


def plan_undo_of_fleet(
    folder: FleetFolder, plan: FleetPlan, settings: Settings, clock: Clock = SYSTEM
) -> FleetFolder:
    """Return the folder of a new fleet that takes this one back, beside it: accounts in which something was changed.

    One whose journal cannot be read is in it with that, and left out. Raises UsageError U113 where there is nothing to
    take back, U154 where the folder cannot be made.
    """
    now = clock.wall().replace(microsecond=0)
    stem = folder_stem(f"undo-{_NAMED.sub('', folder.id)}")
    with new_fleet(folder.path.parent, stem, now.astimezone()) as draft:
        accounts = tuple(_accounts_to_undo(folder, plan, draft.folder))
        if not any(one.changes for one in accounts):
            raise UsageError(f"the fleet {folder.id} changed nothing that is known", code="U113")
        own = {**plan.settings, **carried_settings(settings)}
        undo = FleetPlan(draft.final.id, "undo", plan.id, now, accounts, own, parent=plan.id)
        save_fleet(draft.folder, undo)
        return draft.keep()


def _accounts_to_undo(folder: FleetFolder, plan: FleetPlan, to: FleetFolder) -> Iterator[AccountPlan]:
    """Save the plan of each account that was changed in the folder of the new fleet, and yield what it comes to."""
    for one in plan.accounts:
        if not folder.latest_epoch(one.account):
            continue
        try:
            found = undo_of_account(folder, one.account)
            if found.changes:
                save_to(to.plan_of(one.account), found)
        except BatchUpdateError as error:
            yield AccountPlan(
                one.account, one.server, one.owner, code=error.code, message=printable(error.message)
            )
            continue
        if found.changes:
            changes, rows = len(found.changes), len(found.sheet)
            yield AccountPlan(one.account, one.server, one.owner, digest(found), changes, rows)


def undo_of_account(folder: FleetFolder, account: str) -> Plan:
    """Return the plan that takes back what a fleet did to one account. Raises JournalError, RunStopped (R143)."""
    runs = [folder.run_of(account, epoch) for epoch in reversed(folder.epochs_of(account))]
    if not runs:
        raise RunStopped(f"the fleet {folder.id} began nothing for account {account}", code="R143")
    # An epoch that ended before it could go on with the one before it, as by the file stop, has none.
    run = next((one for one in runs if holds_journal(one)), runs[0])
    return undo_plan(report_of(read_run(run)), f"undo of {folder.id}")
