"""The group of commands about the list of accounts: `accounts list`, `accounts check`, `accounts add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from batch_update.cli.help import command_group
from batch_update.cli.options import or_environment
from batch_update.settings.tunables import Settings

if TYPE_CHECKING:
    from batch_update.account.known.known_account import KnownAccount
    from batch_update.report.documents.fleets.of_accounts import ListedAccount

app = command_group("The list of accounts: what it holds, whether each key can be used, and a new one.")
SOME = Annotated[
    list[str] | None,
    typer.Option(
        "--accounts",
        metavar="NAMES",
        help="Only these: names, and tag:TAG; by comma, repeatable. Default: all.",
    ),
]


def some_accounts(settings: Settings, accounts: list[str] | None) -> tuple[KnownAccount, ...]:
    """Return the accounts that are meant, in the order of the list. Raises UsageError."""
    from batch_update.account.known.accounts_file import read_accounts

    known = read_accounts(settings.accounts_file)
    selectors = or_environment(accounts, "accounts")
    return known.chosen(selectors) if selectors else known.accounts


def as_listed(account: KnownAccount) -> ListedAccount:
    """Return an account as documents tell of it."""
    from batch_update.report.documents.fleets.of_accounts import ListedAccount
    from batch_update.secrets.secret import where_it_lies

    place = where_it_lies(account.key)
    return ListedAccount(account.name, account.base_url, place, account.owner, account.tags)
