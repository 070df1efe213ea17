"""The story of a fleet's plan once more: what could not be planned is planned anew, and nothing of it is kept yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import anyio.to_thread

from batch_update.account.known.accounts_file import read_accounts
from batch_update.errors import UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.planning.fleet_planning import PlanWatcher, plan_parts
from batch_update.fleet.planning.homeless_rows import homeless_account
from batch_update.fleet.planning.planned import PlannedAccount
from batch_update.fleet.replanning.left_rows import rows_unplanned
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetPlan
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings
from batch_update.text import printable


@dataclass(frozen=True, slots=True)
class Replanned:
    """A fleet with what was planned anew. Its folder is as it was, and the new plans lie in a draft."""

    before: FleetPlan
    """as it lies in the folder"""
    plan: FleetPlan
    accounts: tuple[PlannedAccount, ...] = ()
    """those that were tried, by name"""

    @property
    def fresh(self) -> tuple[AccountPlan, ...]:
        """Return the accounts that can be sent now, which nobody has approved."""
        return tuple(one.plan for one in self.accounts if not one.plan.code)


@contextmanager
def draft_in(folder: FleetFolder) -> Iterator[FleetFolder]:
    """Yield a folder for new plans inside that of a fleet, gone afterwards. Raises UsageError U154."""
    try:
        draft = FleetFolder(Path(mkdtemp(prefix=".resume-", dir=folder.path)))
        draft.plan_of(NO_ACCOUNT).parent.mkdir(mode=0o700)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"new plans cannot be made in the folder of the fleet {printable(str(folder.path))}: {reason}",
            code="U154",
        ) from error
    try:
        yield draft
    finally:
        rmtree(draft.path, ignore_errors=True)


async def plan_left(
    folder: FleetFolder,
    plan: FleetPlan,
    draft: FleetFolder,
    settings: Settings,
    means: Means,
    watcher: PlanWatcher,
) -> Replanned:
    """Plan the accounts of a fleet anew that could not be planned, and save their plans in a draft.

    Rows that belonged to no account that was known are those of the account that the list knows by their name now.
    What one account meets is in its part of the plan, and the others go on. Raises UsageError for a list that is wrong.
    """
    known = read_accounts(settings.accounts_file)
    left = await anyio.to_thread.run_sync(rows_unplanned, folder, plan, known)
    found = await plan_parts(left.parts, settings, means, watcher, draft)
    homeless = left.homeless
    if homeless is not None and homeless.homeless:
        one = await anyio.to_thread.run_sync(homeless_account, homeless, draft)
        found[NO_ACCOUNT] = one
    accounts: Mapping[str, AccountPlan] = {
        **{one.account: one for one in plan.accounts},
        **{name: one.plan for name, one in found.items()},
    }
    gone = {NO_ACCOUNT} if homeless is not None and not homeless.homeless else set[str]()
    kept = tuple(accounts[name] for name in sorted(accounts.keys() - gone))
    return Replanned(plan, replace(plan, accounts=kept), tuple(found[name] for name in sorted(found)))
