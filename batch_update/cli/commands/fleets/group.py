"""The group of commands about fleets, and what several of them take."""

from __future__ import annotations

from typing import Annotated

import typer

from batch_update.cli.help import command_group

app = command_group(
    "Many accounts as one piece of work: one plan to approve, one report, one command to undo it."
)
LAST_FLEET = Annotated[
    str,
    typer.Argument(
        metavar="FLEET",
        help="A fleet's folder, its name, a unique beginning of one, or last, which it is where none is named.",
        show_default=False,
    ),
]
ACCOUNTS = Annotated[
    list[str] | None,
    typer.Option(
        "--accounts",
        metavar="NAMES",
        help="Accounts by name or tag:TAG, by comma. Repeatable. Without it: those that the sheet names.",
    ),
]
ALL_ACCOUNTS = Annotated[bool, typer.Option("--all-accounts", help="All accounts of the list.")]
MAX_ACCOUNTS = Annotated[
    int | None,
    typer.Option(
        "--max-accounts", metavar="N", min=0, help="Send nothing where more accounts than this would change."
    ),
]
