"""The names of a sheet looked up on the account, once a run: its lists are asked for, and names become ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from typing import Protocol

from batch_update.account.choices import Chooser, look_up
from batch_update.account.fetching import owner_of
from batch_update.account.kept import Kept
from batch_update.check.fault import Fault
from batch_update.check.remembering import base_column
from batch_update.check.settled_names import Names
from batch_update.model.choices import Catalog, Choices
from batch_update.model.named import NamedChoice
from batch_update.model.sheets import Sheet
from batch_update.plan.naming.matching import catalogs_to_look_up, ids_of
from batch_update.plan.naming.origin import Origin, origin_of
from batch_update.plan.naming.spellings import readings


class Teller(Chooser, Protocol):
    """A client that also tells which server it speaks to."""

    server: str


async def identify(
    names: Collection[NamedChoice],
    client: Teller,
    kept: Kept | None,
    *,
    refresh: bool = False,
    sheet: Sheet | None = None,
) -> tuple[Names, Choices]:
    """Return what these names stand for on the account, and its lists. `refresh`: no list that was kept is taken;
    `sheet`: the one that they stand in, which may remember that it is another account's.

    Which assistant a name means is never told by a list that was kept: it may have been given to another one since.
    Any other name that a kept list does not know is looked for in a fresh one, too. Raises KeyRefused and RunStopped.
    """
    wanted = catalogs_to_look_up(names)
    choices = await _lists(wanted, client, kept, refresh=refresh)
    origin = await _origin(names, client, sheet)
    found = ids_of(names, choices, origin)
    doubtful = {catalog for name in _without_id(found) for catalog in name.catalogs} & choices.stored
    if doubtful:
        choices = choices.with_others(await look_up(client, doubtful, kept=kept, refresh=True))
        found = ids_of(names, choices, origin)
    return found, choices


async def _lists(
    wanted: AbstractSet[Catalog], client: Chooser, kept: Kept | None, *, refresh: bool
) -> Choices:
    lasting = sorted(wanted - {Catalog.ASSISTANTS})
    choices = await look_up(client, lasting, kept=kept, refresh=refresh)
    if Catalog.ASSISTANTS in wanted:
        choices = choices.with_others(await look_up(client, [Catalog.ASSISTANTS], kept=kept, refresh=True))
    return choices


def _without_id(names: Names) -> Iterable[NamedChoice]:
    return (name for name, found in names.items() if isinstance(found, Fault))


async def _origin(names: Collection[NamedChoice], client: Teller, sheet: Sheet | None) -> Origin:
    """Return whose ids stand beside these names. The list of assistants tells whose this account is."""
    has_ids = any(one.id is not None for name in names for one in readings(name.text))
    if sheet is None or not has_ids or base_column(sheet) is None:
        return Origin()
    async with aclosing(client.assistant_pages(1)) as pages:
        async for page in pages:
            account = next((owner_of(entry, client.server) for entry in page.entries), "")
            return origin_of(sheet, account)
    return Origin()
