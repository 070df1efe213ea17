"""The group of commands about fleets, and what several of them take."""

from __future__ import annotations

from typing import Annotated

import typer

from batch_update.cli.help import CommandGroup

app = typer.Typer(
    cls=CommandGroup,
    help="Many accounts as one piece of work: one plan to approve, one report, one command to undo it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
LAST_FLEET = Annotated[
    str,
    typer.Argument(
        metavar="FLEET",
        help="A fleet's folder, its name, a unique beginning of one, or last, which it is where none is named.",
        show_default=False,
    ),
]


@app.callback()
def _group() -> None:
    """Let typer build the group whatever commands are in it."""
