"""Makes what was planned anew part of its fleet, under the fleet's own lease: all of it at once, or nothing."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

import anyio.to_thread

from batch_update.clock import SYSTEM, Clock
from batch_update.disk import read_plain, replace_private, sync_folder
from batch_update.errors import RunLocked, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_entries import PlansAdded
from batch_update.fleet.record.fleet_file import MOST_BYTES, read_fleet, save_fleet
from batch_update.fleet.record.fleet_journal import FleetJournal
from batch_update.fleet.replanning.planning_left import Replanned
from batch_update.fleet.running.own_lease import own_lease
from batch_update.model.fleets import NO_ACCOUNT, FleetPlan
from batch_update.text import printable


async def take_in(
    folder: FleetFolder, found: Replanned, draft: FleetFolder, clock: Clock = SYSTEM
) -> FleetPlan:
    """Make what was planned anew part of the fleet, and return its plan as it lies there now.

    The plan as it was stays beside the new one, and the fleet's journal tells which accounts came to it. Raises
    RunLocked R152 where another process works on the fleet, or has planned the same; UsageError U154 where it cannot be
    written; JournalError R156.
    """
    if found.plan == found.before:
        return found.plan
    async with own_lease(folder, clock):
        await anyio.to_thread.run_sync(_replaced, folder, found, draft)
        if names := tuple(one.account for one in found.fresh):
            added = PlansAdded(clock.wall(), found.plan.digest, found.before.digest, names)
            await FleetJournal(folder.journal).note(added)
    return found.plan


def _replaced(folder: FleetFolder, found: Replanned, draft: FleetFolder) -> None:
    """Put the new plans in their places; where this ends midway, the fleet is as it was, and can be planned anew."""
    if read_fleet(folder) != found.before:
        raise RunLocked("another process has planned what was left of the fleet meanwhile", code="R152")
    try:
        for one in found.accounts:
            if one.plan.account != NO_ACCOUNT:
                _put_in_place(draft, folder, one.plan.account)
        sync_folder(folder.plan_of(NO_ACCOUNT).parent)
        if found.fresh:
            _keep_old(folder)
        save_fleet(folder, found.plan)  # from here on they count
        # Rows that found their account stand twice until this is done: nobody's rows are sent to nobody.
        if any(one.account == NO_ACCOUNT for one in found.plan.accounts):
            _put_in_place(draft, folder, NO_ACCOUNT)
        else:
            folder.plan_of(NO_ACCOUNT).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"what was planned anew cannot be written: {error.strerror or error} ({printable(str(folder.path))})",
            code="U154",
        ) from error


def _put_in_place(draft: FleetFolder, folder: FleetFolder, account: str) -> None:
    """Move the new plan of an account to its place; one that was too large to be saved leaves that as it was."""
    with suppress(FileNotFoundError):
        draft.plan_of(account).replace(folder.plan_of(account))


def _keep_old(folder: FleetFolder) -> None:
    """Keep the plan of the fleet as it is under a name of its own."""
    path = next(path for number in count(1) if not (path := folder.earlier_plan(number)).exists())
    replace_private(path, read_plain(folder.plan, MOST_BYTES))
