"""The names of a sheet looked up on the account, once a run: its lists are asked for, and names become ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import aclosing

from batch_update.account.fetching import owner_of
from batch_update.api.client import Client
from batch_update.check.fault import Fault
from batch_update.check.remembering import base_column
from batch_update.check.settled_names import Names
from batch_update.model.choices import Choices
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Sheet
from batch_update.plan.conditions import Condition
from batch_update.plan.naming.matching import catalogs_to_look_up, ids_of
from batch_update.plan.naming.origin import Origin, origin_of
from batch_update.plan.naming.spellings import readings
from batch_update.run.steps.desk import Desk


async def identify(
    names: Collection[NamedChoice], desk: Desk, *, sheet: Sheet | None = None
) -> tuple[Names, Choices]:
    """Return what these names stand for on the account, and its lists.

    `sheet`: the one that they stand in, which may remember that it is another account's. A name that a kept list does
    not know is looked for in a fresh one, too. Raises KeyRefused and RunStopped.
    """
    choices = await desk.lists(catalogs_to_look_up(names))
    origin = await _origin(names, desk.client, sheet)
    found = ids_of(names, choices, origin)
    doubtful = {catalog for name in _without_id(found) for catalog in name.catalogs} & choices.stored
    if doubtful:
        choices = choices.with_others(await desk.lists(doubtful, anew=True))
        found = ids_of(names, choices, origin)
    return found, choices


async def with_ids_in(conditions: Iterable[Condition], desk: Desk) -> tuple[Condition, ...]:
    """Return the conditions with the ids that their names stand for. Raises as `identify`, and UsageError."""
    given = tuple(conditions)
    names = {name for condition in given for name in condition.names()}
    if not names:
        return given
    found, _ = await identify(names, desk)
    return tuple(condition.with_ids(found) for condition in given)


def _without_id(names: Names) -> Iterable[NamedChoice]:
    return (name for name, found in names.items() if isinstance(found, Fault))


async def _origin(names: Collection[NamedChoice], client: Client, sheet: Sheet | None) -> Origin:
    """Return whose ids stand beside these names. The list of assistants tells whose this account is."""
    has_ids = any(one.id is not None for name in names for one in readings(name.text))
    if sheet is None or not has_ids or base_column(sheet) is None:
        return Origin()
    async with aclosing(client.assistant_pages(1)) as pages:
        async for page in pages:
            account = next((owner_of(entry, client.server) for entry in page.entries), "")
            return origin_of(sheet, account)
    return Origin()
