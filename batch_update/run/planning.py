"""A plan against what is there: fetched, compared, refused where it is for another account or came out differently."""

from __future__ import annotations

from dataclasses import dataclass

from batch_update.account.fetching import fetch_present
from batch_update.account.whose import Asked, refuse_another
from batch_update.errors import RunStopped
from batch_update.model.plans import Plan
from batch_update.plan.comparing import compare
from batch_update.plan.holding import hold_back
from batch_update.plan.saving import digest


@dataclass(frozen=True, slots=True)
class Looked:
    """A plan that knows what is there."""

    plan: Plan
    pages: int
    """requests that it took to know"""
    total: int | None = None
    """assistants of the account, where the whole list was read"""


async def look(plan: Plan, client: Asked, *, to_end: bool = False) -> Looked:
    """Fetch the assistants of a plan and reduce it to what differs. Raises what the client raises.

    RunStopped X310 where the plan was compared before, with another account. `to_end`: read the whole list, so that
    `total` is known.
    """
    fetched = await fetch_present(client, {change.assistant_id for change in plan.changes}, to_end=to_end)
    await refuse_another(plan, client, fetched.account)
    return Looked(compare(plan, fetched.present, account=fetched.account), fetched.pages, fetched.total)


async def look_again(plan: Plan, client: Asked, *, by_field: bool = False, to_end: bool = False) -> Looked:
    """Fetch the assistants of a plan made earlier, and hold back what somebody has changed since.

    Raises RunStopped X310 where the plan was made for another account.
    """
    fetched = await fetch_present(client, {change.assistant_id for change in plan.changes}, to_end=to_end)
    await refuse_another(plan, client, fetched.account)
    return Looked(hold_back(plan, fetched.present, by_field=by_field), fetched.pages, fetched.total)


def expect(plan: Plan, wanted: str | None) -> None:
    """Raises RunStopped X311 where the plan is not the one that was reviewed."""
    found = digest(plan)
    if wanted is not None and wanted.strip().lower() != found:
        raise RunStopped(
            f"the plan came out differently: its digest is {found}, expected was {wanted}",
            code="X311",
            remedy="look at it again, and give the digest of now to --expect",
        )
