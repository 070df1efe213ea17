"""The program: its commands, its help, and how an exception becomes a message and an exit status."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from batch_update import __version__
from batch_update.cli import (
    applying,
    checking,
    exporting,
    jobs,
    planning,
    reference,
    resuming,
    runs,
    sandbox,
    undoing,
)
from batch_update.cli.screen import ready_streams, show_error
from batch_update.errors import BatchUpdateError
from batch_update.model import Exit

EXAMPLES = """Change many Famulor AI phone assistants from one sheet: checked, paced, accounted for.

\b
Examples:
  batch-update demo                             see it at work: no account, no network
  batch-update check changes.csv                every problem of a sheet, nothing is sent
  batch-update plan changes.csv                 what it would change, old -> new
  batch-update apply changes.xlsx               look, ask, send what differs, read back, report
  batch-update apply changes.csv --limit 5      try it on the first five
  batch-update resume last                      go on after a crash or a stop
  batch-update undo last                        take a run back
  batch-update fields speech_speed              what a column may hold
  batch-update explain V104                     what a code means and what to do

Every flag of a command has an environment variable: --max-attempts is BATCH_UPDATE_MAX_ATTEMPTS.
"""

app = typer.Typer(
    name="batch-update",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(checking.check)
app.command("plan")(planning.plan)
app.command("apply")(applying.apply)
app.command("export")(exporting.export)
app.command("resume")(resuming.resume)
app.command("undo")(undoing.undo)
app.command("fields")(reference.fields)
app.command("explain")(reference.explain)
app.add_typer(runs.app, name="runs")
app.command("report")(runs.report)
app.add_typer(jobs.app, name="job")
app.command("sandbox")(sandbox.sandbox)
app.command("demo")(sandbox.demo)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"batch-update {__version__}")
        raise typer.Exit


@app.callback(help=EXAMPLES)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None: ...


def main() -> None:
    """Run the program and exit with one of `model.Exit`."""
    ready_streams()
    try:
        app(standalone_mode=True)
    except BatchUpdateError as error:
        show_error(error)
        _leave(error.exit)
    except KeyboardInterrupt:
        _leave(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  a bug of ours: say so, with its own exit status
        traceback.print_exc()
        print(f"batch-update: this is a bug, please report it: {error!r}", file=sys.stderr)
        _leave(Exit.BUG)


def _leave(status: Exit) -> None:
    sys.exit(int(status))
