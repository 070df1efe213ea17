"""`accounts check`: whether the key of each account can be used, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import typer

from batch_update.cli.commands.accounts.group import SOME, app, some_accounts
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import is_silent, settings_of, takes
from batch_update.cli.screens.screen import out, paint, say
from batch_update.text import counted

if TYPE_CHECKING:
    from batch_update.report.documents.fleets.of_accounts import AskedAccount
    from batch_update.run.accounts.checking_accounts import CheckedAccount


@app.command("check", cls=Command)
@takes("accounts check")
def check_accounts(given: dict[str, Any], accounts: SOME = None) -> None:
    """Ask the server of each account whose its key is: one request each. What is wrong comes first.

    Told are keys that are missing, refused or another's, servers that do not answer, and accounts that have a key or
    an owner in common, since these would share one pace.

    Exit status, the worst of all: 0 all in order, 2 the list is wrong, 4 a key is missing or refused, 5 a key is
    another's, or a server does not answer.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.model.reports import WORST_LAST, Exit
        from batch_update.report.documents.fleets.of_accounts import CheckedAccounts
        from batch_update.report.screen.account_lines import checked_lines
        from batch_update.run.accounts.checking_accounts import ask_accounts, worst_of_accounts
        from batch_update.run.steps.means import Means

        chosen = some_accounts(settings, accounts)
        if not is_silent(settings):
            say(f"Asking whose the key of {counted(len(chosen), 'account')} is ...")
        checked = anyio.run(ask_accounts, chosen, settings, Means())
        told = tuple(
            sorted(
                map(_as_asked, checked), key=lambda one: (-WORST_LAST.index(Exit(one.exit)), not one.warnings)
            )
        )
        status = worst_of_accounts(checked)
        if settings.json_:
            out_document(CheckedAccounts(str(settings.accounts_file), told), exit=status)
        else:
            for words, tone in checked_lines(told, quiet=settings.quiet):
                out(paint(words, tone) if tone else words)
        raise typer.Exit(int(status))


def _as_asked(one: CheckedAccount) -> AskedAccount:
    from batch_update.report.documents.fleets.of_accounts import AskedAccount
    from batch_update.secrets.secret import where_it_lies

    account, error = one.account, one.error
    return AskedAccount(
        name=account.name,
        server=account.base_url,
        key=where_it_lies(account.key),
        owner=account.owner,
        found=one.found,
        exit=int(one.exit),
        code=error.code if error else "",
        message=error.message if error else "",
        remedy=error.remedy.replace("the setting base_url", "its base_url in the list") if error else "",
        warnings=one.warnings,
    )
