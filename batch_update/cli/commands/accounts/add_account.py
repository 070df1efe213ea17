"""`accounts add`: a new account in the list."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
import typer

from batch_update.cli.commands.accounts.group import app, as_listed
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import or_environment, settings_of, takes
from batch_update.cli.printed_commands import command_of
from batch_update.cli.screens.screen import out, paint
from batch_update.text import printable, quoted

NAME = Annotated[str, typer.Argument(metavar="NAME", help="How the account is called from now on.")]
KEY_FROM = Annotated[
    str,
    typer.Option(
        "--key-from",
        metavar="PLACE",
        help="Where its key lies: file:PATH (from the folder of the list), env:NAME, credential:NAME or "
        "command:PROGRAM WORD. Without it: as the defaults of the list say.",
    ),
]
OWNER = Annotated[
    str,
    typer.Option(
        "--owner", metavar="EMAIL", help="Whom the key has to belong to. Without it: whom the server names."
    ),
]
TAG = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="A tag by which several are chosen. Repeatable."),
]
OFFLINE = Annotated[bool, typer.Option("--offline", help="Do not ask the server whose its key is.")]


@app.command("add", cls=Command)
@takes("accounts add")
def add_account(
    given: dict[str, Any],
    name: NAME,
    key_from: KEY_FROM = "",
    owner: OWNER = "",
    tag: TAG = None,
    offline: OFFLINE = False,
) -> None:
    """Put an account into the list, which is made where there is none. What stands in it stays as it is.

    The server is asked first whose the key is: that becomes the owner, and the key of another account is refused later.

    Exit status: 0, 2 the list or the name is wrong, 4 the key is missing or refused, 5 it is another's.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.report.documents.fleets.of_accounts import AddedAccount
        from batch_update.run.accounts.adding_account import NewAccount, begin_adding
        from batch_update.run.steps.means import Means

        url = settings.base_url if "base_url" in settings.model_fields_set else ""
        new = NewAccount(name, key_from, url, owner, tuple(or_environment(tag, "tag")))
        added = anyio.run(begin_adding(new, settings, Means(), asks=not offline)).account
        if settings.json_:
            out_document(AddedAccount(str(settings.accounts_file), as_listed(added), not offline))
            return
        whose = f", the account of {printable(added.owner)}" if added.owner else ""
        out(paint(f"{printable(str(settings.accounts_file))}: {added.name}{whose}", "good"))
        if not settings.quiet:
            at = settings.model_copy(update={"account": added.name})
            out(
                f"Next: {command_of('export', at, groups=('account', 'accounts_file'))} -o {quoted(added.name)}.xlsx"
            )
