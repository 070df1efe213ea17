"""`accounts list`: the accounts of a list, where the key of each lies, and its tags."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from batch_update.cli.commands.accounts.group import SOME, app, as_listed, some_accounts
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screens.screen import out_raw
from batch_update.cli.screens.wrapping import width


@app.command("list", cls=Command)
@takes("accounts list")
def list_accounts(given: dict[str, Any], accounts: SOME = None) -> None:
    """List the accounts: where each key lies, whose the account is, and its tags. No key is read.

    Exit status: 0, 2 the list is wrong or has no such account.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.report.documents.fleets.of_accounts import ListedAccounts
        from batch_update.report.screen.account_lines import listed_lines

        found = tuple(map(as_listed, some_accounts(settings, accounts)))
        if settings.json_:
            out_document(ListedAccounts(str(settings.accounts_file), found))
            return
        here = tuple(replace(one, key=_as_seen_from_here(one.key)) for one in found)
        out_raw("\n".join(listed_lines(here, width=width(sys.stdout))))


def _as_seen_from_here(place: str) -> str:
    """Return where a key lies without the folder that one works in: a table has no room for whole paths."""
    return place.replace(f"{Path.cwd()}{os.sep}", "")
