"""The desk at which a story asks for the account's lists: whether one that was kept will do is decided here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from batch_update.account.account import Account, lists_file
from batch_update.account.choices import look_up
from batch_update.account.kept import Kept
from batch_update.api.client import Client
from batch_update.model.choices import Catalog, Choices
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """The way to the lists of one account, as the settings let them be kept."""

    client: Client
    kept: Kept | None
    """None: no list is kept"""
    refresh: bool
    """whether each list is looked up anew, whatever is kept"""

    async def lists(
        self, catalogs: Collection[Catalog], languages: Collection[int] = (), *, anew: bool = False
    ) -> Choices:
        """Return these lists; `languages`: those of which it is wanted which providers speak them; `anew`: none that
        was kept. Raises KeyRefused and RunStopped."""
        refresh = anew or self.refresh
        return await look_up(
            self.client, sorted(catalogs), languages=languages, kept=self.kept, refresh=refresh
        )


def desk_of(client: Client, account: Account, settings: Settings, means: Means) -> Desk:
    """Return where to ask for the account's lists. None is kept where nothing is shared with other runs.

    An application in place of a server is not the server whose account it is taken for: its lists are not kept.
    """
    path = lists_file(settings, account) if means.share and means.app is None else None
    kept = None if path is None else Kept(path, account.name, settings.choices_max_age, means.clock)
    return Desk(client, kept, settings.refresh)
