"""The program: its help, and the way from its words to a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from typer.main import get_command

from batch_update.cli.help import CONTEXT, CommandGroup, unbroken
from batch_update.cli.program.command_table import COMMANDS, LoadedLate
from batch_update.cli.screens.terminal import ready_streams
from batch_update.version import __version__

EXAMPLES = """Change many Famulor AI phone assistants from one sheet: checked, paced, accounted for.

\b
Examples:
  batch-update demo                          see it at work: no account needed
  batch-update export -o account.xlsx        what is there, as a sheet
  batch-update template form.xlsx            drop-downs to fill in
  batch-update check changes.xlsx            all that is wrong with a sheet
  batch-update plan changes.xlsx             what it would change, old -> new
  batch-update apply changes.xlsx --limit 5  try it on the first five
  batch-update apply changes.xlsx            look, ask, send, report
  batch-update resume last                   go on after a crash or a stop
  batch-update undo last                     take the last run back
  batch-update history 10437                 who changed it, when, from what
  batch-update fields speech_speed           what a column may hold
  batch-update choices voices                which ids the account has for it
  batch-update explain V104                  what a code means, what to do

check and plan send nothing. The key comes from FAMULOR_API_KEY or --key-file. Every flag has an environment
variable: --max-attempts is BATCH_UPDATE_MAX_ATTEMPTS.
"""

PROGRAM = "batch-update"


class Program(CommandGroup):
    """The commands at the top, each loaded when it is asked for; help has what they do from their table."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": LoadedLate()})

    def rows(self) -> Iterable[tuple[str, str]]:
        return ((name, unbroken(listed.does)) for name, listed in COMMANDS.items())


app = typer.Typer(
    name=PROGRAM,
    cls=Program,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"batch-update {__version__}")
        raise typer.Exit


@app.callback(help=EXAMPLES)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    from batch_update.settings.layers import refuse_unknown

    refuse_unknown(os.environ)


def main() -> None:
    """Run the program and exit with one of `model.Exit`."""
    ready_streams()
    try:
        status = command_line()(standalone_mode=False, prog_name=PROGRAM)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # each becomes words and an exit status
        from batch_update.cli.program.ending import leave_after

        leave_after(error)
    sys.exit(int(status or 0))


def command_line() -> Any:
    """Return the program as typer runs it."""
    return get_command(app)
